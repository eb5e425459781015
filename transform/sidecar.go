package transform

import (
	"math"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
)

// sidecarsAreStable is the version whose restartable initContainers are generally available.
var sidecarsAreStable = Version{1, 33}

// isSidecar reports whether the container starts before the Pod's other containers and runs beside them: another member of
// the Pod needs it first, which containers of one Pod can say only this way.
// Spec: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
func (u *unit) isSidecar() bool {
	return !u.hook && u.options.KubeVersion.AtLeast(sidecarsAreStable) && u.isNeededFirst()
}

// isNeededFirst reports whether another member of the Pod starts after a service.
func (s *service) isNeededFirst() bool {
	b := s.pod
	if b == nil || len(b.members) == 1 {
		return false
	}
	needed, known := b.neededFirst[s]
	if !known {
		needed = slices.ContainsFunc(b.members, func(m *service) bool { return m != s && m.startsAfter(s) })
		b.neededFirst[s] = needed
	}
	return needed
}

// startsAfter reports whether another member of the Pod must run before a service does: it waits until that one is healthy,
// or it depends on it and starts early itself. Early start the containers that others need first, and hooks, which are
// initContainers: they would find the Pod's network without the VPN that another member makes of it.
func (s *service) startsAfter(other *service) bool {
	if s.awaits(other) {
		return true
	}
	_, depends := s.config.DependsOn[other.name]
	return depends && (len(s.config.PreStart) > 0 || s.isNeededFirst())
}

// startsBefore reports whether a member of the Pod is a sidecar, and has started when the one that depends on it does.
func (b *pod) startsBefore(first, dependent *service) bool {
	return first.pod == b && dependent.pod == b && b.options.KubeVersion.AtLeast(sidecarsAreStable) && first.isNeededFirst()
}

// sidecarStartup returns the startupProbe that holds back the other containers of the Pod until a sidecar is healthy;
// readiness alone holds back nobody inside the Pod. The kubelet kills a container whose startupProbe fails, which Docker
// does not, so it is given at least ten times as long as the healthcheck would take to call it unhealthy.
func (u *unit) sidecarStartup(c *check) *corev1.Probe {
	period := seconds(min(c.interval, c.startInterval))
	budget := c.startPeriod.Seconds() + float64(c.retries)*c.interval.Seconds()
	return c.probe(period, max(60, clampInt32(math.Ceil(10*budget/float64(period)))))
}

// reportPlainSidecars reports containers that others need first on versions of Kubernetes without sidecars.
func (b *pod) reportPlainSidecars() {
	for _, s := range b.members {
		if s.isNeededFirst() && !b.options.KubeVersion.AtLeast(sidecarsAreStable) {
			s.reportf("sidecar-version", s.path, "let the programs try again, or convert for Kubernetes "+sidecarsAreStable.String()+" or later",
				"nothing makes the other containers and hooks of the Pod wait for %s: sidecars are stable from Kubernetes %s on", s.name, sidecarsAreStable)
		}
	}
}

func (s *service) awaits(other *service) bool {
	d, found := s.config.DependsOn[other.name]
	return found && d.Condition == types.ServiceConditionHealthy
}

// startDepth is how many members of the Pod have to start, one after the other, before this one does.
func (b *pod) startDepth(s *service) int {
	var depth func(s *service, limit int) int
	depth = func(s *service, limit int) int {
		deepest := 0
		for _, m := range b.members {
			if m != s && limit > 0 && s.startsAfter(m) {
				deepest = max(deepest, 1+depth(m, limit-1))
			}
		}
		return deepest
	}
	return depth(s, len(b.members))
}
