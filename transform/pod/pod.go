// Package pod decides what holds for a Pod as a whole, and for the workload that makes it: placement, namespaces, volumes'
// groups, updates, schedules, and what it waits for.
package pod

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// Known is what is decided before the Pods.
type Known struct {
	Project    *input.Project
	Workloads  *workload.Workloads
	Names      *naming.Names
	Users      *users.Users
	Storage    *plan.Storage
	Network    *network.Network
	Containers map[*input.Container]*plan.Container
}

// decider decides on one Pod and its workload. The fields below the empty line grow.
type decider struct {
	pod        *workload.Pod
	project    *input.Project
	workloads  *workload.Workloads
	names      *naming.Names
	users      *users.Users
	storage    *plan.Storage
	network    *network.Network
	containers map[*input.Container]*plan.Container
	findings   *report.Findings

	spec        corev1.PodSpec
	labels      map[string]string
	annotations map[string]string
}

// Decide decides on every workload of a project, by the name of its main service, and on what the waiters in them need.
func Decide(k Known, findings *report.Findings) ([]plan.Workload, *plan.WaiterAccess) {
	var list []plan.Workload
	for _, b := range k.Workloads.Pods {
		if b.Kind == workload.None {
			continue
		}
		d := &decider{
			pod: b, project: k.Project, workloads: k.Workloads, names: k.Names, users: k.Users, storage: k.Storage, network: k.Network,
			containers: k.Containers, findings: findings, annotations: map[string]string{},
			labels: labels.Selector(k.Names.DNS(b.Main), k.Project.Instance()),
		}
		d.labels[labels.PartOf], d.labels[labels.ManagedBy] = k.Project.Instance(), labels.Manager
		list = append(list, d.workload())
	}
	return list, waiterAccess(k.Project, k.Workloads, k.Names)
}

// workload decides on the object that runs the Pod.
func (b *decider) workload() plan.Workload {
	w := plan.Workload{Of: b.pod, Selector: labels.Selector(b.names.DNS(b.pod.Main), b.project.Instance()), Pod: b.template()}
	w.Meta = b.workloadMeta()
	switch b.pod.Kind {
	case workload.Deployment:
		w.Replicas, w.MinReadySeconds = b.replicas(), minReady(b.updateConfig())
		w.Deployment = b.deploymentUpdate(w.MinReadySeconds)
		b.reportUpdateLosses()
		w.Autoscaler = b.autoscaler()
	case workload.StatefulSet:
		w.Replicas, w.MinReadySeconds, w.ServiceName = b.replicas(), minReady(b.updateConfig()), b.names.DNS(b.pod.Main)
		b.reportStatefulSetUpdates()
		b.reportUpdateLosses()
		w.Autoscaler = b.autoscaler()
	case workload.DaemonSet:
		w.MinReadySeconds = minReady(b.updateConfig())
		b.reportUpdateLosses()
		w.DaemonSet = b.daemonSetUpdate()
	case workload.Job:
		w.Job = b.jobSpec()
	case workload.CronJob:
		w.CronJobs = b.cronJobs()
	}
	return w
}

// template decides on the Pod. There is one way for every kind of workload; what differs between kinds is around the Pod, not in
// it.
func (b *decider) template() plan.Pod {
	b.spec = corev1.PodSpec{
		RestartPolicy:                 b.restartPolicy(),
		EnableServiceLinks:            new(false), // Docker sets no REDIS_PORT=tcp://… variables
		AutomountServiceAccountToken:  new(false), // Docker gives no container access to an API
		TerminationGracePeriodSeconds: b.terminationGracePeriod(),
	}
	p := plan.Pod{Waits: b.waitContainers(), Inlined: b.inlined(), ToolImage: b.toolImage()}
	sidecars, others := []plan.Start{}, []plan.Start{}
	for _, s := range b.pod.Members {
		if start := b.start(s); start.Container.Sidecar {
			sidecars = append(sidecars, start)
		} else {
			others = append(others, start)
		}
	}
	p.Starts = slices.Concat(sidecars, others)
	b.nodeSelection()
	b.hostNamespaces()
	b.hostnameAndDNS()
	b.podSecurity()
	b.podLabels()
	b.accounts()
	p.Spec, p.Labels, p.Annotations = b.spec, b.labels, b.annotations
	return p
}

// toolImage is the image with a shell and the usual tools.
func (b *decider) toolImage() string {
	if image := b.project.Options.WaitImage; image != "" {
		return image
	}
	return WaitImage
}
