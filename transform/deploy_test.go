package transform

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/labels"
)

func podSpecTemplate(t testing.TB, r Result, name string) corev1.PodTemplateSpec {
	t.Helper()
	return find[*appsv1.Deployment](t, r, name).Spec.Template
}

func TestDeployLabelsBelongToTheWorkload(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, deploy: {labels: {com.example.tier: front}}}}`)
	if got := find[*appsv1.Deployment](t, r, "x").Annotations["com.example.tier"]; got != "front" {
		t.Errorf("annotation %q", got)
	}
	if _, inPod := podSpecTemplate(t, r, "x").Annotations["com.example.tier"]; inPod {
		t.Error("a label of the Swarm service is none of its containers")
	}
}

func TestAutoscaler(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, scale: 2, cpus: 1, mem_limit: 1g, x-kubernetes: {autoscale: {max: 8, cpu: 80, memory: 70}}}}`)
	s := find[*autoscalingv2.HorizontalPodAutoscaler](t, r, "x").Spec
	if s.ScaleTargetRef.Kind != "Deployment" || s.ScaleTargetRef.Name != "x" || *s.MinReplicas != 2 || s.MaxReplicas != 8 || len(s.Metrics) != 2 {
		t.Errorf("spec %+v", s)
	}
	if hasCode(r, "autoscale-request") {
		t.Errorf("requests are there: %v", codes(r))
	}
}

func TestDeployOfASharedPod(t *testing.T) {
	r := convertYAML(t, `
services:
  x: {image: a, restart: always, deploy: {labels: {com.example.tier: front}}}
  y:
    image: b
    network_mode: "service:x"
    restart: "no"
    deploy: {labels: {com.example.tier: back, com.example.side: "yes"}, update_config: {parallelism: 2}}
`)
	got := find[*appsv1.Deployment](t, r, "x").Annotations
	if got["com.example.tier"] != "front" || got["com.example.side"] != "yes" {
		t.Errorf("annotations %v, want those of both, and the main service's where they differ", got)
	}
	if f := finding(t, r, "pod-level"); f.Path.String() != "services.y.deploy.update_config" {
		t.Errorf("reported at %s", f.Path)
	}
	if f := finding(t, r, "one-shot-in-pod"); f.Path.String() != "services.y.restart" {
		t.Errorf("reported at %s", f.Path)
	}
}

func TestAutoscalersOfWhatHasNoReplicas(t *testing.T) {
	for _, keys := range []string{`x-kubernetes: {kind: DaemonSet, autoscale: {max: 3}}`, `deploy: {mode: global}, labels: {kompose.hpa.cpu: "50"}`, `x-kubernetes: {kind: Job, autoscale: {max: 3}}`} {
		finding(t, convertYAML(t, `services: {x: {image: a, `+keys+`}}`), "autoscale-kind")
	}
	f := finding(t, convertYAML(t, `
services:
  x: {image: a, x-kubernetes: {group: g}}
  y: {image: a, x-kubernetes: {group: g, autoscale: {max: 3}}}
`), "pod-level")
	if f.Path.String() != "services.y.x-kubernetes.autoscale" {
		t.Errorf("%+v", f)
	}
}

func TestAccountsOfASharedPod(t *testing.T) {
	r := convertYAML(t, `
services:
  x: {image: a, x-kubernetes: {group: g, serviceAccountName: one, initContainers: [{name: i, image: b}]}}
  y: {image: a, x-kubernetes: {group: g, serviceAccountName: two, initContainers: [{name: i, image: c}]}}
`)
	spec := podSpec(t, r, "x")
	if spec.ServiceAccountName != "one" {
		t.Errorf("account %q", spec.ServiceAccountName)
	}
	finding(t, r, "pod-level")
	if c := spec.InitContainers; len(c) != 2 || c[0].Name == c[1].Name {
		t.Errorf("initContainers %+v: names are unique in a Pod", c)
	}
}

// TestDeployLabelsDoNotReplaceOurs: up, down and ps find the objects of a service by them.
func TestDeployLabelsDoNotReplaceOurs(t *testing.T) {
	d := find[*appsv1.Deployment](t, convertYAML(t, `services: {x: {image: a, deploy: {labels: {transship/compose-service: other}}}}`), "x")
	if d.Annotations[AnnotationService] != "x" || d.Annotations[labels.Odd] == "" {
		t.Errorf("%v", d.Annotations)
	}
}
