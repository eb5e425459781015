package status

import (
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

// ReadyPod returns a Pod of a workload that takes traffic: the one in use if it still does. The lock is held.
func (p *LiveState) ReadyPod(workload *unstructured.Unstructured, inUse string) string {
	pods, found := p.All("Pod"), ""
	for _, name := range resource.SortedKeys(pods) {
		pod := pods[name]
		if pod.GetLabels()[resource.LabelName] != workload.GetLabels()[resource.LabelName] || pod.GetDeletionTimestamp() != nil || !resource.IsTrue(pod, "Ready") {
			continue
		}
		if found == "" || name == inUse {
			found = name
		}
	}
	return found
}

// ServiceOf returns the Compose service that a container belongs to. The lock is held.
func (p *LiveState) ServiceOf(pod *unstructured.Unstructured, container string) string {
	name := pod.GetLabels()[resource.LabelName]
	for _, kind := range []string{"Deployment", "StatefulSet", "DaemonSet", "Job", "Pod"} {
		for _, key := range resource.SortedKeys(p.All(kind)) {
			o := p.All(kind)[key]
			if o.GetLabels()[resource.LabelName] != name || o.GetAnnotations()[resource.AnnotationService]+o.GetAnnotations()[resource.AnnotationServices] == "" {
				continue
			}
			services := resource.ServicesOf(o)
			if len(services) == 1 {
				return services[0]
			}
			return container
		}
	}
	return name
}

// ContainerRun returns the id of the run of a container, with the Pod as it is now; exists is false if that is gone.
func (p *LiveState) ContainerRun(pod *unstructured.Unstructured, container string) (id string, state map[string]any) {
	live := p.All("Pod")[pod.GetName()]
	if live == nil || live.GetUID() != pod.GetUID() {
		return "", nil
	}
	for _, list := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, status := range resource.Items(live.Object, "status", list) {
			if status["name"] == container {
				id, _ = status["containerID"].(string)
				restarts, _ := status["restartCount"].(int64)
				state, _ = status["state"].(map[string]any)
				return id + "#" + strconv.FormatInt(restarts, 10), state
			}
		}
	}
	return "", map[string]any{}
}
