package transform

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
)

// wishedProbe returns the probe that x-kubernetes names. One that says how often, but not what to check, changes the cadence of the
// healthcheck: the API server refuses a probe without a handler.
func (u *unit) wishedProbe(key string, wish *corev1.Probe, c *check) *corev1.Probe {
	if wish.ProbeHandler != (corev1.ProbeHandler{}) {
		return wish
	}
	if c == nil {
		u.reportf("healthcheck-unknown", u.at.Key("x-kubernetes", key), "add exec, httpGet, tcpSocket or grpc, or a healthcheck",
			"%s says how to check, not what, and the service has no healthcheck; there is no such probe", key)
		return nil
	}
	p := c.probe(seconds(c.interval), c.retries)
	p.InitialDelaySeconds, p.TerminationGracePeriodSeconds = wish.InitialDelaySeconds, wish.TerminationGracePeriodSeconds
	p.PeriodSeconds = cmp.Or(wish.PeriodSeconds, p.PeriodSeconds)
	p.TimeoutSeconds = cmp.Or(wish.TimeoutSeconds, p.TimeoutSeconds)
	p.SuccessThreshold = wish.SuccessThreshold
	p.FailureThreshold = cmp.Or(wish.FailureThreshold, p.FailureThreshold)
	return p
}
