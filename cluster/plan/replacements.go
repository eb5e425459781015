package plan

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

// planReplacements finds the workloads of an earlier version of the project whose services have another workload now: one of
// another kind, or one that they share. They are no orphans, which would run on beside their successors, with the same
// labels and on the same volumes: they go before those are made.
func planReplacements(plan *Plan, found []*unstructured.Unstructured, o Options) {
	wanted := map[string]bool{}
	for _, s := range plan.Steps {
		wanted[s.Ref.Id()] = true
	}
	for _, object := range found {
		ref, services := resource.RefOf(object), resource.ServicesOf(object)
		if !ref.IsWorkload() || wanted[ref.Id()] || resource.IsOneOff(object) {
			continue
		}
		others := plan.LeftOut(services, o)
		for _, s := range plan.Steps {
			switch {
			case !s.Ref.IsWorkload() || !slices.ContainsFunc(s.Services, func(name string) bool { return slices.Contains(services, name) }):
			case len(others) > 0:
				s.leaveAlone(ref, others)
			default:
				s.Replaces = append(s.Replaces, ref)
				s.Predecessors = append(s.Predecessors, object)
			}
		}
	}
	for _, s := range plan.Steps {
		if len(s.Replaces) == 0 {
			continue
		}
		reason := "it takes the place of " + resource.RefNames(s.Replaces)
		s.Reason = strings.TrimSuffix(reason+"; "+s.Reason, "; ")
		if s.Action == Unchanged {
			s.Action = Update // nothing of it changes, but there is something to do
		}
		plan.Orphans = slices.DeleteFunc(plan.Orphans, func(r resource.Ref) bool { return slices.Contains(s.Replaces, r) })
	}
}

// leaveAlone refuses to take the place of a workload that is also one of services that the run is not about: nothing
// would bring those back.
func (s *Step) leaveAlone(old resource.Ref, others []string) {
	if s.problem != nil {
		return
	}
	s.problem = &Problem{
		Ref: s.Ref, Code: "shared-pod",
		Message: fmt.Sprintf("it would take the place of %s, where %s runs too, which this run leaves alone", old, strings.Join(others, ", ")),
		Help:    "bring all of them up: name no services or those as well, with the profiles that they need",
	}
}
