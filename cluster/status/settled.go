package status

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

// readyIfSettled calls a workload ready, unless that only holds because a container without a readiness probe counts as
// ready from the moment it starts: one that ends at once, as with a mistake in its configuration, would pass for well.
// A kubelet looks at its containers once a second and tells a little later, on a busy node many seconds: as late as it told of the start
// of a container it may be with its end. Of a container that has ended with an error before, the next end is expected: it has to run
// for longer.
//
// The watches of Pods and of their owners are not in step: Pods that are not in the live state yet cannot be judged.
func (p *LiveState) readyIfSettled(v WorkloadStatus, pods []*unstructured.Unstructured) WorkloadStatus {
	v.Started = true
	for _, pod := range pods {
		p.lasting(seenKey(pod), 0)
	}
	if v.Desired == 0 {
		if v.State = "stopped"; len(pods) > 0 {
			v.State, v.Reason = "stopping", resource.Count(len(pods), "Pod")+" still to end"
		}
		v.IsReady = len(pods) == 0
		return v
	}
	seen := int64(0)
	for _, pod := range pods {
		if resource.IsTrue(pod, "Ready") && pod.GetDeletionTimestamp() == nil {
			seen++
		}
	}
	if seen < v.Desired {
		v.State = "starting"
		return v
	}
	for _, pod := range pods {
		if !p.isSettled(pod) {
			v.State, v.Reason = "starting", "the container has only just started"
			return v
		}
	}
	v.State, v.IsReady = "ready", true
	return v
}

// seenKey is what it is noted under when a Pod was seen first.
func seenKey(pod *unstructured.Unstructured) string { return "seen " + string(pod.GetUID()) }

const (
	settling     = 3 * time.Second  // how long a container has to run after its start was told
	afterCrash   = 10 * time.Second // the same for one that has ended with an error before
	mostLateness = 20 * time.Second // of a kubelet; beyond that, clocks differ
	longAgo      = 10 * time.Second // what started before that needs no watching
	longAgoCrash = time.Minute      // the same for one that has ended with an error before
)

func (p *LiveState) isSettled(pod *unstructured.Unstructured) bool {
	probed := map[any]bool{}
	for _, c := range resource.Items(pod.Object, "spec", "containers") {
		probed[c["name"]] = c["readinessProbe"] != nil
	}
	for _, status := range resource.Items(pod.Object, "status", "containerStatuses") {
		since, _, _ := unstructured.NestedString(status, "state", "running", "startedAt")
		began, err := time.Parse(time.RFC3339, since)
		if probed[status["name"]] || err != nil {
			continue
		}
		patience, old := settling, longAgo
		if code, found, _ := unstructured.NestedInt64(status, "lastState", "terminated", "exitCode"); found && code != 0 {
			patience, old = afterCrash, longAgoCrash
		}
		key := fmt.Sprint(pod.GetUID(), status["name"], status["restartCount"])
		p.lasting(key, 0)
		if seen, known := p.noticed[seenKey(pod)]; known && began.Add(time.Second).After(seen) { // times of Kubernetes are whole seconds
			patience = max(patience, 2*time.Second+min(p.noticed[key].Sub(began), mostLateness))
		} else if time.Since(began) > old {
			continue
		}
		if !p.lasting(key, patience) {
			return false
		}
	}
	return true
}
