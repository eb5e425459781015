package apply

import (
	"bytes"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/clustertest"
	"github.com/transship/transship/cluster/resource"
)

func TestDiffTellsNoSecret(t *testing.T) {
	secret := func(value, annotation string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Secret", "data": map[string]any{"token": value, "same": "c2FtZQ=="},
			"metadata": map[string]any{"name": "keys", "annotations": map[string]any{
				"kubectl.kubernetes.io/last-applied-configuration": annotation, "of": annotation[:1],
			}},
		}}
	}
	before, after := secret("b2xk", `a{"data":{"token":"b2xk"}}`), secret("bmV3", `b{"data":{"token":"b2xk"}}`)
	var out bytes.Buffer
	if err := writeDiff(&out, resource.RefOf(after), before, after); err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"b2xk", "bmV3", "c2FtZQ=="} {
		if strings.Contains(out.String(), hidden) {
			t.Errorf("%s is in\n%s", hidden, &out)
		}
	}
	for _, shown := range []string{"-  token: '*** (before)'", "+  token: '*** (after)'", "+    of: b"} {
		if !strings.Contains(out.String(), shown) {
			t.Errorf("%s is not in\n%s", shown, &out)
		}
	}
	if _, kept, _ := unstructured.NestedString(before.Object, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"); !kept {
		t.Error("the object itself was changed")
	}
}

func TestSecretsAreMasked(t *testing.T) {
	before := clustertest.Object(t, "{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {same: aGk=, changed: b25l}}")
	after := clustertest.Object(t, "{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {same: aGk=, changed: dHdv, new: aGV5}}")
	a, b := masked(before, after)
	if !resource.Equal(a.Object["data"], map[string]any{"same": "***", "changed": "*** (before)"}) {
		t.Errorf("before is %v", a.Object["data"])
	}
	if !resource.Equal(b.Object["data"], map[string]any{"same": "***", "changed": "*** (after)", "new": "*** (after)"}) {
		t.Errorf("after is %v", b.Object["data"])
	}
}
