//go:build unix

package build

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A program that ignores signals does not keep an interrupted command: it is killed, and what it started holds nobody up.
func TestStubbornProgramsAreKilled(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	var interrupted time.Time
	stubborn := process{args: []string{"sh", "-c", "trap '' INT TERM; echo ready; sleep 60"}, line: func(string) {
		interrupted = time.Now()
		interrupt()
	}}
	_, err := stubborn.run(ctx)
	if took := time.Since(interrupted); !errors.Is(err, context.Canceled) || took > 8*time.Second {
		t.Errorf("%v after the interruption: %v", took, err)
	}
}
