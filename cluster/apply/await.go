package apply

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// AwaitReady waits until workloads are as they were last changed. Timeout 0 is no bound.
func AwaitReady(ctx context.Context, c *api.Conn, project, namespace string, workloads []*unstructured.Unstructured, timeout time.Duration, sink event.Sink) error {
	o := plan.Options{Project: project, Namespace: namespace, Wait: true, Timeout: timeout}
	ctx, stop := bounded(ctx, timeout)
	defer stop()
	p := &plan.Plan{Project: project, Namespace: namespace}
	for _, w := range workloads {
		p.Steps = append(p.Steps, &plan.Step{Ref: resource.RefOf(w), Services: resource.ServicesOf(w), Action: plan.Unchanged, Desired: w, Live: w})
	}
	r := &run{client: c, plan: p, options: o, sink: event.OneAtATime(sink)}
	return r.do(ctx, func(bool) error { return nil })
}

// AwaitStart returns when the container of a Pod that was just created has started or ended.
func AwaitStart(ctx context.Context, c *api.Conn, p *status.LiveState, pod *unstructured.Unstructured, service string, sink event.Sink) error {
	t := newTask(&plan.Step{Ref: resource.RefOf(pod), Services: []string{service}}, nil)
	t.result = pod
	r := &run{client: c, options: plan.Options{Namespace: pod.GetNamespace()}, sink: sink, state: p}
	return r.awaitTask(ctx, t, true, func(v status.WorkloadStatus) bool {
		return v.Started || v.Failure != nil && v.Failure.Reason == "Failed"
	})
}
