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
		s.IsOnOldBridge() && !n.IsLinked(s),
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
	case s.Ext.Service == "headless", isStateful(w, s), findsReplicas(w, n, s), s.Config.Deploy != nil && s.Config.Deploy.EndpointMode == "dnsrr":
		return plan.Headless
	case ports.FirstKnown(s) == 0 && slices.ContainsFunc(p.Services, func(peer *input.Service) bool { return w.Pod(peer) != w.Pod(s) && peer.Awaits(s) }):
		return plan.Headless // a waiter cannot connect to it; a name without an address of its own resolves once a Pod is ready
	}
	if why, _ := doubt(p, w, n, ports, s); why != "" || admittedAt(w, n, s) != nil {
		return plan.Headless
	}
	return plan.ClusterIP
}

// findsReplicas reports whether a service of several Pods names itself where a program reads a host: on Docker the name leads to all of its
// containers, which find each other by it; behind one address each would find one of them.
func findsReplicas(w *workload.Workloads, n *naming.Names, s *input.Service) bool {
	if !w.Pod(s).HasReplicas() {
		return false
	}
	return slices.ContainsFunc(namesOf(n, s), func(name string) bool {
		return slices.ContainsFunc(n.Mentions(name), func(m naming.Mention) bool {
			return m.By == s && (m.Host || m.Bare) && m.Scheme != "http" && m.Scheme != "https"
		})
	})
}

// hasService reports whether the name of a service resolves to its Pods.
func (f forms) hasService(s *input.Service) bool {
	form := f[s]
	return form == plan.ClusterIP || form == plan.Headless
}
