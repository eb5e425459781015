package transform

import (
	"cmp"
	"path"
	"reflect"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// securityContext returns what the container may do; nil is the default.
//
// The defaults of Docker and Kubernetes agree on capabilities, not on system call filtering, which podSecurity turns on.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md,
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func (u *unit) securityContext() *corev1.SecurityContext {
	s := &corev1.SecurityContext{}
	s.RunAsUser, s.RunAsGroup = u.runAs()
	u.reportDevices()
	if u.spec.Privileged || u.wantsDevices() {
		s.Privileged = new(true)
	}
	if u.spec.ReadOnly {
		s.ReadOnlyRootFilesystem = new(true)
	}
	add, drop := u.knownCapabilities("cap_add", u.spec.CapAdd), u.knownCapabilities("cap_drop", u.spec.CapDrop)
	if len(add)+len(drop) > 0 {
		s.Capabilities = &corev1.Capabilities{Add: add, Drop: drop}
	}
	for i, option := range u.spec.SecurityOpt {
		u.securityOption(s, u.at.Key("security_opt").Index(i), option)
	}
	if s.Privileged != nil && s.SeccompProfile == nil {
		s.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined} // the Pod's profile would filter it
	}
	s.WindowsOptions = u.windowsOptions()
	u.checkEscalation(s)
	if reflect.DeepEqual(*s, corev1.SecurityContext{}) {
		return nil
	}
	return s
}

// securityOption applies one entry of security_opt. Docker accepts = and : between name and value
// (source: moby daemon, parseSecurityOpt).
func (u *unit) securityOption(s *corev1.SecurityContext, at diag.Path, option string) {
	name, value, found := strings.Cut(option, "=")
	if !found {
		name, value, _ = strings.Cut(option, ":")
	}
	switch name {
	case "no-new-privileges":
		u.noNewPrivileges(s, at, value)
	case "seccomp":
		s.SeccompProfile = u.seccompProfile(at, value)
	case "apparmor":
		s.AppArmorProfile = u.appArmorProfile(at, value)
	case "label":
		u.seLinuxLabel(s, at, value)
	case "systempaths":
		u.unmaskedPaths(s, at, value)
	case "credentialspec":
		u.report("credential-spec", at, "the credential spec is left out: it names a file or registry key of a Windows host",
			"set securityContext.windowsOptions.gmsaCredentialSpecName with patches")
	case "writable-cgroups":
		if value != "false" {
			u.report("writable-cgroups", at, "the cgroup file system stays read-only: Kubernetes makes it writable for privileged containers only", "privileged: true, if it must be")
		}
	default:
		u.reportf("security-opt", at, "remove it, or add its equivalent with patches", "%q is not a security option that is known here; leaving it out may weaken the service", option)
	}
}

// noNewPrivileges reads the value as Docker does: without one it is true, and any spelling of a Go boolean counts.
func (u *unit) noNewPrivileges(s *corev1.SecurityContext, at diag.Path, value string) {
	wanted, err := strconv.ParseBool(cmp.Or(value, "true"))
	if err != nil {
		u.reportf("security-opt", at, "write no-new-privileges:true or :false", "%q is neither true nor false: Docker refuses it", value)
		return
	}
	s.AllowPrivilegeEscalation = nil // the last one counts
	if wanted {
		s.AllowPrivilegeEscalation = new(false)
	}
}

// seccompProfile returns the profile of a container that differs from the Pod's RuntimeDefault.
func (u *unit) seccompProfile(at diag.Path, value string) *corev1.SeccompProfile {
	switch value {
	case "unconfined":
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
	case "builtin":
		return nil
	case "":
		u.report("security-opt", at, "seccomp names no profile: Docker refuses it", "write seccomp=unconfined, seccomp=builtin or seccomp=FILE")
		return nil
	}
	profile := seccompFile(value)
	if u.options.allows("seccomp-file") {
		u.reportf("seccomp-file", at, "copy the file to /var/lib/kubelet/seccomp/"+profile+" on every node",
			"the container starts only on nodes that have the profile %s", profile)
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: &profile}
	}
	instead := "the runtime's default profile filters instead"
	if u.spec.Privileged {
		instead = "nothing filters the system calls of this privileged container"
	}
	u.report("seccomp-file", at, "the profile is left out: a Pod can only name a file that is on its node; "+instead,
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
func (u *unit) appArmorProfile(at diag.Path, value string) *corev1.AppArmorProfile {
	switch {
	case value == "" || value == "docker-default":
		return nil
	case !u.options.KubeVersion.AtLeast(Version{1, 31}):
		u.reportf("apparmor", at, "--kube-version=1.31 or later", "the profile is left out: Kubernetes %s has no field for it that is generally available", u.options.KubeVersion)
		return nil
	case value == "unconfined":
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	}
	u.reportf("apparmor", at, "load the profile on every node", "the container starts only on nodes where the AppArmor profile %s is loaded", value)
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &value}
}

// seLinuxLabel applies label=user:u, role:r, type:t, level:l and label=disable, which is the type spc_t.
func (u *unit) seLinuxLabel(s *corev1.SecurityContext, at diag.Path, value string) {
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
		u.reportf("security-opt", at, "use label=user:, role:, type:, level: or label=disable", "%q is not an SELinux label option; leaving it out may weaken the service", value)
		return
	}
	s.SELinuxOptions = &options
}

// unmaskedPaths applies systempaths=unconfined: the masked parts of /proc and /sys become visible. Kubernetes allows it
// only together with a user namespace.
func (u *unit) unmaskedPaths(s *corev1.SecurityContext, at diag.Path, value string) {
	if value != "unconfined" {
		u.reportf("security-opt", at, "the only value is unconfined", "%q is not a value of systempaths", value)
		return
	}
	if !u.options.KubeVersion.AtLeast(userNamespaces) {
		u.reportf("procmount", at, "--kube-version=1.36 or later", "the system paths stay masked: procMount is not generally available in Kubernetes %s", u.options.KubeVersion)
		return
	}
	if u.spec.Privileged {
		return // a privileged container sees all of them
	}
	if key := u.pod.needsHostUsers(); key != "" {
		u.reportf("procmount", at, "remove one of the two", "the system paths stay masked: Kubernetes unmasks them only in a user namespace of the Pod's own, which it does not make with %s", key)
		return
	}
	s.ProcMount = new(corev1.UnmaskedProcMount)
	u.pod.spec.HostUsers = new(false)
	u.report("procmount", at, "the Pod runs in a user namespace: Kubernetes unmasks system paths only there", "")
}

// checkEscalation takes back no-new-privileges where the API server refuses it: for privileged containers. Capabilities do not
// matter, it looks for CAP_SYS_ADMIN with the prefix that is never written here (source: pkg/apis/core/validation of Kubernetes,
// ValidateSecurityContext).
func (u *unit) checkEscalation(s *corev1.SecurityContext) {
	if s.AllowPrivilegeEscalation == nil || s.Privileged == nil {
		return
	}
	s.AllowPrivilegeEscalation = nil
	u.report("no-new-privileges", u.at.Key("security_opt"),
		"Kubernetes refuses no-new-privileges for a container that is privileged; without it the program may gain privileges", "remove one of them")
}

// podSecurity sets what Kubernetes knows per Pod only.
//
// Docker filters system calls by default; Kubernetes does not unless the kubelet was told to, so RuntimeDefault is
// always asked for (source: https://docs.docker.com/engine/security/seccomp/,
// https://kubernetes.io/docs/tutorials/security/seccomp/).
func (b *pod) podSecurity() {
	b.sharedProcesses()
	b.userNamespace()
	b.runtimeClass()
	b.spec.SecurityContext = &corev1.PodSecurityContext{
		SeccompProfile:     &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		SupplementalGroups: b.supplementalGroups(),
		Sysctls:            b.sysctls(),
		FSGroup:            b.fsGroup(),
	}
	if b.spec.SecurityContext.FSGroup != nil { // walking through a large volume at each start would take long
		b.spec.SecurityContext.FSGroupChangePolicy = new(corev1.FSGroupChangeOnRootMismatch)
	}
}
