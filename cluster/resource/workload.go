package resource

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// IsJobPod reports whether a Job controls the Pod, and so decides how often it is tried again.
func IsJobPod(pod *unstructured.Unstructured) bool {
	for _, owner := range pod.GetOwnerReferences() {
		if owner.Kind == "Job" {
			return true
		}
	}
	return false
}

// ContainerOf returns the container of a Pod that is a service: the one of its name, else the first. A service that others
// share a Pod with may start before them, as an init container.
func ContainerOf(pod, workload *unstructured.Unstructured, service string) string {
	regular, early := containerNames(pod, "containers"), containerNames(pod, "initContainers")
	wanted := []string{service, strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(service)), workload.GetLabels()[LabelName]}
	for _, names := range [][]string{regular, early} {
		for _, want := range wanted {
			if slices.Contains(names, want) {
				return want
			}
		}
		if workload.GetAnnotations()[AnnotationService] != service {
			wanted = wanted[:2] // the name on the cluster is that of another service
		}
	}
	if len(regular) == 0 {
		return ""
	}
	return regular[0]
}

func containerNames(pod *unstructured.Unstructured, list string) []string {
	var names []string
	for _, c := range Items(pod.Object, "spec", list) {
		name, _ := c["name"].(string)
		names = append(names, name)
	}
	return names
}

// PodTemplate returns where the Pod template of a workload lies; a bare Pod has none of its own.
func PodTemplate(kind string) []string {
	switch kind {
	case "Deployment", "StatefulSet", "DaemonSet", "Job":
		return []string{"spec", "template"}
	case "CronJob":
		return []string{"spec", "jobTemplate", "spec", "template"}
	}
	return nil
}

// Replicas returns how many Pods a workload asks for. The default is 1, as in Kubernetes.
func Replicas(o *unstructured.Unstructured) int64 {
	if n, found, _ := unstructured.NestedInt64(o.Object, "spec", "replicas"); found {
		return n
	}
	return 1
}

// Restartable reports whether Pods of this kind are replaced when the template changes.
func Restartable(kind string) bool {
	return kind == "Deployment" || kind == "StatefulSet" || kind == "DaemonSet"
}

// HasPodEnded reports whether all containers of a Pod have ended for good.
func HasPodEnded(pod *unstructured.Unstructured) bool {
	phase := Text(pod, "status", "phase")
	return phase == "Succeeded" || phase == "Failed"
}
