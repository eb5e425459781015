package chart

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/transform"
)

// Every mapping with the label of the instance gets the name of the release, and nothing else does.
func TestInstances(t *testing.T) {
	t.Parallel()
	mine := func() map[string]string { return map[string]string{transform.LabelInstance: "shop", "a": "b"} }
	selector := func() *metav1.LabelSelector { return &metav1.LabelSelector{MatchLabels: mine()} }
	term := corev1.PodAffinityTerm{LabelSelector: selector()}
	deployment := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Labels: mine(), Annotations: map[string]string{"note": "shop"}},
		Spec: appsv1.StatefulSetSpec{
			Selector: selector(),
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				Affinity:                  &corev1.Affinity{PodAffinity: &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{}, term}}},
				TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{LabelSelector: selector()}},
				Containers: []corev1.Container{{
					Name: "web", Env: []corev1.EnvVar{{Name: transform.LabelInstance, Value: "shop"}},
					Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("1")}},
				}},
			}},
			VolumeClaimTemplates: []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data", Labels: mine()}}},
		},
	}
	policy := &networkingv1.NetworkPolicy{Spec: networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{transform.LabelInstance: "other"}},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: selector()}}}},
	}}
	other := &unstructured.Unstructured{Object: map[string]any{"kind": "Odd", "spec": map[string]any{
		"items": []any{map[string]any{"name": "x", "labels": map[string]any{transform.LabelInstance: "shop"}}}, "nothing": nil,
	}}}
	for _, test := range []struct {
		object runtime.Object
		want   []string
	}{
		{deployment, []string{
			"metadata.labels", "spec.selector.matchLabels",
			"spec.template.spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[1].labelSelector.matchLabels",
			"spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels", "spec.volumeClaimTemplates[0].metadata.labels",
		}},
		{policy, []string{"spec.ingress[0].from[0].podSelector.matchLabels"}},
		{other, []string{"spec.items[x].labels"}},
	} {
		s := instances{instance: "shop", slots: manifest.Slots{}, mappings: map[reflect.Type]bool{}}
		s.in("", reflect.ValueOf(test.object))
		var want []string
		for _, path := range test.want {
			want = append(want, path+"."+transform.LabelInstance)
		}
		if got := slices.Sorted(maps.Keys(s.slots)); s.err != nil || !slices.Equal(got, want) {
			t.Errorf("%T: %v\n%q\nwant\n%q", test.object, s.err, got, want)
		}
	}
}

// A slot for the whole mapping goes first.
func TestInstancesLeaveMappingsWithASlot(t *testing.T) {
	t.Parallel()
	s := instances{instance: "shop", slots: manifest.Slots{"metadata.labels": {Block: "x"}}, mappings: map[reflect.Type]bool{}}
	s.in("", reflect.ValueOf(&corev1.Service{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{transform.LabelInstance: "shop"}}}))
	if len(s.slots) != 1 {
		t.Errorf("slots: %v", s.slots)
	}
}

func TestRankOf(t *testing.T) {
	t.Parallel()
	at := func(key string) int {
		return slices.IndexFunc(serviceKeys, func(d described) bool { return d.key == key })
	}
	for key, want := range map[string]int{
		"image": at("image"), "ingressAdmin": at("ingress"), "serviceAccount": at("serviceAccount"), "serviceAccountX": at("serviceAccount"),
		"serviceX": at("service"), "envoy": len(serviceKeys), "": len(serviceKeys), "Image": len(serviceKeys), "portsAB": at("ports"),
	} {
		if got := rankOf(key); got != want {
			t.Errorf("%q: %d, want %d", key, got, want)
		}
	}
}
