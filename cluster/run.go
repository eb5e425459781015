package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// run carries out one plan.
type run struct {
	client  *Client
	plan    *Plan
	options UpOptions
	sink    Sink

	picture   *picture
	byService map[string][]*task
	slots     chan struct{} // bounds the requests in flight
	failed    sync.Map      // references of workloads whose failure has been told
}

// task is one workload of a run.
type task struct {
	step         *Step
	dependencies map[string]dependency
	applied      chan struct{}
	result       *unstructured.Unstructured // what was applied; valid once applied is closed
}

// optionalPatience is how long a run waits for a dependency that the project can do without.
const optionalPatience = time.Minute

// do changes what the plan wants changed and waits where it has to. Once the last object is applied, allApplied is
// called, while readiness is still being waited for.
func (r *run) do(ctx context.Context, allApplied func() error) error {
	began := time.Now()
	r.slots = make(chan struct{}, inFlight)
	tasks, err := r.tasks()
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	if r.mustWatch(tasks) {
		r.picture, err = r.client.watch(watching, r.options.Project, r.options.Namespace)
		if err != nil {
			return err
		}
		if err := r.picture.synced(ctx); err != nil {
			return r.outOfTime(ctx, err, began, tasks)
		}
	}
	if err := r.applyGround(ctx); err != nil {
		return r.outOfTime(ctx, err, began, tasks)
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for _, t := range tasks {
		group.Go(func() error {
			if err := r.applyWorkload(groupCtx, t); err != nil || !r.options.Wait {
				return err
			}
			return r.awaitTask(groupCtx, t, true, func(v verdict) bool { return v.isReady })
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
	return r.outOfTime(ctx, group.Wait(), began, tasks)
}

// tasks returns the workloads of the plan with their dependencies, from which those of a cycle are left out.
func (r *run) tasks() ([]*task, error) {
	var out []*task
	r.byService = map[string][]*task{}
	for _, s := range r.plan.Steps {
		if !s.Ref.isWorkload() {
			continue
		}
		dependencies, err := dependenciesOf(s.Desired)
		if err != nil {
			return nil, err
		}
		t := &task{step: s, dependencies: dependencies, applied: make(chan struct{})}
		out = append(out, t)
		for _, name := range s.Services {
			r.byService[name] = append(r.byService[name], t)
		}
	}
	for _, broken := range breakCycles(out, r.byService) {
		r.sink.warn("%s", broken)
	}
	return out, nil
}

// mustWatch reports whether anything has to be waited for.
func (r *run) mustWatch(tasks []*task) bool {
	for _, t := range tasks {
		if r.options.Wait || t.step.Action != Unchanged && len(t.dependencies) > 0 {
			return true
		}
	}
	return false
}

// applyGround applies everything that is not a workload: what workloads need to find when they start.
func (r *run) applyGround(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range r.plan.Steps {
		if !s.Ref.isWorkload() {
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
	if t.step.Action != Unchanged {
		for _, name := range sortedKeys(t.dependencies) {
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
func (r *run) awaitDependency(ctx context.Context, t *task, name string, d dependency) error {
	if !d.Required {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, optionalPatience, errOptional)
		defer stop()
	}
	for _, other := range r.byService[name] {
		r.sink.tell(Waiting{Ref: t.step.Ref, Services: t.step.Services, State: "waiting", Reason: fmt.Sprintf("for %s (%s)", name, d.Condition)})
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-other.applied:
		}
		err := r.awaitTask(ctx, other, d.Required, d.holds)
		if err != nil && !d.Required && !errors.Is(err, errTimeUp) && (ctx.Err() == nil || errors.Is(context.Cause(ctx), errOptional)) {
			r.sink.warn("%s goes on without %s, which it does not require: %v", t.step.Ref, name, err)
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
func (d dependency) holds(v verdict) bool {
	if d.Condition == conditionStarted || d.Condition == "" {
		return v.started || v.isReady
	}
	return v.isReady
}

// awaitTask waits for a workload that was applied, telling what it waits for, and fails as soon as waiting is in vain.
func (r *run) awaitTask(ctx context.Context, t *task, isRequired bool, holds func(verdict) bool) error {
	var last, v verdict
	err := r.picture.await(ctx, func() bool {
		v = r.picture.judge(t.result)
		if v.state != last.state || v.reason != last.reason || v.ready != last.ready {
			last = v
			if !v.isReady && !holds(v) {
				r.sink.tell(waiting(t, v))
			}
		}
		return holds(v) || v.doomed != nil
	})
	if err != nil {
		return err
	}
	if v.doomed != nil && !holds(v) {
		failed := Failed{Ref: t.step.Ref, Services: t.step.Services, Reason: v.doomed.reason, Message: v.doomed.message}
		failed.Logs = r.client.lastLines(ctx, r.options.Namespace, v.doomed)
		if isRequired && r.isNews(failed.Ref) {
			r.sink.tell(failed)
		}
		return &FailedError{Failures: []Failed{failed}}
	}
	if v.isReady {
		r.sink.tell(Ready{Ref: t.step.Ref, Services: t.step.Services, Desired: v.desired, State: v.state})
	}
	return nil
}

// apply does one step, and returns the object as it is then.
func (r *run) apply(ctx context.Context, s *Step) (*unstructured.Unstructured, error) {
	if s.Action == Unchanged {
		return s.Live, nil
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-r.slots }()
	r.sink.tell(Changing{Ref: s.Ref, Action: s.Action})
	result, err := r.change(ctx, s)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			return nil, cause
		}
		return nil, err
	}
	r.sink.tell(Changed{Ref: s.Ref, Action: s.Action})
	return result, nil
}

func (r *run) change(ctx context.Context, s *Step) (*unstructured.Unstructured, error) {
	namespace := r.options.Namespace
	if err := r.retire(ctx, s); err != nil {
		return nil, err
	}
	if s.Action == Recreate {
		if err := r.makeWay(ctx, s); err != nil {
			return nil, err
		}
	}
	if s.Action == Restart {
		return r.client.restartPods(ctx, s.Ref, namespace)
	}
	result, err := r.client.apply(ctx, s.Desired, namespace, applyOptions{force: s.force, checked: s.Result != nil})
	if apierrors.IsConflict(err) && len(conflictingManagers(err)) > 0 {
		conflict := fieldConflict(s.Ref, err) // somebody was quicker, after the plan was made
		return nil, fmt.Errorf("apply %s: %s; %s", s.Ref, conflict.Message, conflict.Help)
	}
	if err != nil {
		return nil, r.client.explain(err, fmt.Sprintf("apply %s", s.Ref))
	}
	if s.Live != nil && s.Action == Update && isStopped(s.Live) {
		if result, err = r.client.wake(ctx, result, namespace); err != nil {
			return nil, err
		}
	}
	if s.Action == Update && r.options.ForceRecreate && restartable(s.Ref.Kind) && !changesPods(s) {
		return r.client.restartPods(ctx, s.Ref, namespace)
	}
	return result, nil
}
