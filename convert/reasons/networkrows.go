package reasons

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/transship/transship/diag"
)

// serviceRows are for Services.
var serviceRows = []row{
	{"Service", "spec.clusterIP", byAny, isGoverning, "a StatefulSet names its Pods below a Service without an address"},
	{"Service", "spec.clusterIP", byAny, isWithoutPorts, "no port is known: the name leads to the Pods, where every port works, as on Docker"},
	{"Service", "spec.clusterIP", byAny, isUncertain, "which ports it has is not certain: the name leads to the Pods, where every port works, as on Docker"},
	{"Service", "spec.clusterIP", byAny, nil, "the name leads to the Pods themselves, as on Docker"},
	{"Service", "spec.publishNotReadyAddresses", byAny, nil, "others ask for the name before the Pods are ready, as they can on Docker"},
	{"Service", "spec.type", byNoKey, all(isValue("LoadBalancer", "NodePort"), isWished), "the project itself asks for it"},
	{"Service", "spec.type", byNoKey, isValue("LoadBalancer", "NodePort"), "--publish asks for it"},
	{"Service", "spec.externalTrafficPolicy", byNoKey, nil, "the project itself asks for it"},
	{"Service", "spec.selector", byAny, nil, "the Pods to which the name leads"},
	{"Service", "spec.ports", byKey, hasStep("image", "build"), portsOfImage},
	{"Service", "spec.ports[]", byKey, hasStep("image", "build"), portsOfImage},
	{"Service", "spec.ports", byNoKey, all(isPublished, no(hasKeyedItem), isInside), "the ports to which a route from outside leads"},
	{"Service", "spec.ports", byNoKey, all(isPublished, no(hasKeyedItem)), "the numbers under which ports are published; the name of the service has those of the container"},
	{"Service", "spec.ports", byNoKey, no(hasKeyedItem), portsOfMany},
	{"Service", "spec.ports[].port", byNoKey, isBesideKeyed, portsOfMany},
	{"Service", "spec.ports[].targetPort", byNoKey, isBesideKeyed, portsOfMany},
	{"Service", "spec.ports[].protocol", byNoKey, isBesideKeyed, portsOfMany},
	{"Service", "spec.ports[].name", byAny, no(isNumbered), nameOfPort},
	{"Service", "spec.ports[].name", byNoKey, isBesideKeyed, portsOfMany},
	{"Service", "spec.ipFamilyPolicy", byAny, nil, "the address families of its networks"},
}

// routeRows are for what leads from outside to Services.
var routeRows = []row{
	{"Ingress", "spec.ingressClassName", byNoKey, nil, "the controller that is to take it"},
	{"Ingress", "spec.rules", byAny, nil, "the way from outside to the published port"},
	{"Ingress", "spec.tls", byNoKey, nil, "the labels for a proxy ask for TLS"},
	{"HTTPRoute", "spec.parentRefs", byAny, nil, "the Gateway is not part of the project; who runs the cluster has it"},
	{"HTTPRoute", "spec.hostnames", byNoKey, nil, "the hosts that --domain or labels for a proxy name"},
	{"HTTPRoute", "spec.rules", byAny, nil, "the way from outside to the published port"},
}

// policyRows are for NetworkPolicies.
var policyRows = []row{
	{"NetworkPolicy", "spec.podSelector", byAny, isOfNetwork, "the Pods on this network"},
	{"NetworkPolicy", "spec.podSelector", byAny, nil, "the Pods of this service"},
	{"NetworkPolicy", "spec.policyTypes", byAny, isDenying, "a service without a network: nothing comes in and nothing goes out"},
	{"NetworkPolicy", "spec.ingress", byAny, isOfNetwork, "who shares a network reaches each other, and nobody else does, as on Docker"},
	{"NetworkPolicy", "spec.egress", byAny, isOfNetwork, "an internal network has no way out but to its members and the DNS of the cluster"},
	{"NetworkPolicy", "spec.ingress", byAny, isWaiting, "another service waits for it from a network of its own"},
	{"NetworkPolicy", "spec.egress", byAny, isAsking, "the container that waits for a Job asks the API server, which has one of these addresses"},
	{"NetworkPolicy", "spec.egress", byAny, isWaiting, "it waits for a service that is on none of its networks"},
	{"NetworkPolicy", "spec.ingress", byAny, nil, "published ports are open to everybody, as on Docker"},
}

func (s *spot) service() *corev1.Service { return s.object.(*corev1.Service) }

func isGoverning(s *spot) bool { return s.governing[s.service().Name] }

func isWithoutPorts(s *spot) bool { return len(s.service().Spec.Ports) == 0 }

// isUncertain reports whether the conversion has said that the ports of the service are not certain.
func isUncertain(s *spot) bool {
	return slices.ContainsFunc(s.origin().Paths, func(at diag.Path) bool { return s.found(at, "headless") })
}

// isInside reports whether the Service itself is reached from inside the cluster only.
func isInside(s *spot) bool { return s.service().Spec.Type == "" }

// isWished reports whether the Service is there because an extension asks for it.
func isWished(s *spot) bool { return isWish(s.keys[s.of("")]) }

// isPublished tells a Service for users from the one for peers: it was made from items of ports.
func isPublished(s *spot) bool { return s.isMadeFrom(2, "ports") }

func (s *spot) policy() *networkingv1.NetworkPolicySpec {
	return &s.object.(*networkingv1.NetworkPolicy).Spec
}

// isMadeFrom reports whether the first of the keys that an object was made from has that name.
func (s *spot) isMadeFrom(at int, name string) bool {
	paths := s.origin().Paths
	return len(paths) > 0 && len(paths[0]) > at && paths[0][at] == name
}

func isOfNetwork(s *spot) bool { return s.isMadeFrom(0, "networks") }

func isDenying(s *spot) bool {
	p := s.policy()
	return len(p.Ingress)+len(p.Egress) == 0 && len(p.PolicyTypes) == 2
}

func isWaiting(s *spot) bool { return s.isMadeFrom(2, "depends_on") }

// isAsking tells the policy that opens the way to the API server.
func isAsking(s *spot) bool {
	return isWaiting(s) && slices.ContainsFunc(s.policy().Egress, func(r networkingv1.NetworkPolicyEgressRule) bool {
		return slices.ContainsFunc(r.To, func(p networkingv1.NetworkPolicyPeer) bool {
			return p.IPBlock != nil
		})
	})
}
