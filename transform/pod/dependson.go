package pod

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// reportRestartWith reports depends_on entries that ask for a restart together with the dependency. The loader sets
// restart for links and shared namespaces, so only what the file says counts.
func reportRestartWith(b *workload.Pod, p *input.Project, w *workload.Workloads, findings *report.Findings) {
	for _, m := range b.Members {
		for _, name := range sorted.Keys(m.Config.DependsOn) {
			at := m.Key("depends_on", name, "restart")
			target := p.ByName[name]
			inPod := target != nil && w.Pod(target) == b // one Pod is replaced as a whole
			if m.Config.DependsOn[name].Restart && p.Wrote(at) && !p.Options.Live && !inPod {
				if b.IsFinite() {
					findings.Addf("depends-on-restart", at, "by hand: kubectl delete the Job and apply the manifests again", "%s does not run again when %s is updated", m.Name, name)
					continue
				}
				findings.Addf("depends-on-restart", at, "transship up does so; by hand: kubectl rollout restart",
					"%s is not restarted when %s is updated", m.Name, name)
			}
		}
	}
}

// reportNotWaitedFor reports the dependencies in the file that no initContainer waits for by design: service_started
// promises the order of starts only.
func reportNotWaitedFor(b *workload.Pod, p *input.Project, w *workload.Workloads, findings *report.Findings) {
	if p.Options.Live {
		return
	}
	for _, m := range b.Starters {
		var free []string
		for _, name := range sorted.Keys(m.Config.DependsOn) {
			d := m.Config.DependsOn[name]
			waits := d.Condition != types.ServiceConditionStarted && p.Options.Wait != "none"
			_, runs := p.ByName[name] // a provider has nothing to wait for
			runs = runs && p.ByName[name].Config.Provider == nil
			if runs && p.Wrote(m.Key("depends_on", name)) && !waits && !w.StartsBefore(p.ByName[name], m) {
				free = append(free, name)
			}
		}
		help, again := "condition: service_healthy makes it wait; transship up starts services in order",
			"condition: service_healthy makes it wait; restart: on-failure lets it try again; transship up starts services in order"
		if p.Options.Wait == "none" {
			help = "leave out --wait=none; transship up starts services in order"
			again = help
		}
		if first := worksBefore(m, free, p, w); len(first) > 0 && p.Options.Wait != "none" {
			findings.Addf("depends-on-work", m.Key("depends_on"), "condition: service_completed_successfully makes it wait for the end; transship up starts services in order",
				"%s does not wait until the work of %s is done, in a volume that both mount: whichever image arrives first runs first. Docker has all images before it starts anything", m.Name, report.Enumerate(first, 5))
			free = slices.DeleteFunc(free, func(name string) bool { return slices.Contains(first, name) })
		}
		switch servers := serversAmong(free, p, w); {
		case len(servers) > 0 && runsOnce(b, m) && waitsAWhile(m):
			findings.Addf("depends-on-once", m.Key("depends_on"), again,
				"%s runs once, and its command waits for a limited time only: where the image of %s takes longer to arrive, it fails and is not started again. Docker has all images before it starts anything", m.Name, report.Enumerate(servers, 5))
		case len(servers) > 0 && runsOnce(b, m):
			findings.Addf("depends-on-once", m.Key("depends_on"), again,
				"%s runs once and does not wait for %s: if it needs that at once, it fails and is not started again. On Docker the other container is up by then, and its name resolves", m.Name, report.Enumerate(servers, 5))
		case len(free) > 0:
			findings.Addf("depends-on-order", m.Key("depends_on"), help,
				"%s starts without waiting for %s", m.Name, report.Enumerate(free, 5))
		}
	}
}

// serversAmong returns the services that do not end. What ends is not asked for anything.
func serversAmong(services []string, p *input.Project, w *workload.Workloads) []string {
	return slices.DeleteFunc(slices.Clone(services), func(name string) bool { return w.Pod(p.ByName[name]).IsFinite() })
}

// worksBefore returns the services among some that end, and that may write to a volume or directory which a service mounts as well.
func worksBefore(m *input.Service, services []string, p *input.Project, w *workload.Workloads) []string {
	var list []string
	for _, name := range services {
		if !w.Pod(p.ByName[name]).IsFinite() {
			continue
		}
		writes := func(v types.ServiceVolumeConfig) bool {
			return v.Source != "" && !v.ReadOnly && (v.Type == types.VolumeTypeVolume || v.Type == types.VolumeTypeBind && p.LocalText(v.Source) == "") &&
				slices.ContainsFunc(m.Config.Volumes, func(own types.ServiceVolumeConfig) bool { return own.Type == v.Type && own.Source == v.Source })
		}
		if slices.ContainsFunc(p.ByName[name].Config.Volumes, writes) {
			list = append(list, name)
		}
	}
	return list
}

// boundedLoop matches a loop that waits and is left with a failure after some turns: while ! nc …; do … exit 1 … done, for i in $(seq 30); do … sleep.
var boundedLoop = pattern.New(`(?is)\b(?:while|until)\b.*?\bdo\b.*?\bexit\s+[1-9].*?\bdone\b|\bfor\s+\w+\s+in\s+(?:\$\(\s*seq|\x60seq|\{1\.\.|1 2 3).*?\bsleep\b.*?\bdone\b`).Holding("done")

// waitsItself matches what commands have that wait by themselves for what they need, or try again.
var waitsItself = pattern.New(`(?i)\b(until|while|sleep|retry|retries|wait(ing)?|wait[-_]?(for|until|on)\S*|dockerize|pg_isready)\b`)

// limitedWait matches programs that wait for others and give up after a time, which is 10 to 60 seconds unless they are told; zero is
// for ever. So does a pause of some seconds, outside of a loop. Sources: https://github.com/vishnubob/wait-for-it, https://github.com/eficode/wait-for, https://github.com/jwilder/dockerize
var (
	limitedWait = pattern.New(`(?i)\b(wait[-_]?for([-_]it)?(\.sh)?|dockerize|wait4x)(\s|$)|\bsleep\s+["']?[\d.]+[smh]?\b`)
	endlessWait = pattern.New(`(?i)(\s|^)--?(t|timeout)[= ]?["']?0(s|\s|$)|\b(until|while)\b`)
)

// waitsAWhile reports whether a command waits for others, but not for ever.
func waitsAWhile(m *input.Service) bool {
	return limitedWait.MatchString(command(m)) && !endlessWait.MatchString(command(m)) || boundedLoop.MatchString(command(m))
}

// spoken matches what a script says to people, in remarks and messages.
var spoken = pattern.New(`(?m)(?:^|\s)#[^\n]*|\b(?:echo|printf)\s+(?:-\w+\s+)*(?:"[^"]*"|'[^']*'|[^;&|\n]*)`).Holding("#", "echo", "printf")

// command returns the words by which a service is started, without those for people.
func command(m *input.Service) string {
	return spoken.ReplaceAllString(strings.Join(slices.Concat(m.Config.Entrypoint, m.Config.Command), " "), " ")
}

// runsOnce reports whether a Job has one attempt and its command does not wait by itself until the others are there, as far as the file
// shows it. What runs at a time of its own finds the others there.
func runsOnce(b *workload.Pod, m *input.Service) bool {
	_, attempts := workload.JobRestarts(b.Main)
	return b.Kind == workload.Job && attempts == 0 && (!waitsItself.MatchString(command(m)) || waitsAWhile(m))
}
