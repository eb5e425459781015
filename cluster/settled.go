package cluster

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// readyIfSettled calls a workload ready, unless that only holds because a container without a readiness probe counts as
// ready from the moment it starts: one that ends at once, as with a mistake in its configuration, would pass for well.
// A kubelet looks at its containers once a second and tells a little later.
//
// The watches of Pods and of their owners are not in step: Pods that are not in the picture yet cannot be judged.
func (p *picture) readyIfSettled(v verdict, pods []*unstructured.Unstructured) verdict {
	v.started = true
	if v.desired == 0 {
		if v.state = "stopped"; len(pods) > 0 {
			v.state, v.reason = "stopping", count(len(pods), "Pod")+" still to end"
		}
		v.isReady = len(pods) == 0
		return v
	}
	seen := int64(0)
	for _, pod := range pods {
		if isTrue(pod, "Ready") && pod.GetDeletionTimestamp() == nil {
			seen++
		}
	}
	if seen < v.desired {
		v.state = "starting"
		return v
	}
	for _, pod := range pods {
		if !p.isSettled(pod) {
			v.state, v.reason = "starting", "the container has only just started"
			return v
		}
	}
	v.state, v.isReady = "ready", true
	return v
}

func (p *picture) isSettled(pod *unstructured.Unstructured) bool {
	const settling, longAgo = 3 * time.Second, 10 * time.Second
	probed := map[any]bool{}
	for _, c := range items(pod.Object, "spec", "containers") {
		probed[c["name"]] = c["readinessProbe"] != nil
	}
	for _, status := range items(pod.Object, "status", "containerStatuses") {
		since, _, _ := unstructured.NestedString(status, "state", "running", "startedAt")
		began, err := time.Parse(time.RFC3339, since)
		if probed[status["name"]] || err != nil || time.Since(began) > longAgo {
			continue
		}
		if !p.lasting(fmt.Sprint(pod.GetUID(), status["name"], status["restartCount"]), settling) {
			return false
		}
	}
	return true
}
