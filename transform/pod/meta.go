package pod

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/annotations"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// workloadMeta returns the metadata of the workload itself, with the annotations that `up` reads in live mode.
func workloadMeta(b *workload.Pod, p *input.Project, w *workload.Workloads, n *naming.Names, asked proxies.Routes, findings *report.Findings) plan.Meta {
	s := b.Main
	meta := plan.MetaOf(s, n.DNS(s), workloadName(b, n))
	for _, m := range slices.Backward(b.Members) { // the main one last: its word counts
		annotations.Add(meta.Annotations, deployAnnotations(asked, m, findings))
	}
	services := make([]string, 0, len(b.Members))
	for _, s := range b.Members {
		services = append(services, s.Name)
		if s != b.Main {
			meta.Origin.Paths = append(meta.Origin.Paths, s.Path)
		}
	}
	meta.Origin.Services = slices.Sorted(slices.Values(services))
	if len(services) > 1 {
		meta.Annotations[labels.Services] = strings.Join(services, ",")
	}
	if p.Options.Live {
		if depends := w.Dependencies(b); len(depends) > 0 {
			meta.Annotations[labels.DependsOn] = encode(depends)
		}
		if ports := network.PublishedPorts(b); len(ports) > 0 {
			meta.Annotations[labels.Published] = encode(ports)
		}
	}
	return meta
}

// podLabels returns the labels of a Pod: those that tell whose it is, what other passes select it by (names, networks, volumes),
// and those that the user wishes.
func podLabels(b *workload.Pod, instance string, n *naming.Names, ofNetworks, ofVolumes map[string]string) map[string]string {
	set := labels.Selector(n.DNS(b.Main), instance)
	set[labels.PartOf], set[labels.ManagedBy] = instance, labels.Manager
	for _, label := range n.PodLabels[b] {
		set[label] = "true"
	}
	maps.Copy(set, ofNetworks)
	maps.Copy(set, ofVolumes)
	for _, s := range b.Members {
		maps.Copy(set, s.Ext.PodLabels)
	}
	return set
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // only types of this package get here, and they can be marshalled
		panic(err)
	}
	return string(text)
}

// workloadName returns the name of the object that runs the Pod. A StatefulSet's is shorter, because its controller appends
// a hash and makes a label value of it.
func workloadName(b *workload.Pod, n *naming.Names) string {
	dns := n.DNS(b.Main)
	if b.Kind == workload.StatefulSet {
		return names.Normalize(dns, names.MaxStatefulSet)
	}
	return dns
}

// restartPolicy returns the Pod's restart policy; "" is the default, Always, the only one a Deployment may have.
func restartPolicy(b *workload.Pod) corev1.RestartPolicy {
	switch b.Kind {
	case workload.Job, workload.CronJob:
		policy, _ := workload.JobRestarts(b.Main)
		return policy
	case workload.BarePod:
		switch workload.RestartOf(b.Main).Condition {
		case workload.RestartAlways:
			return ""
		case workload.RestartOnFailure:
			return corev1.RestartPolicyOnFailure
		}
		return corev1.RestartPolicyNever
	}
	return ""
}
