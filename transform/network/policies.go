package network

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/annotations"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// The cache of names that many clusters run on every node (NodeLocal DNSCache) answers on this address.
const nodeLocalDNS = "169.254.20.10/32"

// policies makes the NetworkPolicies of a project.
type policies struct {
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	ports     Ports
	proxies   proxies.Routes
	labels    map[string]string   // the labels of the members of networks, by key
	policed   bool                // NetworkPolicies keep the networks apart
	policied  map[string][]string // the services that policies concern, by network
	findings  *report.Findings
}

// all decides what keeps networks apart.
//
// On Docker, containers reach each other only if they share a network. In a cluster every Pod reaches every other one,
// so that a database on a back network would be open to everybody. One policy for each network admits its members;
// policies add up, so a Pod on two networks admits the members of both. Published ports stay open to all, as Docker's
// are, and probes come from the node, which policies do not concern.
// Spec: https://docs.docker.com/engine/network/, https://kubernetes.io/docs/concepts/services-networking/network-policies/
func (d *policies) all() []plan.NetworkPolicy {
	d.reportNetworks()
	if !d.policed {
		return nil
	}
	d.policied = policiedServices(d.project, d.workloads)
	var list []plan.NetworkPolicy
	for _, key := range usedNetworks(d.workloads) {
		list = append(list, d.networkPolicy(key))
		if d.project.Network(key).Internal && isMembersOnly(d.workloads, key) {
			list = append(list, d.internalPolicy(key))
		}
	}
	for _, b := range d.workloads.Pods {
		if !b.IsPolicied() {
			reportWaitsFromNode(d.proxies, d.workloads, d.ports, b, d.findings)
			continue
		}
		if ports := openPorts(d.proxies, d.workloads, d.ports, b); len(ports) > 0 && len(d.workloads.PodNetworks(b)) > 0 {
			list = append(list, publishedPolicy(d.project, d.names, b, ports))
		}
		if d.workloads.HasNoNetwork(b.Main) {
			list = append(list, denyPolicy(d.project, d.names, b))
		}
		list = append(list, d.waitPolicies(b)...)
	}
	d.findings.Addf("network-policy", diag.At("networks"), "make sure that the network plugin of the cluster enforces NetworkPolicies (Calico, Cilium and others do, flannel does not)",
		"%d NetworkPolicies keep the networks apart; names resolve across them all the same", len(list))
	return list
}

// hasPolicies reports whether the networks of the project make a difference.
func hasPolicies(p *input.Project, w *workload.Workloads) bool {
	switch p.Options.NetworkPolicies {
	case "never":
		return false
	case "always":
		return true
	}
	return networkDifference(p, w) != nil
}

// networkDifference returns a key that makes networks differ, nil if all services share the same ones.
func networkDifference(p *input.Project, w *workload.Workloads) diag.Path {
	var first *workload.Pod
	for _, b := range w.Pods {
		if !b.IsPolicied() {
			continue
		}
		if w.HasNoNetwork(b.Main) {
			return b.Main.NetworkModePath()
		}
		keys := w.PodNetworks(b)
		for _, key := range keys {
			if p.Network(key).Internal {
				return diag.At("networks", key, "internal")
			}
		}
		if first == nil {
			first = b
		} else if !slices.Equal(w.PodNetworks(first), keys) {
			return b.Main.NetworkModePath()
		}
	}
	return nil
}

// usedNetworks returns the networks that policies are made for, sorted.
func usedNetworks(w *workload.Workloads) []string {
	var keys []string
	for _, b := range w.Pods {
		if b.IsPolicied() {
			keys = append(keys, w.PodNetworks(b)...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// nameNetworks gives every network of a service a label. A network of several projects is the same one for all that use it, so
// its real name counts.
func nameNetworks(p *input.Project, w *workload.Workloads, known *naming.Names) map[string]string {
	keys := usedNetworks(w)
	normal := func(key string) string {
		if n := p.Network(key); n.Name != "" && (bool(n.External) || p.IsShared(key)) {
			return names.Normalize(n.Name, names.MaxLabel)
		}
		return names.Normalize(strings.TrimSuffix(key, ":"), names.MaxLabel)
	}
	known.Registry.Assign("network", normal, names.MaxLabel, keys...)
	named := map[string]string{}
	for _, key := range keys {
		named[key] = known.Registry.Name("network", key)
	}
	return named
}

// networkLabels returns the labels by which policies find the Pod.
func (d *policies) networkLabels(b *workload.Pod) map[string]string {
	set := map[string]string{}
	if !b.IsPolicied() {
		return set
	}
	active := d.policed
	for _, key := range d.workloads.PodNetworks(b) {
		if active || key != input.DefaultNetwork || d.project.IsShared(key) {
			set[labels.Network+d.labels[key]] = "true"
		}
	}
	if active && d.workloads.IsInternalOnly(b.Main) {
		set[labels.InternalOnly] = "true"
	}
	return set
}

// members returns the selector of the Pods on a network.
func (d *policies) members(key string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{labels.Network + d.labels[key]: "true", labels.Instance: d.project.Instance()}}
}

// policy returns a NetworkPolicy without a rule.
func policy(n *naming.Names, name, component string, origin plan.Origin) plan.NetworkPolicy {
	name = n.Registry.Claim("NetworkPolicy", name, names.Normalize(name, names.MaxLabel), names.MaxLabel)
	return plan.NetworkPolicy{Meta: plan.Meta{Name: name, Component: component, Origin: origin}}
}

// networkOrigin returns the origin of what stands for a network: its members own it together.
func (d *policies) networkOrigin(key string) plan.Origin {
	return plan.Origin{Paths: []diag.Path{diag.At("networks", key)}, Services: d.policied[key]}
}

// policiedServices returns the names of the services on each network that policies concern, by the key of the network.
func policiedServices(p *input.Project, w *workload.Workloads) map[string][]string {
	services := map[string][]string{}
	for _, s := range p.Services {
		if w.Pod(s).IsPolicied() {
			for _, key := range w.Networks(s) {
				services[key] = append(services[key], s.Name)
			}
		}
	}
	return services
}

// podOrigin returns the origin of a policy for a Pod.
func podOrigin(b *workload.Pod, at diag.Path) plan.Origin {
	return plan.Origin{Paths: []diag.Path{at}, Services: []string{b.Main.Name}}
}

// networkPolicy returns the policy of one network: its members admit each other.
func (d *policies) networkPolicy(key string) plan.NetworkPolicy {
	label := d.labels[key]
	o := policy(d.names, "net-"+label, label, d.networkOrigin(key))
	if set := annotations.Of(diag.At("networks", key, "labels"), d.project.Network(key).Labels, d.findings); len(set) > 0 {
		o.Annotations = set
	}
	peers := []networkingv1.NetworkPolicyPeer{{PodSelector: d.members(key)}}
	if d.project.IsShared(key) || len(d.project.Ext.Networks[key].NamespaceSelector) > 0 {
		peers = append(peers, d.strangers(key))
	}
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: *d.members(key),
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: peers}},
	}
	return o
}

// strangers returns the members of a network of several projects that are not of this project: the Pods of the namespaces that the
// user names, or those that another conversion has put on the network of this name.
func (d *policies) strangers(key string) networkingv1.NetworkPolicyPeer {
	if selector := d.project.Ext.Networks[key].NamespaceSelector; len(selector) > 0 {
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{MatchLabels: selector}}
	}
	return networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{},
		PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{labels.Network + d.labels[key]: "true"}},
	}
}

// isMembersOnly reports whether some Pod has no network but internal ones, this one among them.
func isMembersOnly(w *workload.Workloads, key string) bool {
	return slices.ContainsFunc(w.Pods, func(b *workload.Pod) bool {
		return b.IsPolicied() && w.IsInternalOnly(b.Main) && slices.Contains(w.PodNetworks(b), key)
	})
}

// internalPolicy returns the policy that keeps the Pods of an internal network from the outside: they reach its members and
// the DNS of the cluster. Pods that are on another network as well have a way out, as on Docker.
func (d *policies) internalPolicy(key string) plan.NetworkPolicy {
	label := d.labels[key]
	o := policy(d.names, "internal-"+label, label, d.networkOrigin(key))
	selector := d.members(key)
	selector.MatchLabels[labels.InternalOnly] = "true"
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: *selector,
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress: []networkingv1.NetworkPolicyEgressRule{
			{To: []networkingv1.NetworkPolicyPeer{{PodSelector: d.members(key)}}},
			dnsRule(),
		},
	}
	return o
}

// dnsRule admits the DNS of the cluster.
func dnsRule() networkingv1.NetworkPolicyEgressRule {
	return networkingv1.NetworkPolicyEgressRule{
		To: []networkingv1.NetworkPolicyPeer{
			{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": "kube-system"}},
				PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{"k8s-app": "kube-dns"}},
			},
			{IPBlock: &networkingv1.IPBlock{CIDR: nodeLocalDNS}},
		},
		Ports: []networkingv1.NetworkPolicyPort{policyPort(53, corev1.ProtocolUDP), policyPort(53, corev1.ProtocolTCP)},
	}
}

func policyPort(number int32, protocol corev1.Protocol) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Protocol: new(protocol), Port: new(intstr.FromInt32(number))}
}
