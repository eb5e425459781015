package cluster

import (
	"context"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// succeed finds the workloads of an earlier version of the project whose services have another workload now: one of
// another kind, or one that they share. They are no orphans, which would run on beside their successors, with the same
// labels and on the same volumes: they go before those are made.
func succeed(plan *Plan, found []*unstructured.Unstructured) {
	wanted := map[string]bool{}
	for _, s := range plan.Steps {
		wanted[s.Ref.id()] = true
	}
	for _, old := range found {
		ref := RefOf(old)
		if !ref.isWorkload() || wanted[ref.id()] || isOneOff(old) {
			continue
		}
		for _, s := range plan.Steps {
			if s.Ref.isWorkload() && slices.ContainsFunc(s.Services, func(name string) bool { return slices.Contains(servicesOf(old), name) }) {
				s.Replaces = append(s.Replaces, ref)
				s.predecessors = append(s.predecessors, old)
			}
		}
	}
	for _, s := range plan.Steps {
		if len(s.Replaces) == 0 {
			continue
		}
		reason := "it takes the place of " + refNames(s.Replaces)
		s.Reason = strings.TrimSuffix(reason+"; "+s.Reason, "; ")
		if s.Action == Unchanged {
			s.Action = Update // nothing of it changes, but there is something to do
		}
		plan.Orphans = slices.DeleteFunc(plan.Orphans, func(r Ref) bool { return slices.Contains(s.Replaces, r) })
	}
}

func refNames(refs []Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.String()
	}
	return strings.Join(names, ", ")
}

// retire removes the workloads whose place a step takes, and returns when they and their Pods are gone.
func (r *run) retire(ctx context.Context, s *Step) error {
	rm := &removal{client: r.client, namespace: r.options.Namespace, sink: r.sink}
	for _, old := range s.predecessors {
		if err := rm.removeOne(ctx, old); err != nil {
			return err
		}
	}
	return nil
}

// makeWay deletes an object that is going to be made again, and returns when it is gone.
func (r *run) makeWay(ctx context.Context, s *Step) error {
	if err := r.client.remove(ctx, s.Live, r.options.Namespace, metav1.DeletePropagationForeground, nil); err != nil {
		return err
	}
	return r.client.awaitGone(ctx, s.Live, r.options.Namespace, r.sink)
}
