package plan

import (
	"slices"
	"strings"

	"github.com/transship/transship/cluster/resource"
)

// restartDependents plans the restart of services whose depends_on asks for it when the dependency's Pods change, or when
// they did in a run that did not come to the restart.
func (p *planner) restartDependents(plan *Plan) error {
	changed := map[string]bool{}
	note := func(s *Step) {
		for _, service := range s.Services {
			changed[service] = true
		}
	}
	for _, s := range plan.Steps {
		if name := p.options.Pending[s.Ref.Id()]; name != "" && s.keepsPods() {
			s.follow(name, "has changed")
		}
		if ChangesPods(s) || s.Follows != "" {
			note(s)
		}
	}
	for again := true; again; {
		again = false
		for _, s := range plan.Steps {
			if !s.keepsPods() {
				continue
			}
			dependencies, err := resource.DependenciesOf(s.Desired)
			if err != nil {
				return err
			}
			names := resource.SortedKeys(dependencies)
			if i := slices.IndexFunc(names, func(name string) bool { return dependencies[name].Restart && changed[name] }); i >= 0 {
				s.follow(names[i], "changes")
				note(s)
				again = true
			}
		}
	}
	return nil
}

// keepsPods reports whether a step leaves Pods as they are that could be restarted.
func (s *Step) keepsPods() bool {
	isKept := s.Action == Unchanged || s.Action == Update && !ChangesPods(s) && !resource.IsStopped(s.Live)
	return isKept && s.Follows == "" && resource.Restartable(s.Ref.Kind)
}

// follow restarts a workload after a service that it depends on.
func (s *Step) follow(service, what string) {
	s.Follows = service
	if s.Action == Unchanged {
		s.Action = Restart
	}
	s.Reason = strings.TrimPrefix(s.Reason+"; "+service+" "+what+", and it asks to be restarted then", "; ")
}
