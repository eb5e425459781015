package manifest

import (
	"encoding/json"
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// deployment is what a usual service becomes.
func deployment(i int) *appsv1.Deployment {
	name := fmt.Sprintf("service-%d", i)
	labels := map[string]string{"app.kubernetes.io/name": name, "app.kubernetes.io/instance": "bench", "app.kubernetes.io/part-of": "bench", "app.kubernetes.io/managed-by": "transship"}
	var env []corev1.EnvVar
	for j := range 5 {
		env = append(env, corev1.EnvVar{Name: fmt.Sprintf("VARIABLE_%d", j), Value: fmt.Sprintf("http://service-%d:8080/path?n=%d", j, i)})
	}
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					Containers: []corev1.Container{{
						Name: name, Image: "registry.example.com/team/service:1.2.3", Env: env,
						Ports:        []corev1.ContainerPort{{Name: "p8080", ContainerPort: 8080}, {Name: "p9090", ContainerPort: 9090}},
						Resources:    corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("500m"), "memory": resource.MustParse("256Mi")}},
						VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data"}},
						ReadinessProbe: &corev1.Probe{
							ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(8080)}},
							PeriodSeconds: 10, TimeoutSeconds: 3,
						},
					}},
					Volumes: []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}},
				},
			},
		},
	}
}

func BenchmarkEncode(b *testing.B) {
	object, encoder := deployment(1), NewEncoder()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encoder.Encode(object); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkThroughJSON is the usual way, for comparison.
func BenchmarkThroughJSON(b *testing.B) {
	object := deployment(1)
	b.ReportAllocs()
	for b.Loop() {
		data, err := json.Marshal(object)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := yaml.JSONToYAML(data); err != nil {
			b.Fatal(err)
		}
	}
}
