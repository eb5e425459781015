package convert

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
)

// A project without what the loader always provides makes transform panic: a stand-in for a mistake of it.
func TestPanicOfTransformNamesTheService(t *testing.T) {
	healthy := types.ServiceConfig{Name: "healthy", ContainerSpec: types.ContainerSpec{Image: "x"}}
	broken := healthy
	broken.Name = "broken"
	in := transform.Input{
		Project: &types.Project{Name: "p", Services: types.Services{"healthy": healthy, "broken": broken}},
		Locate: func(p diag.Path) diag.Range {
			if len(p) > 1 && p[1] == "broken" {
				panic("no such place")
			}
			return diag.Range{}
		},
	}
	_, err := converted(in)
	var bug *InternalError
	if !errors.As(err, &bug) {
		t.Fatalf("error %v", err)
	}
	if bug.Path.String() != "services.broken" || !strings.Contains(bug.Error(), "no such place") || len(bug.Trace) == 0 {
		t.Errorf("bug %v, trace %v", bug, bug.Trace)
	}
}

func TestConvertEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Convert(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
