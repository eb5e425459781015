package transform

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// baselineCapabilities may be added under the Pod Security level baseline
// (source: https://kubernetes.io/docs/concepts/security/pod-security-standards/).
var baselineCapabilities = []corev1.Capability{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// securityLevel returns the strictest Pod Security level that admits the Pod, and for privileged what asks for it.
func (b *pod) securityLevel() (level string, reasons []string) {
	reasons = b.hostAccess()
	restricted := true
	for _, c := range slices.Concat(b.spec.InitContainers, b.spec.Containers) {
		reasons = append(reasons, containerPrivileges(c)...)
		restricted = restricted && isRestricted(c)
	}
	if len(reasons) > 0 {
		return "privileged", reasons
	}
	if restricted && !b.spec.HostNetwork {
		return "restricted", nil
	}
	return "baseline", nil
}

// level notes which level the Pod needs. What asks for more than usual is said of the Pod, the others are counted up.
func (b *pod) level(level string, reasons []string) {
	if len(reasons) > 0 {
		b.reportf("pod-security", b.main.path, "", "%s needs the Pod Security level %s: %s", b.main.name, level, strings.Join(reasons, ", "))
		return
	}
	b.levels[level] = append(b.levels[level], b.main.name)
}

// reportSecurityLevels says once for all other Pods which level admits them.
func (p *project) reportSecurityLevels() {
	for _, level := range sortedKeys(p.levels) {
		fit := "fits"
		if len(p.levels[level]) > 1 {
			fit = "fit"
		}
		p.reportf("pod-security", diag.At("services"), "", "%s %s into the Pod Security level %s", enumerate(p.levels[level], 10), fit, level)
	}
}

// hostAccess names what the Pod shares with its node.
func (b *pod) hostAccess() []string {
	var reasons []string
	for _, access := range []struct {
		shared bool
		what   string
	}{
		{b.spec.HostNetwork, "the network of the node"},
		{b.spec.HostPID, "the processes of the node"},
		{b.spec.HostIPC, "the IPC namespace of the node"},
	} {
		if access.shared {
			reasons = append(reasons, access.what)
		}
	}
	for _, v := range b.spec.Volumes {
		if v.HostPath != nil {
			reasons = append(reasons, "hostPath "+v.HostPath.Path)
		}
	}
	for _, s := range b.spec.SecurityContext.Sysctls {
		if _, safe := safeSysctls[s.Name]; !safe {
			reasons = append(reasons, "sysctl "+s.Name)
		}
	}
	return reasons
}

// containerPrivileges names what a container has beyond the level baseline.
func containerPrivileges(c corev1.Container) []string {
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
	if s.ProcMount != nil {
		reasons = append(reasons, "unmasked /proc")
	}
	if l := s.SELinuxOptions; l != nil && (l.User != "" || l.Role != "" || !slices.Contains([]string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}, l.Type)) {
		reasons = append(reasons, "SELinux options")
	}
	return reasons
}

// isRestricted reports whether the container meets the level restricted as well.
func isRestricted(c corev1.Container) bool {
	s := c.SecurityContext
	if s == nil || s.RunAsUser == nil || *s.RunAsUser == 0 || s.RunAsNonRoot == nil || !*s.RunAsNonRoot ||
		s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.Capabilities == nil {
		return false
	}
	for _, capability := range s.Capabilities.Add {
		if capability != "NET_BIND_SERVICE" {
			return false
		}
	}
	return slices.Contains(s.Capabilities.Drop, "ALL")
}
