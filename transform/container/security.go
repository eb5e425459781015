package container

import (
	"cmp"
	"path"
	"reflect"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// securityContext returns what the container may do; nil is the default.
//
// The defaults of Docker and Kubernetes agree on capabilities, not on system call filtering, which podSecurity turns on.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md,
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func securityContext(b *workload.Pod, p *input.Project, who *users.Users, u *input.Container, findings *report.Findings) *corev1.SecurityContext {
	s := &corev1.SecurityContext{}
	ids := who.RunAs(u)
	s.RunAsUser, s.RunAsGroup = ids.User, ids.Group
	if user, _, _ := strings.Cut(u.Facts.User, ":"); ids.User != nil && *ids.User != 0 ||
		ids.User == nil && u.Spec.User == "" && users.IsNumber(user) && u.Facts.UID != nil && *u.Facts.UID != 0 {
		s.RunAsNonRoot = new(true) // the kubelet checks it, which takes a number
	}
	reportDevices(p, u, findings)
	if u.Spec.Privileged || wantsDevices(p, u) {
		s.Privileged = new(true)
	}
	if u.Spec.ReadOnly {
		s.ReadOnlyRootFilesystem = new(true)
	}
	add, drop := knownCapabilities(u, "cap_add", u.Spec.CapAdd, findings), knownCapabilities(u, "cap_drop", u.Spec.CapDrop, findings)
	if len(add)+len(drop) > 0 {
		s.Capabilities = &corev1.Capabilities{Add: add, Drop: drop}
	}
	for i, option := range u.Spec.SecurityOpt {
		securityOption(b, p, u, s, u.At.Key("security_opt").Index(i), option, findings)
	}
	if s.Privileged != nil && s.SeccompProfile == nil {
		s.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined} // the Pod's profile would filter it
	}
	s.WindowsOptions = windowsOptions(p, u, findings)
	checkEscalation(u, s, findings)
	if reflect.DeepEqual(*s, corev1.SecurityContext{}) {
		return nil
	}
	return s
}

// securityOption applies one entry of security_opt. Docker accepts = and : between name and value
// (source: moby daemon, parseSecurityOpt).
func securityOption(b *workload.Pod, p *input.Project, u *input.Container, s *corev1.SecurityContext, at diag.Path, option string, findings *report.Findings) {
	name, value, found := strings.Cut(option, "=")
	if !found {
		name, value, _ = strings.Cut(option, ":")
	}
	switch name {
	case "no-new-privileges":
		noNewPrivileges(s, at, value, findings)
	case "seccomp":
		s.SeccompProfile = seccompProfile(p, u, at, value, findings)
	case "apparmor":
		s.AppArmorProfile = appArmorProfile(p, at, value, findings)
	case "label":
		seLinuxLabel(s, at, value, findings)
	case "systempaths":
		unmaskedPaths(b, p, u, s, at, value, findings)
	case "credentialspec":
		findings.Add("credential-spec", at, "the credential spec is left out: it names a file or registry key of a Windows host",
			"set securityContext.windowsOptions.gmsaCredentialSpecName with patches")
	case "writable-cgroups":
		if value != "false" {
			findings.Add("writable-cgroups", at, "the cgroup file system stays read-only: Kubernetes makes it writable for privileged containers only", "privileged: true, if it must be")
		}
	default:
		findings.Addf("security-opt", at, "remove it, or add its equivalent with patches", "%q is not a security option that is known here; leaving it out may weaken the service", option)
	}
}

// noNewPrivileges reads the value as Docker does: without one it is true, and any spelling of a Go boolean counts.
func noNewPrivileges(s *corev1.SecurityContext, at diag.Path, value string, findings *report.Findings) {
	wanted, err := strconv.ParseBool(cmp.Or(value, "true"))
	if err != nil {
		findings.Addf("security-opt", at, "write no-new-privileges:true or :false", "%q is neither true nor false: Docker refuses it", value)
		return
	}
	s.AllowPrivilegeEscalation = nil // the last one counts
	if wanted {
		s.AllowPrivilegeEscalation = new(false)
	}
}

// seccompProfile returns the profile of a container that differs from the Pod's RuntimeDefault.
func seccompProfile(p *input.Project, u *input.Container, at diag.Path, value string, findings *report.Findings) *corev1.SeccompProfile {
	switch value {
	case "unconfined":
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
	case "builtin":
		return nil
	case "":
		findings.Add("security-opt", at, "seccomp names no profile: Docker refuses it", "write seccomp=unconfined, seccomp=builtin or seccomp=FILE")
		return nil
	}
	profile := seccompFile(value)
	if p.Options.Allows("seccomp-file") {
		findings.Addf("seccomp-file", at, "copy the file to /var/lib/kubelet/seccomp/"+profile+" on every node",
			"the container starts only on nodes that have the profile %s", profile)
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: &profile}
	}
	instead := "the runtime's default profile filters instead"
	if u.Spec.Privileged {
		instead = "nothing filters the system calls of this privileged container"
	}
	findings.Add("seccomp-file", at, "the profile is left out: a Pod can only name a file that is on its node; "+instead,
		"copy it to /var/lib/kubelet/seccomp/"+profile+" on every node and convert with --allow=seccomp-file")
	return nil
}

// seccompFile returns the path below the kubelet's directory of profiles for a file, or for a profile that is written out.
func seccompFile(value string) string {
	name := path.Base(strings.ReplaceAll(value, `\`, "/"))
	if strings.HasPrefix(strings.TrimSpace(value), "{") {
		name = "profile"
	}
	return "profiles/" + strings.TrimSuffix(name, ".json") + ".json"
}

// appArmorProfile returns the AppArmor profile; docker-default corresponds to the runtime's default.
func appArmorProfile(p *input.Project, at diag.Path, value string, findings *report.Findings) *corev1.AppArmorProfile {
	switch {
	case value == "" || value == "docker-default":
		return nil
	case !p.Options.KubeVersion.AtLeast(input.Version{Major: 1, Minor: 31}):
		findings.Addf("apparmor", at, "--kube-version=1.31 or later", "the profile is left out: Kubernetes %s has no field for it that is generally available", p.Options.KubeVersion)
		return nil
	case value == "unconfined":
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	}
	findings.Addf("apparmor", at, "load the profile on every node", "the container starts only on nodes where the AppArmor profile %s is loaded", value)
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &value}
}

// seLinuxLabel applies label=user:u, role:r, type:t, level:l and label=disable, which is the type spc_t.
func seLinuxLabel(s *corev1.SecurityContext, at diag.Path, value string, findings *report.Findings) {
	options := corev1.SELinuxOptions{}
	if s.SELinuxOptions != nil {
		options = *s.SELinuxOptions
	}
	part, label, _ := strings.Cut(value, ":")
	switch {
	case part == "user" && label != "":
		options.User = label
	case part == "role" && label != "":
		options.Role = label
	case part == "type" && label != "":
		options.Type = label
	case part == "level" && label != "":
		options.Level = label
	case value == "disable":
		options.Type = "spc_t"
	default:
		findings.Addf("security-opt", at, "use label=user:, role:, type:, level: or label=disable", "%q is not an SELinux label option; leaving it out may weaken the service", value)
		return
	}
	s.SELinuxOptions = &options
}

// unmaskedPaths applies systempaths=unconfined: the masked parts of /proc and /sys become visible. Kubernetes allows it
// only together with a user namespace.
func unmaskedPaths(b *workload.Pod, p *input.Project, u *input.Container, s *corev1.SecurityContext, at diag.Path, value string, findings *report.Findings) {
	if value != "unconfined" {
		findings.Addf("security-opt", at, "the only value is unconfined", "%q is not a value of systempaths", value)
		return
	}
	if !p.Options.KubeVersion.AtLeast(workload.UserNamespaces) {
		findings.Addf("procmount", at, "--kube-version=1.36 or later", "the system paths stay masked: procMount is not generally available in Kubernetes %s", p.Options.KubeVersion)
		return
	}
	if u.Spec.Privileged {
		return // a privileged container sees all of them
	}
	if key := b.NeedsHostUsers(); key != "" {
		findings.Addf("procmount", at, "remove one of the two", "the system paths stay masked: Kubernetes unmasks them only in a user namespace of the Pod's own, which it does not make with %s", key)
		return
	}
	s.ProcMount = new(corev1.UnmaskedProcMount)
	findings.Add("procmount", at, "the Pod runs in a user namespace: Kubernetes unmasks system paths only there", "")
}

// checkEscalation takes back no-new-privileges where the API server refuses it: for privileged containers. Capabilities do not
// matter, it looks for CAP_SYS_ADMIN with the prefix that is never written here (source: pkg/apis/core/validation of Kubernetes,
// ValidateSecurityContext).
func checkEscalation(u *input.Container, s *corev1.SecurityContext, findings *report.Findings) {
	if s.AllowPrivilegeEscalation == nil || s.Privileged == nil {
		return
	}
	s.AllowPrivilegeEscalation = nil
	findings.Add("no-new-privileges", u.At.Key("security_opt"),
		"no-new-privileges is left out: Kubernetes refuses it for a container that is privileged, and such a one has all privileges anyway", "remove one of them")
}
