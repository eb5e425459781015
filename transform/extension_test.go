package transform

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/transship/transship/diag"
)

func TestExtensionUnknownKeyIsAnErrorWithSuggestion(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: nginx
    x-kubernetes: {knd: DaemonSet, publish: {type: ingres, hots: x}}
`)
	var messages []string
	for _, f := range r.Findings {
		if f.Code == "extension-key" || f.Code == "extension-value" {
			messages = append(messages, f.Path.String()+": "+f.Message+"; "+f.Help)
		}
	}
	text := strings.Join(messages, "\n")
	for _, want := range []string{
		`services.web.x-kubernetes.knd: x-kubernetes has no key "knd"; did you mean "kind"?`,
		`services.web.x-kubernetes.publish.hots: x-kubernetes has no key "hots"; did you mean "host"?`,
		`services.web.x-kubernetes.publish.type: "ingres" is not a value of type; did you mean "ingress"?`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

func TestExtensionOfAnotherProjectToolIsNotOurs(t *testing.T) {
	r := convertYAML(t, "x-other: {a: 1}\nservices: {web: {image: 'nginx:1', x-mine: {b: 2}}}\n")
	for _, f := range r.Findings {
		if f.Code == "extension-key" {
			t.Errorf("%s: %s", f.Path, f.Message)
		}
	}
}

func TestPatchIsAppliedLast(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: nginx:1
    x-kubernetes:
      patches:
      - target: {kind: Deployment}
        patch: {spec: {template: {spec: {containers: [{name: web, imagePullPolicy: Always}], priorityClassName: high}}}}
`)
	if r.Findings.Worst() == diag.Error {
		t.Errorf("the patch is fine: %v", codes(r))
	}
	d := find[*appsv1.Deployment](t, r, "web")
	if got := d.Spec.Template.Spec.PriorityClassName; got != "high" {
		t.Errorf("priorityClassName %q", got)
	}
	if c := d.Spec.Template.Spec.Containers; len(c) != 1 || c[0].Image != "nginx:1" || c[0].ImagePullPolicy != "Always" {
		t.Errorf("the container was not merged by its name: %+v", c)
	}
}

func TestPatchWithUnknownFieldIsAnError(t *testing.T) {
	r := convertYAML(t, `
services: {web: {image: 'nginx:1'}}
x-kubernetes:
  patches:
  - {target: {kind: Deployment}, patch: {spec: {replcas: 2}}}
  - {target: {kind: Deployment, name: other}, patch: {spec: {replicas: 2}}}
`)
	if f := finding(t, r, "extension-patch"); !strings.Contains(f.Message, "replcas") {
		t.Errorf("message %q does not name the field", f.Message)
	}
	finding(t, r, "extension-patch-unused")
}

func TestKomposeLabelsAreReadAndUnknownOnesReported(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: nginx:1
    labels:
      kompose.controller.type: daemonset
      kompose.serviceaccount-name: robot
      kompose.service.typ: nodeport
      kompose.hpa.cpu: many
`)
	if f := finding(t, r, "kompose-label-unknown"); !strings.Contains(f.Help, `"kompose.service.type"`) {
		t.Errorf("help %q suggests nothing", f.Help)
	}
	finding(t, r, "kompose-value")
	finding(t, r, "kompose-label")
	d := find[*appsv1.DaemonSet](t, r, "web")
	if d.Spec.Template.Spec.ServiceAccountName != "robot" {
		t.Errorf("serviceAccountName %q", d.Spec.Template.Spec.ServiceAccountName)
	}
}

func TestExtensionReportsWrongTypesBesideWrongKeys(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: 'nginx:1', x-kubernetes: {knd: x, requests: {memory: lots}}}}")
	finding(t, r, "extension-key")
	finding(t, r, "extension-value")
}

// TestRequestsAndInitContainersThatTheAPIServerTakes: a device is requested and limited alike, and no two containers have one name.
func TestRequestsAndInitContainersThatTheAPIServerTakes(t *testing.T) {
	spec := podSpec(t, convertYAML(t, `services: {x: {image: a, x-kubernetes: {requests: {nvidia.com/gpu: 1}, initContainers: [{name: x, image: b}]}}}`), "x")
	limit := spec.Containers[0].Resources.Limits["nvidia.com/gpu"]
	if limit.Value() != 1 || spec.InitContainers[0].Name == "x" {
		t.Errorf("limit %s, initContainer %s", limit.String(), spec.InitContainers[0].Name)
	}
}

// TestExtensionThatNobodyReads: at another place, or under a name that is almost right, settings would be lost in silence.
func TestExtensionThatNobodyReads(t *testing.T) {
	for _, keys := range []string{`deploy: {x-kubernetes: {kind: Job}}`, `healthcheck: {test: [CMD, "true"], x-kubernetes: {liveness: true}}`, `ports: [{target: 80, x-kubernetes: {a: 1}}]`} {
		if f := finding(t, convertYAML(t, `services: {x: {image: a, `+keys+`}}`), "extension-key"); f.Severity.String() != "error" {
			t.Errorf("%+v", f)
		}
	}
	for _, name := range []string{"x-kubernets", "x-Kubernetes", "x-kuberntes"} {
		f := finding(t, convertYAML(t, `services: {x: {image: a, `+name+`: {kind: Job}}}`), "extension-name")
		if f.Severity.String() != "warning" || !strings.Contains(f.Help, "did you mean x-kubernetes?") {
			t.Errorf("%+v", f)
		}
	}
	for _, name := range []string{"x-kubernetes-common", "x-note", "x-environment"} {
		if r := convertYAML(t, `services: {x: {image: a, `+name+`: {kind: Job}}}`); hasCode(r, "extension-name") || !hasCode(r, "extension-ignored") {
			t.Errorf("%s: %v", name, codes(r))
		}
	}
	read := convertYAML(t, `services: {x: {image: a, volumes: [{type: volume, source: v1, target: /v, x-kubernetes: {as: emptydir}}]}}
volumes: {v1: {x-kubernetes: {size: 2Gi}}}`)
	if hasCode(read, "extension-key") {
		t.Errorf("%v", codes(read))
	}
}
