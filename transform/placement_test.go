package transform

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func TestPlacementConstraints(t *testing.T) {
	for text, want := range map[string]*corev1.NodeSelectorRequirement{
		"node.labels.disk==ssd":       {Key: "disk", Operator: corev1.NodeSelectorOpIn, Values: []string{"ssd"}},
		"node.labels.zone != a":       {Key: "zone", Operator: corev1.NodeSelectorOpNotIn, Values: []string{"a"}},
		"node.hostname == n1":         {Key: "kubernetes.io/hostname", Operator: corev1.NodeSelectorOpIn, Values: []string{"n1"}},
		"node.role == manager":        {Key: "node-role.kubernetes.io/control-plane", Operator: corev1.NodeSelectorOpExists},
		"node.role != manager":        {Key: "node-role.kubernetes.io/control-plane", Operator: corev1.NodeSelectorOpDoesNotExist},
		"node.role == worker":         {Key: "node-role.kubernetes.io/control-plane", Operator: corev1.NodeSelectorOpDoesNotExist},
		"node.platform.os == Linux":   {Key: "kubernetes.io/os", Operator: corev1.NodeSelectorOpIn, Values: []string{"linux"}},
		"node.platform.arch==x86_64":  {Key: "kubernetes.io/arch", Operator: corev1.NodeSelectorOpIn, Values: []string{"amd64"}},
		"node.platform.arch==aarch64": {Key: "kubernetes.io/arch", Operator: corev1.NodeSelectorOpIn, Values: []string{"arm64"}},
		"node.id == abc":              nil,
		"engine.labels.x == y":        nil,
		"node.labels.disk":            nil,
		"node.labels.a/b/c == x":      nil,
		"node.labels.a == not valid!": nil,
	} {
		t.Run(text, func(t *testing.T) {
			r := convertYAML(t, `services: {x: {image: a, deploy: {placement: {constraints: ["`+text+`"]}}}}`)
			spec := podSpec(t, r, "x")
			if want == nil {
				finding(t, r, "placement")
				if spec.Affinity != nil {
					t.Errorf("affinity %+v", spec.Affinity)
				}
				return
			}
			got := spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchExpressions
			if len(got) != 1 || got[0].String() != want.String() {
				t.Errorf("got %v, want %v", got, want)
			}
			if tolerates := len(spec.Tolerations) == 1; tolerates != (want.Operator == corev1.NodeSelectorOpExists) {
				t.Errorf("tolerations %v", spec.Tolerations)
			}
		})
	}
}

func TestConstraintsHoldTogether(t *testing.T) {
	spec := podSpec(t, convertYAML(t, `services: {x: {image: a, deploy: {placement: {constraints: [node.labels.a==1, node.labels.b==2]}}}}`), "x")
	terms := spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	if len(terms) != 1 || len(terms[0].MatchExpressions) != 2 {
		t.Errorf("terms %+v: several terms would be alternatives", terms)
	}
}

func TestSpreadAndOnePerNode(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, deploy: {replicas: 4, update_config: {parallelism: 2, order: start-first}, placement: {max_replicas_per_node: 1, preferences: [{spread: node.labels.zone}, {spread: engine.labels.x}]}}}}`)
	spec := podSpec(t, r, "x")
	if c := spec.TopologySpreadConstraints; len(c) != 1 || c[0].TopologyKey != "zone" || c[0].WhenUnsatisfiable != corev1.ScheduleAnyway || c[0].LabelSelector == nil {
		t.Errorf("topologySpreadConstraints %+v", c)
	}
	terms := spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if len(terms) != 1 || terms[0].TopologyKey != "kubernetes.io/hostname" {
		t.Errorf("podAntiAffinity %+v", terms)
	}
	finding(t, r, "placement")
	r = convertYAML(t, `services: {x: {image: a, deploy: {placement: {max_replicas_per_node: 2}}}}`)
	if podSpec(t, r, "x").Affinity != nil {
		t.Error("two per node cannot be said")
	}
	finding(t, r, "placement")
}

func TestPlatform(t *testing.T) {
	for platform, want := range map[string]map[string]string{
		"linux/amd64":   {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
		"linux/arm/v7":  {"kubernetes.io/os": "linux", "kubernetes.io/arch": "arm"},
		"linux/aarch64": {"kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64"},
		"arm64":         {"kubernetes.io/arch": "arm64"},
		"windows":       {"kubernetes.io/os": "windows"},
	} {
		got := podSpec(t, convertYAML(t, `services: {x: {image: a, platform: `+platform+`}}`), "x").NodeSelector
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", platform, got, want)
		}
		for key := range want {
			if got[key] != want[key] {
				t.Errorf("%s: %v, want %v", platform, got, want)
			}
		}
	}
}

func TestUpdateStrategy(t *testing.T) {
	rolling := func(surge, unavailable intstr.IntOrString) string {
		return "RollingUpdate " + surge.String() + " " + unavailable.String()
	}
	for name, c := range map[string]struct {
		yaml, want, code string
	}{
		"no probe":                  {`image: a, expose: ["80"]`, "", ""},
		"nobody calls it":           {`image: a`, "Recreate", ""},
		"work by the clock":         {`image: a, command: beat, expose: ["80"]`, "Recreate", ""},
		"start-first by the clock":  {`image: a, command: beat, deploy: {update_config: {order: start-first}}`, rolling(intstr.FromInt32(1), intstr.FromInt32(0)), ""},
		"a readiness probe":         {`image: a, healthcheck: {test: "true"}`, rolling(intstr.FromInt32(1), intstr.FromInt32(0)), ""},
		"trap 18: a volume":         {`image: a, volumes: ["data:/data"]`, "Recreate", ""},
		"a host port":               {`image: a, ports: [{target: 80, published: "80", mode: host}]`, "Recreate", ""},
		"the host's network":        {`image: a, network_mode: host, expose: ["80"]`, "Recreate", ""},
		"a singleton":               {`image: a, healthcheck: {test: "true"}, x-kubernetes: {singleton: true}`, "Recreate", ""},
		"stop-first, all":           {`image: a, deploy: {replicas: 3, update_config: {parallelism: 0}}`, "Recreate", ""},
		"stop-first, one of one":    {`image: a, deploy: {update_config: {delay: 5s}}`, "Recreate", ""},
		"stop-first, some":          {`image: a, deploy: {replicas: 5, update_config: {parallelism: 2}}`, rolling(intstr.FromInt32(0), intstr.FromInt32(2)), ""},
		"start-first, all":          {`image: a, deploy: {replicas: 5, update_config: {parallelism: 0, order: start-first}}`, rolling(intstr.FromString("100%"), intstr.FromInt32(0)), ""},
		"start-first, some":         {`image: a, deploy: {replicas: 5, update_config: {parallelism: 2, order: start-first}}`, rolling(intstr.FromInt32(2), intstr.FromInt32(0)), ""},
		"start-first with a volume": {`image: a, volumes: ["data:/data"], deploy: {update_config: {order: start-first}}`, "Recreate", "update-order"},
		"rollback on failure":       {`image: a, deploy: {update_config: {failure_action: rollback}}`, "Recreate", "update-failure"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {x: {"+c.yaml+"}}\nvolumes: {data: {}}")
			s := find[*appsv1.Deployment](t, r, "x").Spec.Strategy
			got := string(s.Type)
			if s.RollingUpdate != nil {
				got = rolling(*s.RollingUpdate.MaxSurge, *s.RollingUpdate.MaxUnavailable)
			}
			if got != c.want {
				t.Errorf("strategy %q, want %q", got, c.want)
			}
			if c.code != "" {
				finding(t, r, c.code)
			}
		})
	}
}

func TestUpdatePace(t *testing.T) {
	d := find[*appsv1.Deployment](t, convertYAML(t, `services: {x: {image: a, deploy: {replicas: 10, update_config: {delay: 30s, monitor: 1m}}}}`), "x").Spec
	if d.MinReadySeconds != 60 || d.ProgressDeadlineSeconds == nil || *d.ProgressDeadlineSeconds != 1200 {
		t.Errorf("minReadySeconds %d, progressDeadlineSeconds %v", d.MinReadySeconds, d.ProgressDeadlineSeconds)
	}
}

func TestDaemonSetUpdates(t *testing.T) {
	for yaml, want := range map[string]string{
		`{mode: global}`: "",
		`{mode: global, update_config: {parallelism: 3}}`:                     "3 0",
		`{mode: global, update_config: {parallelism: 0}}`:                     "100% 0",
		`{mode: global, update_config: {parallelism: 2, order: start-first}}`: "0 2",
	} {
		d := find[*appsv1.DaemonSet](t, convertYAML(t, `services: {x: {image: a, deploy: `+yaml+`}}`), "x").Spec.UpdateStrategy
		got := ""
		if d.RollingUpdate != nil {
			got = d.RollingUpdate.MaxUnavailable.String() + " " + d.RollingUpdate.MaxSurge.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", yaml, got, want)
		}
	}
}

func TestSpreadTwiceOverOneLabel(t *testing.T) {
	spec := podSpec(t, convertYAML(t, `services: {x: {image: a, deploy: {placement: {preferences: [{spread: node.labels.zone}, {spread: node.labels.zone}]}}}}`), "x")
	if len(spec.TopologySpreadConstraints) != 1 {
		t.Errorf("%+v: the API server refuses duplicates", spec.TopologySpreadConstraints)
	}
}

func TestPlatformThatIsNone(t *testing.T) {
	for _, platform := range []string{"linux/bad value", "//"} {
		r := convertYAML(t, `services: {x: {image: a, platform: "`+platform+`"}}`)
		if finding(t, r, "placement"); podSpec(t, r, "x").NodeSelector != nil {
			t.Errorf("%s: %v", platform, podSpec(t, r, "x").NodeSelector)
		}
	}
}

// TestOnePerNodeIsUpdatedStopFirst: with a node for each Pod and none to spare, a new Pod that starts first would wait for ever.
func TestOnePerNodeIsUpdatedStopFirst(t *testing.T) {
	d := find[*appsv1.Deployment](t, convertYAML(t, `services: {x: {image: a, healthcheck: {test: [CMD, "true"]}, deploy: {replicas: 2, placement: {max_replicas_per_node: 1}}}}`), "x")
	if u := d.Spec.Strategy.RollingUpdate; u == nil || u.MaxSurge.IntVal != 0 || u.MaxUnavailable.IntVal != 1 {
		t.Errorf("strategy %+v", d.Spec.Strategy)
	}
}

// TestProgressDeadline: the API server wants it to be longer than minReadySeconds, whatever the number of replicas.
func TestProgressDeadline(t *testing.T) {
	for deploy, want := range map[string]int32{
		`replicas: 0, update_config: {delay: 20m}`:     2400,
		`replicas: 2, update_config: {delay: 20m}`:     4800,
		`replicas: 2000, update_config: {delay: 720h}`: 2147483647,
	} {
		d := find[*appsv1.Deployment](t, convertYAML(t, `services: {x: {image: a, deploy: {`+deploy+`}}}`), "x")
		if d.Spec.ProgressDeadlineSeconds == nil || *d.Spec.ProgressDeadlineSeconds != want {
			t.Errorf("%s: %v, want %d", deploy, d.Spec.ProgressDeadlineSeconds, want)
		}
	}
}

func TestDeployValuesThatSwarmDoesNotKnow(t *testing.T) {
	for deploy, code := range map[string]string{
		`endpoint_mode: both`:                    "deploy-mode",
		`restart_policy: {condition: sometimes}`: "restart-policy",
		`update_config: {failure_action: panic}`: "update-failure",
	} {
		finding(t, convertYAML(t, `services: {x: {image: a, deploy: {`+deploy+`}}}`), code)
	}
}

// A claim of one node keeps its Pods together, which one Pod per node denies: with both, all but one would wait for ever.
func TestOnePerNodeBesideASharedVolume(t *testing.T) {
	const service = `services: {x: {image: a, volumes: ["vol:/x"], deploy: {replicas: 3, placement: {max_replicas_per_node: 1}}}}`
	r := convertYAML(t, service+"\nvolumes: {vol: {}}\n")
	if a := find[*appsv1.Deployment](t, r, "x").Spec.Template.Spec.Affinity; a.PodAffinity == nil || a.PodAntiAffinity != nil || !hasCode(r, "placement") {
		t.Errorf("affinity %+v, findings %v", a, r.Findings)
	}
	r = convertYAML(t, service+"\nvolumes: {vol: {x-kubernetes: {accessMode: ReadWriteMany}}}\n")
	if a := find[*appsv1.Deployment](t, r, "x").Spec.Template.Spec.Affinity; a == nil || a.PodAntiAffinity == nil || hasCode(r, "placement") {
		t.Errorf("affinity %+v, findings %v", a, r.Findings)
	}
}
