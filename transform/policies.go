package transform

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/names"
)

// labelInternalOnly marks Pods whose networks are all internal.
const labelInternalOnly = "transship/internal-only"

// The cache of names that many clusters run on every node (NodeLocal DNSCache) answers on this address.
const nodeLocalDNS = "169.254.20.10/32"

// networkPolicies emits what keeps networks apart.
//
// On Docker, containers reach each other only if they share a network. In a cluster every Pod reaches every other one,
// so that a database on a back network would be open to everybody. One policy for each network admits its members;
// policies add up, so a Pod on two networks admits the members of both. Published ports stay open to all, as Docker's
// are, and probes come from the node, which policies do not concern.
// Spec: https://docs.docker.com/engine/network/, https://kubernetes.io/docs/concepts/services-networking/network-policies/
func (p *project) networkPolicies() {
	p.reportNetworks()
	if !p.hasPolicies() {
		return
	}
	count := len(p.objects)
	for _, key := range p.usedNetworks() {
		p.emit(p.networkPolicy(key))
		if p.network(key).Internal {
			if o := p.internalPolicy(key); o != nil {
				p.emit(o)
			}
		}
	}
	for _, b := range p.pods {
		if !b.isPolicied() {
			b.reportWaitsFromNode()
			continue
		}
		if ports := b.openPorts(); len(ports) > 0 && len(b.networkKeys()) > 0 {
			p.emit(b.publishedPolicy(ports))
		}
		if b.hasNoNetwork() {
			p.emit(b.denyPolicy())
		}
		for _, o := range b.waitPolicies() {
			p.emit(o)
		}
	}
	p.reportf("network-policy", diag.At("networks"), "make sure that the network plugin of the cluster enforces NetworkPolicies (Calico, Cilium and others do, flannel does not)",
		"%d NetworkPolicies keep the networks apart; names resolve across them all the same", len(p.objects)-count)
}

// hasPolicies reports whether the networks of the project make a difference.
func (p *project) hasPolicies() bool {
	switch p.options.NetworkPolicies {
	case "never":
		return false
	case "always":
		return true
	}
	return p.policyReason() != nil
}

// policyReason returns a key that makes networks differ, nil if all services share the same ones.
func (p *project) policyReason() diag.Path {
	if !p.references.compared {
		p.references.compared, p.references.difference = true, p.networkDifference()
	}
	return p.references.difference
}

func (p *project) networkDifference() diag.Path {
	var first *pod
	for _, b := range p.pods {
		if !b.isPolicied() {
			continue
		}
		if b.hasNoNetwork() {
			return b.main.networkModePath()
		}
		keys := b.networkKeys()
		for _, key := range keys {
			if p.network(key).Internal {
				return diag.At("networks", key, "internal")
			}
		}
		if first == nil {
			first = b
		} else if !slices.Equal(first.networkKeys(), keys) {
			return b.main.networkModePath()
		}
	}
	return nil
}

// isPolicied reports whether policies concern a Pod: those in the network of their node they do not.
func (b *pod) isPolicied() bool { return b.main.kind != kindNone && b.main.networkMode() != "host" }

func (b *pod) hasNoNetwork() bool { return b.main.hasNoNetwork() }

// usedNetworks returns the networks that policies are made for, sorted.
func (p *project) usedNetworks() []string {
	var keys []string
	for _, b := range p.pods {
		if b.isPolicied() {
			keys = append(keys, b.networkKeys()...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// networkLabel returns the label of the members of a network. An external network is the same one for all projects that
// use it, so its real name counts.
func (p *project) networkLabel(key string) string {
	if p.names.Name("network", key) == "" {
		keys := p.usedNetworks()
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
		normal := func(key string) string {
			if n := p.network(key); bool(n.External) && n.Name != "" {
				return names.Normalize(n.Name, names.MaxLabel)
			}
			return names.Normalize(key, names.MaxLabel)
		}
		p.names.Assign("network", normal, names.MaxLabel, keys...)
	}
	return p.names.Name("network", key)
}

// networkLabels returns the labels by which policies find the Pod.
func (b *pod) networkLabels() map[string]string {
	labels := map[string]string{}
	if !b.isPolicied() {
		return labels
	}
	active := b.hasPolicies()
	for _, key := range b.networkKeys() {
		if active || key != defaultNetwork {
			labels[LabelNetwork+b.networkLabel(key)] = "true"
		}
	}
	if active && b.main.isInternalOnly() {
		labels[labelInternalOnly] = "true"
	}
	return labels
}

// members returns the selector of the Pods on a network.
func (p *project) members(key string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{LabelNetwork + p.networkLabel(key): "true", LabelInstance: p.instance()}}
}

func (p *project) policy(name, component string) *networkingv1.NetworkPolicy {
	name = p.names.Claim("NetworkPolicy", name, names.Normalize(name, names.MaxLabel), names.MaxLabel)
	return &networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: p.objectMeta(name, component),
	}
}

// networkPolicy returns the policy of one network: its members admit each other.
func (p *project) networkPolicy(key string) *networkingv1.NetworkPolicy {
	label := p.networkLabel(key)
	o := p.policy("net-"+label, label)
	if annotations := (&service{project: p}).annotationsOf(diag.At("networks", key, "labels"), p.network(key).Labels); len(annotations) > 0 {
		o.Annotations = annotations
	}
	peers := []networkingv1.NetworkPolicyPeer{{PodSelector: p.members(key)}}
	if bool(p.network(key).External) {
		peers = append(peers, p.strangers(key))
	}
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: *p.members(key),
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: peers}},
	}
	return o
}

// strangers returns the members of an external network that are not of this project: the Pods of the namespaces that the
// user names, or those that another conversion has put on the network of this name.
func (p *project) strangers(key string) networkingv1.NetworkPolicyPeer {
	if selector := p.ext.Networks[key].NamespaceSelector; len(selector) > 0 {
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{MatchLabels: selector}}
	}
	return networkingv1.NetworkPolicyPeer{
		NamespaceSelector: &metav1.LabelSelector{},
		PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{LabelNetwork + p.networkLabel(key): "true"}},
	}
}

// internalPolicy returns the policy that keeps the Pods of an internal network from the outside: they reach its members and
// the DNS of the cluster. Pods that are on another network as well have a way out, as on Docker. It is nil when there
// are no others.
func (p *project) internalPolicy(key string) *networkingv1.NetworkPolicy {
	if !slices.ContainsFunc(p.pods, func(b *pod) bool {
		return b.isPolicied() && b.main.isInternalOnly() && slices.Contains(b.networkKeys(), key)
	}) {
		return nil
	}
	label := p.networkLabel(key)
	o := p.policy("internal-"+label, label)
	selector := p.members(key)
	selector.MatchLabels[labelInternalOnly] = "true"
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: *selector,
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress: []networkingv1.NetworkPolicyEgressRule{
			{To: []networkingv1.NetworkPolicyPeer{{PodSelector: p.members(key)}}},
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

// openPorts returns the container ports of a Pod that Docker opens to everybody: the published ones, whatever way is
// chosen to publish them here.
func (b *pod) openPorts() []networkingv1.NetworkPolicyPort {
	var list []networkingv1.NetworkPolicyPort
	seen := map[string]bool{}
	add := func(number int32, protocol corev1.Protocol) {
		port := policyPort(number, protocol)
		if text := string(protocol) + port.Port.String(); !seen[text] {
			seen[text] = true
			list = append(list, port)
		}
	}
	for _, s := range b.members {
		if s.isInternalOnly() {
			continue
		}
		for _, c := range s.config.Ports {
			if !isLoopback(c.HostIP) && c.Target >= 1 && c.Target <= 65535 {
				add(int32(c.Target), protocolOf(c.Protocol))
			}
		}
		if asked := s.publishWishes().Type; len(s.config.Ports) == 0 && asked != "" && asked != string(PublishNone) {
			for _, x := range s.ownPublications() {
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
func (b *pod) publishedPolicy(ports []networkingv1.NetworkPolicyPort) *networkingv1.NetworkPolicy {
	o := b.policy("allow-"+b.main.dns+"-published", b.main.dns)
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: b.selector(b.main.dns)},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{Ports: ports}},
	}
	return o
}

// denyPolicy returns the policy of a Pod without a network: nothing comes in and nothing goes out. The interface is still
// there, and the program sees it.
func (b *pod) denyPolicy() *networkingv1.NetworkPolicy {
	o := b.policy("deny-"+b.main.dns, b.main.dns)
	o.Spec = networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: b.selector(b.main.dns)},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
	}
	return o
}
