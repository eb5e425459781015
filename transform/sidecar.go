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
// the Pod waits for its health, which containers of one Pod can do only this way.
// Spec: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
func (u *unit) isSidecar() bool {
	return !u.hook && u.options.KubeVersion.AtLeast(sidecarsAreStable) && u.isAwaitedInPod()
}

// isAwaitedInPod reports whether another member of the Pod waits for the health of a service.

func (s *service) isAwaitedInPod() bool {
	if s.pod == nil || len(s.pod.members) == 1 {
		return false
	}
	return slices.ContainsFunc(s.pod.members, func(m *service) bool { return m != s && m.awaits(s) })
}

// sidecarStartup returns the startupProbe that holds back the other containers of the Pod until a sidecar is healthy;
// readiness alone holds back nobody inside the Pod. The kubelet kills a container whose startupProbe fails, which Docker
// does not, so it is given at least ten times as long as the healthcheck would take to call it unhealthy.
func (u *unit) sidecarStartup(c *check) *corev1.Probe {
	period := seconds(min(c.interval, c.startInterval))
	budget := c.startPeriod.Seconds() + float64(c.retries)*c.interval.Seconds()
	return c.probe(period, max(60, clampInt32(math.Ceil(10*budget/float64(period)))))
}

// reportPlainSidecars reports containers that others wait for on versions of Kubernetes without sidecars.
func (b *pod) reportPlainSidecars() {
	for _, s := range b.members {
		if s.isAwaitedInPod() && !b.options.KubeVersion.AtLeast(sidecarsAreStable) {
			s.reportf("sidecar-version", s.path, "let the programs try again, or convert for Kubernetes "+sidecarsAreStable.String()+" or later",
				"the other containers of the Pod do not wait until %s is healthy: sidecars are stable from Kubernetes %s on", s.name, sidecarsAreStable)
		}
	}
}

func (s *service) awaits(other *service) bool {
	d, found := s.config.DependsOn[other.name]
	return found && d.Condition == types.ServiceConditionHealthy
}

// startDepth is how many members of the Pod have to be healthy, one after the other, before this one starts.
func (b *pod) startDepth(s *service) int {
	var depth func(s *service, limit int) int
	depth = func(s *service, limit int) int {
		deepest := 0
		for _, m := range b.members {
			if m != s && limit > 0 && s.awaits(m) {
				deepest = max(deepest, 1+depth(m, limit-1))
			}
		}
		return deepest
	}
	return depth(s, len(b.members))
}
