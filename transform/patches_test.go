package transform

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

func patched(t *testing.T, kind, patch string) Result {
	return convertYAML(t, `services: {x: {image: a, x-kubernetes: {patches: [{target: {kind: `+kind+`}, patch: `+patch+`}]}}}`)
}

// TestPatchesThatBreakWhatOthersRelyOn: the result would be refused by the API server, or found by nobody.
func TestPatchesThatBreakWhatOthersRelyOn(t *testing.T) {
	for _, c := range []struct{ patch, message, help string }{
		{`{metadata: {name: other}}`, "changes metadata.name", ""},
		{`{kind: StatefulSet}`, "changes apiVersion or kind", ""},
		{`{spec: {selector: {matchLabels: {foo: bar}}}}`, "makes the selector miss", ""},
		{`{spec: {template: {metadata: {labels: null}}}}`, "changes the label app.kubernetes.io/name", ""},
		{`{spec: {template: {spec: {containers: [{name: x, $patch: delete}]}}}}`, "leaves no container", ""},
		{`{spec: {replicas: three}}`, "has text at spec.replicas, where a whole number belongs", ""},
		{`{spec: {paused: 1}}`, "has a number at spec.paused, where true or false belongs", ""},
		{`{spec: {template: {spec: {containers: {name: x}}}}}`, "has a mapping at spec.template.spec.containers, where a list belongs", ""},
		{`{spec: {replica: 3}}`, "a Deployment has no field spec.replica", `did you mean "replicas"?`},
		{`{$$patch: delete}`, "a Deployment has no field $$patch", "write $ once"},
		{`{spec: {template: {spec: {containers: [{image: z}]}}}}`, "has no name, by which items are told apart", ""},
	} {
		r := patched(t, "Deployment", c.patch)
		f := finding(t, r, "extension-patch")
		if !strings.Contains(f.Message, c.message) || !strings.Contains(f.Help, c.help) || !strings.HasPrefix(f.Path.String(), "services.x.x-kubernetes.patches[0]") {
			t.Errorf("%s: %+v", c.patch, f)
		}
		if d := find[*appsv1.Deployment](t, r, "x"); *d.Spec.Replicas != 1 || len(d.Spec.Template.Spec.Containers) != 1 {
			t.Errorf("%s: %+v", c.patch, d.Spec)
		}
	}
}

func TestPatchDeletes(t *testing.T) {
	r := patched(t, "Service", `{$patch: delete}`)
	if has[*corev1.Service](r, "x") || !has[*appsv1.Deployment](r, "x") || len(r.Findings) == 0 {
		t.Errorf("%d objects", len(r.Objects))
	}
	if hasCode(r, "extension-patch") {
		t.Errorf("%v", codes(r))
	}
	r = patched(t, "Deployment", `{$patch: delete}`)
	if has[*appsv1.Deployment](r, "x") || hasCode(r, "pod-security") {
		t.Errorf("%v", codes(r))
	}
}

func TestUnusedPatchSuggestsATarget(t *testing.T) {
	if f := finding(t, patched(t, "deployment", `{spec: {replicas: 2}}`), "extension-patch-unused"); !strings.Contains(f.Help, `did you mean "Deployment"?`) {
		t.Errorf("%+v", f)
	}
	if f := finding(t, patched(t, "Deployment, name: y", `{spec: {replicas: 2}}`), "extension-patch-unused"); !strings.Contains(f.Help, `did you mean "x"?`) {
		t.Errorf("%+v", f)
	}
}
