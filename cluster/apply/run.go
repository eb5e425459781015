// Package apply carries a plan out: it applies in the order of the dependencies, waits, tells what cannot become ready, and
// removes.
package apply

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
	"github.com/transship/transship/cluster/workload"
)

// waiting tells the status of a workload that is not ready.
func waiting(t *task, v status.WorkloadStatus) event.Waiting {
	return event.Waiting{Ref: t.step.Ref, Services: t.step.Services, State: v.State, Reason: v.Reason, Ready: v.Ready, Desired: v.Desired}
}

// run carries out one plan.
type run struct {
	client  *api.Conn
	plan    *plan.Plan
	options plan.Options
	sink    event.Sink

	state     *status.LiveState
	byService map[string][]*task
	slots     chan struct{} // bounds the requests in flight
	failed    sync.Map      // references of workloads whose failure has been told
	retired   sync.Map      // how each replaced workload is removed, by uid: several may take its place
}

// task is one workload of a run.
type task struct {
	step         *plan.Step
	dependencies map[string]resource.Dependency
	applied      chan struct{}
	result       *unstructured.Unstructured // what was applied; valid once applied is closed
}

// optionalPatience is how long a run waits for a dependency that the project can do without.
const optionalPatience = time.Minute

// do changes what the plan wants changed and waits where it has to. Once the last object is applied, allApplied is
// called, while readiness is still being waited for.
func (r *run) do(ctx context.Context, allApplied func() error) error {
	began := time.Now()
	r.slots = make(chan struct{}, api.InFlight)
	tasks, err := r.tasks()
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	if r.mustWatch(tasks) {
		r.state, err = status.Watch(watching, r.client, r.options.Project, r.options.Namespace)
		if err != nil {
			return err
		}
		if err := r.state.Synced(ctx); err != nil {
			return r.timeoutOf(ctx, err, began, tasks)
		}
	}
	if err := r.applyPrerequisites(ctx); err != nil {
		return r.timeoutOf(ctx, err, began, tasks)
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for _, t := range tasks {
		group.Go(func() error {
			if err := r.applyWorkload(groupCtx, t); err != nil || !r.options.Wait {
				return err
			}
			return r.awaitTask(groupCtx, t, true, func(v status.WorkloadStatus) bool { return v.IsReady })
		})
	}
	group.Go(func() error {
		for _, t := range tasks {
			select {
			case <-groupCtx.Done():
				return nil // one of the others says why
			case <-t.applied:
			}
		}
		return allApplied()
	})
	return r.timeoutOf(ctx, group.Wait(), began, tasks)
}

// tasks returns the workloads of the plan with their dependencies, from which those of a cycle are left out.
func (r *run) tasks() ([]*task, error) {
	var out []*task
	r.byService = map[string][]*task{}
	for _, s := range r.plan.Steps {
		if !s.Ref.IsWorkload() {
			continue
		}
		dependencies, err := resource.DependenciesOf(s.Desired)
		if err != nil {
			return nil, err
		}
		if r.options.Unordered {
			dependencies = nil
		}
		t := &task{step: s, dependencies: dependencies, applied: make(chan struct{})}
		out = append(out, t)
		for _, name := range s.Services {
			r.byService[name] = append(r.byService[name], t)
		}
	}
	for _, broken := range breakCycles(out, r.byService) {
		r.sink.Warn("%s", broken)
	}
	return out, nil
}

// mustWatch reports whether anything has to be waited for.
func (r *run) mustWatch(tasks []*task) bool {
	for _, t := range tasks {
		if r.options.Wait || t.step.Action != plan.Unchanged && len(t.dependencies) > 0 {
			return true
		}
	}
	return false
}

// applyPrerequisites applies everything that is not a workload: what workloads need to find when they start.
func (r *run) applyPrerequisites(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range r.plan.Steps {
		if !s.Ref.IsWorkload() {
			group.Go(func() error {
				_, err := r.apply(ctx, s)
				return err
			})
		}
	}
	return group.Wait()
}

// applyWorkload applies a workload as soon as its own dependencies allow it.
func (r *run) applyWorkload(ctx context.Context, t *task) error {
	if t.step.Action != plan.Unchanged {
		for _, name := range resource.SortedKeys(t.dependencies) {
			if err := r.awaitDependency(ctx, t, name, t.dependencies[name]); err != nil {
				return err
			}
		}
	}
	result, err := r.apply(ctx, t.step)
	if err != nil {
		return err
	}
	t.result = result
	close(t.applied)
	return nil
}

// awaitDependency waits until a dependency is in the condition that depends_on asks for.
func (r *run) awaitDependency(ctx context.Context, t *task, name string, d resource.Dependency) error {
	if !d.Required {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, optionalPatience, errOptional)
		defer stop()
	}
	for _, other := range r.byService[name] {
		r.sink.Tell(event.Waiting{Ref: t.step.Ref, Services: t.step.Services, State: "waiting", Reason: fmt.Sprintf("for %s (%s)", name, d.Condition)})
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-other.applied:
		}
		err := r.awaitTask(ctx, other, d.Required, func(s status.WorkloadStatus) bool { return holds(d, s) })
		if err != nil && !d.Required && !errors.Is(err, api.ErrTimeUp) && (ctx.Err() == nil || errors.Is(context.Cause(ctx), errOptional)) {
			r.sink.Warn("%s goes on without %s, which it does not require: %v", t.step.Ref, name, err)
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
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
			if !v.IsReady && !holds(v) {
				r.sink.Tell(waiting(t, v))
			}
		}
		return holds(v) || v.Failure != nil
	})
	if err != nil {
		return err
	}
	if v.Failure != nil && !holds(v) {
		failed := event.Failed{Ref: t.step.Ref, Services: t.step.Services, Reason: v.Failure.Reason, Message: v.Failure.Message}
		failed.Logs = status.LastLines(ctx, r.client, r.options.Namespace, v.Failure)
		if isRequired && r.isNews(failed.Ref) {
			r.sink.Tell(failed)
		}
		return &event.FailedError{Failures: []event.Failed{failed}}
	}
	if v.IsReady {
		r.sink.Tell(event.Ready{Ref: t.step.Ref, Services: t.step.Services, Desired: v.Desired, State: v.State})
	}
	return nil
}

// apply does one step, and returns the object as it is then.
func (r *run) apply(ctx context.Context, s *plan.Step) (*unstructured.Unstructured, error) {
	if s.Action == plan.Unchanged {
		return s.Live, nil
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-r.slots }()
	r.sink.Tell(event.Changing{Ref: s.Ref, Action: s.Action})
	result, err := r.change(ctx, s)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			return nil, cause
		}
		return nil, err
	}
	r.sink.Tell(event.Changed{Ref: s.Ref, Action: s.Action})
	return result, nil
}

func (r *run) change(ctx context.Context, s *plan.Step) (*unstructured.Unstructured, error) {
	namespace := r.options.Namespace
	if err := r.retire(ctx, s); err != nil {
		return nil, err
	}
	if s.Action == plan.Recreate {
		if err := r.makeWay(ctx, s); err != nil {
			return nil, err
		}
	}
	if s.Action == plan.Restart {
		return workload.RestartPods(ctx, r.client, s.Ref, namespace)
	}
	result, err := r.client.Apply(ctx, s.Desired, namespace, api.ApplyOptions{Force: s.Force, Checked: s.Checked || s.Result != nil})
	if apierrors.IsConflict(err) && len(plan.ConflictingManagers(err)) > 0 {
		conflict := plan.FieldConflict(s.Ref, err) // somebody was quicker, after the plan was made
		return nil, fmt.Errorf("apply %s: %s; %s", s.Ref, conflict.Message, conflict.Help)
	}
	if err != nil {
		return nil, r.client.Explain(err, fmt.Sprintf("apply %s", s.Ref))
	}
	if s.Live != nil && s.Action == plan.Update && resource.IsStopped(s.Live) {
		if result, err = workload.Wake(ctx, r.client, result, namespace); err != nil {
			return nil, err
		}
	}
	if s.Action == plan.Update && r.options.ForceRecreate && resource.Restartable(s.Ref.Kind) && !plan.ChangesPods(s) {
		return workload.RestartPods(ctx, r.client, s.Ref, namespace)
	}
	return result, nil
}
