package network

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// privateRanges are where the API servers of most clusters are; their addresses are not known to a conversion.
var privateRanges = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}

// waitPolicies returns the policies that a Pod's initContainers need to see what they wait for. Docker Compose waits from
// outside, so a service may wait for one that it shares no network with.
func (d *policies) waitPolicies(b *workload.Pod) []plan.NetworkPolicy {
	var list []plan.NetworkPolicy
	asksAPI := false
	for _, w := range d.workloads.Waits(b) {
		target := d.workloads.Pod(w.Target)
		switch {
		case w.Job && target.Kind == workload.Job:
			asksAPI = true
		case !w.Job && target.IsPolicied() && !d.workloads.HasNoNetwork(w.Target) && !sharesNetwork(d.workloads, b, target):
			list = append(list, d.waitPolicy(b, w)...)
		}
	}
	if asksAPI && d.workloads.IsInternalOnly(b.Main) {
		list = append(list, apiPolicy(d.project, d.names, b, d.findings))
	}
	return list
}

// reportWaitsFromNode reports what a Pod in the network of its node waits for behind policies: they know Pods by their
// labels, and what comes from a node has none. Published ports are open to everybody.
func reportWaitsFromNode(asked proxies.Routes, workloads *workload.Workloads, ports Ports, b *workload.Pod, findings *report.Findings) {
	for _, w := range workloads.Waits(b) {
		target := workloads.Pod(w.Target)
		if !w.Job && b.Main.NetworkMode == "host" && target.IsPolicied() && len(openPorts(asked, workloads, ports, target)) == 0 {
			findings.Addf("wait-from-node", w.At, "publish a port of "+w.Target.Name+", or use --wait=none",
				"%s is in the network of its node, where no policy can admit it to %s: whether it waits for ever depends on the network plugin", w.By.Name, w.Target.Name)
		}
	}
}

func sharesNetwork(w *workload.Workloads, b *workload.Pod, other *workload.Pod) bool {
	return slices.ContainsFunc(w.PodNetworks(b), func(key string) bool { return slices.Contains(w.PodNetworks(other), key) })
}

// waitPolicy returns what a wait for a service on other networks needs: a way in there, and a way out of internal
// networks.
func (d *policies) waitPolicy(b *workload.Pod, w workload.Wait) []plan.NetworkPolicy {
	target := d.workloads.Pod(w.Target)
	var ports []networkingv1.NetworkPolicyPort
	for _, x := range d.ports.Behind(d.workloads.NetworkOwner(w.Target)) {
		if x.Protocol == corev1.ProtocolTCP && len(ports) < plan.ManyPorts {
			ports = append(ports, policyPort(x.Number, x.Protocol))
		}
	}
	if len(ports) == 0 { // the name alone is asked for
		return nil
	}
	from := metav1.LabelSelector{MatchLabels: labels.Selector(d.names.DNS(b.Main), d.project.Instance())}
	to := metav1.LabelSelector{MatchLabels: labels.Selector(d.names.DNS(target.Main), d.project.Instance())}
	in := policy(d.names, fmt.Sprintf("allow-%s-waits-for-%s", d.names.DNS(b.Main), d.names.DNS(target.Main)), d.names.DNS(target.Main), podOrigin(target, w.At))
	in.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: to,
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &from}}, Ports: ports}},
	}
	list := []plan.NetworkPolicy{in}
	if d.workloads.IsInternalOnly(b.Main) {
		out := policy(d.names, fmt.Sprintf("allow-%s-to-%s", d.names.DNS(b.Main), d.names.DNS(target.Main)), d.names.DNS(b.Main), podOrigin(b, w.At))
		out.Spec = networkingv1.NetworkPolicySpec{
			PodSelector: from,
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
			Egress:      []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{PodSelector: &to}}, Ports: ports}},
		}
		list = append(list, out)
	}
	d.findings.Addf("wait-across-networks", w.At, "put them on a common network, or use --wait=none and let the program try again",
		"%s waits for %s without sharing a network: a policy lets its Pod through", w.By.Name, w.Target.Name)
	return list
}

// apiPolicy returns the policy that lets the initContainers of a Pod on internal networks ask the API server whether a
// Job is complete.
func apiPolicy(p *input.Project, n *naming.Names, b *workload.Pod, findings *report.Findings) plan.NetworkPolicy {
	o := policy(n, "allow-"+n.DNS(b.Main)+"-api", n.DNS(b.Main), podOrigin(b, b.Main.Key("depends_on")))
	rule := networkingv1.NetworkPolicyEgressRule{}
	for _, cidr := range privateRanges {
		rule.To = append(rule.To, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: cidr}})
	}
	for _, number := range []int32{443, 6443} {
		rule.Ports = append(rule.Ports, networkingv1.NetworkPolicyPort{Protocol: new(corev1.ProtocolTCP), Port: new(intstr.FromInt32(number))})
	}
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: labels.Selector(n.DNS(b.Main), p.Instance())},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress:      []networkingv1.NetworkPolicyEgressRule{rule},
	}
	findings.Addf("api-egress", b.Main.Key("depends_on"), "narrow the policy "+o.Name+" to the address of the API server, or use --wait=none",
		"%s is on internal networks only and waits for a Job, so its Pod may reach ports 443 and 6443 of private addresses: the API server is at one of them", b.Main.Name)
	return o
}
