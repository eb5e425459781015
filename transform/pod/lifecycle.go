package pod

import (
	"github.com/transship/transship/transform/container"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// defaultGracePeriod is how many seconds Docker gives a container to stop.
const defaultGracePeriod = 10

// terminationGracePeriod returns the time between the stop signal and SIGKILL, always written out: Kubernetes' default
// is 30 s, Docker's 10 s. The containers of one Pod share it, so the longest counts.
func terminationGracePeriod(b *workload.Pod) *int64 {
	var grace int64
	for _, m := range b.Members {
		own := int64(defaultGracePeriod)
		if d := m.Config.StopGracePeriod; d != nil {
			own = int64(container.Seconds(container.Duration(d)))
		}
		for _, hook := range m.Config.PreStart {
			if d := hook.StopGracePeriod; d != nil {
				own = max(own, int64(container.Seconds(container.Duration(d))))
			}
		}
		if len(m.Config.PreStop) > 0 {
			own += container.PreStopBudget
		}
		grace = max(grace, own)
	}
	return &grace
}

// needsInit reports whether the Pod's containers share a process namespace for `init: true`. That makes the pause process of
// the Pod process 1: it reaps zombies, and the program is no longer process 1, so that signals do what they do by default. The containers of a Pod would
// see each other's processes, so only Pods with a single container get it.
func needsInit(b *workload.Pod, shared namespaces, findings *report.Findings) bool {
	for _, m := range b.Members {
		if m.Config.Init == nil || !*m.Config.Init || shared.hostPID || shared.processes {
			continue
		}
		if len(b.Members) > 1 {
			findings.Addf("init-shared-pod", m.Key("init"), "put tini or dumb-init into the image", "%s runs without an init: its Pod has other containers, which would see its processes", m.Name)
			continue
		}
		return true
	}
	return false
}
