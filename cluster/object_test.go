package cluster

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
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
		o := object(t, "{apiVersion: v1, kind: Pod, metadata: "+metadata+"}")
		if got := strings.Join(servicesOf(o), ","); got != want {
			t.Errorf("services of %s are %q, want %q", metadata, got, want)
		}
	}
}

func TestDependenciesOfRefusesWhatItCannotRead(t *testing.T) {
	o := object(t, "{apiVersion: v1, kind: Pod, metadata: {name: x, annotations: {transship/depends-on: '[1'}}}")
	if _, err := dependenciesOf(o); err == nil || !strings.Contains(err.Error(), "transship/depends-on of pod/x") {
		t.Errorf("the error is %v", err)
	}
}

func TestInventoryIsReadAsItWasWritten(t *testing.T) {
	refs := []Ref{{"v1", "ConfigMap", "a"}, {"apps/v1", "Deployment", "b"}}
	if got := parseInventory(formatInventory(refs) + "a line of a later version\n"); !slices.Equal(got, refs) {
		t.Errorf("read %v", got)
	}
	again := union(refs, []Ref{{"apps/v2", "Deployment", "b"}, {"v1", "Secret", "a"}})
	if want := append(slices.Clone(refs), Ref{"v1", "Secret", "a"}); !slices.Equal(again, want) {
		t.Errorf("the union is %v", again)
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
		objects = append(objects, object(t, text))
	}
	var left []string
	for _, o := range Only(objects, []string{"web"}) {
		left = append(left, RefOf(o).String())
	}
	if want := []string{"service/web", "deployment/web", "configmap/site"}; !slices.Equal(left, want) {
		t.Errorf("left are %v", left)
	}
}

func TestForbiddenIsOnlyWhatRBACSays(t *testing.T) {
	rbac := apierrors.NewForbidden(schema.GroupResource{Group: "apps", Resource: "deployments"}, "web",
		errors.New(`User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop"`))
	got := forbidden(rbac, "apply deployment/web")
	want := "apply deployment/web: jane may not patch deployments.apps in namespace shop: a Role with this verb and resource is missing"
	if got == nil || got.Error() != want {
		t.Errorf("the error is %v", got)
	}
	quota := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "web", errors.New("exceeded quota: few"))
	if got := forbidden(quota, "x"); got != nil {
		t.Errorf("a quota passes for a missing permission: %v", got)
	}
}

func TestIsPassing(t *testing.T) {
	resource := schema.GroupResource{Resource: "pods"}
	cases := []struct {
		err  error
		want bool
	}{
		{apierrors.NewTooManyRequests("slow down", 1), true},
		{apierrors.NewInternalError(errors.New("etcd")), true},
		{apierrors.NewInternalError(errors.New(`failed calling webhook "x"`)), false},
		{apierrors.NewGenericServerResponse(http.StatusBadGateway, "get", resource, "", "", 0, true), true},
		{apierrors.NewNotFound(resource, "x"), false},
		{apierrors.NewConflict(resource, "x", errors.New("changed")), false},
		{errors.New("x509: certificate signed by unknown authority"), false},
	}
	for _, c := range cases {
		if got := isPassing(c.err); got != c.want {
			t.Errorf("isPassing(%v) is %t", c.err, got)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	before := object(t, "{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {same: aGk=, changed: b25l}}")
	after := object(t, "{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {same: aGk=, changed: dHdv, new: aGV5}}")
	a, b := masked(before, after)
	if !equal(a.Object["data"], map[string]any{"same": "***", "changed": "*** (before)"}) {
		t.Errorf("before is %v", a.Object["data"])
	}
	if !equal(b.Object["data"], map[string]any{"same": "***", "changed": "*** (after)", "new": "*** (after)"}) {
		t.Errorf("after is %v", b.Object["data"])
	}
}

func TestPortRange(t *testing.T) {
	for text, want := range map[string][2]int{"": {0, 0}, "80": {80, 80}, "8080-8090": {8080, 8090}} {
		if first, last, err := portRange(text); err != nil || first != want[0] || last != want[1] {
			t.Errorf("the range of %q is %d to %d, %v", text, first, last, err)
		}
	}
	if _, _, err := portRange("http"); err == nil {
		t.Error("a word passes for a port")
	}
}

func TestForwardedPortsNeverLeaveTheMachine(t *testing.T) {
	for host, want := range map[string]string{"": "127.0.0.1:80", "0.0.0.0": "127.0.0.1:80", "192.168.1.1": "127.0.0.1:80", "127.0.0.2": "127.0.0.2:80", "::1": "[::1]:80"} {
		if got := (PublishedPort{HostIP: host, Published: "80"}).Address(); got != want {
			t.Errorf("host %q answers at %s", host, got)
		}
	}
}
