package status

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
)

// judgeHealth makes a Pod that is not ready a failure once the healthcheck of a container has failed as often as it may: as
// with docker compose, nobody waits any longer then. It may recover, and is ready when it does.
func (p *LiveState) judgeHealth(t *trouble, o *unstructured.Unstructured) {
	var pod corev1.Pod
	if runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &pod) != nil {
		return
	}
	for i := range pod.Spec.Containers {
		spec := &pod.Spec.Containers[i]
		for j := range pod.Status.ContainerStatuses {
			status := &pod.Status.ContainerStatuses[j]
			if status.Name != spec.Name || status.State.Running == nil {
				continue
			}
			failures := p.probeFailures(&pod, status)
			if containers.HealthOf(spec, status, failures, time.Now()) == containers.Unhealthy {
				t.state, t.Reason, t.container, t.fatal = "unhealthy", event.ReasonUnhealthy, spec.Name, true
				t.message = fmt.Sprintf("the healthcheck of container %s has failed as often as it may%s", spec.Name, strings.TrimPrefix(t.message, notReadyYet))
				return
			}
		}
	}
}

// probeFailures returns how often the probe that a container stands at has failed since it started, as far as events tell.
func (p *LiveState) probeFailures(pod *corev1.Pod, status *corev1.ContainerStatus) int {
	s := p.stores["Event"]
	if s.refused != nil {
		return 1 // at least, or it would be ready; how often is left to the time
	}
	var events []*unstructured.Unstructured
	for _, name := range resource.SortedKeys(s.owners[pod.UID]) {
		events = append(events, s.objects[name])
	}
	return ProbeFailures(events, status)
}

// ProbeFailures returns how often the probe that a container stands at has failed since it started, as far as the events of
// its Pod tell.
func ProbeFailures(events []*unstructured.Unstructured, status *corev1.ContainerStatus) int {
	probe := "Readiness probe failed"
	if status.Started != nil && !*status.Started {
		probe = "Startup probe failed"
	}
	failures := 0
	for _, e := range events {
		first, err := time.Parse(time.RFC3339, resource.Text(e, "firstTimestamp"))
		isOfRun := err == nil && !first.Before(status.State.Running.StartedAt.Time)
		isOfContainer := strings.HasSuffix(resource.Text(e, "involvedObject", "fieldPath"), "{"+status.Name+"}")
		if isOfRun && isOfContainer && resource.Text(e, "reason") == "Unhealthy" && strings.HasPrefix(resource.Text(e, "message"), probe) {
			failures += int(max(resource.Number(e, "count"), 1))
		}
	}
	return failures
}
