package pod

import (
	"slices"
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// namespaces are those of the node, and that of the Pod, that the containers share.
type namespaces struct {
	hostNetwork, hostPID, hostIPC bool
	processes                     bool // of the Pod
}

// sharedNamespaces returns the namespaces of the node or the Pod that the containers share.
//
// Spec: https://docs.docker.com/engine/network/drivers/host/, https://docs.docker.com/reference/compose-file/services/#pid
func sharedNamespaces(b *workload.Pod, w *workload.Workloads, findings *report.Findings) namespaces {
	var shared namespaces
	for _, s := range b.Members {
		if s.NetworkMode == "host" {
			shared.hostNetwork = true
			findings.Add("host-network", s.NetworkModePath(), "the Pod uses the network of its node: it sees the node's interfaces and takes the node's ports, one Pod a node",
				"Pod Security forbids it below the level privileged; a Service is enough where peers or users only need the port")
		}
		shared.hostPID = shared.hostPID || s.Config.Pid == "host"
		shared.hostIPC = shared.hostIPC || s.Config.Ipc == "host"
		for _, key := range []string{"pid", "ipc"} {
			if s.Config.Pid == "host" && key == "pid" || s.Config.Ipc == "host" && key == "ipc" {
				findings.Addf("host-namespace", s.Key(key), "Pod Security forbids it below the level privileged",
					"the containers share the %s namespace of their node, which runs other people's Pods as well", strings.ToUpper(key))
			}
		}
		reportOtherNamespaces(s, findings)
	}
	shared.processes = !shared.hostPID && joinsProcesses(b, w)
	return shared
}

// joinsProcesses reports whether a member of the Pod uses the process namespace of another one.
func joinsProcesses(b *workload.Pod, w *workload.Workloads) bool {
	return slices.ContainsFunc(b.Members, func(s *input.Service) bool {
		return slices.ContainsFunc(s.Joins, func(j input.Join) bool { return j.Key == "pid" && w.Pod(j.Target) == b })
	})
}

// reportOtherNamespaces reports what ipc and uts ask for and no Pod can have.
func reportOtherNamespaces(s *input.Service, findings *report.Findings) {
	reportUnknownNamespaces(s, findings)
	if s.Config.Ipc == "none" {
		findings.Add("namespace-missing", s.Key("ipc"), "the containers keep an IPC namespace and /dev/shm: a Pod cannot go without", "nothing to do unless the program must not have them")
	}
	if s.Config.Uts == "host" && s.NetworkMode != "host" {
		findings.Add("namespace-missing", s.Key("uts"), "the Pod has a host name of its own, not that of its node",
			"pass the name of the node as a variable (x-kubernetes.patches with fieldRef spec.nodeName)")
	}
}

// reportUnknownNamespaces reports values that no namespace key takes; Docker refuses to make the container.
func reportUnknownNamespaces(s *input.Service, findings *report.Findings) {
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
			findings.Addf("namespace-missing", s.Key(k.key), "Docker refuses it, too; remove the line", "%q is nothing that %s can be, and is left out", k.value, k.key)
		}
	}
}
