package convert

import (
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/transform/secret"
)

// Whatever text of an object is a secret, the quick look does not pass it.
func TestQuickLookMissesNoText(t *testing.T) {
	t.Parallel()
	port := intstr.FromString("k8a2m5x9q")
	for name, object := range map[string]runtime.Object{
		"field":    &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: "x/k8a2m5x9q:1"}}}},
		"value":    &corev1.ConfigMap{Data: map[string]string{"a": "b k8a2m5x9q"}},
		"key":      &corev1.ConfigMap{Data: map[string]string{"k8a2m5x9q": ""}},
		"bytes":    &corev1.ConfigMap{BinaryData: map[string][]byte{"a": []byte("k8a2m5x9q")}},
		"pointer":  &corev1.Pod{Spec: corev1.PodSpec{RuntimeClassName: new("k8a2m5x9q")}},
		"port":     &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{TargetPort: port}}}},
		"any":      &unstructured.Unstructured{Object: map[string]any{"a": []any{map[string]any{"b": "k8a2m5x9q"}}}},
		"quantity": &corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"x": resource.MustParse("4711081512")}}},
		"name":     &corev1.Pod{Spec: corev1.PodSpec{TerminationGracePeriodSeconds: new(int64(3))}},
		"time":     &corev1.Pod{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.Time{Time: time.Unix(0, 0).UTC()}}},
	} {
		set := secret.NewSet([]secret.Variable{
			{Name: "A", Value: "k8a2m5x9q", Secret: true},
			{Name: "B", Value: "4711081512", Secret: true},
			{Name: "C", Value: "terminationGracePeriodSeconds", Secret: true},
			{Name: "D", Value: "1970-01-01T00:00:00Z", Secret: true},
		})
		stands := false
		walkTexts(object, func(_, text string) { stands = stands || len(set.Find(text)) > 0 })
		if !stands && name != "bytes" {
			t.Errorf("%s: the test has no secret", name)
		}
		if !(sightings{set, map[reflect.Type]structKind{}}).mayHold(object) {
			t.Errorf("%s: not seen", name)
		}
	}
	clean := sightings{secret.NewSet([]secret.Variable{{Name: "A", Value: "k8a2m5x9q", Secret: true}}), map[reflect.Type]structKind{}}
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("5m")}}}}}}
	if clean.mayHold(pod) {
		t.Error("a Pod without a secret is searched")
	}
}
