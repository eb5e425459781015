// Package apply carries a plan out: it applies in the order of the dependencies, waits, tells what cannot become ready, and
// removes.
package apply

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
	"github.com/transship/transship/cluster/workload"
)

// run carries out one plan.
type run struct {
	client  *api.Conn
	plan    *plan.Plan
	options plan.Options
	sink    event.Sink

	state     *status.LiveState
	byService map[string][]*task
	slots     chan struct{}           // bounds the requests in flight
	failed    sync.Map                // references of workloads whose failure has been told
	retired   sync.Map                // how each replaced workload is removed, by uid: several may take its place
	lock      *inventory.Lock         // nil for a run that changes nothing
	giveUp    context.CancelCauseFunc // ends the run
	// follows reports whether a dependency matters; nil is for all of them.
	follows func(resource.Dependency) bool
	// makes does a step; nil is what up does.
	makes func(context.Context, *plan.Step) (*unstructured.Unstructured, error)
	// awaits reports whether the run waits for a workload that nothing depends on; nil is for all of them.
	awaits func(*task) bool
	// isUp reports whether what is awaited has come far enough; nil asks for readiness.
	isUp func(status.WorkloadStatus) bool
}

// task is one workload of a run.
type task struct {
	step         *plan.Step
	dependencies map[string]resource.Dependency
	applied      chan struct{}
	dropped      chan struct{}              // closed when it is known that it will not be applied
	result       *unstructured.Unstructured // what was applied; valid once applied is closed
}

func newTask(s *plan.Step, dependencies map[string]resource.Dependency) *task {
	return &task{step: s, dependencies: dependencies, applied: make(chan struct{}), dropped: make(chan struct{})}
}

// do changes what the plan wants changed and waits where it has to. A workload that cannot become what the project wants
// ends what depends on it, and nothing else. Once everything is applied that can be, settled is called, while readiness is
// still being waited for; complete says that nothing had to be left out.
func (r *run) do(ctx context.Context, settled func(complete bool) error) error {
	began := time.Now()
	r.slots = make(chan struct{}, api.InFlight)
	tasks, err := r.tasks()
	if err != nil {
		return err
	}
	ctx, r.giveUp = context.WithCancelCause(ctx)
	defer r.giveUp(nil)
	if r.mustWatch(tasks) {
		r.state, err = status.Watch(ctx, r.client, r.options.Project, r.options.Namespace)
		if err != nil {
			return err
		}
		if err := r.state.Synced(ctx); err != nil {
			return r.timeoutOf(ctx, err, began, tasks)
		}
		go r.giveWay(ctx)
	}
	if err := r.applyPrerequisites(ctx); err != nil {
		return r.timeoutOf(ctx, err, began, tasks)
	}
	var running sync.WaitGroup
	results := make([]error, len(tasks))
	for i, t := range tasks {
		running.Go(func() { results[i] = r.bring(ctx, t) })
	}
	running.Go(func() {
		if err := whenSettled(ctx, tasks, settled); err != nil {
			r.giveUp(err)
		}
	})
	running.Wait()
	for range looksAgain {
		if ctx.Err() != nil || !r.awaitAgain(ctx, tasks, results) {
			break
		}
	}
	if ctx.Err() != nil {
		return r.timeoutOf(ctx, context.Cause(ctx), began, tasks)
	}
	return outcome(results)
}

// whenSettled calls settled when each workload is applied or left out.
func whenSettled(ctx context.Context, tasks []*task, settled func(complete bool) error) error {
	complete := true
	for _, t := range tasks {
		select {
		case <-ctx.Done():
			return nil // somebody else says why
		case <-t.applied:
		case <-t.dropped:
			complete = false
		}
	}
	return settled(complete)
}

// bring applies a workload and waits for it.
func (r *run) bring(ctx context.Context, t *task) error {
	if err := r.applyWorkload(ctx, t); err != nil {
		close(t.dropped)
		return r.refused(ctx, t, err)
	}
	if !r.options.Wait || r.awaits != nil && !r.awaits(t) {
		return nil
	}
	isUp := r.isUp
	if isUp == nil {
		isUp = func(v status.WorkloadStatus) bool { return v.IsReady }
	}
	return r.awaitTask(ctx, t, true, isUp)
}

// looksAgain is how often a run waits once more for what was ready and is not any longer. It is bounded for what goes up and down
// again and again, without an error.
const looksAgain = 3

// awaitAgain waits for the workloads that were ready, and have ceased to be while the run waited for others: a container that
// crashes passes for ready where the kubelet tells of its end late. It reports whether there were any.
func (r *run) awaitAgain(ctx context.Context, tasks []*task, results []error) bool {
	if !r.options.Wait || r.isUp != nil {
		return false
	}
	var running sync.WaitGroup
	found := false
	for i, t := range tasks {
		if results[i] != nil || t.step.Ref.Kind == "Job" || r.awaits != nil && !r.awaits(t) { // what has ended may be removed
			continue
		}
		var is status.WorkloadStatus
		if r.state.View(func() { is = r.state.Status(t.result) }); is.IsReady {
			continue
		}
		found = true
		running.Go(func() {
			results[i] = r.awaitTask(ctx, t, true, func(v status.WorkloadStatus) bool { return v.IsReady })
		})
	}
	running.Wait()
	return found
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
		maps.DeleteFunc(dependencies, func(_ string, d resource.Dependency) bool { return r.follows != nil && !r.follows(d) })
		t := newTask(s, dependencies)
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
	makes := r.makes
	if makes == nil {
		makes = r.change
	}
	result, err := makes(ctx, s)
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
	restarts := s.Follows != "" || r.options.ForceRecreate && resource.Restartable(s.Ref.Kind)
	if s.Action == plan.Update && restarts && !plan.ChangesPods(s) {
		return workload.RestartPods(ctx, r.client, s.Ref, namespace)
	}
	return result, nil
}
