package guard

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/transship/transship/diag"
)

func fall(list []int) int { return list[len(list)] } //nolint:gocritic // it is to panic

func TestPanicBecomesABugThatNamesItsPlace(t *testing.T) {
	_, err := Run(context.Background(), "count", func() (int, error) { return fall(nil), nil })
	var bug *InternalError
	if !errors.As(err, &bug) {
		t.Fatalf("error %v", err)
	}
	if len(bug.Trace) == 0 || !strings.HasPrefix(bug.Trace[0], "guard.fall (guard_test.go:") {
		t.Errorf("trace %v", bug.Trace)
	}
	bug.Path, bug.Range = diag.At("services", "web"), diag.Range{File: "compose.yaml", Line: 3, Column: 5}
	for _, part := range []string{"a bug in transship: count ended in an internal error: runtime error: index out of range", "at services.web (compose.yaml:3:5)", "in guard.fall"} {
		if !strings.Contains(bug.Error(), part) {
			t.Errorf("%q lacks %q", bug.Error(), part)
		}
	}
}

func TestWorkThatNeverEndsIsLeftWhenTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("enough")
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(time.Minute, func() { cancel(reason) })
		forever := make(chan int)
		_, err := Run(ctx, "wait", func() (int, error) { return <-forever, nil })
		if !errors.Is(err, reason) {
			t.Errorf("error %v", err)
		}
		if _, err := Run(ctx, "wait", func() (int, error) { t.Error("it ran"); return 0, nil }); !errors.Is(err, reason) {
			t.Errorf("error %v", err)
		}
		close(forever)
	})
}

func TestWhatWorkReturnsIsReturned(t *testing.T) {
	wrong := errors.New("wrong")
	if n, err := Run(context.Background(), "count", func() (int, error) { return 7, wrong }); n != 7 || !errors.Is(err, wrong) {
		t.Errorf("%d, %v", n, err)
	}
}
