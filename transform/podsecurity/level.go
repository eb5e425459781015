// Package podsecurity says which Pod Security level the Pods of a project need.
package podsecurity

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/build"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/pod"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// baselineCapabilities may be added under the Pod Security level baseline
// (source: https://kubernetes.io/docs/concepts/security/pod-security-standards/).
var baselineCapabilities = []corev1.Capability{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// Report says which Pod Security level each Pod needs as it is emitted, patches included: what asks for more than usual is said
// of the Pod, the others are counted up.
func Report(version input.Version, w *workload.Workloads, objects []build.Object, findings *report.Findings) {
	templates := map[string]*corev1.PodTemplateSpec{} // of the first workload of each service
	for _, o := range objects {
		if template := podtemplate.Read(o.Object); template != nil {
			if at := o.Origin.Paths[0].String(); templates[at] == nil {
				templates[at] = template
			}
		}
	}
	checks, err := newEvaluator(version)
	if err != nil { // the checks of the library contradict each other
		panic(err)
	}
	levels := map[api.Level][]string{}
	for _, b := range w.Pods {
		template := templates[b.Main.Path.String()]
		if template == nil || b.Kind == workload.None {
			continue
		}
		level, reasons := securityLevel(checks, template)
		if len(reasons) > 0 {
			findings.Addf("pod-security", b.Main.Path, "", "%s needs the Pod Security level %s: %s", b.Main.Name, level, strings.Join(reasons, ", "))
			continue
		}
		levels[level] = append(levels[level], b.Main.Name)
	}
	for _, level := range sorted.Keys(levels) {
		if len(levels[level]) > 1 {
			findings.Addf("pod-security", diag.At("services"), "", "%s fit into the Pod Security level %s", report.Enumerate(levels[level], 10), level)
			continue
		}
		findings.Addf("pod-security", diag.At("services"), "", "%s fits into the Pod Security level %s", levels[level][0], level)
	}
}

// firstVersion is the one that the checks are declared for.
var firstVersion = api.MajorMinorVersion(1, 0)

// newEvaluator returns the checks that API servers of a version make. An evaluator works out the checks of all versions from 1.0
// on: with only those of one version, declared for the first, that is a tenth of the work.
func newEvaluator(version input.Version) (policy.Evaluator, error) {
	at := api.MajorMinorVersion(version.Major, version.Minor)
	var checks []policy.Check
	for _, c := range policy.DefaultChecks() {
		i := len(c.Versions) - 1
		for i >= 0 && at.Older(c.Versions[i].MinimumVersion) {
			i--
		}
		if i < 0 {
			continue
		}
		only := c.Versions[i]
		only.MinimumVersion = firstVersion
		c.Versions = []policy.VersionedCheck{only}
		checks = append(checks, c)
	}
	return policy.NewEvaluator(checks, nil)
}

// securityLevel returns the strictest Pod Security level that admits the Pod, as the checks decide it, and for
// privileged what asks for it.
// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
func securityLevel(checks policy.Evaluator, template *corev1.PodTemplateSpec) (level api.Level, reasons []string) {
	var refusal policy.AggregateCheckResult
	for _, level := range []api.Level{api.LevelRestricted, api.LevelBaseline} {
		at := api.LevelVersion{Level: level, Version: firstVersion}
		refusal = policy.AggregateCheckResults(checks.EvaluatePod(at, &template.ObjectMeta, &template.Spec))
		if refusal.Allowed {
			return level, nil
		}
	}
	spec := &template.Spec
	reasons = hostAccess(spec)
	ownUsers := spec.HostUsers != nil && !*spec.HostUsers
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		reasons = append(reasons, containerPrivileges(c, ownUsers)...)
	}
	if len(reasons) == 0 { // a patch has set something that no key of Compose becomes
		reasons = refusal.ForbiddenReasons
	}
	return api.LevelPrivileged, reasons
}

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
