package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// waiting tells the status of a workload that is not ready.
func waiting(t *task, v status.WorkloadStatus) event.Waiting {
	return event.Waiting{Ref: t.step.Ref, Services: t.step.Services, State: v.State, Reason: v.Reason, Ready: v.Ready, Desired: v.Desired}
}

// optionalPatience is how long a run waits for a dependency that the project can do without.
const optionalPatience = time.Minute

// awaitDependency waits until a dependency is in the condition that depends_on asks for.
func (r *run) awaitDependency(ctx context.Context, t *task, name string, d resource.Dependency) error {
	if !d.Required {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, optionalPatience, errOptional)
		defer stop()
	}
	for _, other := range r.byService[name] {
		r.sink.Tell(event.Waiting{Ref: t.step.Ref, Services: t.step.Services, State: "waiting", Reason: fmt.Sprintf("for %s (%s)", name, d.Condition)})
		err := r.awaitApplied(ctx, other)
		if err == nil {
			err = r.awaitTask(ctx, other, d.Required, func(s status.WorkloadStatus) bool { return holds(d, s) })
		}
		if err != nil && !d.Required && !errors.Is(err, api.ErrTimeUp) && (ctx.Err() == nil || errors.Is(context.Cause(ctx), errOptional)) {
			r.sink.Warn("%s goes on without %s, which it does not require: %v", t.step.Ref, name, err)
			return nil
		}
		if err != nil {
			return dependencyError(name, err)
		}
	}
	return nil
}

// awaitApplied waits until a workload is applied, and fails if it will not be.
func (r *run) awaitApplied(ctx context.Context, t *task) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.applied:
		return nil
	case <-t.dropped:
		return fmt.Errorf("%s is not applied: %w", t.step.Ref, errDropped)
	}
}

// errOptional is why waiting for a dependency that is not required ended.
var errOptional = fmt.Errorf("it took longer than %s", optionalPatience)

// holds reports whether a workload is in the condition that a dependent waits for.
func holds(d resource.Dependency, v status.WorkloadStatus) bool {
	if d.Condition == resource.ConditionStarted || d.Condition == "" {
		return v.Started || v.IsReady
	}
	return v.IsReady
}

// awaitTask waits for a workload that was applied, telling what it waits for, and fails as soon as waiting is in vain.
func (r *run) awaitTask(ctx context.Context, t *task, isRequired bool, holds func(status.WorkloadStatus) bool) error {
	var last, v status.WorkloadStatus
	err := r.state.Await(ctx, func() bool {
		v = r.state.Status(t.result)
		if v.State != last.State || v.Reason != last.Reason || v.Ready != last.Ready {
			last = v
			if !v.IsReady && !holds(v) && v.Failure == nil { // a failure is told below, or was told to another who waits
				r.sink.Tell(waiting(t, v))
			}
		}
		return holds(v) || v.Failure != nil
	})
	if err != nil {
		return err
	}
	if v.Failure != nil && !holds(v) {
		failed := event.Failed{Ref: t.step.Ref, Services: t.step.Services, Reason: v.Failure.Reason, Message: v.Failure.Message, Started: v.Started}
		failed.Logs = status.LastLines(ctx, r.client, r.options.Namespace, v.Failure)
		if failed.Reason == event.ReasonRemoved {
			by, err := r.whoRemoved(ctx)
			if err != nil && r.giveUp != nil {
				r.giveUp(err)
			}
			if err != nil {
				return err
			}
			failed.Message += by
		}
		if isRequired && r.isNews(failed.Ref) {
			r.sink.Tell(failed)
		}
		return &event.FailedError{Failures: []event.Failed{failed}}
	}
	if !v.IsReady && r.isUp != nil {
		v.State = "running" // which is all that was asked for
	}
	if v.IsReady || r.isUp != nil {
		r.sink.Tell(event.Ready{Ref: t.step.Ref, Services: t.step.Services, Desired: v.Desired, State: v.State})
	}
	return nil
}
