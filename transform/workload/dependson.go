package workload

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// Dependent is a service that depends on another one.
type Dependent struct {
	By        *input.Service
	Condition string
	Required  bool
	At        diag.Path // services.web.depends_on.db
}

// Dependency is what a Pod depends on. It is JSON in the annotation that `up` reads.
type Dependency struct {
	Condition string `json:"condition"`
	Required  bool   `json:"required"`
	Restart   bool   `json:"restart"`
}

// Wait is one dependency that an initContainer waits for.
type Wait struct {
	Target   *input.Service
	By       *input.Service
	At       diag.Path
	Job      bool // until it is complete, instead of ready
	Optional bool // required: false: the wait ends when the dependency fails
}

// dependentsOf turns depends_on around, so that each service knows who waits for it.
func dependentsOf(p *input.Project) map[string][]Dependent {
	all := map[string][]Dependent{}
	for _, s := range p.Services {
		for _, name := range sorted.Keys(s.Config.DependsOn) {
			d := s.Config.DependsOn[name]
			all[name] = append(all[name], Dependent{By: s, Condition: d.Condition, Required: d.Required, At: s.Key("depends_on", name)})
		}
	}
	return all
}

// inlinedInto returns the service whose Pod runs a one-shot as an initContainer: its only dependent, which waits for it to
// complete. That is the strictest order there is, but the one-shot then runs for each Pod and again whenever a Pod is made
// anew, so it is done on request only (x-kubernetes.inline).
func inlinedInto(dependents map[string][]Dependent, s *input.Service) *input.Service {
	by := dependents[s.Name]
	if !s.Ext.Inline || len(by) != 1 || by[0].Condition != types.ServiceConditionCompletedSuccessfully || by[0].By == s {
		return nil
	}
	return by[0].By
}

// InlinedInto returns the service whose Pod runs a one-shot as an initContainer, or nil.
func (w *Workloads) InlinedInto(s *input.Service) *input.Service { return inlinedInto(w.dependents, s) }

// starters returns the services whose containers a Pod runs: its members and the one-shots inlined into them.
func (d *kinds) starters(members []*input.Service) []*input.Service {
	starters := slices.Clone(members)
	for _, m := range members {
		for _, name := range sorted.Keys(m.Config.DependsOn) {
			if target := d.project.ByName[name]; target != nil && inlinedInto(d.dependents, target) == m {
				starters = append(starters, target)
			}
		}
	}
	return starters
}

// Dependencies returns what a Pod's services depend on, by Compose name, for `up`, which starts workloads in waves as
// docker compose does. What has no workload of its own (a provider, a service in the same Pod, an inlined one-shot, a
// service without replicas) is never waited for.
func (w *Workloads) Dependencies(b *Pod) map[string]Dependency {
	all := map[string]Dependency{}
	for _, m := range b.Starters {
		for _, name := range sorted.Keys(m.Config.DependsOn) {
			d := m.Config.DependsOn[name]
			target := w.project.ByName[name]
			if target == nil || w.neverWaitsFor(b, target) {
				continue
			}
			entry := Dependency{Condition: d.Condition, Required: d.Required, Restart: d.Restart}
			if have, twice := all[name]; twice {
				entry.Condition = stronger(have.Condition, entry.Condition)
				entry.Required = have.Required || entry.Required
				entry.Restart = have.Restart || entry.Restart
			}
			all[name] = entry
		}
	}
	return all
}

// stronger returns the condition that implies the other one, as far as there is one.
func stronger(a, b string) string {
	order := []string{types.ServiceConditionStarted, types.ServiceConditionHealthy, types.ServiceConditionCompletedSuccessfully}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}

// neverWaitsFor reports whether there is nothing of its own that a Pod could wait for.
func (w *Workloads) neverWaitsFor(b *Pod, target *input.Service) bool {
	return w.podOf[target] == b || target.Config.Provider != nil || target.IsExternal() || w.InlinedInto(target) != nil || target.Config.GetScale() == 0
}

// Waits returns what a Pod waits for in initContainers, sorted by the name of the dependency. Compose promises a start order
// for service_started and nothing more; every Pod starts on its own here, so there is nothing to wait for.
func (w *Workloads) Waits(b *Pod) []Wait {
	if w.project.Options.Live || w.project.Options.Wait == input.WaitNone || w.HasNoNetwork(b.Main) {
		return nil
	}
	chosen := map[string]Wait{}
	for _, m := range b.Starters {
		for _, name := range sorted.Keys(m.Config.DependsOn) {
			d, target := m.Config.DependsOn[name], w.project.ByName[name]
			if target == nil || d.Condition == types.ServiceConditionStarted || w.neverWaitsFor(b, target) {
				continue
			}
			x := Wait{Target: target, By: m, At: m.Key("depends_on", name), Job: d.Condition == types.ServiceConditionCompletedSuccessfully, Optional: !d.Required}
			have, twice := chosen[name]
			if twice {
				x.Optional = x.Optional && have.Optional
			}
			if !twice || !have.Job {
				chosen[name] = x
			}
		}
	}
	waits := make([]Wait, 0, len(chosen))
	for _, name := range sorted.Keys(chosen) {
		waits = append(waits, chosen[name])
	}
	return waits
}

// InCycle reports whether the Pod of a dependency waits, by whatever way, for this one. Compose refuses cycles between
// services, so one can only come from services that share a Pod; only the waits of such services are given up.
func (w *Workloads) InCycle(b *Pod, x Wait) bool {
	target := w.podOf[x.Target]
	if len(b.Members) == 1 && len(target.Members) == 1 {
		return false
	}
	seen := map[*Pod]bool{}
	var reaches func(from *Pod) bool
	reaches = func(from *Pod) bool {
		if from == b {
			return true
		}
		if seen[from] {
			return false
		}
		seen[from] = true
		for _, next := range w.Waits(from) {
			if reaches(w.podOf[next.Target]) {
				return true
			}
		}
		return false
	}
	return (x.By != b.Main || x.Target != target.Main) && reaches(target)
}
