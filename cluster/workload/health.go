package workload

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// judgeHealth looks at the events of Pods with containers that seem to be on their way to health: those tell how often a
// healthcheck has failed, as up hears it. Where they may not be read, the time goes on deciding.
func judgeHealth(ctx context.Context, c *api.Conn, namespace string, pods []unstructured.Unstructured, list []containers.Container) {
	isStarting := func(c containers.Container) bool { return c.Health == containers.Starting }
	if !slices.ContainsFunc(list, isStarting) {
		return
	}
	all, err := c.List(ctx, "v1", "Event", namespace, "")
	if err != nil {
		return
	}
	ofPod := map[string][]*unstructured.Unstructured{}
	for i := range all {
		uid := resource.Text(&all[i], "involvedObject", "uid")
		ofPod[uid] = append(ofPod[uid], &all[i])
	}
	for i := range list {
		if !isStarting(list[i]) {
			continue
		}
		at := slices.IndexFunc(pods, func(p unstructured.Unstructured) bool { return p.GetName() == list[i].Pod })
		var pod corev1.Pod
		if at < 0 || runtime.DefaultUnstructuredConverter.FromUnstructured(pods[at].Object, &pod) != nil {
			continue
		}
		isIt := func(name string) bool { return name == list[i].Name }
		spec := slices.IndexFunc(pod.Spec.Containers, func(s corev1.Container) bool { return isIt(s.Name) })
		now := slices.IndexFunc(pod.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool { return isIt(s.Name) })
		if spec < 0 || now < 0 {
			continue
		}
		if failures := status.ProbeFailures(ofPod[string(pod.UID)], &pod.Status.ContainerStatuses[now]); failures > 0 {
			list[i].Health = containers.HealthOf(&pod.Spec.Containers[spec], &pod.Status.ContainerStatuses[now], failures, time.Now())
		}
	}
}
