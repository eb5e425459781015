package apply

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/workload"
)

// RestartOptions say which workloads are restarted.
type RestartOptions struct {
	Project   string
	Namespace string
	Services  []string       // only these, and what asks to be restarted with them; empty is everything
	NoDeps    bool           // without what asks to be restarted with them
	Grace     *time.Duration // what containers get to end by themselves; nil leaves it to their Pods and the update strategy
	Wait      bool           // until everything is ready; without it, only for what others are restarted after
	Timeout   time.Duration  // of the whole run; 0 is no bound
}

// Restart replaces the Pods of workloads. What has restart: true in its depends_on is restarted after what it depends on,
// once that is in the condition that it asks for.
func Restart(ctx context.Context, c *api.Conn, o RestartOptions, sink event.Sink) error {
	sink = event.OneAtATime(sink)
	ctx, stop := bounded(ctx, o.Timeout)
	defer stop()
	chosen, err := find.Workloads(ctx, c, o.Project, o.Namespace, o.Services)
	if err != nil {
		return err
	}
	workload.WarnOfShared(chosen, o.Services, sink)
	if len(o.Services) > 0 && !o.NoDeps {
		all, err := find.Workloads(ctx, c, o.Project, o.Namespace, nil)
		if err != nil {
			return err
		}
		if chosen, err = withFollowers(all, chosen); err != nil {
			return err
		}
	}
	if o.Grace != nil && len(chosen) > 0 {
		defer workload.Hurry(ctx, c, o.Project, o.Namespace, chosen, *o.Grace)()
	}
	p := &plan.Plan{Project: o.Project, Namespace: o.Namespace}
	for _, w := range chosen {
		s := &plan.Step{Ref: resource.RefOf(w), Services: resource.ServicesOf(w), Action: plan.Restart, Desired: w, Live: w}
		if !resource.Restartable(w.GetKind()) && !resource.IsStopped(w) {
			sink.Warn("%s is not restarted: it runs to its end, and `up --force-recreate` runs it again", s.Ref)
			s.Action = plan.Unchanged
		}
		p.Steps = append(p.Steps, s)
	}
	r := &run{
		client: c, plan: p, sink: sink,
		options: plan.Options{Project: o.Project, Namespace: o.Namespace, Wait: o.Wait, Timeout: o.Timeout},
		follows: func(d resource.Dependency) bool { return d.Restart },
		makes: func(ctx context.Context, s *plan.Step) (*unstructured.Unstructured, error) {
			return restart(ctx, c, s.Live, o)
		},
		awaits: func(t *task) bool { return t.step.Ref.Kind != "Job" && t.step.Action == plan.Restart },
	}
	return timedOut(ctx, r.do(ctx, func(bool) error { return nil }), o.Timeout, "become ready")
}

// restart replaces the Pods of a workload; what was stopped is started, as docker compose does it.
func restart(ctx context.Context, c *api.Conn, o *unstructured.Unstructured, how RestartOptions) (*unstructured.Unstructured, error) {
	if resource.IsStopped(o) {
		return workload.Wake(ctx, c, o, how.Namespace)
	}
	if how.Grace != nil {
		if err := workload.EndPods(ctx, c, []*unstructured.Unstructured{o}, how.Namespace, *how.Grace); err != nil {
			return nil, err
		}
	}
	return workload.RestartPods(ctx, c, resource.RefOf(o), how.Namespace)
}

// withFollowers adds to some workloads those that are to be restarted with them, and with those.
func withFollowers(all, chosen []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	isIn := map[string]bool{}
	names := map[string]bool{}
	out := chosen
	for _, w := range chosen {
		isIn[resource.RefOf(w).Id()] = true
		for _, name := range resource.ServicesOf(w) {
			names[name] = true
		}
	}
	for grows := true; grows; {
		grows = false
		for _, w := range all {
			dependencies, err := resource.DependenciesOf(w)
			if err != nil {
				return nil, err
			}
			for name, d := range dependencies {
				if !d.Restart || !names[name] || isIn[resource.RefOf(w).Id()] {
					continue
				}
				isIn[resource.RefOf(w).Id()], grows = true, true
				out = append(out, w)
				for _, own := range resource.ServicesOf(w) {
					names[own] = true
				}
			}
		}
	}
	return out, nil
}
