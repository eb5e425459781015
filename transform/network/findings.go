package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/workload"
)

// reportNetworks reports what networks ask for and a cluster does not have.
func (d *policies) reportNetworks() {
	used := usedNetworks(d.workloads)
	for _, key := range sorted.Keys(d.project.Compose.Networks) {
		if !slices.Contains(used, key) {
			continue
		}
		d.reportNetwork(key)
	}
	if reason := networkDifference(d.project, d.workloads); reason != nil && !d.policed {
		d.findings.Add("network-policies-off", reason, "the networks are not kept apart: every Pod of the cluster reaches every service", "leave out --network-policies=never")
	}
	for _, s := range d.project.Services {
		switch isBridged := s.IsOnOldBridge() && d.workloads.Pod(s).Kind != workload.None; {
		case isBridged && (len(s.Config.Links) > 0 || d.isLinked(s)):
			d.findings.Addf("bridge-network", s.Key("network_mode"), "leave network_mode out to put it on the network of the project",
				"%s is on Docker's default bridge: of the names of the project only those of links resolve there, and only services that are there too reach each other", s.Name)
		case isBridged:
			d.findings.Addf("bridge-network", s.Key("network_mode"), "leave network_mode out to put it on the network of the project",
				"%s is on Docker's default bridge: no name of the project resolves there, and it reaches no other service and none reaches it", s.Name)
		}
		if mode := s.NamedMode(); mode != "" && d.project.IsOutside(mode) {
			d.findings.Addf("external-network", s.Key("network_mode"), "use service.namespace for services of another project",
				"%s is a network outside the project, which a Pod cannot join: what other projects have there does not answer under its name", mode)
		}
		if d.workloads.HasNoNetwork(s) && d.workloads.Pod(s).Kind != workload.None && waitsOnDocker(s) && d.project.Options.Wait != "none" && !d.project.Options.Live {
			d.findings.Add("wait-no-network", s.Key("depends_on"), s.Name+" does not wait for its dependencies: without a network its Pod cannot ask for them", "deploy with transship up, which waits from outside")
		}
	}
}

// isLinked reports whether another service has a link to one.
func (d *policies) isLinked(target *input.Service) bool {
	return slices.ContainsFunc(d.project.Services, func(s *input.Service) bool {
		return slices.ContainsFunc(s.Config.Links, func(link string) bool { name, _, _ := strings.Cut(link, ":"); return name == target.Name })
	})
}

func (d *policies) reportNetwork(key string) {
	n, at := d.project.Network(key), diag.At("networks", key)
	selected := len(d.project.Ext.Networks[key].NamespaceSelector) > 0 // says what the network is in the cluster
	if bool(n.External) && !selected {
		help := fmt.Sprintf("publish the service by Ingress or Gateway if it is the network of a reverse proxy; for another project use service.namespace; where that one is converted as well, write name: %s for its network, so that the policies of both admit each other", n.Name)
		if d.policed {
			help = fmt.Sprintf("publish the service by Ingress or Gateway if it is the network of a reverse proxy; for another project use service.namespace, and admit its namespace with x-kubernetes.namespaceSelector, or write name: %s for its network where it is converted as well", n.Name)
		}
		d.findings.Addf("external-network", at.Key("external"), help,
			"%s exists outside the project and cannot be joined: Pods of one namespace reach each other, others answer under service.namespace", n.Name)
	} else if d.project.IsShared(key) && !bool(n.External) {
		if s, host := asksElsewhere(d.project, d.workloads, key); s != nil {
			d.findings.Addf("network-asked", at.Key("name"), "convert the projects that use it into one namespace, or write "+host+".NAMESPACE",
				"%s asks for %s, which nobody in the project is: what another project has on the network %s answers only in the namespace of that one", s.Name, host, n.Name)
		}
		d.findings.Addf("network-shared", at.Key("name"), "convert the projects that use it into one namespace, or use service.namespace",
			"another project that uses the name %s does not share the network: namespaces take its place", n.Name)
	}
	if !slices.Contains([]string{"", "bridge", "overlay", "default", "nat"}, n.Driver) {
		d.findings.Addf("network-driver", at.Key("driver"), "for an address in the LAN use a LoadBalancer (for example MetalLB), network_mode: host, or Multus",
			"the driver %s has no counterpart: Pods have one interface, of the cluster network", n.Driver)
	}
	switch six := n.EnableIPv6 != nil && *n.EnableIPv6; {
	case n.EnableIPv4 != nil && !*n.EnableIPv4:
		d.findings.Addf("ipv6-only", at.Key("enable_ipv4"), "leave it out where the cluster has no IPv6",
			"a service on %s alone gets an IPv6 address and no other: a cluster without IPv6 refuses its Service", key)
	case six:
		d.findings.Addf("dual-stack", at.Key("enable_ipv6"), "", "the Services on %s have an IPv6 address as well if the cluster has IPv6, without an error if not", key)
	}
	if len(n.Labels) > 0 && !d.policed {
		d.findings.Add("network-labels", at.Key("labels"), "the labels are left out: no object stands for the network", "--network-policies=always makes one")
	}
	if n.Internal && d.policed {
		d.findings.Addf("network-internal", at.Key("internal"), "check that the network plugin enforces NetworkPolicies, also for egress",
			"%s is cut off from the outside by policy only", key)
	}
}

// waitsOnDocker reports whether Compose starts a service only when another one is healthy or complete.
func waitsOnDocker(s *input.Service) bool {
	for _, d := range s.Config.DependsOn {
		if d.Condition != types.ServiceConditionStarted {
			return true
		}
	}
	return false
}
