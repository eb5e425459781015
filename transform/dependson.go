package transform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

// dependency is one entry of depends_on. It is JSON in AnnotationDependsOn.
type dependency struct {
	Condition string `json:"condition"`
	Required  bool   `json:"required"`
	Restart   bool   `json:"restart"`
}

// dependent is one service that depends on another.
type dependent struct {
	by        *service
	condition string
	required  bool
	at        diag.Path // services.web.depends_on.db
}

// collectDependents turns depends_on around, so that each service knows who waits for it.
func (p *project) collectDependents() {
	p.dependents = map[string][]dependent{}
	for _, s := range p.services {
		for _, name := range sortedKeys(s.config.DependsOn) {
			d := s.config.DependsOn[name]
			p.dependents[name] = append(p.dependents[name], dependent{
				by: s, condition: d.Condition, required: d.Required, at: s.key("depends_on", name),
			})
		}
	}
}

// dependencies returns what the Pod's services depend on, by compose name, for `up`, which starts workloads in waves as
// docker compose does. What has no workload of its own (a provider, a service in the same Pod, an inlined one-shot, a
// service without replicas) is never waited for.
func (b *pod) dependencies() map[string]dependency {
	all := map[string]dependency{}
	for _, m := range b.starters() {
		for _, name := range sortedKeys(m.config.DependsOn) {
			d := m.config.DependsOn[name]
			target := b.byName[name]
			if target == nil || b.neverWaitsFor(target) {
				continue
			}
			entry := dependency{Condition: d.Condition, Required: d.Required, Restart: d.Restart}
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
func (b *pod) neverWaitsFor(target *service) bool {
	return target.pod == b || target.config.Provider != nil || target.isExternal() || target.isInlined() || target.config.GetScale() == 0
}

// starters returns the services whose containers the Pod runs: its members and the one-shots inlined into them.
func (b *pod) starters() []*service {
	starters := slices.Clone(b.members)
	for _, m := range b.members {
		for _, name := range sortedKeys(m.config.DependsOn) {
			if target := b.byName[name]; target != nil && target.inlinedInto() == m {
				starters = append(starters, target)
			}
		}
	}
	return starters
}

// isInlined reports whether the one-shot runs as an initContainer of the service that waits for it.
func (s *service) isInlined() bool { return s.inlinedInto() != nil }

// inlinedInto returns the service whose Pod runs this one-shot as an initContainer: its only dependent, which waits for
// it to complete. That is the strictest order there is, but the one-shot then runs for each Pod and again whenever
// a Pod is made anew, so it is done on request only (x-kubernetes.inline).
func (s *service) inlinedInto() *service {
	dependents := s.dependents[s.name]
	if !s.ext.Inline || len(dependents) != 1 || dependents[0].condition != types.ServiceConditionCompletedSuccessfully || dependents[0].by == s {
		return nil
	}
	return dependents[0].by
}

// reportRestartWith reports depends_on entries that ask for a restart together with the dependency. The loader sets
// restart for links and shared namespaces, so only what the file says counts.
func (b *pod) reportRestartWith() {
	for _, m := range b.members {
		for _, name := range sortedKeys(m.config.DependsOn) {
			at := m.key("depends_on", name, "restart")
			if m.config.DependsOn[name].Restart && b.wrote(at) && !b.options.Live {
				b.reportf("depends-on-restart", at, "transship up does so; by hand: kubectl rollout restart",
					"%s is not restarted when %s is updated", m.name, name)
			}
		}
	}
}

// reportNotWaitedFor reports the dependencies in the file that no initContainer waits for by design: service_started
// promises the order of starts only, and what is not required must not hold anything back.
func (b *pod) reportNotWaitedFor() {
	if b.options.Live {
		return
	}
	for _, m := range b.starters() {
		var free []string
		for _, name := range sortedKeys(m.config.DependsOn) {
			d := m.config.DependsOn[name]
			waits := d.Required && d.Condition != types.ServiceConditionStarted && b.options.Wait != "none"
			_, runs := b.byName[name] // a provider has nothing to wait for
			runs = runs && b.byName[name].config.Provider == nil
			if runs && b.wrote(m.key("depends_on", name)) && !waits && !b.startsBefore(b.byName[name], m) {
				free = append(free, name)
			}
		}
		if len(free) > 0 {
			help := "condition: service_healthy makes it wait, unless required is false; transship up starts services in order"
			if b.options.Wait == "none" {
				help = "leave out --wait=none; transship up starts services in order"
			}
			m.reportf("depends-on-order", m.key("depends_on"), help,
				"%s starts without waiting for %s", m.name, enumerate(free, 5))
		}
	}
}

// enumerate writes names out for a message, no more than limit of them.
func enumerate(names []string, limit int) string {
	if len(names) > limit+1 {
		return fmt.Sprintf("%s and %d others", strings.Join(names[:limit], ", "), len(names)-limit)
	}
	return strings.Join(names, ", ")
}
