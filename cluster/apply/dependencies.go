package apply

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// AwaitDependencies waits until what a workload depends on is in the conditions that its depends_on asks for. The workload
// itself need not be on the cluster. Timeout 0 is no bound.
func AwaitDependencies(ctx context.Context, c *api.Conn, project, namespace string, dependent *unstructured.Unstructured, timeout time.Duration, sink event.Sink) error {
	dependencies, err := resource.DependenciesOf(dependent)
	if err != nil || len(dependencies) == 0 {
		return err
	}
	own := resource.ServicesOf(dependent)
	ctx, stop := bounded(ctx, timeout)
	defer stop()
	began := time.Now()
	workloads, err := find.Workloads(ctx, c, project, namespace, nil)
	if err != nil {
		return err
	}
	p := &plan.Plan{Project: project, Namespace: namespace}
	for _, w := range workloads {
		p.Steps = append(p.Steps, &plan.Step{Ref: resource.RefOf(w), Services: resource.ServicesOf(w), Action: plan.Unchanged, Desired: w, Live: w})
	}
	r := &run{client: c, plan: p, options: plan.Options{Project: project, Namespace: namespace, Timeout: timeout}, sink: event.OneAtATime(sink)}
	tasks, err := r.tasks()
	if err != nil {
		return err
	}
	for _, t := range tasks {
		t.result = t.step.Live
		close(t.applied)
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	if r.state, err = status.Watch(watching, c, project, namespace); err != nil {
		return err
	}
	t := newTask(&plan.Step{Ref: resource.RefOf(dependent), Services: own}, dependencies)
	for _, name := range resource.SortedKeys(dependencies) {
		if len(r.byService[name]) == 0 && dependencies[name].Required && !resource.Stands(dependent, name) {
			return fmt.Errorf("service %s, which %s depends on, is not on the cluster: `transship up %s` makes it", name, own[0], name)
		}
		if err := r.awaitDependency(ctx, t, name, dependencies[name]); err != nil {
			return r.timeoutOf(ctx, err, began, r.byService[name])
		}
	}
	return nil
}
