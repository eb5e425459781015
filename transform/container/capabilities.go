package container

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// kernelCapabilities are those of Linux (source: include/uapi/linux/capability.h), and ALL.
var kernelCapabilities = strings.Fields(`ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE
	DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE
	NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT
	SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM`)

// knownCapabilities returns the capabilities of a key. The API server takes any word, and the runtime then fails to make the
// container, as Docker does.
func knownCapabilities(u *input.Container, key string, written []string, findings *report.Findings) []corev1.Capability {
	var known []corev1.Capability
	for i, name := range written {
		for _, c := range Capabilities([]string{name}) {
			if !slices.Contains(kernelCapabilities, string(c)) {
				findings.Addf("capability", u.At.Key(key).Index(i), "remove it, or correct its name", "%q is left out: Linux has no such capability, and Docker refuses it", name)
				continue
			}
			if !slices.Contains(known, c) {
				known = append(known, c)
			}
		}
	}
	return known
}

// Capabilities returns the names of capabilities as Kubernetes writes them.
func Capabilities(names []string) []corev1.Capability {
	var out []corev1.Capability
	for _, name := range names {
		c := corev1.Capability(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(name)), "CAP_"))
		if c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
