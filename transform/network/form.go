package network

import (
	"slices"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// forms is what answers for the name of each service.
type forms map[*input.Service]plan.Form

// formOf decides what kind of Service a service has, if any.
func formOf(p *input.Project, w *workload.Workloads, n *naming.Names, ports Ports, s *input.Service) plan.Form {
	switch {
	case s.IsExternal():
		return plan.External
	case w.NetworkOwner(s) != s || s.NetworkMode == "none" || s.Config.Provider != nil || s.Ext.Service == "none",
		w.Pod(s).Kind == workload.None,
		s.IsOnOldBridge(),
		s.NetworkMode != "host" && len(n.NamedNetworks(s)) == 0,
		s.NetworkMode == "host" && !isNamed(p, w, n, s),
		w.Pod(s).IsFinite() && !isNamed(p, w, n, s):
		return plan.NoService
	}
	count := len(ports.Behind(s))
	switch {
	case count == 0 || count > plan.ManyPorts:
		return plan.Headless
	case s.Ext.Service == "clusterip":
		return plan.ClusterIP
	case s.Ext.Service == "headless", isStateful(w, s), s.Config.Deploy != nil && s.Config.Deploy.EndpointMode == "dnsrr":
		return plan.Headless
	case ports.FirstKnown(s) == 0 && slices.ContainsFunc(p.Services, func(peer *input.Service) bool { return w.Pod(peer) != w.Pod(s) && peer.Awaits(s) }):
		return plan.Headless // a waiter cannot connect to it; a name without an address of its own resolves once a Pod is ready
	}
	if why, _ := doubt(w, n, ports, s); why != "" {
		return plan.Headless
	}
	return plan.ClusterIP
}

// hasService reports whether the name of a service resolves to its Pods.
func (f forms) hasService(s *input.Service) bool {
	form := f[s]
	return form == plan.ClusterIP || form == plan.Headless
}
