package pod

import (
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// nodes says which nodes may run a Pod.
type nodes struct {
	selector    map[string]string
	terms       []corev1.NodeSelectorRequirement
	tolerations []corev1.Toleration
}

// nodesOfPods decides which nodes may run each Pod: platform, and the constraints of deploy.placement.
//
// Pods that must be on one node for the volumes that they share need one that suits all of them. The scheduler looks at one Pod at a
// time: the first could go to a node where the others can never follow.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#placement
func nodesOfPods(k Known, findings *report.Findings) map[*workload.Pod]*nodes {
	own := map[*workload.Pod]*nodes{}
	together := map[string][]*workload.Pod{}
	for _, b := range k.Workloads.Pods {
		if b.Kind == workload.None {
			continue
		}
		own[b] = ownNodes(b, findings)
		if name := gathering(k.Storage.Mounted[b]); name != "" {
			together[name] = append(together[name], b)
		}
	}
	all := maps.Clone(own)
	for _, b := range k.Workloads.Pods {
		for _, other := range together[gathering(k.Storage.Mounted[b])] {
			if other != b && own[b] != nil {
				all[b] = all[b].and(own[other], func(label string) {
					if b.Main.Name < other.Main.Name { // told once
						findings.Addf("placement", colocatedClaims(k.Storage.Mounted[b])[0].At, "--shared-volumes=rwx if the storage class can do it; else let both ask for the same nodes",
							"%s and %s must be on one node for their volume, and ask for nodes that differ in %s: one of them waits for ever", b.Main.Name, other.Main.Name, label)
					}
				})
			}
		}
	}
	return all
}

// ownNodes decides which nodes may run a Pod by itself.
func ownNodes(b *workload.Pod, findings *report.Findings) *nodes {
	var n nodes
	for _, m := range b.Members {
		n.choosePlatform(m, findings)
		if m.Config.Deploy == nil {
			continue
		}
		for i, c := range m.Config.Deploy.Placement.Constraints {
			if r := constraint(m.Key("deploy", "placement", "constraints").Index(i), c, findings); r != nil {
				n.terms = append(n.terms, *r)
				n.tolerateControlPlane(*r)
			}
		}
	}
	return &n
}

// and returns the nodes that suit both. What the first says stays where no node suits both; the label that says so is reported.
func (n *nodes) and(other *nodes, contradicts func(label string)) *nodes {
	both := &nodes{selector: maps.Clone(n.selector), terms: slices.Clone(n.terms), tolerations: slices.Clone(n.tolerations)}
	for _, label := range sorted.Keys(other.selector) {
		value := other.selector[label]
		if have, set := both.selector[label]; set && have != value {
			contradicts(label)
			return n
		}
		if both.selector == nil {
			both.selector = map[string]string{}
		}
		both.selector[label] = value
	}
	for _, term := range other.terms {
		for _, have := range n.terms {
			if contradict(have, term) {
				contradicts(term.Key)
				return n
			}
		}
		if !slices.ContainsFunc(both.terms, func(have corev1.NodeSelectorRequirement) bool { return reflect.DeepEqual(have, term) }) {
			both.terms = append(both.terms, term)
		}
	}
	for _, toleration := range other.tolerations {
		if !slices.Contains(both.tolerations, toleration) {
			both.tolerations = append(both.tolerations, toleration)
		}
	}
	return both
}

// contradict reports whether no node meets both requirements.
func contradict(a, b corev1.NodeSelectorRequirement) bool {
	if a.Key != b.Key {
		return false
	}
	same := slices.Equal(a.Values, b.Values)
	switch {
	case a.Operator == corev1.NodeSelectorOpIn && b.Operator == corev1.NodeSelectorOpIn:
		return !same
	case a.Operator == corev1.NodeSelectorOpNotIn && b.Operator == corev1.NodeSelectorOpNotIn:
		return false
	}
	return same && a.Operator != b.Operator // is and is not, there and not there
}
