package transform

import (
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// deployAnnotations returns the annotations of the workload for deploy.labels, which on Swarm are labels of the service and
// not of its containers.
func (s *service) deployAnnotations() map[string]string {
	if s.config.Deploy == nil || len(s.config.Deploy.Labels) == 0 {
		return nil
	}
	at := s.key("deploy", "labels")
	s.reportControllers(at, s.config.Deploy.Labels)
	return s.annotationsOf(at, s.config.Deploy.Labels)
}

// replicas returns how many Pods there are, nil where an autoscaler decides. 0 is a legal number: Compose creates no
// container then, the Deployment no Pod.
func (b *pod) replicas() *int32 {
	if b.main.ext.Autoscale != nil {
		return nil
	}
	return new(b.main.scale())
}

func (s *service) scale() int32 { return int32(min(max(s.config.GetScale(), 0), 1<<30)) }

// reportAutoscalers reports autoscalers of what has no replicas, or not of its own.
func (b *pod) reportAutoscalers() {
	for _, m := range b.members {
		at := m.key("x-kubernetes", "autoscale")
		switch {
		case m.ext.Autoscale == nil || b.main.kind == kindNone:
		case m != b.main:
			m.reportf("pod-level", at, "write it for "+b.main.name, "the Pod of %s is scaled as a whole, by what that service says", b.main.name)
		case b.main.kind != kindDeployment && b.main.kind != kindStatefulSet:
			m.reportf("autoscale-kind", at, "choose a Deployment, or remove it", "there is no autoscaler: %s is a %s, which has no number of replicas to change", m.name, b.main.kind)
		}
	}
}

// autoscaler emits the HorizontalPodAutoscaler that x-kubernetes.autoscale asks for. Compose has nothing like it.
// Utilisation is a share of the request, so a container without a request cannot be scaled by it.
// Spec: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
func (b *pod) autoscaler(kind string, containers []corev1.Container) {
	wish := b.main.ext.Autoscale
	if wish == nil {
		return
	}
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta:   metav1.TypeMeta{APIVersion: "autoscaling/v2", Kind: "HorizontalPodAutoscaler"},
		ObjectMeta: b.main.serviceMeta(b.main.dns),
	}
	hpa.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: kind, Name: b.workloadName()}
	hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas = wish.Min, wish.Max
	if wish.Min == nil {
		hpa.Spec.MinReplicas = new(max(b.main.scale(), 1))
	}
	for _, metric := range []struct {
		name   corev1.ResourceName
		target *int32
	}{{corev1.ResourceCPU, wish.CPU}, {corev1.ResourceMemory, wish.Memory}} {
		if metric.target == nil {
			continue
		}
		hpa.Spec.Metrics = append(hpa.Spec.Metrics, autoscalingv2.MetricSpec{
			Type: autoscalingv2.ResourceMetricSourceType,
			Resource: &autoscalingv2.ResourceMetricSource{Name: metric.name, Target: autoscalingv2.MetricTarget{
				Type: autoscalingv2.UtilizationMetricType, AverageUtilization: metric.target,
			}},
		})
		for _, c := range containers {
			if _, has := c.Resources.Requests[metric.name]; !has {
				b.report("autoscale-request", b.main.path.Key("x-kubernetes", "autoscale"),
					fmt.Sprintf("the autoscaler cannot compute a utilisation: container %s has no %s request", c.Name, metric.name),
					fmt.Sprintf("x-kubernetes: {requests: {%s: …}}", metric.name))
			}
		}
	}
	b.emit(hpa)
}
