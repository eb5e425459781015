package pod

import (
	"reflect"
	"slices"
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/annotations"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// starts returns the containers of the members of a Pod in the order in which they start: those that are sidecars first.
func starts(b *workload.Pod, p *input.Project, containers map[*input.Container]*plan.Container, findings *report.Findings) []plan.Start {
	var sidecars, others []plan.Start
	for _, s := range b.Members {
		if start := start(p, containers, s, findings); start.Container.Sidecar {
			sidecars = append(sidecars, start)
		} else {
			others = append(others, start)
		}
	}
	return slices.Concat(sidecars, others)
}

// start returns the containers of one service of the Pod: its hooks in their order, what x-kubernetes adds, and its own.
//
// docker compose runs a hook once per service (or per container with per_replica) and gives up when it fails; the
// kubelet runs it for each Pod and tries again. Hooks come after the containers that wait and after the members of the Pod
// that their service depends on, because a hook can reach those. What they do not say themselves the loader has taken from
// the service.
// Spec: https://docs.docker.com/reference/compose-file/services/#pre_start,
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
func start(p *input.Project, containers map[*input.Container]*plan.Container, m *input.Service, findings *report.Findings) plan.Start {
	start := plan.Start{Container: containers[m.Container()], Added: m.Ext.InitContainers}
	for _, hook := range m.Containers()[1:] {
		reportHook(p, hook, findings)
		start.Hooks = append(start.Hooks, containers[hook])
	}
	return start
}

// reportHook reports what a hook does differently as an initContainer.
func reportHook(p *input.Project, u *input.Container, findings *report.Findings) {
	m := u.Service
	i, _ := u.At.ListIndex()
	switch {
	case m.Config.PreStart[i].PerReplica:
	case m.Scale() <= 1:
		findings.Add("hook-repeated", u.At, "it runs before each Pod, also one that takes the place of another; docker compose runs it again only when the service changes", "write it so that it may run again")
	default:
		findings.Addf("pre-start-replicas", u.At, "write it so that it may run again; or make it a service of its own that this one waits for to complete",
			"the hook runs once for each of the %d replicas, not once for the service", m.Scale())
	}
	checkPodLevel(p, u, findings)
	if u.Spec.Init != nil && *u.Spec.Init && (m.Config.Init == nil || !*m.Config.Init) {
		findings.Add("hook-init", u.At.Key("init"), "the hook runs without an init of its own; when it ends its zombies end with it", "")
	}
}

// checkPodLevel reports what a hook wants for itself and the containers of a Pod can only have in common.
func checkPodLevel(p *input.Project, u *input.Container, findings *report.Findings) {
	own, pod := u.Spec, &u.Service.Config.ContainerSpec
	for _, f := range []struct {
		key   string
		equal bool
	}{
		{"hostname", own.Hostname == pod.Hostname},
		{"domainname", own.DomainName == pod.DomainName},
		{"dns", reflect.DeepEqual(own.DNS, pod.DNS)},
		{"dns_opt", reflect.DeepEqual(own.DNSOpts, pod.DNSOpts)},
		{"dns_search", reflect.DeepEqual(own.DNSSearch, pod.DNSSearch)},
		{"extra_hosts", reflect.DeepEqual(own.ExtraHosts, pod.ExtraHosts)},
		{"sysctls", reflect.DeepEqual(own.Sysctls, pod.Sysctls)},
		{"pid", own.Pid == pod.Pid},
		{"ipc", own.Ipc == pod.Ipc},
		{"uts", own.Uts == pod.Uts},
		{"userns_mode", own.UserNSMode == pod.UserNSMode},
		{"network_mode", own.NetworkMode == pod.NetworkMode},
		{"networks", reflect.DeepEqual(own.Networks, pod.Networks)},
		{"group_add", reflect.DeepEqual(own.GroupAdd, pod.GroupAdd)},
		{"platform", own.Platform == pod.Platform},
		{"runtime", own.Runtime == pod.Runtime},
	} {
		if !f.equal && p.Wrote(u.At.Key(f.key)) {
			findings.Addf("hook-pod-level", u.At.Key(f.key), "remove it, or make the hook a service of its own",
				"%s of the hook cannot differ from its service: they share a Pod", strings.ReplaceAll(f.key, "_", " "))
		}
	}
}

// hookAnnotations returns what the labels and annotations of a hook add to those of the Pod, as an initContainer has none of its own.
// What the hook has from its service is there already, and the service's own word counts.
func hookAnnotations(u *input.Container, findings *report.Findings) map[string]string {
	set := map[string]string{}
	for _, own := range []struct {
		key         string
		hook, whole map[string]string
	}{{"labels", u.Spec.Labels, u.Service.Config.Labels}, {"annotations", u.Spec.Annotations, u.Service.Config.Annotations}} {
		added := map[string]string{}
		for _, key := range sorted.Keys(own.hook) {
			switch value, taken := own.whole[key]; {
			case !taken:
				added[key] = own.hook[key]
			case value != own.hook[key]:
				findings.Addf("pod-level", u.At.Key(own.key, key), "", "the Pod keeps the value that the service has for %s", key)
			}
		}
		annotations.Add(set, annotations.Of(u.At.Key(own.key), added, findings))
	}
	return set
}
