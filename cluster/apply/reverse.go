package apply

import (
	"context"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// ending puts workloads that are going to end in their order.
func ending(workloads []*unstructured.Unstructured, sink event.Sink) (tasks []*task, byService map[string][]*task) {
	byService = map[string][]*task{}
	for _, o := range workloads {
		dependencies, err := resource.DependenciesOf(o)
		if err != nil {
			sink.Warn("%v", err)
		}
		t := newTask(&plan.Step{Ref: resource.RefOf(o), Services: resource.ServicesOf(o), Live: o}, dependencies)
		tasks = append(tasks, t)
		for _, name := range t.step.Services {
			byService[name] = append(byService[name], t)
		}
	}
	breakCycles(tasks, byService)
	return tasks, byService
}

// inReverse does something with each workload as soon as it has been done with all workloads that depend on it. The first
// error ends it.
func inReverse(ctx context.Context, tasks []*task, byService map[string][]*task, do func(context.Context, *task) error) error {
	dependents := map[*task][]*task{}
	through := map[*task]chan struct{}{}
	for _, t := range tasks {
		through[t] = make(chan struct{})
		for _, name := range resource.SortedKeys(t.dependencies) {
			for _, other := range byService[name] {
				dependents[other] = append(dependents[other], t)
			}
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, t := range tasks {
		group.Go(func() error {
			for _, other := range dependents[t] {
				select {
				case <-ctx.Done():
					return context.Cause(ctx)
				case <-through[other]:
				}
			}
			err := do(ctx, t)
			if err == nil {
				close(through[t])
			}
			return err
		})
	}
	return group.Wait()
}
