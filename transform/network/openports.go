package network

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/workload"
)

// openPorts returns the container ports of a Pod that Docker opens to everybody: the published ones, whatever way is
// chosen to publish them here.
func openPorts(asked proxies.Routes, w *workload.Workloads, ports Ports, b *workload.Pod) []networkingv1.NetworkPolicyPort {
	var list []networkingv1.NetworkPolicyPort
	seen := map[string]bool{}
	add := func(number int32, protocol corev1.Protocol) {
		port := policyPort(number, protocol)
		if text := string(protocol) + port.Port.String(); !seen[text] {
			seen[text] = true
			list = append(list, port)
		}
	}
	for _, s := range b.Members {
		if w.IsInternalOnly(s) {
			continue
		}
		for _, c := range s.Config.Ports {
			if !isLoopback(c.HostIP) && c.Target >= 1 && c.Target <= 65535 {
				add(int32(c.Target), input.ProtocolOf(c.Protocol))
			}
		}
		for _, number := range proxiedPorts(asked, ports, s) {
			add(number, corev1.ProtocolTCP)
		}
		if wish := s.PublishWishes().Type; len(s.Config.Ports) == 0 && wish != "" && wish != string(input.PublishNone) {
			for _, x := range ownPublications(w, ports, s) {
				add(x.target, x.protocol)
			}
		}
	}
	slices.SortStableFunc(list, func(x, y networkingv1.NetworkPolicyPort) int {
		return cmp.Or(cmp.Compare(x.Port.IntVal, y.Port.IntVal), strings.Compare(string(*x.Protocol), string(*y.Protocol)))
	})
	return list
}

// publishedPolicy returns the policy that opens published ports to everybody.
func publishedPolicy(p *input.Project, n *naming.Names, b *workload.Pod, ports []networkingv1.NetworkPolicyPort) plan.NetworkPolicy {
	o := policy(n, "allow-"+n.DNS(b.Main)+"-published", n.DNS(b.Main), podOrigin(b, b.Main.Key("ports")))
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: labels.Selector(n.DNS(b.Main), p.Instance())},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{Ports: ports}},
	}
	return o
}

// denyPolicy returns the policy of a Pod without a network: nothing comes in and nothing goes out. The interface is still
// there, and the program sees it.
func denyPolicy(p *input.Project, n *naming.Names, b *workload.Pod) plan.NetworkPolicy {
	o := policy(n, "deny-"+n.DNS(b.Main), n.DNS(b.Main), podOrigin(b, b.Main.NetworkModePath()))
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: labels.Selector(n.DNS(b.Main), p.Instance())},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
	}
	return o
}
