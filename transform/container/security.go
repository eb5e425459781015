package container

import (
	"cmp"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/transship/transship/transform/users"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/workload"
)

// securityContext returns what the container may do; nil is the default.
//
// The defaults of Docker and Kubernetes agree on capabilities, not on system call filtering, which podSecurity turns on.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md,
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func (d *decider) securityContext(u *input.Container) *corev1.SecurityContext {
	s := &corev1.SecurityContext{}
	ids := d.users.RunAs(u)
	s.RunAsUser, s.RunAsGroup = ids.User, ids.Group
	if user, _, _ := strings.Cut(u.Service.Facts.User, ":"); ids.User != nil && *ids.User != 0 ||
		ids.User == nil && u.Spec.User == "" && users.IsNumber(user) && u.Service.Facts.UID != nil && *u.Service.Facts.UID != 0 {
		s.RunAsNonRoot = new(true) // the kubelet checks it, which takes a number
	}
	d.reportDevices(u)
	if u.Spec.Privileged || d.wantsDevices(u) {
		s.Privileged = new(true)
	}
	if u.Spec.ReadOnly {
		s.ReadOnlyRootFilesystem = new(true)
	}
	add, drop := d.knownCapabilities(u, "cap_add", u.Spec.CapAdd), d.knownCapabilities(u, "cap_drop", u.Spec.CapDrop)
	if len(add)+len(drop) > 0 {
		s.Capabilities = &corev1.Capabilities{Add: add, Drop: drop}
	}
	for i, option := range u.Spec.SecurityOpt {
		d.securityOption(u, s, u.At.Key("security_opt").Index(i), option)
	}
	if s.Privileged != nil && s.SeccompProfile == nil {
		s.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined} // the Pod's profile would filter it
	}
	s.WindowsOptions = d.windowsOptions(u)
	d.checkEscalation(u, s)
	if reflect.DeepEqual(*s, corev1.SecurityContext{}) {
		return nil
	}
	return s
}

// securityOption applies one entry of security_opt. Docker accepts = and : between name and value
// (source: moby daemon, parseSecurityOpt).
func (d *decider) securityOption(u *input.Container, s *corev1.SecurityContext, at diag.Path, option string) {
	name, value, found := strings.Cut(option, "=")
	if !found {
		name, value, _ = strings.Cut(option, ":")
	}
	switch name {
	case "no-new-privileges":
		d.noNewPrivileges(u, s, at, value)
	case "seccomp":
		s.SeccompProfile = d.seccompProfile(u, at, value)
	case "apparmor":
		s.AppArmorProfile = d.appArmorProfile(u, at, value)
	case "label":
		d.seLinuxLabel(u, s, at, value)
	case "systempaths":
		d.unmaskedPaths(u, s, at, value)
	case "credentialspec":
		d.findings.Add("credential-spec", at, "the credential spec is left out: it names a file or registry key of a Windows host",
			"set securityContext.windowsOptions.gmsaCredentialSpecName with patches")
	case "writable-cgroups":
		if value != "false" {
			d.findings.Add("writable-cgroups", at, "the cgroup file system stays read-only: Kubernetes makes it writable for privileged containers only", "privileged: true, if it must be")
		}
	default:
		d.findings.Addf("security-opt", at, "remove it, or add its equivalent with patches", "%q is not a security option that is known here; leaving it out may weaken the service", option)
	}
}

// noNewPrivileges reads the value as Docker does: without one it is true, and any spelling of a Go boolean counts.
func (d *decider) noNewPrivileges(u *input.Container, s *corev1.SecurityContext, at diag.Path, value string) {
	wanted, err := strconv.ParseBool(cmp.Or(value, "true"))
	if err != nil {
		d.findings.Addf("security-opt", at, "write no-new-privileges:true or :false", "%q is neither true nor false: Docker refuses it", value)
		return
	}
	s.AllowPrivilegeEscalation = nil // the last one counts
	if wanted {
		s.AllowPrivilegeEscalation = new(false)
	}
}

// seccompProfile returns the profile of a container that differs from the Pod's RuntimeDefault.
func (d *decider) seccompProfile(u *input.Container, at diag.Path, value string) *corev1.SeccompProfile {
	switch value {
	case "unconfined":
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
	case "builtin":
		return nil
	case "":
		d.findings.Add("security-opt", at, "seccomp names no profile: Docker refuses it", "write seccomp=unconfined, seccomp=builtin or seccomp=FILE")
		return nil
	}
	profile := seccompFile(value)
	if d.project.Options.Allows("seccomp-file") {
		d.findings.Addf("seccomp-file", at, "copy the file to /var/lib/kubelet/seccomp/"+profile+" on every node",
			"the container starts only on nodes that have the profile %s", profile)
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: &profile}
	}
	instead := "the runtime's default profile filters instead"
	if u.Spec.Privileged {
		instead = "nothing filters the system calls of this privileged container"
	}
	d.findings.Add("seccomp-file", at, "the profile is left out: a Pod can only name a file that is on its node; "+instead,
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
func (d *decider) appArmorProfile(u *input.Container, at diag.Path, value string) *corev1.AppArmorProfile {
	switch {
	case value == "" || value == "docker-default":
		return nil
	case !d.project.Options.KubeVersion.AtLeast(input.Version{Major: 1, Minor: 31}):
		d.findings.Addf("apparmor", at, "--kube-version=1.31 or later", "the profile is left out: Kubernetes %s has no field for it that is generally available", d.project.Options.KubeVersion)
		return nil
	case value == "unconfined":
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	}
	d.findings.Addf("apparmor", at, "load the profile on every node", "the container starts only on nodes where the AppArmor profile %s is loaded", value)
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &value}
}

// seLinuxLabel applies label=user:u, role:r, type:t, level:l and label=disable, which is the type spc_t.
func (d *decider) seLinuxLabel(u *input.Container, s *corev1.SecurityContext, at diag.Path, value string) {
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
		d.findings.Addf("security-opt", at, "use label=user:, role:, type:, level: or label=disable", "%q is not an SELinux label option; leaving it out may weaken the service", value)
		return
	}
	s.SELinuxOptions = &options
}

// unmaskedPaths applies systempaths=unconfined: the masked parts of /proc and /sys become visible. Kubernetes allows it
// only together with a user namespace.
func (d *decider) unmaskedPaths(u *input.Container, s *corev1.SecurityContext, at diag.Path, value string) {
	if value != "unconfined" {
		d.findings.Addf("security-opt", at, "the only value is unconfined", "%q is not a value of systempaths", value)
		return
	}
	if !d.project.Options.KubeVersion.AtLeast(workload.UserNamespaces) {
		d.findings.Addf("procmount", at, "--kube-version=1.36 or later", "the system paths stay masked: procMount is not generally available in Kubernetes %s", d.project.Options.KubeVersion)
		return
	}
	if u.Spec.Privileged {
		return // a privileged container sees all of them
	}
	if key := d.podOf[u].NeedsHostUsers(); key != "" {
		d.findings.Addf("procmount", at, "remove one of the two", "the system paths stay masked: Kubernetes unmasks them only in a user namespace of the Pod's own, which it does not make with %s", key)
		return
	}
	s.ProcMount = new(corev1.UnmaskedProcMount)
	d.findings.Add("procmount", at, "the Pod runs in a user namespace: Kubernetes unmasks system paths only there", "")
}

// checkEscalation takes back no-new-privileges where the API server refuses it: for privileged containers. Capabilities do not
// matter, it looks for CAP_SYS_ADMIN with the prefix that is never written here (source: pkg/apis/core/validation of Kubernetes,
// ValidateSecurityContext).
func (d *decider) checkEscalation(u *input.Container, s *corev1.SecurityContext) {
	if s.AllowPrivilegeEscalation == nil || s.Privileged == nil {
		return
	}
	s.AllowPrivilegeEscalation = nil
	d.findings.Add("no-new-privileges", u.At.Key("security_opt"),
		"no-new-privileges is left out: Kubernetes refuses it for a container that is privileged, and such a one has all privileges anyway", "remove one of them")
}
