package workload

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// Containers lists the containers of a project, sorted by service, Pod and name. With all, also those that have ended,
// and one for each service of which there is no Pod, since it was stopped, paused, only created, or is refused its Pods.
func Containers(ctx context.Context, c *api.Conn, project, namespace string, services []string, all bool) ([]containers.Container, error) {
	workloads, err := find.Workloads(ctx, c, project, namespace, services)
	if err != nil {
		return nil, err
	}
	pods, err := c.List(ctx, "v1", "Pod", namespace, resource.LabelInstance+"="+project)
	if err != nil {
		return nil, err
	}
	var out []containers.Container
	hasPods := map[*unstructured.Unstructured]bool{}
	for i := range pods {
		for _, w := range workloads {
			isIts := w.GetLabels()[resource.LabelName] == pods[i].GetLabels()[resource.LabelName]
			if !isIts && (!resource.IsOneOff(&pods[i]) || !resource.Stands(w, pods[i].GetAnnotations()[resource.AnnotationService])) {
				continue
			}
			found, err := containersOf(&pods[i], w, services)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
			hasPods[w] = hasPods[w] || isIts
			break
		}
	}
	judgeHealth(ctx, c, namespace, pods, out)
	for _, w := range workloads {
		if !hasPods[w] {
			out = append(out, withoutPods(w)...)
		}
	}
	out = slices.DeleteFunc(out, func(c containers.Container) bool { return !all && isPast(c) })
	slices.SortFunc(out, func(a, b containers.Container) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Pod, b.Pod), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

// isPast reports whether a container is left out of a list that was not asked for all.
func isPast(c containers.Container) bool {
	return c.State == containers.Exited || c.Name == "" && c.State != containers.Paused && c.Reason == ""
}

// containersOf returns the containers of a Pod of a workload. Of a Pod that services share, those stay away that were not
// asked for.
func containersOf(pod, workload *unstructured.Unstructured, wanted []string) ([]containers.Container, error) {
	var typed corev1.Pod
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(pod.Object, &typed); err != nil {
		return nil, fmt.Errorf("read %s: %w", resource.RefOf(pod), err)
	}
	ports, err := resource.PublishedPorts(workload)
	if err != nil {
		return nil, err
	}
	m := containers.Member{Services: resource.ServicesOf(workload), ByName: func(service string) string { return resource.ContainerOf(pod, workload, service) }}
	if resource.IsOneOff(pod) {
		m.Services, m.OneOff, ports = resource.ServicesOf(pod), true, nil
	}
	for _, p := range ports {
		m.Published = append(m.Published, publisher(p))
	}
	out := containers.Of(&typed, m, time.Now())
	isNamed := func(c containers.Container) bool {
		return slices.Contains(wanted, c.Service) || slices.Contains(wanted, workload.GetLabels()[resource.LabelName])
	}
	return slices.DeleteFunc(out, func(c containers.Container) bool { return len(wanted) > 0 && len(m.Services) > 1 && !isNamed(c) }), nil
}

// publisher is where a published port answers while it is forwarded: on this machine only, and only for TCP.
func publisher(p resource.PublishedPort) containers.Publisher {
	out := containers.Publisher{TargetPort: p.Target, Protocol: strings.ToLower(cmp.Or(p.Protocol, "tcp"))}
	if out.Protocol != "tcp" {
		return out
	}
	out.URL = p.LocalHost()
	if fixed, err := strconv.Atoi(p.Published); err == nil {
		out.PublishedPort = fixed
	}
	return out
}

// withoutPods returns what there is to list of a workload that has no Pods.
func withoutPods(w *unstructured.Unstructured) []containers.Container {
	state, reason := containers.Created, ""
	switch status, why, _, _ := resource.Condition(w, "ReplicaFailure"); {
	case resource.IsStopped(w):
		state = stoppedAs(w)
	case w.GetKind() == "Job" && (resource.IsTrue(w, "Complete") || resource.IsTrue(w, "Failed")):
		state = containers.Exited
	case w.GetKind() == "CronJob":
		reason = "" // it is made when its time comes
	case status == "True":
		reason = why
	}
	var out []containers.Container
	for _, service := range resource.ServicesOf(w) {
		out = append(out, containers.Without(w.GetName(), service, state, w.GetCreationTimestamp().Time, reason))
	}
	return out
}

// stoppedAs says what a workload without Pods is, by what took them.
func stoppedAs(w *unstructured.Unstructured) containers.State {
	switch how := containers.State(w.GetAnnotations()[resource.AnnotationStoppedAs]); how {
	case containers.Paused, containers.Created:
		return how
	}
	return containers.Exited
}
