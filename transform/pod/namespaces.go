package pod

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
)

// hostNamespaces sets the namespaces of the node or the Pod that the containers share.
//
// In the host's network a Pod would ask the node's DNS, and no service name would resolve; Docker's host network has no
// service names either, but nothing is lost by keeping them. Spec: https://docs.docker.com/engine/network/drivers/host/,
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy
func (b *decider) hostNamespaces() {
	for _, s := range b.pod.Members {
		if s.NetworkMode == "host" {
			b.spec.HostNetwork = true
			b.spec.DNSPolicy = corev1.DNSClusterFirstWithHostNet
			b.findings.Add("host-network", s.NetworkModePath(), "the Pod uses the network of its node: it sees the node's interfaces and takes the node's ports, one Pod a node",
				"Pod Security forbids it below the level privileged; a Service is enough where peers or users only need the port")
		}
		b.spec.HostPID = b.spec.HostPID || s.Config.Pid == "host"
		b.spec.HostIPC = b.spec.HostIPC || s.Config.Ipc == "host"
		for _, key := range []string{"pid", "ipc"} {
			if s.Config.Pid == "host" && key == "pid" || s.Config.Ipc == "host" && key == "ipc" {
				b.findings.Addf("host-namespace", s.Key(key), "Pod Security forbids it below the level privileged",
					"the containers share the %s namespace of their node, which runs other people's Pods as well", strings.ToUpper(key))
			}
		}
		b.reportOtherNamespaces(s)
	}
	if !b.spec.HostPID && slices.ContainsFunc(b.pod.Members, b.joinsProcesses) {
		b.spec.ShareProcessNamespace = new(true)
	}
}

func (b *decider) joinsProcesses(s *input.Service) bool {
	return slices.ContainsFunc(s.Joins, func(j input.Join) bool { return j.Key == "pid" && b.workloads.Pod(j.Target) == b.workloads.Pod(s) })
}

// reportOtherNamespaces reports what ipc and uts ask for and no Pod can have.
func (b *decider) reportOtherNamespaces(s *input.Service) {
	b.reportUnknownNamespaces(s)
	if s.Config.Ipc == "none" {
		b.findings.Add("namespace-missing", s.Key("ipc"), "the containers keep an IPC namespace and /dev/shm: a Pod cannot go without", "nothing to do unless the program must not have them")
	}
	if s.Config.Uts == "host" && s.NetworkMode != "host" {
		b.findings.Add("namespace-missing", s.Key("uts"), "the Pod has a host name of its own, not that of its node",
			"pass the name of the node as a variable (x-kubernetes.patches with fieldRef spec.nodeName)")
	}
}

// reportUnknownNamespaces reports values that no namespace key takes; Docker refuses to make the container.
func (b *decider) reportUnknownNamespaces(s *input.Service) {
	for _, k := range []struct {
		key, value string
		known      []string
	}{
		{"pid", s.Config.Pid, []string{"", "host"}},
		{"ipc", s.Config.Ipc, []string{"", "host", "none", "private", "shareable"}},
		{"uts", s.Config.Uts, []string{"", "host"}},
	} {
		kind, _, _ := strings.Cut(k.value, ":")
		ofOther := k.key != "uts" && kind != k.value && (kind == "service" || kind == "container")
		if !slices.Contains(k.known, k.value) && !ofOther {
			b.findings.Addf("namespace-missing", s.Key(k.key), "Docker refuses it, too; remove the line", "%q is nothing that %s can be, and is left out", k.value, k.key)
		}
	}
}
