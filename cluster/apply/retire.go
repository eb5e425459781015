package apply

import (
	"context"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cluster/plan"
)

// retire removes the workloads whose place a step takes, and returns when they and their Pods are gone.
func (r *run) retire(ctx context.Context, s *plan.Step) error {
	rm := &removal{client: r.client, namespace: r.options.Namespace, sink: r.sink}
	for _, old := range s.Predecessors {
		once, _ := r.retired.LoadOrStore(old.GetUID(), sync.OnceValue(func() error { return rm.removeOne(ctx, old) }))
		if goes, ok := once.(func() error); ok {
			if err := goes(); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeWay deletes an object that is going to be made again, and returns when it is gone.
func (r *run) makeWay(ctx context.Context, s *plan.Step) error {
	if err := r.client.Remove(ctx, s.Live, r.options.Namespace, metav1.DeletePropagationForeground, nil); err != nil {
		return err
	}
	return awaitGone(ctx, r.client, s.Live, r.options.Namespace, r.sink)
}
