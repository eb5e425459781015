package event

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/transship/transship/cluster/resource"
)

// FailedError says that workloads cannot become what the project wants. What does not depend on them was applied.
type FailedError struct {
	Failures   []Failed
	NotApplied []Failed // what waits for those, and was left as it was
}

// Error implements error.
func (e *FailedError) Error() string {
	var parts []string
	for _, f := range slices.Concat(e.Failures, e.NotApplied) {
		parts = append(parts, fmt.Sprintf("%s: %s: %s", f.Ref, f.Reason, f.Message))
	}
	return strings.Join(parts, "\n")
}

// Unwrap returns what the API server answered to changes that it refused.
func (e *FailedError) Unwrap() []error {
	var out []error
	for _, f := range e.Failures {
		if f.Cause != nil {
			out = append(out, f.Cause)
		}
	}
	return out
}

// RemovedError says that somebody removed the project while a run waited for it.
type RemovedError struct {
	Project, Namespace string
	By                 string // who, and with which command; empty if that is not known
}

// Error implements error.
func (e *RemovedError) Error() string {
	if e.By == "" {
		return fmt.Sprintf("project %s was removed from namespace %s meanwhile, and not by a run of this tool that is known", e.Project, e.Namespace)
	}
	return fmt.Sprintf("project %s was removed from namespace %s meanwhile, by %s", e.Project, e.Namespace, e.By)
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
