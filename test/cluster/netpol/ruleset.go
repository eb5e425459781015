// Package netpol enforces NetworkPolicies on the one real node with nftables, so that tests can prove what traffic a
// policy lets through. It is no model of any vendor's agent: a Pod is guarded as soon as its address is known, not
// before it starts, and what comes from the node itself, such as probes, always passes.
package netpol

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const table = "testcluster-policies"

// cluster is what policies speak of.
type cluster struct {
	pods       []*corev1.Pod
	namespaces map[string]map[string]string // labels by name
	policies   []*networkingv1.NetworkPolicy
}

// ruleset returns the whole table as input of nft. For each Pod that a policy selects there is one chain per
// direction, which returns what is allowed and drops the rest; a connection needs the consent of both its ends.
func ruleset(c cluster) string {
	var guards, chains strings.Builder
	for i, pod := range c.pods {
		ip := pod.Status.PodIP
		for _, d := range []direction{ingress, egress} {
			selected, allowed := c.allowed(pod, d)
			if !selected {
				continue
			}
			chain := fmt.Sprintf("%s%d", d.name, i)
			fmt.Fprintf(&guards, "    ip %s %s jump %s\n", d.own, ip, chain)
			fmt.Fprintf(&chains, "  chain %s { # %s/%s\n    ip %s %s return\n", chain, pod.Namespace, pod.Name, d.peer, ip)
			for _, match := range allowed {
				fmt.Fprintf(&chains, "    %s return\n", match)
			}
			chains.WriteString("    drop\n  }\n")
		}
	}
	return fmt.Sprintf(`table ip %[1]s {}
delete table ip %[1]s
table ip %[1]s {
%[3]s  chain guards {
    ct state established,related return
%[2]s  }
  chain forward {
    type filter hook forward priority -10
    jump guards
  }
  chain input {
    type filter hook input priority -10
    jump guards
  }
}
`, table, guards.String(), chains.String())
}

// direction is one side of a Pod's traffic: which address of a packet is its own, which the peer's.
type direction struct {
	name, own, peer string
	kind            networkingv1.PolicyType
}

var (
	ingress = direction{"in", "daddr", "saddr", networkingv1.PolicyTypeIngress}
	egress  = direction{"out", "saddr", "daddr", networkingv1.PolicyTypeEgress}
)

// rule is an ingress or egress rule.
type rule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rules(policy *networkingv1.NetworkPolicy, d direction) []rule {
	var out []rule
	if d.kind == networkingv1.PolicyTypeIngress {
		for _, r := range policy.Spec.Ingress {
			out = append(out, rule{r.From, r.Ports})
		}
		return out
	}
	for _, r := range policy.Spec.Egress {
		out = append(out, rule{r.To, r.Ports})
	}
	return out
}

// allowed says whether a policy selects the Pod for the direction, and the matches that the policies together allow.
func (c cluster) allowed(pod *corev1.Pod, d direction) (selected bool, matches []string) {
	for _, policy := range c.policies {
		if policy.Namespace != pod.Namespace || !slices.Contains(policy.Spec.PolicyTypes, d.kind) ||
			!matchesLabels(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		selected = true
		for _, r := range rules(policy, d) {
			matches = append(matches, c.ruleMatches(policy.Namespace, pod, r, d)...)
		}
	}
	return selected, matches
}

// ruleMatches are the nft expressions of one rule: every peer with every port.
func (c cluster) ruleMatches(namespace string, pod *corev1.Pod, r rule, d direction) []string {
	var out []string
	for _, port := range anyPortIfNone(r.ports) {
		// A named port is the destination's: the Pod's own, or that of each peer.
		if port.Port != nil && port.Port.Type == intstr.String && d.kind == networkingv1.PolicyTypeEgress {
			for _, peer := range c.peerPods(namespace, r.peers) {
				if expression, ok := portMatch(port, peer); ok {
					out = append(out, fmt.Sprintf("ip daddr %s %s", peer.Status.PodIP, expression))
				}
			}
			continue
		}
		expression, ok := portMatch(port, pod)
		if !ok {
			continue
		}
		for _, peer := range c.peerMatches(namespace, r.peers, d) {
			out = append(out, strings.TrimSpace(peer+" "+expression))
		}
	}
	return out
}

// anyPortIfNone: a rule without ports is for all of them, of all protocols.
func anyPortIfNone(ports []networkingv1.NetworkPolicyPort) []networkingv1.NetworkPolicyPort {
	if len(ports) == 0 {
		return []networkingv1.NetworkPolicyPort{{}}
	}
	return ports
}

// portMatch is the nft expression of a port; a name is looked up among the ports of pod.
func portMatch(port networkingv1.NetworkPolicyPort, pod *corev1.Pod) (expression string, known bool) {
	if port.Port == nil && port.Protocol == nil {
		return "meta l4proto 0-255", true
	}
	protocol := corev1.ProtocolTCP
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	name := strings.ToLower(string(protocol))
	switch {
	case port.Port == nil:
		return "meta l4proto " + name, true
	case port.Port.Type == intstr.Int && port.EndPort != nil:
		return fmt.Sprintf("%s dport %d-%d", name, port.Port.IntVal, *port.EndPort), true
	case port.Port.Type == intstr.Int:
		return fmt.Sprintf("%s dport %d", name, port.Port.IntVal), true
	}
	for _, container := range append(slices.Clone(pod.Spec.InitContainers), pod.Spec.Containers...) {
		for _, p := range container.Ports {
			if p.Name == port.Port.StrVal && p.Protocol == protocol {
				return fmt.Sprintf("%s dport %d", name, p.ContainerPort), true
			}
		}
	}
	return "", false
}

// peerMatches are the nft expressions of the peers: address blocks, and the addresses of the Pods.
func (c cluster) peerMatches(namespace string, peers []networkingv1.NetworkPolicyPeer, d direction) []string {
	if len(peers) == 0 {
		return []string{""}
	}
	var out []string
	for _, peer := range peers {
		if block := peer.IPBlock; block != nil {
			match := fmt.Sprintf("ip %s %s", d.peer, block.CIDR)
			if len(block.Except) > 0 {
				match += fmt.Sprintf(" ip %s != { %s }", d.peer, strings.Join(block.Except, ", "))
			}
			out = append(out, match)
		}
	}
	var addresses []string
	for _, pod := range c.peerPods(namespace, peers) {
		addresses = append(addresses, pod.Status.PodIP)
	}
	if len(addresses) > 0 {
		out = append(out, fmt.Sprintf("ip %s { %s }", d.peer, strings.Join(addresses, ", ")))
	}
	return out
}

// peerPods are the Pods that the peers select; no peers select all.
func (c cluster) peerPods(namespace string, peers []networkingv1.NetworkPolicyPeer) []*corev1.Pod {
	var out []*corev1.Pod
	for _, pod := range c.pods {
		if len(peers) == 0 || slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
			return c.selects(namespace, peer, pod)
		}) {
			out = append(out, pod)
		}
	}
	return out
}

func (c cluster) selects(namespace string, peer networkingv1.NetworkPolicyPeer, pod *corev1.Pod) bool {
	if peer.IPBlock != nil {
		return false
	}
	if peer.NamespaceSelector == nil && pod.Namespace != namespace {
		return false
	}
	if peer.NamespaceSelector != nil && !matchesLabels(peer.NamespaceSelector, c.namespaces[pod.Namespace]) {
		return false
	}
	return peer.PodSelector == nil || matchesLabels(peer.PodSelector, pod.Labels)
}

func matchesLabels(selector *metav1.LabelSelector, of map[string]string) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(of))
}
