package transform

import (
	"fmt"
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/transform/names"
)

// The default range of node ports (kube-apiserver --service-node-port-range).
const (
	firstNodePort = 30000
	lastNodePort  = 32767
)

// publishedService returns the Service <name>-published, apart from the one that peers use: users come to the published
// port, peers to the container port, and one Service cannot tell them apart.
func (s *service) publishedService(list []publication) *corev1.Service {
	name := s.names.Claim("service", "published "+s.name, names.Normalize(s.dns+"-published", names.MaxLabel), names.MaxLabel)
	meta := s.serviceMeta(name)
	maps.Copy(meta.Annotations, s.publishWishes().Annotations)
	o := s.serviceObject(meta, formClusterIP, s.selector(s.podName()), nil)
	o.Spec.PublishNotReadyAddresses = false
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
		entry := servicePort(port{number: x.outside, protocol: x.protocol, name: label, appProtocol: x.appProtocol})
		entry.TargetPort = intstr.FromInt32(x.target)
		o.Spec.Ports = append(o.Spec.Ports, entry)
	}
	return o
}

// loadBalancer returns the Service by which a load balancer outside the cluster reaches the Pods under the published
// ports. TCP and UDP may be mixed since Kubernetes 1.26.
// Spec: https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer
func (s *service) loadBalancer(list []publication) *corev1.Service {
	o := s.publishedService(list)
	o.Spec.Type = corev1.ServiceTypeLoadBalancer
	wishes := s.publishWishes()
	o.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicy(wishes.ExternalTrafficPolicy)
	o.Spec.LoadBalancerIP = wishes.LoadBalancerIP
	for _, x := range list {
		s.reportf("port-public", x.at, "", "port %d is public through the load balancer of %s", x.outside, o.Name)
	}
	return o
}

// nodePorts returns the Service that opens ports on every node. Only a published port inside the range of node ports can
// be kept. Spec: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
func (s *service) nodePorts(list []publication) *corev1.Service {
	o := s.publishedService(list)
	o.Spec.Type = corev1.ServiceTypeNodePort
	wishes := s.publishWishes()
	o.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicy(wishes.ExternalTrafficPolicy)
	for i, x := range list {
		number := x.outside
		if i == 0 && wishes.NodePort != 0 {
			number = wishes.NodePort
		}
		if number < firstNodePort || number > lastNodePort {
			s.reportf("node-port", x.at, "publish a port from 30000 to 32767, or ask for one with x-kubernetes.publish.nodePort",
				"the cluster chooses the node port for %d: node ports are %d to %d", number, firstNodePort, lastNodePort)
			continue
		}
		claim := fmt.Sprintf("%d/%s", number, x.protocol)
		if other := s.names.Owner("node port", claim); other != "" {
			s.reportf("node-port", x.at, "ask for another one with x-kubernetes.publish.nodePort",
				"the cluster chooses the node port for %s: %s has %d already, and a cluster has it once", x.written, other, number)
			continue
		}
		s.names.Claim("node port", fmt.Sprintf("%s:%d", s.name, x.target), claim, len(claim))
		o.Spec.Ports[i].NodePort = number
	}
	return o
}
