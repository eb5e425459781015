package pod

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/container"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

const unprivilegedPorts = "net.ipv4.ip_unprivileged_port_start"

// safeSysctls are those that every kubelet sets (source: kubernetes pkg/kubelet/sysctl/safe_sysctls.go), with the version
// since when. All others keep the Pod from starting unless the kubelet was told to allow them.
var safeSysctls = map[string]input.Version{
	"kernel.shm_rmid_forced":           {Major: 1, Minor: 11},
	"net.ipv4.ip_local_port_range":     {Major: 1, Minor: 11},
	"net.ipv4.tcp_syncookies":          {Major: 1, Minor: 11},
	"net.ipv4.ping_group_range":        {Major: 1, Minor: 18},
	unprivilegedPorts:                  {Major: 1, Minor: 22},
	"net.ipv4.ip_local_reserved_ports": {Major: 1, Minor: 27},
	"net.ipv4.tcp_keepalive_time":      {Major: 1, Minor: 29},
	"net.ipv4.tcp_fin_timeout":         {Major: 1, Minor: 29},
	"net.ipv4.tcp_keepalive_intvl":     {Major: 1, Minor: 29},
	"net.ipv4.tcp_keepalive_probes":    {Major: 1, Minor: 29},
	"net.ipv4.tcp_rmem":                {Major: 1, Minor: 32},
	"net.ipv4.tcp_wmem":                {Major: 1, Minor: 32},
}

// IsSafeSysctl reports whether every kubelet sets a kernel setting, in the newest version of Kubernetes.
func IsSafeSysctl(name string) bool {
	_, safe := safeSysctls[name]
	return safe
}

// sysctls returns the kernel settings of the Pod.
//
// On Docker they belong to a container, here to the Pod, so services that share one must agree. With the host's network
// the net.* ones would be the node's, with its IPC namespace the others: the API server refuses them. Docker lets every user bind ports below 1024 by setting
// net.ipv4.ip_unprivileged_port_start to 0; the runtimes of Kubernetes do not all do so, hence it is written out where
// it matters.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#sysctls,
// https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
func sysctls(b *workload.Pod, options input.Options, shared namespaces, ports network.Ports, findings *report.Findings) []corev1.Sysctl {
	values, from := map[string]string{}, map[string]*input.Service{}
	for _, m := range b.Members {
		for _, written := range sorted.Keys(m.Config.Sysctls) {
			value, name := m.Config.Sysctls[written], sysctlName(written)
			if !acceptsSysctl(options, shared, m, written, name, findings) {
				continue
			}
			if have, taken := values[name]; taken && have != value && from[name] != m {
				findings.Addf("pod-level", m.Key("sysctls", written), "use the same value in both", "%s shares a Pod with %s, which sets %s to %q: that value counts",
					m.Name, from[name].Name, name, have)
				continue
			}
			values[name], from[name] = value, m
		}
	}
	if _, set := values[unprivilegedPorts]; !set && !shared.hostNetwork && bindsLowPorts(b, ports) {
		values[unprivilegedPorts] = "0"
	}
	sysctls := make([]corev1.Sysctl, 0, len(values))
	for _, name := range sorted.Keys(values) {
		sysctls = append(sysctls, corev1.Sysctl{Name: name, Value: values[name]})
	}
	if len(sysctls) == 0 {
		return nil
	}
	return sysctls
}

// sysctlSyntax is what the API server takes for a name (source: pkg/apis/core/validation of Kubernetes, IsValidSysctlName).
var sysctlSyntax = pattern.New(`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`)

// sysctlName writes a name with dots. Where the first separator is a slash, dots belong to the names between slashes, such as
// that of a VLAN interface, and the name stays as it is.
func sysctlName(written string) string {
	if i := strings.IndexAny(written, "./"); i >= 0 && written[i] == '/' && strings.Contains(written, ".") {
		return written
	}
	return strings.ReplaceAll(written, "/", ".")
}

func acceptsSysctl(options input.Options, shared namespaces, m *input.Service, written, name string, findings *report.Findings) bool {
	at := m.Key("sysctls", written)
	since, safe := safeSysctls[name]
	switch {
	case !sysctlSyntax.MatchString(name) || len(name) > 253:
		findings.Addf("unsafe-sysctls", at, "correct the name", "%q is left out: it is not the name of a kernel setting that Kubernetes takes", name)
		return false
	case m.Config.Sysctls[written] == "":
		findings.Addf("unsafe-sysctls", at, "write a value", "%s is left out: it has no value", name)
		return false
	case !isNamespaced(name):
		findings.Addf("unsafe-sysctls", at, "set it on the nodes, with sysctl -w or a tuning DaemonSet of the cluster",
			"%s is left out: it holds for a whole machine, and neither Docker nor a Pod can set it for one container", name)
		return false
	case shared.hostNetwork && isOfNetwork(name):
		findings.Addf("unsafe-sysctls", at, "set it on the nodes", "%s is left out: with the network of the host it would be a setting of the node", name)
		return false
	case shared.hostIPC && !isOfNetwork(name):
		findings.Addf("unsafe-sysctls", at, "set it on the nodes", "%s is left out: with the IPC namespace of the host it would be a setting of the node", name)
		return false
	case safe && options.KubeVersion.AtLeast(since):
		return true
	case options.Allows("unsafe-sysctls"):
		findings.Addf("unsafe-sysctls", at, "start the kubelets with --allowed-unsafe-sysctls="+name, "%s keeps the Pod from starting on a node that does not allow it", name)
		return true
	}
	findings.Addf("unsafe-sysctls", at, "set it on the nodes; or allow it in the kubelets and convert with --allow=unsafe-sysctls",
		"%s is left out: Kubernetes does not let a Pod set it unless the node allows it", name)
	return false
}

func isOfNetwork(name string) bool {
	return strings.HasPrefix(name, "net.") || strings.HasPrefix(name, "net/")
}

// isNamespaced reports whether the kernel keeps a setting apart for containers. A kubelet refuses the others even if it is told to
// allow them. Source: pkg/kubelet/sysctl/namespaces.go of Kubernetes.
func isNamespaced(name string) bool {
	name = strings.ReplaceAll(name, "/", ".")
	for _, prefix := range []string{"net.", "kernel.shm", "kernel.msg", "fs.mqueue."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "kernel.sem"
}

// bindsLowPorts reports whether a container that may not bind ports below 1024 on its own has one.
func bindsLowPorts(b *workload.Pod, ports network.Ports) bool {
	for _, m := range b.Members {
		if m.Config.Privileged || m.IsWindows() || !lacksNetBind(m) {
			continue
		}
		for _, p := range ports.Of(m) {
			if p.Number < 1024 {
				return true
			}
		}
	}
	return false
}

// lacksNetBind reports whether the service runs, or may run, as somebody else than root or without the capability. The
// setting is a safe one, so that it is no harm where the user of the image is not known and turns out to be root.
func lacksNetBind(s *input.Service) bool {
	user, _, _ := strings.Cut(s.Config.User, ":")
	if user == "" {
		user, _, _ = strings.Cut(s.Facts.User, ":")
		if user == "" && (s.Facts.UID != nil && *s.Facts.UID != 0 || s.IsImageUserUnknown()) {
			return true
		}
	}
	if user != "" && user != "0" && user != "root" {
		return true
	}
	drop, add := container.Capabilities(s.Config.CapDrop), container.Capabilities(s.Config.CapAdd)
	const bind = corev1.Capability("NET_BIND_SERVICE")
	return (slices.Contains(drop, "ALL") || slices.Contains(drop, bind)) && !slices.Contains(add, bind) && !slices.Contains(add, "ALL")
}
