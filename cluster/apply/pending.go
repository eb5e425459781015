package apply

import (
	"slices"

	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/plan"
)

// pendingOf returns what an earlier run did not come to, as the plan takes it.
func pendingOf(list []inventory.Restart) map[string]string {
	out := map[string]string{}
	for _, p := range list {
		out[p.Ref.Id()] = p.For
	}
	return out
}

// pendingIn returns what a run has to do besides applying the project: the next one would not see that it is to be done,
// should this one not come to it. Of earlier runs, what a part of the project leaves alone stays.
func pendingIn(p *plan.Plan, earlier []inventory.Restart, isPartial bool) []inventory.Restart {
	var out []inventory.Restart
	for _, s := range p.Steps {
		if s.Follows != "" {
			out = append(out, inventory.Restart{Ref: s.Ref, For: s.Follows})
		}
	}
	for _, e := range earlier {
		isPlanned := slices.ContainsFunc(p.Steps, func(s *plan.Step) bool { return s.Ref.Id() == e.Ref.Id() })
		if isPartial && !isPlanned {
			out = append(out, e)
		}
	}
	return out
}

// stillPending returns what is left to do.
func (r *run) stillPending(list []inventory.Restart) []inventory.Restart {
	done := map[string]bool{}
	for _, tasks := range r.byService {
		for _, t := range tasks {
			select {
			case <-t.applied:
				done[t.step.Ref.Id()] = true
			default:
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(p inventory.Restart) bool { return done[p.Ref.Id()] })
}
