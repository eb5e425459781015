package pod

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

const controlPlane = "node-role.kubernetes.io/control-plane"

// architectures maps what uname and Docker's variants call a processor to what Kubernetes does.
var architectures = map[string]string{
	"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armv8": "arm64", "armv7l": "arm", "armhf": "arm", "armel": "arm", "i386": "386", "i686": "386",
}

// placement is where the Pods of a workload may run.
type placement struct {
	nodeSelector map[string]string
	tolerations  []corev1.Toleration
	spread       []corev1.TopologySpreadConstraint
	affinity     *corev1.Affinity
}

// decidePlacement decides where the Pod may run: on which nodes, and on that of a shared volume, for which together says how it is found.
// apart keeps the Pods of the workload on different nodes.
// Spec: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
func decidePlacement(b *workload.Pod, on *nodes, selector map[string]string, together *corev1.PodAffinity, apart *corev1.PodAntiAffinity, findings *report.Findings) placement {
	where := placement{nodeSelector: on.selector, tolerations: on.tolerations}
	for _, m := range b.Members {
		if m.Config.Deploy != nil {
			where.spreadOver(m, selector, findings)
		}
	}
	if together != nil && apart != nil && b.HasReplicas() { // both at once would leave all Pods but one pending
		findings.Addf("placement", b.Main.Key("deploy", "placement", "max_replicas_per_node"), "x-kubernetes: {accessMode: ReadWriteMany} on the volume lets them run on different nodes",
			"the maximum of 1 per node is left out: the Pods of %s share a volume of one node", b.Main.Name)
		apart = nil
	}
	affinity := &corev1.Affinity{PodAffinity: together, PodAntiAffinity: apart}
	if len(on.terms) > 0 {
		affinity.NodeAffinity = &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
			NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: on.terms}},
		}}
	}
	if *affinity != (corev1.Affinity{}) {
		where.affinity = affinity
	}
	return where
}

// choosePlatform selects nodes of the platform the image is for. Docker emulates a foreign one with QEMU, Kubernetes does not: the
// Pod waits for such a node.
func (n *nodes) choosePlatform(m *input.Service, findings *report.Findings) {
	platform := m.Platform()
	if platform == "" {
		return
	}
	parts := strings.Split(platform, "/")
	selector := map[string]string{}
	if len(parts) == 1 && (parts[0] == "linux" || parts[0] == "windows" || parts[0] == "darwin") || len(parts) > 1 {
		selector[corev1.LabelOSStable], parts = parts[0], parts[1:]
	}
	if len(parts) > 0 {
		selector[corev1.LabelArchStable] = architecture(parts[0])
	}
	for _, value := range selector {
		if value == "" || len(validation.IsValidLabelValue(value)) > 0 {
			findings.Addf("placement", m.Key("platform"), "write one such as linux/amd64", "%q is no platform: it is left out", m.Config.Platform)
			return
		}
	}
	for _, label := range sorted.Keys(selector) {
		value := selector[label]
		if have, set := n.selector[label]; set && have != value {
			findings.Addf("pod-level", m.Key("platform"), "use one platform", "the Pod runs on nodes with %s %s, which another service in it asks for", label, have)
			continue
		}
		if n.selector == nil {
			n.selector = map[string]string{}
		}
		n.selector[label] = value
	}
	switch {
	case m.Config.Platform == "" && !m.IsWindows():
		findings.Addf("platform", m.Key("image"), "use the image for the nodes' own platform",
			"%s is made for %s by its name: the Pod waits for such a node, there is no emulation", m.Config.Image, platform)
		return
	case m.Config.Platform == "":
		findings.Addf("platform", m.Path, "write platform: windows/amd64", "%s can only run on Windows: the Pod waits for such a node", m.Name)
		return
	}
	findings.Addf("platform", m.Key("platform"), "remove it if the image is there for the nodes' own platform",
		"the Pod waits for a node of the platform %s: there is no emulation", m.Config.Platform)
}

func architecture(name string) string {
	name = strings.ToLower(name)
	if known, ok := architectures[name]; ok {
		return known
	}
	return name
}

// constraintSyntax is Swarm's: a key, == or !=, a value (source: moby/swarmkit, package constraint).
var constraintSyntax = pattern.New(`^\s*([^=!\s]+)\s*(==|!=)\s*(.*?)\s*$`)

// constraint returns the requirement on a node's labels for one placement constraint, nil if there is none. != matches nodes
// without the label on both sides. Swarm compares without regard to case, Kubernetes does not.
func constraint(at diag.Path, text string, findings *report.Findings) *corev1.NodeSelectorRequirement {
	m := constraintSyntax.FindStringSubmatch(text)
	if m == nil {
		findings.Addf("placement", at, "write key==value or key!=value", "%q is not a constraint that Swarm knows; it is left out", text)
		return nil
	}
	key, value := m[1], m[3]
	operator := corev1.NodeSelectorOpIn
	if m[2] == "!=" {
		operator = corev1.NodeSelectorOpNotIn
	}
	switch lower := strings.ToLower(key); {
	case lower == "node.role":
		return roleConstraint(at, operator, strings.ToLower(value), findings)
	case lower == "node.hostname":
		key = corev1.LabelHostname
	case lower == "node.platform.os":
		key, value = corev1.LabelOSStable, strings.ToLower(value)
	case lower == "node.platform.arch":
		key, value = corev1.LabelArchStable, architecture(value)
	case strings.HasPrefix(lower, "node.labels."):
		key = key[len("node.labels."):]
	default:
		findings.Addf("placement", at, "give the nodes a label (kubectl label node) and use node.labels.…", "%q is left out: nodes of a cluster have no %s", text, key)
		return nil
	}
	if len(validation.IsQualifiedName(key)) > 0 || len(validation.IsValidLabelValue(value)) > 0 {
		findings.Addf("placement", at, "give the nodes another label", "%q is left out: it cannot be a label of a node", text)
		return nil
	}
	if operator == corev1.NodeSelectorOpIn {
		reportWantedLabel(at, key, value, findings)
	}
	return &corev1.NodeSelectorRequirement{Key: key, Operator: operator, Values: []string{value}}
}

// reportWantedLabel tells of a label that a node of the cluster has only if somebody gives it one: the Pod waits for such a node, as a
// task of Swarm does, and the labels of Swarm's nodes do not come along. Labels that Kubernetes itself sets need nobody.
func reportWantedLabel(at diag.Path, key, value string, findings *report.Findings) {
	domain, _, _ := strings.Cut(key, "/")
	switch {
	case key == corev1.LabelHostname:
		findings.Addf("placement-label", at, "write the name of a node of the cluster (kubectl get nodes), or remove the constraint", "the Pod waits for the node %s: no other one takes it", value)
	case domain != key && (domain == "kubernetes.io" || strings.HasSuffix(domain, ".kubernetes.io")):
	default:
		findings.Addf("placement-label", at, "kubectl label node NAME "+key+"="+value, "the Pod waits for a node with the label %s=%s, which nodes of a cluster have only if somebody gives it to them", key, value)
	}
}

// roleConstraint maps managers to nodes of the control plane and workers to all others.
func roleConstraint(at diag.Path, operator corev1.NodeSelectorOperator, role string, findings *report.Findings) *corev1.NodeSelectorRequirement {
	if role != "manager" && role != "worker" {
		findings.Addf("placement", at, "the roles are manager and worker", "there is no role %q; the constraint is left out", role)
		return nil
	}
	if (role == "manager") != (operator == corev1.NodeSelectorOpIn) {
		return &corev1.NodeSelectorRequirement{Key: controlPlane, Operator: corev1.NodeSelectorOpDoesNotExist}
	}
	findings.Add("placement-manager", at, "the Pod runs on nodes of the control plane; managed clusters have none that one can use", "remove the constraint unless it must be so")
	return &corev1.NodeSelectorRequirement{Key: controlPlane, Operator: corev1.NodeSelectorOpExists}
}

func (n *nodes) tolerateControlPlane(r corev1.NodeSelectorRequirement) {
	toleration := corev1.Toleration{Key: controlPlane, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}
	if r.Key == controlPlane && r.Operator == corev1.NodeSelectorOpExists && !slices.Contains(n.tolerations, toleration) {
		n.tolerations = append(n.tolerations, toleration)
	}
}

// spreadOver spreads the Pods evenly over the values of a node label, as far as that is possible, as Swarm does.
func (where *placement) spreadOver(m *input.Service, selector map[string]string, findings *report.Findings) {
	for i, preference := range m.Config.Deploy.Placement.Preferences {
		at := m.Key("deploy", "placement", "preferences").Index(i)
		label, isLabel := strings.CutPrefix(preference.Spread, "node.labels.")
		if !isLabel || len(validation.IsQualifiedName(label)) > 0 {
			findings.Addf("placement", at, "spread over node.labels.…", "%q is left out: nodes of a cluster have no such label", preference.Spread)
			continue
		}
		if slices.ContainsFunc(where.spread, func(c corev1.TopologySpreadConstraint) bool { return c.TopologyKey == label }) {
			continue // the API server refuses the same wish twice
		}
		where.spread = append(where.spread, corev1.TopologySpreadConstraint{
			MaxSkew: 1, TopologyKey: label, WhenUnsatisfiable: corev1.ScheduleAnyway, LabelSelector: &metav1.LabelSelector{MatchLabels: selector},
		})
	}
}

// isOnePerNode reports whether no two Pods of the workload may run on one node.
func isOnePerNode(b *workload.Pod) bool {
	deploy := b.Main.Config.Deploy
	return deploy != nil && deploy.Placement.MaxReplicas == 1 && b.Kind != workload.DaemonSet
}

// oneByNode keeps the Pods of the workload on different nodes for max_replicas_per_node: 1; surplus ones stay pending, as on
// Swarm. Any other maximum cannot be said.
func oneByNode(b *workload.Pod, selector map[string]string, exclusive string, findings *report.Findings) *corev1.PodAntiAffinity {
	deploy := b.Main.Config.Deploy
	if deploy == nil || deploy.Placement.MaxReplicas == 0 || b.Kind == workload.DaemonSet {
		return nil
	}
	at := b.Main.Key("deploy", "placement", "max_replicas_per_node")
	if deploy.Placement.MaxReplicas > 1 {
		findings.Addf("placement", at, "spread the Pods: deploy.placement.preferences", "the maximum of %d per node is left out: Kubernetes knows one per node or any number", deploy.Placement.MaxReplicas)
		return nil
	}
	if config := updateConfig(b); config != nil && config.Order == "start-first" && exclusive == "" && b.Kind == workload.Deployment {
		surge := parallelism(config)
		if surge == 0 {
			surge = b.Main.Scale()
		}
		findings.Addf("placement", at, "use order: stop-first", "with one Pod per node an update needs %d nodes: %d Pods start before old ones stop", b.Main.Scale()+surge, surge)
	}
	return &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{
		TopologyKey: corev1.LabelHostname, LabelSelector: &metav1.LabelSelector{MatchLabels: selector},
	}}}
}
