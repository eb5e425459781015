package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
)

func object(kind, namespace, name string) runtime.Object {
	u := &unstructured.Unstructured{}
	u.SetAPIVersion("v1")
	u.SetKind(kind)
	u.SetName(name)
	u.SetNamespace(namespace)
	return u
}

func TestOrderedPutsFirstWhatOthersNeed(t *testing.T) {
	t.Parallel()
	want := []string{
		"Namespace shop", "ServiceAccount wait", "Role wait", "RoleBinding wait", "NetworkPolicy web", "ConfigMap a", "ConfigMap b",
		"Secret a", "PersistentVolumeClaim data", "Service web", "Deployment db", "Deployment web", "Job migrate", "Ingress web", "Zebra z",
	}
	var objects []runtime.Object
	for _, w := range want {
		kind, name, _ := strings.Cut(w, " ")
		objects = append(objects, object(kind, "", name))
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
		for i, o := range Ordered(objects) {
			u := o.(*unstructured.Unstructured)
			if got := u.GetKind() + " " + u.GetName(); got != want[i] {
				t.Fatalf("place %d: %s, want %s", i, got, want[i])
			}
		}
	}
}

func TestWriteYAMLSeparatesAndComments(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	comment := func(o runtime.Object) string {
		if o.(metav1.Object).GetName() == "b" {
			return "compose.yaml:3 services.b\nmore"
		}
		return ""
	}
	if err := WriteYAML(&b, []runtime.Object{object("X", "", "a"), object("X", "", "b")}, YAMLOptions{Comment: comment}); err != nil {
		t.Fatal(err)
	}
	want := `apiVersion: v1
kind: X
metadata:
  name: a
---
# compose.yaml:3 services.b
# more
apiVersion: v1
kind: X
metadata:
  name: b
`
	if b.String() != want {
		t.Errorf("got:\n%s", b.String())
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	pod := &corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: metav1.ObjectMeta{Name: "a"},
		Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Args: []string{"<&>"}, Env: []corev1.EnvVar{{Name: "E"}}}}, Volumes: []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
	var b, compact bytes.Buffer
	if err := WriteJSON(&b, []runtime.Object{pod, secretObject("s")}); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&compact, b.Bytes()); err != nil {
		t.Fatal(err)
	}
	want := `{"apiVersion":"v1","kind":"List","items":[` +
		`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"a","args":["<&>"],"env":[{"name":"E","value":""}]}],"volumes":[{"name":"v","emptyDir":{}}]}},` +
		`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}]}`
	if compact.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", compact.String(), want)
	}
	b.Reset()
	if err := WriteJSON(&b, nil); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("no objects: %q, %v", b.String(), err)
	}
}

func TestAllowedTurnsErrorsOfTheLoaderIntoWarnings(t *testing.T) {
	t.Parallel()
	findings := diag.List{{Severity: diag.Error, Code: "a"}, {Severity: diag.Error, Code: "b"}, {Severity: diag.Info, Code: "a"}}
	got := accept(findings, []Acceptance{{Code: "a", source: ofFlag}}, nil)
	if got[0].Severity != diag.Warning || got[1].Severity != diag.Error || got[2].Severity != diag.Info || findings[0].Severity != diag.Error {
		t.Errorf("allowed: %v", got)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWritersReportTheirSink(t *testing.T) {
	t.Parallel()
	objects := []runtime.Object{secretObject("s")}
	for name, err := range map[string]error{
		"YAML": WriteYAML(brokenPipe{}, objects, YAMLOptions{}),
		"JSON": WriteJSON(brokenPipe{}, objects),
	} {
		if err == nil || err.Error() != "write the manifests: broken pipe" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
