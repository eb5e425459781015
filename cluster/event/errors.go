package event

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/transship/transship/cluster/resource"
)

// FailedError says that workloads cannot become what the project wants.
type FailedError struct{ Failures []Failed }

// Error implements error.
func (e *FailedError) Error() string {
	parts := make([]string, 0, len(e.Failures))
	for _, f := range e.Failures {
		parts = append(parts, fmt.Sprintf("%s: %s: %s", f.Ref, f.Reason, f.Message))
	}
	return strings.Join(parts, "\n")
}

// TimeoutError says what was still missing when time was up.
type TimeoutError struct {
	After   time.Duration
	Missing []Waiting // empty if time was up before anything was waited for
	Verb    string    // what was waited for: "become ready", "disappear"
}

// Error implements error.
func (e *TimeoutError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "timed out after %s", e.After)
	if len(e.Missing) > 0 {
		fmt.Fprintf(&b, ": %s did not %s", resource.Count(len(e.Missing), "object"), e.Verb)
	}
	for _, w := range e.Missing {
		fmt.Fprintf(&b, "\n  %s: %s", w.Ref, w.State)
		if w.Reason != "" {
			fmt.Fprintf(&b, " (%s)", w.Reason)
		}
	}
	return b.String()
}

// Is makes the error known as what it is to those who do not know this package.
func (e *TimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }
