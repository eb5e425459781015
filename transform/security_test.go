package transform

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

func podSpec(t testing.TB, r Result, name string) corev1.PodSpec {
	t.Helper()
	return find[*appsv1.Deployment](t, r, name).Spec.Template.Spec
}

func TestSystemCallsAreFilteredAsOnDocker(t *testing.T) {
	spec := podSpec(t, convertYAML(t, `services: {x: {image: a}}`), "x")
	if spec.SecurityContext.SeccompProfile == nil || spec.SecurityContext.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Error("trap 36: Kubernetes filters no system calls unless it is asked to")
	}
	if spec.Containers[0].SecurityContext != nil {
		t.Errorf("securityContext %+v out of nothing", spec.Containers[0].SecurityContext)
	}
}

func TestUser(t *testing.T) {
	id := func(n int64) *int64 { return &n }
	node := source.ImageFacts{Source: "table", User: "node:staff", UID: id(1000), GID: id(50)}
	for name, c := range map[string]struct {
		user, facts string
		uid, gid    *int64
		code        string
	}{
		"numbers":                    {user: "1000:1001", uid: id(1000), gid: id(1001)},
		"a number":                   {user: "1000", uid: id(1000)},
		"root":                       {user: "root", uid: id(0)},
		"root and root":              {user: "root:root", uid: id(0), gid: id(0)},
		"trap 35: an unknown name":   {user: "node", code: "user-name"},
		"the image's user":           {user: "node", facts: "node", uid: id(1000), gid: id(50), code: "user-resolved"},
		"the image's group":          {user: "node:staff", facts: "node", uid: id(1000), gid: id(50)},
		"an unknown group":           {user: "1000:staff", uid: id(1000), code: "group-name"},
		"a group without a user":     {user: ":50", facts: "node", uid: id(0), gid: id(50)},
		"a user and an empty group":  {user: "node:", facts: "node", uid: id(1000), gid: id(50), code: "user-resolved"},
		"too large a number":         {user: "4294967295", code: "user-name"},
		"too large a group":          {user: "1:4294967295", uid: id(1), code: "group-name"},
		"a user's group of its name": {user: "mysql:mysql", facts: "table", uid: id(999), gid: id(999), code: "user-resolved"},
		"the image's user by name":   {user: "app", facts: "app"},
		"a user the table knows":     {user: "mysql", facts: "table", uid: id(999), gid: id(999), code: "user-resolved"},
		"another one than the image": {user: "app", facts: "node", code: "user-name"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, `services: {x: {image: `+map[bool]string{true: "mysql:8", false: "a"}[c.facts == "table"]+`, user: "`+c.user+`"}}`, func(in *Input) {
				switch c.facts {
				case "node":
					in.Images["x"] = node
				case "app":
					in.Images["x"] = source.ImageFacts{User: "app"}
				}
			})
			s := mainContainer(t, r, "x").SecurityContext
			if s == nil {
				s = &corev1.SecurityContext{}
			}
			if !equalIDs(s.RunAsUser, c.uid) || !equalIDs(s.RunAsGroup, c.gid) {
				t.Errorf("user %v, group %v, want %v and %v", s.RunAsUser, s.RunAsGroup, c.uid, c.gid)
			}
			if c.code != "" {
				finding(t, r, c.code)
			}
			if c.code == "" && (hasCode(r, "user-name") || hasCode(r, "group-name")) {
				t.Errorf("refused: %v", codes(r))
			}
		})
	}
}

func equalIDs(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func TestGroups(t *testing.T) {
	r := convertYAML(t, `
services:
  x: {image: a, group_add: ["2000", root]}
  y: {image: a, network_mode: "service:x", group_add: ["44", video]}
`)
	if got := podSpec(t, r, "x").SecurityContext.SupplementalGroups; len(got) != 3 || got[0] != 0 || got[1] != 44 || got[2] != 2000 {
		t.Errorf("groups %v, want the union", got)
	}
	finding(t, r, "group-left-out")
	finding(t, r, "pod-level")
}

func TestPrivilegesAndCapabilities(t *testing.T) {
	s := mainContainer(t, convertYAML(t, `services: {x: {image: a, cap_drop: [all], cap_add: [CAP_NET_ADMIN, net_admin, SYS_TIME], read_only: true}}`), "x").SecurityContext
	if got := s.Capabilities; len(got.Drop) != 1 || got.Drop[0] != "ALL" || len(got.Add) != 2 || got.Add[0] != "NET_ADMIN" || got.Add[1] != "SYS_TIME" {
		t.Errorf("capabilities %+v, want upper case, without CAP_ and each once", got)
	}
	if !*s.ReadOnlyRootFilesystem {
		t.Error("read_only is lost")
	}
	s = mainContainer(t, convertYAML(t, `services: {x: {image: a, privileged: true}}`), "x").SecurityContext
	if !*s.Privileged || s.SeccompProfile.Type != corev1.SeccompProfileTypeUnconfined {
		t.Errorf("securityContext %+v: Docker does not filter system calls of privileged containers", s)
	}
}

func TestSecurityOptions(t *testing.T) {
	for option, c := range map[string]struct {
		holds func(*corev1.SecurityContext) bool
		code  string
	}{
		"no-new-privileges":         {func(s *corev1.SecurityContext) bool { return !*s.AllowPrivilegeEscalation }, ""},
		"no-new-privileges:true":    {func(s *corev1.SecurityContext) bool { return !*s.AllowPrivilegeEscalation }, ""},
		"no-new-privileges=true":    {func(s *corev1.SecurityContext) bool { return !*s.AllowPrivilegeEscalation }, ""},
		"no-new-privileges:false":   {func(s *corev1.SecurityContext) bool { return s == nil }, ""},
		"no-new-privileges=1":       {func(s *corev1.SecurityContext) bool { return !*s.AllowPrivilegeEscalation }, ""},
		"no-new-privileges:TRUE":    {func(s *corev1.SecurityContext) bool { return !*s.AllowPrivilegeEscalation }, ""},
		"no-new-privileges:yes":     {func(s *corev1.SecurityContext) bool { return s == nil }, "security-opt"},
		"seccomp":                   {func(s *corev1.SecurityContext) bool { return s == nil }, "security-opt"},
		"label=user:":               {func(s *corev1.SecurityContext) bool { return s == nil }, "security-opt"},
		"seccomp:unconfined":        {func(s *corev1.SecurityContext) bool { return s.SeccompProfile.Type == "Unconfined" }, ""},
		"seccomp=unconfined":        {func(s *corev1.SecurityContext) bool { return s.SeccompProfile.Type == "Unconfined" }, ""},
		"seccomp=./profile.json":    {func(s *corev1.SecurityContext) bool { return s == nil }, "seccomp-file"},
		"seccomp=builtin":           {func(s *corev1.SecurityContext) bool { return s == nil }, ""},
		"apparmor=unconfined":       {func(s *corev1.SecurityContext) bool { return s.AppArmorProfile.Type == "Unconfined" }, ""},
		"apparmor:mine":             {func(s *corev1.SecurityContext) bool { return *s.AppArmorProfile.LocalhostProfile == "mine" }, "apparmor"},
		"label=disable":             {func(s *corev1.SecurityContext) bool { return s.SELinuxOptions.Type == "spc_t" }, ""},
		"label:level:s0:c1,c2":      {func(s *corev1.SecurityContext) bool { return s.SELinuxOptions.Level == "s0:c1,c2" }, ""},
		"label=type:svirt_apache_t": {func(s *corev1.SecurityContext) bool { return s.SELinuxOptions.Type == "svirt_apache_t" }, ""},
		"label=nonsense":            {func(s *corev1.SecurityContext) bool { return s == nil }, "security-opt"},
		"systempaths=unconfined":    {func(s *corev1.SecurityContext) bool { return s == nil }, "procmount"},
		"credentialspec=file://x":   {func(s *corev1.SecurityContext) bool { return s == nil }, "credential-spec"},
		"writable-cgroups=true":     {func(s *corev1.SecurityContext) bool { return s == nil }, "writable-cgroups"},
		"something-new=1":           {func(s *corev1.SecurityContext) bool { return s == nil }, "security-opt"},
	} {
		t.Run(option, func(t *testing.T) {
			r := convertYAML(t, `services: {x: {image: a, security_opt: ["`+option+`"]}}`)
			s := mainContainer(t, r, "x").SecurityContext
			if !c.holds(s) {
				t.Errorf("securityContext %+v", s)
			}
			if c.code != "" {
				finding(t, r, c.code)
			} else if hasCode(r, "security-opt") {
				t.Errorf("refused: %v", codes(r))
			}
		})
	}
}

func TestSeccompFileWhenAllowed(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, security_opt: ["seccomp=./conf/profile.json"]}}`, func(in *Input) { in.Options.Allow = []string{"seccomp-file"} })
	s := mainContainer(t, r, "x").SecurityContext
	if s == nil || s.SeccompProfile == nil || *s.SeccompProfile.LocalhostProfile != "profiles/profile.json" {
		t.Errorf("securityContext %+v, want the file on the node", s)
	}
}

func TestNoNewPrivilegesThatTheServerRefuses(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, security_opt: [no-new-privileges], privileged: true}}`)
	if s := mainContainer(t, r, "x").SecurityContext; s.AllowPrivilegeEscalation != nil {
		t.Error("allowPrivilegeEscalation: false is refused by the API server")
	}
	finding(t, r, "no-new-privileges")
	for _, capability := range []string{"SYS_ADMIN", "ALL"} { // as on Docker
		r := convertYAML(t, `services: {x: {image: a, security_opt: [no-new-privileges], cap_add: [`+capability+`]}}`)
		if s := mainContainer(t, r, "x").SecurityContext; s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || hasCode(r, "no-new-privileges") {
			t.Errorf("%s: %+v, %v", capability, s, codes(r))
		}
	}
}

func TestWrongSELinuxLabelLeavesTheOthers(t *testing.T) {
	s := mainContainer(t, convertYAML(t, `services: {x: {image: a, security_opt: ["label=level:s0:c1", "label=bogus:x"]}}`), "x").SecurityContext
	if s == nil || s.SELinuxOptions.Level != "s0:c1" {
		t.Errorf("securityContext %+v", s)
	}
}

func TestSeccompFilesOfPrivilegedContainers(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, privileged: true, security_opt: ["seccomp=p.json"]}}`)
	if f := finding(t, r, "seccomp-file"); !strings.Contains(f.Message, "nothing filters") {
		t.Errorf("message %q: a privileged container is unconfined", f.Message)
	}
}

func TestDevices(t *testing.T) {
	const yaml = `services: {x: {image: a, devices: ["/dev/ttyUSB0:/dev/modem", "vendor.com/class=one"], device_cgroup_rules: ["c 1:3 mr"]}}`
	r := convertYAML(t, yaml)
	spec := podSpec(t, r, "x")
	if spec.Containers[0].SecurityContext != nil || len(spec.Volumes) != 0 {
		t.Error("trap 38: a mounted device node that cannot be opened is worse than none")
	}
	if f := finding(t, r, "devices"); f.Severity.String() != "warning" || !strings.Contains(f.Message, "/dev/ttyUSB0 as /dev/modem") {
		t.Errorf("%+v", f)
	}
	spec = podSpec(t, convertYAML(t, yaml, func(in *Input) { in.Options.Allow = []string{"devices"} }), "x")
	if !*spec.Containers[0].SecurityContext.Privileged {
		t.Error("the node is mounted, but opening it fails")
	}
	if len(spec.Volumes) != 1 || spec.Volumes[0].HostPath.Path != "/dev/ttyUSB0" || *spec.Volumes[0].HostPath.Type != corev1.HostPathCharDev {
		t.Errorf("volumes %+v", spec.Volumes)
	}
	if m := spec.Containers[0].VolumeMounts; len(m) != 1 || m[0].MountPath != "/dev/modem" {
		t.Errorf("mounts %+v", m)
	}
}

func TestPrivilegedContainersHaveDevices(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, privileged: true, devices: ["/dev/kmsg:/dev/kmsg"]}}`)
	if hasCode(r, "devices") {
		t.Errorf("a privileged container has the devices of its node: %v", r.Findings)
	}
	r = convertYAML(t, `services: {x: {image: a, privileged: true, devices: ["/dev/ttyUSB0:/dev/modem"]}}`)
	finding(t, r, "devices")
}

func TestRuntimeClass(t *testing.T) {
	for runtime, want := range map[string]string{"runc": "", "nvidia": "nvidia", "runsc": "gvisor", "My_Runtime": "my-runtime"} {
		r := convertYAML(t, `services: {x: {image: a, runtime: `+runtime+`}}`)
		got := podSpec(t, r, "x").RuntimeClassName
		if (got == nil) != (want == "") || got != nil && *got != want {
			t.Errorf("%s: RuntimeClass %v, want %q", runtime, got, want)
		}
		if hasCode(r, "runtime-class") != (want != "") {
			t.Errorf("%s: %v", runtime, codes(r))
		}
	}
}

func TestResourceOfADeviceThatIsNotListed(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, devices: ["/dev/dri:/dev/dri"], x-kubernetes: {devices: {/dev/dri: gpu.intel.com/i915, /dev/drm: gpu.intel.com/i915}}}}`)
	if f := finding(t, r, "extension-value"); f.Path.String() != "services.x.x-kubernetes.devices./dev/drm" {
		t.Errorf("%s: %s", f.Path, f.Message)
	}
}

func TestCapabilitiesThatLinuxDoesNotHave(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, cap_add: [NET_ADMIN, FOO], cap_drop: ["a b"]}}`)
	if c := mainContainer(t, r, "x").SecurityContext.Capabilities; len(c.Add) != 1 || len(c.Drop) != 0 {
		t.Errorf("%+v", c)
	}
	if f := finding(t, r, "capability"); f.Path.String() != "services.x.cap_add[1]" {
		t.Errorf("%+v", f)
	}
}

func TestDevicesThatAreNoPaths(t *testing.T) {
	allowed := func(in *Input) { in.Options.Allow = []string{"devices"} }
	r := convertYAML(t, `services: {x: {image: a, devices: ["kvm:/dev/kvm", "/dev/../dev/fuse:/dev/fuse"]}}`, allowed)
	if v := podSpec(t, r, "x").Volumes; len(v) != 1 || v[0].HostPath.Path != "/dev/fuse" {
		t.Errorf("volumes %+v: the API server refuses ..", v)
	}
}
