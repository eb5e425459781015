package pod

import (
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform/annotations"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// workloadMeta returns the metadata of the workload itself, with the annotations that `up` reads in live mode.
func (b *decider) workloadMeta() plan.Meta {
	s := b.pod.Main
	meta := plan.MetaOf(s, b.names.DNS(s), b.workloadName())
	for _, m := range slices.Backward(b.pod.Members) { // the main one last: its word counts
		annotations.Add(meta.Annotations, b.deployAnnotations(m))
	}
	services := make([]string, 0, len(b.pod.Members))
	for _, s := range b.pod.Members {
		services = append(services, s.Name)
		if s != b.pod.Main {
			meta.Origin.Paths = append(meta.Origin.Paths, s.Path)
		}
	}
	meta.Origin.Services = slices.Sorted(slices.Values(services))
	if len(services) > 1 {
		meta.Annotations[labels.Services] = strings.Join(services, ",")
	}
	if b.project.Options.Live {
		if depends := b.workloads.Dependencies(b.pod); len(depends) > 0 {
			meta.Annotations[labels.DependsOn] = encode(depends)
		}
		if ports := network.PublishedPorts(b.pod); len(ports) > 0 {
			meta.Annotations[labels.Published] = encode(ports)
		}
	}
	return meta
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // only types of this package get here, and they can be marshalled
		panic(err)
	}
	return string(text)
}

func (b *decider) labelSelector() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: labels.Selector(b.names.DNS(b.pod.Main), b.project.Instance())}
}

// workloadName returns the name of the object that runs the Pod. A StatefulSet's is shorter, because its controller appends
// a hash and makes a label value of it.
func (b *decider) workloadName() string {
	dns := b.names.DNS(b.pod.Main)
	if b.pod.Kind == workload.StatefulSet {
		return names.Normalize(dns, names.MaxStatefulSet)
	}
	return dns
}

// restartPolicy returns the Pod's restart policy; "" is the default, Always, the only one a Deployment may have.
func (b *decider) restartPolicy() corev1.RestartPolicy {
	switch b.pod.Kind {
	case workload.Job, workload.CronJob:
		policy, _ := workload.JobRestarts(b.pod.Main)
		return policy
	case workload.BarePod:
		switch workload.RestartOf(b.pod.Main).Condition {
		case workload.RestartAlways:
			return ""
		case workload.RestartOnFailure:
			return corev1.RestartPolicyOnFailure
		}
		return corev1.RestartPolicyNever
	}
	return ""
}
