package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
)

// errDropped is why nobody waits any more for a workload that will not be applied.
var errDropped = errors.New("what it depends on cannot become what it waits for")

// missingDependencyError says that a workload is left out because of one it depends on.
type missingDependencyError struct {
	service string
	cause   error
}

func (e *missingDependencyError) Error() string {
	return fmt.Sprintf("%s, which it waits for, cannot become what it waits for: %v", e.service, e.cause)
}

func (e *missingDependencyError) Unwrap() error { return e.cause }

// dependencyError says of an error that it is one of a dependency, if it is no matter of the whole run.
func dependencyError(service string, err error) error {
	if failed := (*event.FailedError)(nil); errors.As(err, &failed) || errors.Is(err, errDropped) {
		return &missingDependencyError{service, err}
	}
	return err
}

// refused makes of the error for which a workload was not applied a failure, and tells it.
func (r *run) refused(ctx context.Context, t *task, err error) error {
	if ctx.Err() != nil {
		return err
	}
	out := &event.FailedError{}
	told := event.Failed{Ref: t.step.Ref, Services: t.step.Services, Reason: event.ReasonNotApplied, Message: err.Error(), Cause: err}
	missing := (*missingDependencyError)(nil)
	if !errors.As(err, &missing) {
		out.Failures = []event.Failed{told}
		r.sink.Tell(told)
		return out
	}
	told.Reason, told.Cause = event.ReasonDependency, nil
	told.Message = "it is not made, because it waits for " + missing.service
	if t.step.Live != nil {
		told.Message = "it stays as it was, because it waits for " + missing.service
	}
	if cause := (*event.FailedError)(nil); errors.As(missing.cause, &cause) {
		out.Failures = cause.Failures
	}
	out.NotApplied = []event.Failed{told}
	r.sink.Tell(told)
	return out
}

// outcome puts together what became of all workloads; a failure that several found is one.
func outcome(results []error) error {
	all := &event.FailedError{}
	add := func(list, more []event.Failed) []event.Failed {
		for _, f := range more {
			if !slices.ContainsFunc(list, func(known event.Failed) bool { return known.Ref == f.Ref }) {
				list = append(list, f)
			}
		}
		return list
	}
	var others []error
	for _, err := range results {
		failed := (*event.FailedError)(nil)
		if err != nil && !errors.As(err, &failed) {
			others = append(others, err)
			continue
		}
		if failed != nil {
			all.Failures, all.NotApplied = add(all.Failures, failed.Failures), add(all.NotApplied, failed.NotApplied)
		}
	}
	if len(all.Failures)+len(all.NotApplied) > 0 {
		others = append(others, all)
	}
	if len(others) == 1 {
		return others[0]
	}
	return errors.Join(others...)
}

// isNews reports whether the failure of a workload has not been told: those who depend on it find it too.
func (r *run) isNews(ref resource.Ref) bool {
	_, told := r.failed.LoadOrStore(ref.Id(), true)
	return !told
}
