package streams

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// PodOf returns a Pod of a service and the container in it that is the service. Index counts from 1; 0 takes the first
// that is ready, else one that runs.
func PodOf(ctx context.Context, c *api.Conn, project, namespace, service string, index int) (pod, container string, err error) {
	workload, chosen, err := choosePod(ctx, c, project, namespace, service, index)
	if err != nil {
		return "", "", err
	}
	return chosen.GetName(), resource.ContainerOf(chosen, workload, service), nil
}

// choosePod returns the workload of a service and one of its Pods. With an error, the workload is nil if there is none.
func choosePod(ctx context.Context, c *api.Conn, project, namespace, service string, index int) (workload, pod *unstructured.Unstructured, err error) {
	workloads, err := find.Workloads(ctx, c, project, namespace, []string{service})
	if err != nil {
		return nil, nil, err
	}
	w := workloads[0]
	name := w.GetLabels()[resource.LabelName]
	pods, err := c.List(ctx, "v1", "Pod", namespace, resource.LabelInstance+"="+project+","+resource.LabelName+"="+name)
	if err != nil {
		return nil, nil, err
	}
	pods = slices.DeleteFunc(pods, func(p unstructured.Unstructured) bool {
		phase := resource.Text(&p, "status", "phase")
		return p.GetDeletionTimestamp() != nil || phase == "Succeeded" || phase == "Failed"
	})
	slices.SortFunc(pods, func(a, b unstructured.Unstructured) int { return strings.Compare(a.GetName(), b.GetName()) })
	if len(pods) == 0 {
		return w, nil, fmt.Errorf("service %s has no Pod that runs", service)
	}
	if index > len(pods) {
		return w, nil, fmt.Errorf("service %s has no Pod number %d, only %d", service, index, len(pods))
	}
	if index > 0 {
		return w, &pods[index-1], nil
	}
	for _, isBetter := range []func(*unstructured.Unstructured) bool{
		func(p *unstructured.Unstructured) bool { return resource.IsTrue(p, "Ready") },
		func(p *unstructured.Unstructured) bool { return isRunning(p, resource.ContainerOf(p, w, service)) },
	} {
		for i := range pods {
			if isBetter(&pods[i]) {
				return w, &pods[i], nil
			}
		}
	}
	return w, &pods[0], nil
}

// statusOf returns the status of a container; nil if its Pod has none yet.
func statusOf(pod *unstructured.Unstructured, container string) map[string]any {
	for _, list := range []string{"containerStatuses", "initContainerStatuses"} {
		for _, s := range resource.Items(pod.Object, "status", list) {
			if s["name"] == container {
				return s
			}
		}
	}
	return nil
}

func isRunning(pod *unstructured.Unstructured, container string) bool {
	state, _ := statusOf(pod, container)["state"].(map[string]any)
	return state["running"] != nil
}

// Patience with a container that is about to start, and how long that is no news.
const (
	startPatience = time.Minute
	startSilence  = 2 * time.Second
)

// StartedPodOf is [PodOf] of a container that runs. One that is about to start is waited for, at most a minute: up returns
// when the cluster has accepted everything, and containers start a moment later. What it waits for is told once. The error
// says why a container does not run.
func StartedPodOf(ctx context.Context, c *api.Conn, project, namespace, service string, index int, tell func(string)) (pod, container string, err error) {
	began, told := time.Now(), false
	for {
		workload, chosen, err := choosePod(ctx, c, project, namespace, service, index)
		if err != nil && (workload == nil || !isAboutToStart(workload)) {
			return "", "", err
		}
		why := err
		if err == nil {
			container = resource.ContainerOf(chosen, workload, service)
			if isRunning(chosen, container) {
				return chosen.GetName(), container, nil
			}
			why = fmt.Errorf("container %s has not started", container)
			if s := statusOf(chosen, container); s != nil {
				var inVain bool
				if inVain, why = standstill(chosen, container, s); inVain {
					return "", "", why
				}
			}
		}
		if time.Since(began) > startPatience {
			return "", "", why
		}
		if !told && time.Since(began) > startSilence {
			told = true
			tell(fmt.Sprintf("waiting until %s runs", service))
		}
		select {
		case <-ctx.Done():
			return "", "", context.Cause(ctx)
		case <-time.After(startSilence / 10):
		}
	}
}

// isAboutToStart reports whether a workload without Pods is going to have some.
func isAboutToStart(workload *unstructured.Unstructured) bool {
	switch workload.GetKind() {
	case "Deployment", "StatefulSet":
		return resource.Replicas(workload) > 0
	case "Job":
		return !resource.IsStopped(workload) && !resource.IsTrue(workload, "Complete") && !resource.IsTrue(workload, "Failed")
	}
	return false
}

// standstill says why a container does not run, and whether waiting is in vain.
func standstill(pod *unstructured.Unstructured, container string, s map[string]any) (inVain bool, why error) {
	if text, isPassing := status.Standstill(pod, s); text != "" {
		return !isPassing, fmt.Errorf("container %s does not run: %s", container, text)
	}
	state, _ := s["state"].(map[string]any)
	if ended, _ := state["terminated"].(map[string]any); ended != nil {
		return true, fmt.Errorf("container %s does not run: it exited with code %v and is about to be started again", container, ended["exitCode"])
	}
	return false, fmt.Errorf("container %s has not started", container)
}
