// Package pod decides what holds for a Pod as a whole, and for the workload that makes it: placement, namespaces, volumes'
// groups, updates, schedules, and what it waits for.
package pod

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/proxies"
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
	Proxies    proxies.Routes
	Containers map[*input.Container]*plan.Container
}

// Decide decides on every workload of a project, by the name of its main service, and on what the waiters in them need.
func Decide(k Known, findings *report.Findings) ([]plan.Workload, *plan.WaiterAccess) {
	var list []plan.Workload
	groups, on := volumeGroups(k, findings), nodesOfPods(k, findings)
	for _, b := range k.Workloads.Pods {
		if b.Kind != workload.None {
			list = append(list, decideWorkload(k, b, on[b], groups[b], findings))
		}
	}
	return list, waiterAccess(k.Project, k.Workloads, k.Names)
}

// decideWorkload decides on the object that runs a Pod.
func decideWorkload(k Known, b *workload.Pod, on *nodes, group *int64, findings *report.Findings) plan.Workload {
	dns, mains := k.Names.DNS(b.Main), mainContainers(b, k.Containers)
	shared := sharedNamespaces(b, k.Workloads, findings)
	single := exclusive(b, k.Storage.Mounted[b], mains, shared.hostNetwork)
	selector := labels.Selector(dns, k.Project.Instance())
	apart := oneByNode(b, selector, single, findings)
	w := plan.Workload{Of: b, Selector: selector, Pod: template(k, b, shared, on, apart, group, findings), Meta: workloadMeta(b, k.Project, k.Workloads, k.Names, k.Proxies, findings)}
	switch b.Kind {
	case workload.Deployment:
		w.Replicas, w.MinReadySeconds = replicas(b), minReady(updateConfig(b))
		ready := hasReadiness(mains)
		w.Deployment = deploymentUpdate(b, single, isAlone(b, k.Network, ready), ready, w.MinReadySeconds, findings)
		reportUpdateLosses(b, findings)
		w.Autoscaler = autoscaler(b, dns, mains, findings)
	case workload.StatefulSet:
		w.Replicas, w.MinReadySeconds, w.ServiceName = replicas(b), minReady(updateConfig(b)), dns
		reportStatefulSetUpdates(b, findings)
		reportUpdateLosses(b, findings)
		w.Autoscaler = autoscaler(b, dns, mains, findings)
	case workload.DaemonSet:
		w.MinReadySeconds = minReady(updateConfig(b))
		reportUpdateLosses(b, findings)
		w.DaemonSet = daemonSetUpdate(b, single, findings)
	case workload.Job:
		w.Job = jobSpec(b, k.Project.Options.KubeVersion, dns, w.Pod.Spec.Hostname)
	case workload.CronJob:
		w.CronJobs = cronJobs(b.Main, k.Names, findings)
	}
	return w
}

// template decides on the Pod. There is one way for every kind of workload; what differs between kinds is around the Pod, not in
// it.
func template(k Known, b *workload.Pod, shared namespaces, on *nodes, apart *corev1.PodAntiAffinity, group *int64, findings *report.Findings) plan.Pod {
	options, mounted := k.Project.Options, k.Storage.Mounted[b]
	waits := &waiters{pod: b, project: k.Project, workloads: k.Workloads, names: k.Names, network: k.Network, findings: findings}
	p := plan.Pod{Waits: waits.containers(), Inlined: inlined(b, k.Workloads, k.Containers, findings), ToolImage: toolImage(options)}
	p.Starts = starts(b, k.Project, k.Containers, findings)
	p.Labels = podLabels(b, k.Project.Instance(), k.Names, k.Network.PodLabels(b), volumeLabels(mounted))
	p.Annotations = podAnnotations(b, k.Proxies, findings)
	where := decidePlacement(b, on, labels.Selector(k.Names.DNS(b.Main), k.Project.Instance()), volumeAffinity(mounted, k.Project.Instance()), apart, findings)
	policy := dnsPolicy(b, shared.hostNetwork)
	reportOtherResolvers(b, k.Workloads, findings)
	reportNodeSettings(b, k.Project, findings)
	reportClusterSeen(b, findings)
	reportScripts(k.Project, b, findings)
	reportFirewall(b, k.Network.Ports, findings)
	p.Spec = corev1.PodSpec{
		RestartPolicy:                 restartPolicy(b),
		EnableServiceLinks:            new(false), // Docker sets no REDIS_PORT=tcp://… variables
		AutomountServiceAccountToken:  new(false), // Docker gives no container access to an API
		TerminationGracePeriodSeconds: terminationGracePeriod(b),
		NodeSelector:                  where.nodeSelector,
		Tolerations:                   where.tolerations,
		TopologySpreadConstraints:     where.spread,
		Affinity:                      where.affinity,
		HostNetwork:                   shared.hostNetwork,
		HostPID:                       shared.hostPID,
		HostIPC:                       shared.hostIPC,
		Hostname:                      hostname(b, k.Names, k.Network, findings),
		HostAliases:                   hostAliases(b, k.Names, findings),
		DNSPolicy:                     policy,
		DNSConfig:                     dnsConfig(b.Main, policy, findings),
		HostUsers:                     hostUsers(b, options.KubeVersion, k.Containers, findings),
		RuntimeClassName:              runtimeClass(b, findings),
		SecurityContext:               securityContext(supplementalGroups(b, findings), sysctls(b, options, shared, k.Network.Ports, findings), group),
		ImagePullSecrets:              pullSecrets(b, k.Project.Ext.Project.ImagePullSecrets),
	}
	if needsInit(b, shared, findings) || shared.processes {
		p.Spec.ShareProcessNamespace = new(true)
		reportProcessOne(b, k.Project, findings)
	}
	account, wanted := serviceAccount(b, waits.account, findings)
	if p.Spec.ServiceAccountName = account; wanted {
		p.Spec.AutomountServiceAccountToken = nil // who names an account wants its token
	}
	return p
}

// toolImage is the image with a shell and the usual tools.
func toolImage(options input.Options) string {
	if image := options.WaitImage; image != "" {
		return image
	}
	return waitImage
}
