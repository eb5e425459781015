package resource

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/cluster/clustertest"
)

func TestObjectsLeaveOutStatusAndNulls(t *testing.T) {
	objects, err := Objects([]runtime.Object{&corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: corev1.PodSpec{Volumes: []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := objects[0].MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "null") || strings.Contains(string(text), "status") || !strings.Contains(string(text), `"emptyDir":{}`) {
		t.Errorf("the object is %s", text)
	}
}

func TestServicesOf(t *testing.T) {
	cases := map[string]string{
		"{annotations: {transship/compose-service: My_DB}, labels: {app.kubernetes.io/name: my-db}}": "My_DB",
		"{annotations: {transship/compose-services: 'b, a', transship/compose-service: a}}":          "a,b",
		"{labels: {app.kubernetes.io/name: web}}":                                                    "web",
		"{labels: {other: web}}": "",
	}
	for metadata, want := range cases {
		o := clustertest.Object(t, "{apiVersion: v1, kind: Pod, metadata: "+metadata+"}")
		if got := strings.Join(ServicesOf(o), ","); got != want {
			t.Errorf("services of %s are %q, want %q", metadata, got, want)
		}
	}
}

func TestDependenciesOfRefusesWhatItCannotRead(t *testing.T) {
	o := clustertest.Object(t, "{apiVersion: v1, kind: Pod, metadata: {name: x, annotations: {transship/depends-on: '[1'}}}")
	if _, err := DependenciesOf(o); err == nil || !strings.Contains(err.Error(), "transship/depends-on of pod/x") {
		t.Errorf("the error is %v", err)
	}
}

func TestOnlyLeavesSharedObjects(t *testing.T) {
	var objects []*unstructured.Unstructured
	for _, text := range []string{
		"{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app.kubernetes.io/name: web}}}",
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {app.kubernetes.io/name: web}}}",
		"{apiVersion: v1, kind: Service, metadata: {name: db, labels: {app.kubernetes.io/name: db}}}",
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: db, labels: {app.kubernetes.io/name: db}}}",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: site, labels: {app.kubernetes.io/name: site}}}",
	} {
		objects = append(objects, clustertest.Object(t, text))
	}
	var left []string
	for _, o := range Only(objects, []string{"web"}) {
		left = append(left, RefOf(o).String())
	}
	if want := []string{"service/web", "deployment/web", "configmap/site"}; !slices.Equal(left, want) {
		t.Errorf("left are %v", left)
	}
}
