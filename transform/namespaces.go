package transform

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// join is one key by which a service shares a namespace of another one.
type join struct {
	key    string // network_mode, pid, ipc or x-kubernetes
	target *service
}

// groupPods decides whose containers share a Pod: one Pod a service, except where network_mode, pid or ipc names
// another service, or x-kubernetes.group puts services together.
//
// `network_mode: service:x` gives two containers one network namespace, so that they meet on localhost and leave through
// the same interface: emitted as two Pods, localhost would be empty and the traffic would go round a VPN. Containers share
// namespaces in Kubernetes only inside one Pod, which is then scheduled, scaled and updated as one.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#network_mode,
// https://kubernetes.io/docs/concepts/workloads/pods/#how-pods-manage-multiple-containers
func (p *project) groupPods() {
	groups := newGrouping(p.services)
	for _, s := range p.services {
		for _, j := range s.joins() {
			if s.mayJoin(j) {
				groups.merge(s, j.target)
			}
		}
	}
	for _, members := range groups.sets() {
		main := podMain(members)
		b := &pod{project: p, main: main, neededFirst: map[*service]bool{}}
		for _, s := range members {
			s.pod = b
		}
		b.members = members
		slices.SortStableFunc(b.members, func(x, y *service) int {
			return cmp.Or(compareBool(y == main, x == main), cmp.Compare(b.startDepth(x), b.startDepth(y)), cmp.Compare(x.name, y.name))
		})
		p.pods = append(p.pods, b)
		b.checkMerge()
	}
	slices.SortFunc(p.pods, func(x, y *pod) int { return cmp.Compare(x.main.name, y.main.name) })
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// joins returns the services whose namespaces a service shares, as its keys name them.
func (s *service) joins() []join {
	var list []join
	for _, k := range []struct{ key, value string }{
		{"network_mode", s.config.NetworkMode}, {"pid", s.config.Pid}, {"ipc", s.config.Ipc},
	} {
		kind, name, found := strings.Cut(k.value, ":")
		switch {
		case !found:
		case kind == "container":
			if target := s.containerNamed(name); target != nil {
				list = append(list, join{k.key, target})
				continue
			}
			s.reportf("container-ref", s.key(k.key), "make it a service of the project and write service:NAME",
				"%s belongs to a container outside the project, which no Pod can join", k.value)
		case kind == "service" && s.byName[name] == nil:
			s.reportf("network-merge", s.key(k.key), "name a service of the project that is enabled by the active profiles",
				"%s is not among the converted services, so the container cannot share its Pod", name)
		case kind == "service":
			list = append(list, join{k.key, s.byName[name]})
		}
	}
	if s.ext.Group != "" {
		for _, other := range s.services {
			if other != s && other.ext.Group == s.ext.Group {
				list = append(list, join{"x-kubernetes", other})
				break
			}
		}
	}
	return list
}

// containerNamed returns the service whose only container has this name.
func (p *project) containerNamed(name string) *service {
	for _, s := range p.services {
		if s.config.ContainerName == name && name != "" {
			return s
		}
	}
	return nil
}

// mayJoin reports whether a service can live in the Pod of another one at all.
func (s *service) mayJoin(j join) bool {
	var reason string
	switch {
	case s.job != nil || j.target.job != nil:
		reason = "a job ends and a service does not; one Pod cannot do both"
	case j.target.config.Provider != nil:
		reason = j.target.name + " is run by a provider, not as a container"
	case s.leadsBackTo(j):
		reason = "the services name each other in a circle"
	default:
		return true
	}
	s.report("network-merge", s.key(j.key), s.name+" cannot share the Pod of "+j.target.name+": "+reason, "give the service a network of its own")
	return false
}

// leadsBackTo reports whether following a key from one service to the next ends where it began.
func (s *service) leadsBackTo(j join) bool {
	if j.key == "x-kubernetes" {
		return false
	}
	at := j.target
	for range s.services {
		if at == s {
			return true
		}
		i := slices.IndexFunc(at.plainJoins(), func(next join) bool { return next.key == j.key })
		if i < 0 {
			return false
		}
		at = at.plainJoins()[i].target
	}
	return false
}

// plainJoins is joins for looking around: it reports nothing.
func (s *service) plainJoins() []join {
	var list []join
	for _, k := range []struct{ key, value string }{
		{"network_mode", s.config.NetworkMode}, {"pid", s.config.Pid}, {"ipc", s.config.Ipc},
	} {
		kind, name, _ := strings.Cut(k.value, ":")
		target := s.byName[name]
		if kind == "container" {
			target = s.containerNamed(name)
		} else if kind != "service" {
			continue
		}
		if target != nil {
			list = append(list, join{k.key, target})
		}
	}
	return list
}

// podMain returns the member that gives a Pod its name: the one that joins no other; of several, the one that others
// join, then the first by name.
func podMain(members []*service) *service {
	joined := map[*service]int{}
	for _, s := range members {
		for _, j := range s.plainJoins() {
			joined[j.target]++
		}
	}
	return slices.MinFunc(members, func(x, y *service) int {
		return cmp.Or(
			cmp.Compare(len(x.plainJoins()), len(y.plainJoins())),
			cmp.Compare(joined[y], joined[x]),
			cmp.Compare(x.name, y.name),
		)
	})
}

// networkOwner returns the service whose network namespace a service lives in: its own, unless network_mode says
// otherwise. Peers on Docker know only the owner's name.
func (s *service) networkOwner() *service {
	at := s
	for range s.services {
		i := slices.IndexFunc(at.plainJoins(), func(j join) bool { return j.key == "network_mode" })
		if i < 0 || at.pod == nil || at.plainJoins()[i].target.pod != at.pod {
			return at
		}
		at = at.plainJoins()[i].target
	}
	return at
}

// networkMembers returns the services that live in the network namespace of a service, itself first.
func (s *service) networkMembers() []*service {
	list := []*service{s}
	if s.pod == nil {
		return list
	}
	for _, other := range s.pod.members {
		if other != s && other.networkOwner() == s {
			list = append(list, other)
		}
	}
	return list
}

// podName returns the name of the workload whose Pods run a service.
func (s *service) podName() string { return s.pod.main.dns }

// hostNamespaces sets the namespaces of the node or the Pod that the containers share.
//
// In the host's network a Pod would ask the node's DNS, and no service name would resolve; Docker's host network has no
// service names either, but nothing is lost by keeping them. Spec: https://docs.docker.com/engine/network/drivers/host/,
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy
func (b *pod) hostNamespaces() {
	for _, s := range b.members {
		if s.networkMode() == "host" {
			b.spec.HostNetwork = true
			b.spec.DNSPolicy = corev1.DNSClusterFirstWithHostNet
			s.report("host-network", s.networkModePath(), "the Pod uses the network of its node: it sees the node's interfaces and takes the node's ports, one Pod a node",
				"Pod Security forbids it below the level privileged; a Service is enough where peers or users only need the port")
		}
		b.spec.HostPID = b.spec.HostPID || s.config.Pid == "host"
		b.spec.HostIPC = b.spec.HostIPC || s.config.Ipc == "host"
		for _, key := range []string{"pid", "ipc"} {
			if s.config.Pid == "host" && key == "pid" || s.config.Ipc == "host" && key == "ipc" {
				s.reportf("host-namespace", s.key(key), "Pod Security forbids it below the level privileged",
					"the containers share the %s namespace of their node, which runs other people's Pods as well", strings.ToUpper(key))
			}
		}
		b.reportOtherNamespaces(s)
	}
	if !b.spec.HostPID && slices.ContainsFunc(b.members, (*service).joinsProcesses) {
		b.spec.ShareProcessNamespace = new(true)
	}
}

func (s *service) joinsProcesses() bool {
	return slices.ContainsFunc(s.plainJoins(), func(j join) bool { return j.key == "pid" && j.target.pod == s.pod })
}

// reportOtherNamespaces reports what ipc and uts ask for and no Pod can have.
func (b *pod) reportOtherNamespaces(s *service) {
	s.reportUnknownNamespaces()
	if s.config.Ipc == "none" {
		s.report("namespace-missing", s.key("ipc"), "the containers keep an IPC namespace and /dev/shm: a Pod cannot go without", "nothing to do unless the program must not have them")
	}
	if s.config.Uts == "host" && s.networkMode() != "host" {
		s.report("namespace-missing", s.key("uts"), "the Pod has a host name of its own, not that of its node",
			"pass the name of the node as a variable (x-kubernetes.patches with fieldRef spec.nodeName)")
	}
}

// reportUnknownNamespaces reports values that no namespace key takes; Docker refuses to make the container.
func (s *service) reportUnknownNamespaces() {
	for _, k := range []struct {
		key, value string
		known      []string
	}{
		{"pid", s.config.Pid, []string{"", "host"}},
		{"ipc", s.config.Ipc, []string{"", "host", "none", "private", "shareable"}},
		{"uts", s.config.Uts, []string{"", "host"}},
	} {
		kind, _, _ := strings.Cut(k.value, ":")
		ofOther := k.key != "uts" && kind != k.value && (kind == "service" || kind == "container")
		if !slices.Contains(k.known, k.value) && !ofOther {
			s.reportf("namespace-missing", s.key(k.key), "Docker refuses it, too; remove the line", "%q is nothing that %s can be, and is left out", k.value, k.key)
		}
	}
}

// networkModePath returns the key that decides on the network mode of a service.
func (s *service) networkModePath() diag.Path {
	if s.config.NetworkMode != "" {
		return s.key("network_mode")
	}
	return s.key("networks")
}
