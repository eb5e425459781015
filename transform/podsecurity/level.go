// Package podsecurity says which Pod Security level the Pods of a project need.
package podsecurity

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/transform/build"
	"github.com/transship/transship/transform/pod"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// baselineCapabilities may be added under the Pod Security level baseline
// (source: https://kubernetes.io/docs/concepts/security/pod-security-standards/).
var baselineCapabilities = []corev1.Capability{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// Report says which Pod Security level each Pod needs as it is emitted, patches included: what asks for more than usual is said
// of the Pod, the others are counted up.
func Report(w *workload.Workloads, objects []build.Object, findings *report.Findings) {
	templates := map[string]*corev1.PodTemplateSpec{} // of the first workload of each service
	for _, o := range objects {
		if template := build.PodTemplate(o.Object); template != nil {
			if at := o.Origin.Paths[0].String(); templates[at] == nil {
				templates[at] = template
			}
		}
	}
	levels := map[string][]string{}
	for _, b := range w.Pods {
		template := templates[b.Main.Path.String()]
		if template == nil || b.Kind == workload.None {
			continue
		}
		level, reasons := securityLevel(&template.Spec)
		if len(reasons) > 0 {
			findings.Addf("pod-security", b.Main.Path, "", "%s needs the Pod Security level %s: %s", b.Main.Name, level, strings.Join(reasons, ", "))
			continue
		}
		levels[level] = append(levels[level], b.Main.Name)
	}
	for _, level := range slices.Sorted(maps.Keys(levels)) {
		fit := "fits"
		if len(levels[level]) > 1 {
			fit = "fit"
		}
		findings.Addf("pod-security", diag.At("services"), "", "%s %s into the Pod Security level %s", report.Enumerate(levels[level], 10), fit, level)
	}
}

// securityLevel returns the strictest Pod Security level that admits the Pod, and for privileged what asks for it.
func securityLevel(spec *corev1.PodSpec) (level string, reasons []string) {
	reasons = hostAccess(spec)
	restricted := !spec.HostNetwork
	ownUsers := spec.HostUsers != nil && !*spec.HostUsers
	podNonRoot := spec.SecurityContext != nil && isTrue(spec.SecurityContext.RunAsNonRoot)
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		reasons = append(reasons, containerPrivileges(c, ownUsers)...)
		restricted = restricted && isRestricted(c.SecurityContext, podNonRoot)
	}
	if len(reasons) > 0 {
		return "privileged", reasons
	}
	if restricted {
		return "restricted", nil
	}
	return "baseline", nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// hostAccess names what the Pod shares with its node.
func hostAccess(spec *corev1.PodSpec) []string {
	var reasons []string
	for _, access := range []struct {
		shared bool
		what   string
	}{
		{spec.HostNetwork, "the network of the node"},
		{spec.HostPID, "the processes of the node"},
		{spec.HostIPC, "the IPC namespace of the node"},
	} {
		if access.shared {
			reasons = append(reasons, access.what)
		}
	}
	for _, v := range spec.Volumes {
		if v.HostPath != nil {
			reasons = append(reasons, "hostPath "+v.HostPath.Path)
		}
	}
	if spec.SecurityContext == nil {
		return reasons
	}
	for _, s := range spec.SecurityContext.Sysctls {
		if !pod.IsSafeSysctl(s.Name) {
			reasons = append(reasons, "sysctl "+s.Name)
		}
	}
	return reasons
}

// containerPrivileges names what a container has beyond the level baseline. In a user namespace of its own it may see the system
// paths (source: k8s.io/pod-security-admission, CheckProcMountBaseline).
func containerPrivileges(c corev1.Container, ownUsers bool) []string {
	var reasons []string
	for _, p := range c.Ports {
		if p.HostPort != 0 {
			reasons = append(reasons, fmt.Sprintf("host port %d", p.HostPort))
		}
	}
	s := c.SecurityContext
	if s == nil {
		return reasons
	}
	if s.Privileged != nil && *s.Privileged {
		return append(reasons, "privileged")
	}
	if s.Capabilities != nil {
		for _, capability := range s.Capabilities.Add {
			if !slices.Contains(baselineCapabilities, capability) {
				reasons = append(reasons, "capability "+string(capability))
			}
		}
	}
	if s.SeccompProfile != nil && s.SeccompProfile.Type == corev1.SeccompProfileTypeUnconfined {
		reasons = append(reasons, "seccomp unconfined")
	}
	if s.AppArmorProfile != nil && s.AppArmorProfile.Type == corev1.AppArmorProfileTypeUnconfined {
		reasons = append(reasons, "AppArmor unconfined")
	}
	if s.ProcMount != nil && *s.ProcMount != corev1.DefaultProcMount && !ownUsers {
		reasons = append(reasons, "unmasked /proc")
	}
	if l := s.SELinuxOptions; l != nil && (l.User != "" || l.Role != "" || !slices.Contains([]string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}, l.Type)) {
		reasons = append(reasons, "SELinux options")
	}
	return reasons
}

// isRestricted reports whether the container meets the level restricted as well.
func isRestricted(s *corev1.SecurityContext, podNonRoot bool) bool {
	if s == nil || s.RunAsUser != nil && *s.RunAsUser == 0 || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.Capabilities == nil {
		return false
	}
	if s.RunAsNonRoot != nil && !*s.RunAsNonRoot || s.RunAsNonRoot == nil && !podNonRoot {
		return false
	}
	for _, capability := range s.Capabilities.Add {
		if capability != "NET_BIND_SERVICE" {
			return false
		}
	}
	return slices.Contains(s.Capabilities.Drop, "ALL")
}
