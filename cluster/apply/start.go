package apply

import (
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
	"github.com/transship/transship/cluster/workload"
)

// StartOptions say which stopped workloads are brought back.
type StartOptions struct {
	Project   string
	Namespace string
	Services  []string // only these, and what they depend on; empty is everything
	// Wakes reports whether a workload is one that is meant; nil is every one that was stopped.
	Wakes   func(*unstructured.Unstructured) bool
	Wait    bool          // until a Pod of each service has started
	Ready   bool          // with Wait: until everything is ready, also what was not stopped; one-shots run to their end by themselves
	Timeout time.Duration // of the whole run; 0 is no bound
}

// Start brings stopped workloads back in the order of their dependencies: each once what it depends on is in the condition
// that its depends_on asks for.
func Start(ctx context.Context, c *api.Conn, o StartOptions, sink event.Sink) error {
	sink = event.OneAtATime(sink)
	ctx, stop := bounded(ctx, o.Timeout)
	defer stop()
	all, err := find.Workloads(ctx, c, o.Project, o.Namespace, nil)
	if err != nil {
		return err
	}
	chosen, err := find.Workloads(ctx, c, o.Project, o.Namespace, o.Services)
	if err != nil {
		return err
	}
	if len(o.Services) > 0 {
		workload.WarnOfShared(chosen, o.Services, sink)
	}
	wakes := o.Wakes
	if wakes == nil {
		wakes = resource.IsStopped
	}
	steps, err := startSteps(all, chosen, wakes)
	if err != nil {
		return err
	}
	isChosen := map[string]bool{}
	for _, w := range chosen {
		isChosen[resource.RefOf(w).Id()] = true
	}
	r := &run{
		client: c, plan: &plan.Plan{Project: o.Project, Namespace: o.Namespace, Steps: steps}, sink: sink,
		options: plan.Options{Project: o.Project, Namespace: o.Namespace, Wait: o.Wait, Timeout: o.Timeout},
		makes: func(ctx context.Context, s *plan.Step) (*unstructured.Unstructured, error) {
			return workload.Wake(ctx, c, s.Live, o.Namespace)
		},
		awaits: func(t *task) bool {
			return t.step.Ref.Kind != "Job" && (t.step.Action == plan.Start || o.Ready && isChosen[t.step.Ref.Id()])
		},
	}
	become := "become ready"
	if !o.Ready {
		r.isUp, become = func(v status.WorkloadStatus) bool { return v.Started || v.IsReady }, "start"
	}
	return timedOut(ctx, r.do(ctx, func(bool) error { return nil }), o.Timeout, become)
}

// startSteps returns the steps that bring workloads back, with what they depend on as it is.
func startSteps(all, chosen []*unstructured.Unstructured, wakes func(*unstructured.Unstructured) bool) ([]*plan.Step, error) {
	isIn := map[string]bool{}
	queue := slices.Clone(chosen)
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		if isIn[resource.RefOf(w).Id()] {
			continue
		}
		isIn[resource.RefOf(w).Id()] = true
		dependencies, err := resource.DependenciesOf(w)
		if err != nil {
			return nil, err
		}
		for _, other := range all {
			if slices.ContainsFunc(resource.ServicesOf(other), func(name string) bool { _, is := dependencies[name]; return is }) {
				queue = append(queue, other)
			}
		}
	}
	var out []*plan.Step
	for _, w := range all {
		if !isIn[resource.RefOf(w).Id()] {
			continue
		}
		s := &plan.Step{Ref: resource.RefOf(w), Services: resource.ServicesOf(w), Action: plan.Unchanged, Desired: w, Live: w}
		if wakes(w) {
			s.Action = plan.Start
		}
		out = append(out, s)
	}
	return out, nil
}
