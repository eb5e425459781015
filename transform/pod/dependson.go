package pod

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/transform/report"
)

// reportRestartWith reports depends_on entries that ask for a restart together with the dependency. The loader sets
// restart for links and shared namespaces, so only what the file says counts.
func (b *decider) reportRestartWith() {
	for _, m := range b.pod.Members {
		for _, name := range slices.Sorted(maps.Keys(m.Config.DependsOn)) {
			at := m.Key("depends_on", name, "restart")
			target := b.project.ByName[name]
			inPod := target != nil && b.workloads.Pod(target) == b.pod // one Pod is replaced as a whole
			if m.Config.DependsOn[name].Restart && b.project.Wrote(at) && !b.project.Options.Live && !inPod {
				b.findings.Addf("depends-on-restart", at, "transship up does so; by hand: kubectl rollout restart",
					"%s is not restarted when %s is updated", m.Name, name)
			}
		}
	}
}

// reportNotWaitedFor reports the dependencies in the file that no initContainer waits for by design: service_started
// promises the order of starts only.
func (b *decider) reportNotWaitedFor() {
	if b.project.Options.Live {
		return
	}
	for _, m := range b.pod.Starters {
		var free []string
		for _, name := range slices.Sorted(maps.Keys(m.Config.DependsOn)) {
			d := m.Config.DependsOn[name]
			waits := d.Condition != types.ServiceConditionStarted && b.project.Options.Wait != "none"
			_, runs := b.project.ByName[name] // a provider has nothing to wait for
			runs = runs && b.project.ByName[name].Config.Provider == nil
			if runs && b.project.Wrote(m.Key("depends_on", name)) && !waits && !b.workloads.StartsBefore(b.project.ByName[name], m) {
				free = append(free, name)
			}
		}
		if len(free) > 0 {
			help := "condition: service_healthy makes it wait; transship up starts services in order"
			if b.project.Options.Wait == "none" {
				help = "leave out --wait=none; transship up starts services in order"
			}
			b.findings.Addf("depends-on-order", m.Key("depends_on"), help,
				"%s starts without waiting for %s", m.Name, report.Enumerate(free, 5))
		}
	}
}
