package container

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/report"
)

// wishedProbe returns the probe that x-kubernetes names. One that says how often, but not what to check, changes the cadence of the
// healthcheck: the API server refuses a probe without a handler.
func wishedProbe(net *network.Network, u *input.Container, key string, wish *corev1.Probe, c *check, findings *report.Findings) *corev1.Probe {
	if wish.ProbeHandler != (corev1.ProbeHandler{}) {
		checkPortName(net, u, key, wish, findings)
		return wish
	}
	if c == nil {
		findings.Addf("healthcheck-unknown", u.At.Key("x-kubernetes", key), "add exec, httpGet, tcpSocket or grpc, or a healthcheck",
			"%s says how to check, not what, and the service has no healthcheck; there is no such probe", key)
		return nil
	}
	p := c.probe(Seconds(c.interval), c.retries)
	p.InitialDelaySeconds, p.TerminationGracePeriodSeconds = wish.InitialDelaySeconds, wish.TerminationGracePeriodSeconds
	p.PeriodSeconds = cmp.Or(wish.PeriodSeconds, p.PeriodSeconds)
	p.TimeoutSeconds = cmp.Or(wish.TimeoutSeconds, p.TimeoutSeconds)
	p.SuccessThreshold = wish.SuccessThreshold
	p.FailureThreshold = cmp.Or(wish.FailureThreshold, p.FailureThreshold)
	return p
}

// checkPortName reports a port that a probe calls by a name that the container has not: the kubelet never finds it.
func checkPortName(net *network.Network, u *input.Container, key string, wish *corev1.Probe, findings *report.Findings) {
	var name string
	switch {
	case wish.HTTPGet != nil:
		name = wish.HTTPGet.Port.StrVal
	case wish.TCPSocket != nil:
		name = wish.TCPSocket.Port.StrVal
	}
	if name != "" && !slices.ContainsFunc(net.ContainerPorts(u.Service), func(p corev1.ContainerPort) bool { return p.Name == name }) {
		findings.Addf("healthcheck-unknown", u.At.Key("x-kubernetes", key), "write the number, or give the port this name in the long form of ports",
			"no port of the container is called %s: the probe never succeeds", name)
	}
}
