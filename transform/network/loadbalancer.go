package network

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// The default range of node ports (kube-apiserver --service-node-port-range).
const (
	firstNodePort = 30000
	lastNodePort  = 32767
)

// publishedService returns the Service <name>-published, apart from the one that peers use: users come to the published
// port, peers to the container port, and one Service cannot tell them apart.
func (d *publishing) publishedService(s *input.Service, list []publication) plan.Service {
	dns := d.names.DNS(s)
	meta := plan.MetaOf(s, dns, publishedName(d.names, s), pathsOf(list)...)
	maps.Copy(meta.Annotations, s.PublishWishes().Annotations)
	o := d.services.service(s, meta, plan.ClusterIP, labels.Selector(d.names.PodName(s), d.project.Instance()), nil)
	o.PublishNotReady = false
	taken, protocols := map[string]bool{}, map[int32]int{}
	for _, x := range list {
		protocols[x.outside]++
	}
	for _, x := range list {
		label := x.name
		if label == "" || taken[label] || strings.HasPrefix(label, "p-") {
			label = fmt.Sprintf("p-%d", x.outside)
			if x.protocol != corev1.ProtocolTCP || protocols[x.outside] > 1 {
				label += "-" + strings.ToLower(string(x.protocol))
			}
		}
		taken[label] = true
		o.Ports = append(o.Ports, plan.ServicePort{
			Port: input.Port{Number: x.outside, Protocol: x.protocol, Name: label, AppProtocol: x.appProtocol}, Target: x.target,
		})
	}
	return o
}

func publishedName(n *naming.Names, s *input.Service) string {
	return n.Registry.Claim("service", "published "+s.Name, names.Normalize(n.DNS(s)+"-published", names.MaxLabel), names.MaxLabel)
}

// loadBalancer returns the Service by which a load balancer outside the cluster reaches the Pods under the published
// ports. TCP and UDP may be mixed since Kubernetes 1.26.
// Spec: https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer
func (d *publishing) loadBalancer(s *input.Service, list []publication) plan.Service {
	o := d.publishedService(s, list)
	o.Type = corev1.ServiceTypeLoadBalancer
	wishes := s.PublishWishes()
	o.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicy(wishes.ExternalTrafficPolicy)
	o.LoadBalancerIP, o.SourceRanges = wishes.LoadBalancerIP, wishes.SourceRanges
	for _, x := range list {
		if isRestricted(s) {
			d.findings.Addf("port-public", x.at, "", "port %d is reachable through the load balancer of %s from %s", x.outside, o.Name, strings.Join(wishes.SourceRanges, ", "))
			continue
		}
		d.findings.Addf("port-public", x.at, "", "port %d is public through the load balancer of %s", x.outside, o.Name)
	}
	return o
}

// nodePorts returns the Service that opens ports on every node. Only a published port inside the range of node ports can
// be kept. Spec: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
func (d *publishing) nodePorts(s *input.Service, list []publication) plan.Service {
	o := d.publishedService(s, list)
	o.Type = corev1.ServiceTypeNodePort
	wishes := s.PublishWishes()
	o.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicy(wishes.ExternalTrafficPolicy)
	for i, x := range list {
		number := x.outside
		if i == 0 && wishes.NodePort != 0 {
			number = wishes.NodePort
		}
		if number < firstNodePort || number > lastNodePort {
			d.findings.Addf("node-port", x.at, "publish a port from 30000 to 32767, or ask for one with x-kubernetes.publish.nodePort",
				"the cluster chooses the node port for %d: node ports are %d to %d", number, firstNodePort, lastNodePort)
			continue
		}
		claim := fmt.Sprintf("%d/%s", number, x.protocol)
		if other := d.names.Registry.Owner("node port", claim); other != "" {
			d.findings.Addf("node-port", x.at, "ask for another one with x-kubernetes.publish.nodePort",
				"the cluster chooses the node port for %s: %s has %d already, and a cluster has it once", x.written, other, number)
			continue
		}
		d.names.Registry.Claim("node port", fmt.Sprintf("%s:%d", s.Name, x.target), claim, len(claim))
		o.Ports[i].NodePort = number
	}
	return o
}

// pathsOf returns the keys that publications come from.
func pathsOf(list []publication) []diag.Path {
	paths := make([]diag.Path, 0, len(list))
	for _, x := range list {
		paths = append(paths, x.at)
	}
	return paths
}

// addressPorts are the ports of programs that judge those who call them by their addresses: mail by SPF and lists of senders, name servers by views
// and limits, telephony and system logs by who speaks.
var addressPorts = []int32{25, 53, 110, 143, 465, 514, 587, 853, 993, 995, 4190, 5060, 5061, 6514}

// reportClientAddress warns of programs that see the address of a node in place of that of who calls them. Docker gives them the address.
// Source: https://kubernetes.io/docs/tutorials/services/source-ip/
func reportClientAddress(s *input.Service, list []publication, findings *report.Findings) {
	if s.PublishWishes().ExternalTrafficPolicy != "" {
		return
	}
	for _, x := range list {
		if slices.Contains(addressPorts, x.target) {
			findings.Addf("client-address", x.at, "externalTrafficPolicy: Local under x-kubernetes.publish keeps the address, and leads only to nodes on which the Pod runs; Cluster says that it does not matter",
				"on most clusters port %d sees the address of a node in place of that of who calls it, and such a program decides by it whom to trust", x.target)
			return
		}
	}
}
