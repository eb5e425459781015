package transform

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// privateRanges are where the API servers of most clusters are; their addresses are not known to a conversion.
var privateRanges = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}

// waitPolicies returns the policies that a Pod's initContainers need to see what they wait for. Docker Compose waits from
// outside, so a service may wait for one that it shares no network with.
func (b *pod) waitPolicies() []*networkingv1.NetworkPolicy {
	var list []*networkingv1.NetworkPolicy
	asksAPI := false
	for _, w := range b.waits() {
		target := w.target.pod
		switch {
		case w.job && target.main.kind == kindJob:
			asksAPI = true
		case !w.job && target.isPolicied() && !b.sharesNetwork(target):
			list = append(list, b.waitPolicy(w)...)
		}
	}
	if asksAPI && b.main.isInternalOnly() {
		list = append(list, b.apiPolicy())
	}
	return list
}

// reportWaitsFromNode reports what a Pod in the network of its node waits for behind policies: they know Pods by their
// labels, and what comes from a node has none. Published ports are open to everybody.
func (b *pod) reportWaitsFromNode() {
	for _, w := range b.waits() {
		target := w.target.pod
		if !w.job && b.main.networkMode() == "host" && target.isPolicied() && len(target.openPorts()) == 0 {
			w.by.reportf("wait-from-node", w.at, "publish a port of "+w.target.name+", or use --wait=none",
				"%s is in the network of its node, where no policy can admit it to %s: whether it waits for ever depends on the network plugin", w.by.name, w.target.name)
		}
	}
}

func (b *pod) sharesNetwork(other *pod) bool {
	return slices.ContainsFunc(b.networkKeys(), func(key string) bool { return slices.Contains(other.networkKeys(), key) })
}

// waitPolicy returns what a wait for a service on other networks needs: a way in there, and a way out of internal
// networks.
func (b *pod) waitPolicy(w wait) []*networkingv1.NetworkPolicy {
	target := w.target.pod
	var ports []networkingv1.NetworkPolicyPort
	for _, x := range w.target.networkOwner().servicePorts() {
		if x.protocol == corev1.ProtocolTCP && len(ports) < manyPorts {
			ports = append(ports, policyPort(x.number, x.protocol))
		}
	}
	if len(ports) == 0 { // the name alone is asked for
		return nil
	}
	from := metav1.LabelSelector{MatchLabels: b.selector(b.main.dns)}
	to := metav1.LabelSelector{MatchLabels: b.selector(target.main.dns)}
	in := b.policy(fmt.Sprintf("allow-%s-waits-for-%s", b.main.dns, target.main.dns), target.main.dns)
	in.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: to,
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &from}}, Ports: ports}},
	}
	list := []*networkingv1.NetworkPolicy{in}
	if b.main.isInternalOnly() {
		out := b.policy(fmt.Sprintf("allow-%s-to-%s", b.main.dns, target.main.dns), b.main.dns)
		out.Spec = networkingv1.NetworkPolicySpec{
			PodSelector: from,
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
			Egress:      []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{PodSelector: &to}}, Ports: ports}},
		}
		list = append(list, out)
	}
	w.by.reportf("wait-across-networks", w.at, "put them on a common network, or use --wait=none and let the program try again",
		"%s waits for %s without sharing a network: a policy lets its Pod through", w.by.name, w.target.name)
	return list
}

// apiPolicy returns the policy that lets the initContainers of a Pod on internal networks ask the API server whether a
// Job is complete.
func (b *pod) apiPolicy() *networkingv1.NetworkPolicy {
	o := b.policy("allow-"+b.main.dns+"-api", b.main.dns)
	rule := networkingv1.NetworkPolicyEgressRule{}
	for _, cidr := range privateRanges {
		rule.To = append(rule.To, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: cidr}})
	}
	for _, number := range []int32{443, 6443} {
		rule.Ports = append(rule.Ports, networkingv1.NetworkPolicyPort{Protocol: new(corev1.ProtocolTCP), Port: new(intstr.FromInt32(number))})
	}
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: b.selector(b.main.dns)},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress:      []networkingv1.NetworkPolicyEgressRule{rule},
	}
	b.reportf("api-egress", b.main.key("depends_on"), "narrow the policy "+o.Name+" to the address of the API server, or use --wait=none",
		"%s is on internal networks only and waits for a Job, so its Pod may reach ports 443 and 6443 of private addresses: the API server is at one of them", b.main.name)
	return o
}
