package transform

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/names"
)

// preStartContainers returns the initContainers for the pre_start hooks of one service, in their order, and then those that
// x-kubernetes adds.
//
// docker compose runs a hook once per service (or per container with per_replica) and gives up when it fails; the
// kubelet runs it for each Pod and tries again. Hooks come after the containers that wait and after the members of the Pod
// that their service depends on, because a hook can reach those. What they do not say themselves the loader has taken from
// the service.
// Spec: https://docs.docker.com/reference/compose-file/services/#pre_start,
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
func (b *pod) preStartContainers(m *service) []corev1.Container {
	var containers []corev1.Container
	for i := range m.config.PreStart {
		hook := &m.config.PreStart[i]
		at := m.key("pre_start").Index(i)
		label := fmt.Sprintf("pre-start-%d", i)
		if m != b.main {
			label = m.dns + "-" + label
		}
		u := &unit{service: m, pod: b, at: at, spec: &hook.ContainerSpec, hook: true, label: b.initContainerName(label)}
		switch {
		case hook.PerReplica:
		case m.scale() <= 1:
			m.report("hook-repeated", at, "it runs before each Pod, also one that takes the place of another; docker compose runs it again only when the service changes", "write it so that it may run again")
		default:
			m.reportf("pre-start-replicas", at, "write it so that it may run again; or make it a service of its own that this one waits for to complete",
				"the hook runs once for each of the %d replicas, not once for the service", m.scale())
		}
		u.checkPodLevel()
		u.hookAnnotations()
		if u.spec.Init != nil && *u.spec.Init && (m.config.Init == nil || !*m.config.Init) {
			u.report("hook-init", at.Key("init"), "the hook runs without an init of its own; when it ends its zombies end with it", "")
		}
		u.reportStopSignal()
		containers = append(containers, u.container())
	}
	for _, c := range m.ext.InitContainers {
		named := func(other corev1.Container) bool { return other.Name == c.Name }
		for slices.ContainsFunc(b.members, func(other *service) bool { return other.dns == c.Name }) ||
			slices.ContainsFunc(containers, named) || slices.ContainsFunc(b.spec.InitContainers, named) {
			c.Name = names.WithHash(c.Name, c.Name, names.MaxLabel) // a service has its containers called so
		}
		containers = append(containers, c)
	}
	return containers
}

// checkPodLevel reports what a hook wants for itself and the containers of a Pod can only have in common.
func (u *unit) checkPodLevel() {
	own, pod := u.spec, &u.config.ContainerSpec
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
		if !f.equal && u.wrote(u.at.Key(f.key)) {
			u.reportf("hook-pod-level", u.at.Key(f.key), "remove it, or make the hook a service of its own",
				"%s of the hook cannot differ from its service: they share a Pod", strings.ReplaceAll(f.key, "_", " "))
		}
	}
}

// hookAnnotations adds the labels and annotations of a hook to those of the Pod, as an initContainer has none of its own.
// What the hook has from its service is there already, and the service's own word counts.
func (u *unit) hookAnnotations() {
	for _, own := range []struct {
		key         string
		hook, whole map[string]string
	}{{"labels", u.spec.Labels, u.config.Labels}, {"annotations", u.spec.Annotations, u.config.Annotations}} {
		added := map[string]string{}
		for _, key := range sortedKeys(own.hook) {
			switch value, taken := own.whole[key]; {
			case !taken:
				added[key] = own.hook[key]
			case value != own.hook[key]:
				u.reportf("pod-level", u.at.Key(own.key, key), "", "the Pod keeps the value that the service has for %s", key)
			}
		}
		addAnnotations(u.pod.annotations, u.annotationsOf(u.at.Key(own.key), added))
	}
}
