package network

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// reportNothing says that a way of publishing was chosen for a project whose ports are all for the machine itself, as behind a proxy that
// runs beside Docker. Where the way in is a route of a proxy that is refused here, that is said, and other ports are for the machine on purpose.
func (d *publishing) reportNothing(all outside) {
	var names []string
	for _, s := range d.project.Services {
		if s.NetworkMode == "host" || s.PublishType == input.PublishNone || s.Ext.Publish != nil {
			continue
		}
		if slices.ContainsFunc(s.Config.Ports, func(c types.ServicePortConfig) bool { return isLoopback(c.HostIP) }) {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 || d.isProxied || len(all.services)+len(all.ingresses)+len(all.routes) > 0 {
		return
	}
	d.findings.Addf("publish-nothing", diag.At("services"), "leave out the address before the port that is meant for others, as in 8080:80",
		"nothing becomes reachable from outside: the published ports of %s are bound to a loopback address, for the machine itself", report.Enumerate(names, 5))
}

// loopbackPorts returns the ports that a service, whose others would be published, has for the machine that runs Docker alone.
func loopbackPorts(s *input.Service) []machinePort {
	var list []machinePort
	if s.NetworkMode == "host" { // where Docker discards them
		return nil
	}
	for _, c := range s.Config.Ports {
		if first, _ := input.PublishedRange(c.Published); isLoopback(c.HostIP) && first != 0 && s.PublishType != input.PublishNone && input.ProtocolOf(c.Protocol) == corev1.ProtocolTCP {
			list = append(list, machinePort{service: s, published: first})
		}
	}
	return list
}

func (d *publishing) reportUnpublished(s *input.Service, list []publication) {
	if d.project.Options.Live || s.Ext.Publish != nil && s.Ext.Publish.Type == string(input.PublishNone) { // `up` forwards them; who says none knows
		return
	}
	message := "port %s is reachable inside the cluster only"
	if d.services.forms[s] == plan.NoService {
		message = "port %s is reachable through no Service, only with kubectl port-forward"
	}
	for _, x := range list {
		d.findings.Addf("port-not-published", x.at, "choose a way with --publish or x-kubernetes.publish: loadbalancer, nodeport, ingress or gateway; on this machine it answers while `transship up` or `transship forward` runs", message, x.written)
	}
}
