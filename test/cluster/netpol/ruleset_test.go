package netpol

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func pod(namespace, name, ip string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": name}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Ports: []corev1.ContainerPort{{Name: "web", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
		}}},
		Status: corev1.PodStatus{PodIP: ip},
	}
}

func TestRuleset(t *testing.T) {
	for _, test := range []struct{ name, spec, want string }{
		{
			"nothing allowed", `{podSelector: {}, policyTypes: [Ingress]}`,
			"chain in0 { # a/db\nip saddr 10.0.0.1 return\ndrop\n}\nchain in1 { # a/web\nip saddr 10.0.0.2 return\ndrop\n}",
		},
		{
			"all allowed", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{}]}`,
			"chain out1 { # a/web\nip daddr 10.0.0.2 return\nmeta l4proto 0-255 return\ndrop\n}",
		},
		{
			"from a pod of the namespace, by port name",
			`{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: web}]}]}`,
			"chain in0 { # a/db\nip saddr 10.0.0.1 return\nip saddr { 10.0.0.2 } tcp dport 8080 return\ndrop\n}",
		},
		{
			"to another namespace, by port name and range",
			`{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {team: b}}}], ports: [{port: web}, {port: 10, endPort: 20, protocol: UDP}]}]}`,
			"chain out0 { # a/db\nip daddr 10.0.0.1 return\nip daddr 10.0.0.3 tcp dport 8080 return\nip daddr { 10.0.0.3 } udp dport 10-20 return\ndrop\n}",
		},
		{
			"a block with a hole",
			`{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{protocol: TCP}]}]}`,
			"chain in0 { # a/db\nip saddr 10.0.0.1 return\nip saddr 10.0.0.0/8 ip saddr != { 10.1.0.0/16 } meta l4proto tcp return\ndrop\n}",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			policy := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "p"}}
			if err := yaml.Unmarshal([]byte(test.spec), &policy.Spec); err != nil {
				t.Fatal(err)
			}
			text := ruleset(cluster{
				pods:       []*corev1.Pod{pod("a", "db", "10.0.0.1"), pod("a", "web", "10.0.0.2"), pod("b", "web", "10.0.0.3")},
				namespaces: map[string]map[string]string{"a": {"team": "a"}, "b": {"team": "b"}},
				policies:   []*networkingv1.NetworkPolicy{policy},
			})
			if got := chains(text); got != test.want {
				t.Errorf("want\n%s\ngot\n%s", test.want, got)
			}
		})
	}
}

// chains are the chains of the Pods, without indentation.
func chains(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "chain guards") {
			break
		}
		lines = append(lines, line)
	}
	return strings.Join(lines[3:], "\n")
}
