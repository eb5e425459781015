package apply

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/workload"
)

// removal takes objects away.
type removal struct {
	client    *api.Conn
	namespace string
	grace     *time.Duration
	sink      event.Sink
}

// remove deletes objects and waits until they are gone: first workloads, dependents before their dependencies, then the
// rest at once.
func (r *removal) remove(ctx context.Context, objects []*unstructured.Unstructured) error {
	var workloads, ground []*unstructured.Unstructured
	for _, o := range objects {
		if resource.RefOf(o).IsWorkload() {
			workloads = append(workloads, o)
		} else {
			ground = append(ground, o)
		}
	}
	if err := r.removeWorkloads(ctx, workloads); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(api.InFlight)
	for _, o := range ground {
		group.Go(func() error { return r.removeOne(ctx, o) })
	}
	return group.Wait()
}

func (r *removal) removeWorkloads(ctx context.Context, workloads []*unstructured.Unstructured) error {
	tasks, byService := ending(workloads, r.sink)
	if r.grace != nil && len(workloads) > 0 {
		defer workload.Hurry(ctx, r.client, workloads[0].GetLabels()[resource.LabelInstance], r.namespace, workloads, *r.grace)()
	}
	return inReverse(ctx, tasks, byService, func(ctx context.Context, t *task) error { return r.removeOne(ctx, t.step.Live) })
}

// removeOne deletes an object with what belongs to it, and returns when it is gone.
func (r *removal) removeOne(ctx context.Context, o *unstructured.Unstructured) error {
	ref := resource.RefOf(o)
	r.sink.Tell(event.Changing{Ref: ref, Action: plan.Delete})
	propagation := metav1.DeletePropagationBackground
	var grace *int64
	if ref.IsWorkload() {
		propagation = metav1.DeletePropagationForeground
		if r.grace != nil {
			seconds := int64(r.grace.Round(time.Second) / time.Second)
			grace = &seconds
			if err := workload.EndPods(ctx, r.client, []*unstructured.Unstructured{o}, r.namespace, *r.grace); err != nil {
				return err
			}
		}
	}
	if err := r.client.Remove(ctx, o, r.namespace, propagation, grace); err != nil {
		return err
	}
	if err := awaitGone(ctx, r.client, o, r.namespace, r.sink); err != nil {
		return err
	}
	r.sink.Tell(event.Removed{Ref: ref})
	return nil
}

// removeOrphans deletes what the project no longer has.
func (r *run) removeOrphans(ctx context.Context) error {
	rm := &removal{client: r.client, namespace: r.options.Namespace, sink: r.sink}
	var objects []*unstructured.Unstructured
	for _, ref := range r.plan.Orphans {
		live, err := r.client.Get(ctx, ref, r.options.Namespace)
		if err != nil {
			return err
		}
		if live != nil && resource.IsOurs(live, r.options.Project) {
			objects = append(objects, live)
		}
	}
	return rm.remove(ctx, objects)
}

// awaitGone returns when an object has disappeared; one of the same name made later does not count. If that takes more than
// a moment, it is told why.
func awaitGone(ctx context.Context, c *api.Conn, o *unstructured.Unstructured, namespace string, sink event.Sink) error {
	const aMoment = time.Second
	began, told := time.Now(), false
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		live, err := c.Get(ctx, resource.RefOf(o), namespace)
		if err != nil || live == nil || live.GetUID() != o.GetUID() {
			return err
		}
		missing := event.Waiting{Ref: resource.RefOf(o), Services: resource.ServicesOf(o), State: "being deleted", Reason: holding(live)}
		if !told && time.Since(began) > aMoment {
			told = true
			sink.Tell(missing)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			if errors.Is(context.Cause(ctx), api.ErrTimeUp) {
				return &event.TimeoutError{Missing: []event.Waiting{missing}, Verb: "disappear"}
			}
			return context.Cause(ctx)
		case <-timer.C:
		}
	}
}

// holding says what an object that is being deleted still waits for.
func holding(o *unstructured.Unstructured) string {
	var reasons []string
	for _, f := range o.GetFinalizers() {
		switch f {
		case metav1.FinalizerDeleteDependents:
			reasons = append(reasons, "its Pods are still to end")
		case "kubernetes.io/pvc-protection":
			reasons = append(reasons, "a Pod still uses it")
		default:
			reasons = append(reasons, "somebody holds it by the finalizer "+f)
		}
	}
	return strings.Join(reasons, "; ")
}

// RemovePod deletes a Pod, whose process gets a time to end or, with nil, what the Pod says, and returns when it is gone.
func RemovePod(ctx context.Context, c *api.Conn, namespace, pod string, grace *time.Duration) error {
	live, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "Pod", Name: pod}, namespace)
	if err != nil || live == nil {
		return err
	}
	r := &removal{client: c, namespace: namespace, grace: grace}
	return r.removeOne(ctx, live)
}
