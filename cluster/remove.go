package cluster

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// removal takes objects away.
type removal struct {
	client    *Client
	namespace string
	grace     *time.Duration
	sink      Sink
}

// remove deletes objects and waits until they are gone: first workloads, dependents before their dependencies, then the
// rest at once.
func (r *removal) remove(ctx context.Context, objects []*unstructured.Unstructured) error {
	var workloads, ground []*unstructured.Unstructured
	for _, o := range objects {
		if RefOf(o).isWorkload() {
			workloads = append(workloads, o)
		} else {
			ground = append(ground, o)
		}
	}
	if err := r.removeWorkloads(ctx, workloads); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for _, o := range ground {
		group.Go(func() error { return r.removeOne(ctx, o) })
	}
	return group.Wait()
}

func (r *removal) removeWorkloads(ctx context.Context, workloads []*unstructured.Unstructured) error {
	var tasks []*task
	byService := map[string][]*task{}
	for _, o := range workloads {
		dependencies, err := dependenciesOf(o)
		if err != nil {
			r.sink.warn("%v", err)
		}
		t := &task{step: &Step{Ref: RefOf(o), Live: o}, dependencies: dependencies, applied: make(chan struct{})}
		tasks = append(tasks, t)
		for _, name := range servicesOf(o) {
			byService[name] = append(byService[name], t)
		}
	}
	breakCycles(tasks, byService)
	dependents := map[*task][]*task{}
	for _, t := range tasks {
		for _, name := range sortedKeys(t.dependencies) {
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
				case <-other.applied:
				}
			}
			err := r.removeOne(ctx, t.step.Live)
			if err == nil {
				close(t.applied)
			}
			return err
		})
	}
	return group.Wait()
}

// removeOne deletes an object with what belongs to it, and returns when it is gone.
func (r *removal) removeOne(ctx context.Context, o *unstructured.Unstructured) error {
	ref := RefOf(o)
	r.sink.tell(Changing{Ref: ref, Action: Delete})
	propagation := metav1.DeletePropagationBackground
	var grace *int64
	if ref.isWorkload() {
		propagation = metav1.DeletePropagationForeground
		if r.grace != nil {
			seconds := int64(r.grace.Round(time.Second) / time.Second)
			grace = &seconds
		}
	}
	if err := r.client.remove(ctx, o, r.namespace, propagation, grace); err != nil {
		return err
	}
	if grace != nil && ref.Kind != "Pod" {
		if err := r.endPods(ctx, o, *grace); err != nil {
			return err
		}
	}
	if err := r.client.awaitGone(ctx, o, r.namespace, r.sink); err != nil {
		return err
	}
	r.sink.tell(Removed{Ref: ref})
	return nil
}

// endPods asks the Pods of a workload to end within a time: the deletion of their owner cannot say so for them.
func (r *removal) endPods(ctx context.Context, o *unstructured.Unstructured, grace int64) error {
	selector := labelInstance + "=" + o.GetLabels()[labelInstance] + "," + labelName + "=" + o.GetLabels()[labelName]
	pods, err := r.client.list(ctx, "v1", "Pod", r.namespace, selector)
	if err != nil {
		return err
	}
	for i := range pods {
		if err := r.client.remove(ctx, &pods[i], r.namespace, metav1.DeletePropagationBackground, &grace); err != nil {
			return err
		}
	}
	return nil
}

// removeOrphans deletes what the project no longer has.
func (r *run) removeOrphans(ctx context.Context) error {
	rm := &removal{client: r.client, namespace: r.options.Namespace, sink: r.sink}
	var objects []*unstructured.Unstructured
	for _, ref := range r.plan.Orphans {
		live, err := r.client.get(ctx, ref, r.options.Namespace)
		if err != nil {
			return err
		}
		if live != nil && isOurs(live, r.options.Project) {
			objects = append(objects, live)
		}
	}
	return rm.remove(ctx, objects)
}

// awaitGone returns when an object has disappeared; one of the same name made later does not count. If that takes more than
// a moment, it is told why.
func (c *Client) awaitGone(ctx context.Context, o *unstructured.Unstructured, namespace string, sink Sink) error {
	const aMoment = time.Second
	began, told := time.Now(), false
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		live, err := c.get(ctx, RefOf(o), namespace)
		if err != nil || live == nil || live.GetUID() != o.GetUID() {
			return err
		}
		missing := Waiting{Ref: RefOf(o), Services: servicesOf(o), State: "being deleted", Reason: holding(live)}
		if !told && time.Since(began) > aMoment {
			told = true
			sink.tell(missing)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			if errors.Is(context.Cause(ctx), errTimeUp) {
				return &TimeoutError{Missing: []Waiting{missing}, Verb: "disappear"}
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
