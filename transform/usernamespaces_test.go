package transform

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestUserNamespaces(t *testing.T) {
	spec := podSpec(t, convertYAML(t, `services: {x: {image: a, userns_mode: host}}`), "x")
	if spec.HostUsers == nil || !*spec.HostUsers {
		t.Error("userns_mode: host is lost")
	}
	const private = `services: {x: {image: a, userns_mode: private, security_opt: [systempaths=unconfined]}}`
	r := convertYAML(t, private)
	if spec := podSpec(t, r, "x"); spec.HostUsers != nil || spec.Containers[0].SecurityContext != nil {
		t.Error("fields that are not generally available in 1.35")
	}
	finding(t, r, "userns")
	finding(t, r, "procmount")
	r = convertYAML(t, private, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 36} })
	spec = podSpec(t, r, "x")
	if spec.HostUsers == nil || *spec.HostUsers || *spec.Containers[0].SecurityContext.ProcMount != corev1.UnmaskedProcMount {
		t.Errorf("hostUsers %v, container %+v", spec.HostUsers, spec.Containers[0].SecurityContext)
	}
}

// TestUserNamespacesThatTheServerRefuses: a user namespace of the Pod's own goes with no other namespace of the node.
func TestUserNamespacesThatTheServerRefuses(t *testing.T) {
	for _, c := range []struct{ yaml, code string }{
		{`services: {x: {image: a, userns_mode: private, network_mode: host}}`, "userns"},
		{`services: {x: {image: a, userns_mode: private, pid: host}}`, "userns"},
		{`services: {x: {image: a, userns_mode: private, ipc: host}}`, "userns"},
		{`services: {x: {image: a, security_opt: [systempaths=unconfined], network_mode: host}}`, "procmount"},
		{`services: {x: {image: a, security_opt: [systempaths=unconfined], userns_mode: host}}`, "procmount"},
		{`services: {x: {image: a, userns_mode: host}, y: {image: a, pid: "service:x", userns_mode: private}}`, "pod-level"},
	} {
		r := convertYAML(t, c.yaml, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 36} })
		spec := podSpec(t, r, "x")
		if spec.HostUsers != nil && !*spec.HostUsers || spec.Containers[0].SecurityContext != nil {
			t.Errorf("%s: hostUsers %v, container %+v", c.yaml, spec.HostUsers, spec.Containers[0].SecurityContext)
		}
		finding(t, r, c.code)
	}
}
