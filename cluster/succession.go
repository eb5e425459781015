package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// succeed finds the workloads of an earlier version of the project whose services have another workload now: one of
// another kind, or one that they share. They are no orphans, which would run on beside their successors, with the same
// labels and on the same volumes: they go before those are made.
func succeed(plan *Plan, found []*unstructured.Unstructured, o UpOptions) {
	wanted := map[string]bool{}
	for _, s := range plan.Steps {
		wanted[s.Ref.id()] = true
	}
	for _, object := range found {
		old := &predecessor{object: object}
		ref, services := RefOf(object), servicesOf(object)
		if !ref.isWorkload() || wanted[ref.id()] || isOneOff(object) {
			continue
		}
		others := plan.leftOut(services, o)
		for _, s := range plan.Steps {
			switch {
			case !s.Ref.isWorkload() || !slices.ContainsFunc(s.Services, func(name string) bool { return slices.Contains(services, name) }):
			case len(others) > 0:
				s.leaveAlone(ref, others)
			default:
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

// replaces reports whether some step takes the place of a workload.
func (p *Plan) replaces(old Ref) bool {
	return slices.ContainsFunc(p.Steps, func(s *Step) bool { return slices.Contains(s.Replaces, old) })
}

// leftOut returns those of some services that the project still has, but the run is not about.
func (p *Plan) leftOut(services []string, o UpOptions) []string {
	var planned []string
	for _, s := range p.Steps {
		if s.Ref.isWorkload() {
			planned = append(planned, s.Services...)
		}
	}
	return slices.DeleteFunc(slices.Clone(services), func(name string) bool {
		return slices.Contains(planned, name) || !o.Partial && !slices.Contains(o.Disabled, name)
	})
}

// warnOfLeftOut says which services end with a change of the Pod that they share, because the run is not about them.
func (p *Plan) warnOfLeftOut(o UpOptions, sink Sink) {
	for _, s := range p.Steps {
		if s.Live == nil || !s.Ref.isWorkload() || s.Action == Unchanged {
			continue
		}
		if others := p.leftOut(servicesOf(s.Live), o); len(others) > 0 {
			sink.warn("%s goes on without %s: this run leaves out what was in its Pod; name that too, or enable its profile, to keep it",
				s.Ref, strings.Join(others, ", "))
		}
	}
}

// leaveAlone refuses to take the place of a workload that is also one of services that the run is not about: nothing
// would bring those back.
func (s *Step) leaveAlone(old Ref, others []string) {
	if s.problem != nil {
		return
	}
	s.problem = &Problem{
		Ref: s.Ref, Code: "shared-pod",
		Message: fmt.Sprintf("it would take the place of %s, where %s runs too, which this run leaves alone", old, strings.Join(others, ", ")),
		Help:    "bring all of them up: name no services or those as well, with the profiles that they need",
	}
}

// predecessor is a workload that goes before others take its place.
type predecessor struct {
	object *unstructured.Unstructured
	goes   sync.Once // several may take its place
	err    error
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
		old.goes.Do(func() { old.err = rm.removeOne(ctx, old.object) })
		if old.err != nil {
			return old.err
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
