package pod

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/annotations"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// deployAnnotations returns the annotations of the workload for deploy.labels, which on Swarm are labels of the service and
// not of its containers.
func deployAnnotations(asked proxies.Routes, s *input.Service, findings *report.Findings) map[string]string {
	if s.Config.Deploy == nil || len(s.Config.Deploy.Labels) == 0 {
		return nil
	}
	at := s.Key("deploy", "labels")
	reportControllers(asked, s, at, s.Config.Deploy.Labels, findings)
	return annotations.Of(at, s.Config.Deploy.Labels, findings)
}

// replicas returns how many Pods there are, nil where an autoscaler decides. 0 is a legal number: Compose creates no
// container then, the Deployment no Pod.
func replicas(b *workload.Pod) *int32 {
	if b.Main.Ext.Autoscale != nil {
		return nil
	}
	return new(b.Main.Scale())
}

// autoscaler returns the HorizontalPodAutoscaler that x-kubernetes.autoscale asks for, nil if it does not. Compose has nothing
// like it. Utilisation is a share of the request, so a container without a request cannot be scaled by it.
// Spec: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
func autoscaler(b *workload.Pod, dns string, mains []*plan.Container, findings *report.Findings) *plan.Autoscaler {
	s := b.Main
	wish := s.Ext.Autoscale
	if wish == nil {
		return nil
	}
	at := s.Key("x-kubernetes", "autoscale")
	hpa := &plan.Autoscaler{Meta: plan.MetaOf(s, dns, dns, at), Wish: *wish, Min: wish.Min}
	if wish.Min == nil {
		hpa.Min = new(max(s.Scale(), 1))
	}
	for _, metric := range []struct {
		name   corev1.ResourceName
		target *int32
	}{{corev1.ResourceCPU, wish.CPU}, {corev1.ResourceMemory, wish.Memory}} {
		if metric.target == nil {
			continue
		}
		for _, c := range mains {
			if _, has := c.Resources.Requests[metric.name]; !has {
				findings.Add("autoscale-request", at,
					fmt.Sprintf("the autoscaler cannot compute a utilisation: container %s has no %s request", c.Name, metric.name),
					fmt.Sprintf("x-kubernetes: {requests: {%s: …}}", metric.name))
			}
		}
	}
	return hpa
}

// mainContainers returns the containers of the Pod that are neither sidecars nor initContainers.
func mainContainers(b *workload.Pod, containers map[*input.Container]*plan.Container) []*plan.Container {
	var list []*plan.Container
	for _, s := range b.Members {
		if c := containers[s.Container()]; !c.Sidecar {
			list = append(list, c)
		}
	}
	return list
}
