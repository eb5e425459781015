package transform

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// podNamed returns the Pod template of a Deployment.
func podNamed(t testing.TB, r Result, name string) corev1.PodTemplateSpec {
	t.Helper()
	return find[*appsv1.Deployment](t, r, name).Spec.Template
}

// containerNamed returns a container or initContainer of a Deployment.
func containerNamed(t testing.TB, r Result, workload, name string) corev1.Container {
	t.Helper()
	spec := podNamed(t, r, workload).Spec
	for _, c := range append(spec.InitContainers, spec.Containers...) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no container %s in %s", name, workload)
	return corev1.Container{}
}
