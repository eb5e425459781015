package pod

import (
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// hostUsers returns whether the Pod shares the user namespace of its node, as userns_mode says; nil leaves it to Kubernetes,
// which shares it. A Pod has one user namespace for all its containers.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#userns_mode,
// https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
func hostUsers(b *workload.Pod, version input.Version, containers map[*input.Container]*plan.Container, findings *report.Findings) *bool {
	var host *input.Service
	var shared *bool
	for _, m := range b.Members {
		if m.Config.UserNSMode == "host" {
			host, shared = m, new(true)
		}
	}
	for _, u := range b.Containers() {
		if containers[u].UserNamespace {
			shared = new(false)
		}
	}
	for _, m := range b.Members {
		at := m.Key("userns_mode")
		switch m.Config.UserNSMode {
		case "", "host":
		case "private":
			if hasPrivateUsers(b, version, m, host, findings) {
				shared = new(false)
			}
		default:
			findings.Addf("userns", at, "use host or private", "%q is not a user namespace mode that Kubernetes has", m.Config.UserNSMode)
		}
	}
	return shared
}

// hasPrivateUsers reports whether a member that asks for a user namespace of its own gets one, which the version or the Pod may
// not allow.
func hasPrivateUsers(b *workload.Pod, version input.Version, m, host *input.Service, findings *report.Findings) bool {
	at := m.Key("userns_mode")
	key := b.NeedsHostUsers()
	switch {
	case !version.AtLeast(workload.UserNamespaces):
		findings.Addf("userns", at, "--kube-version=1.36 or later", "the Pod shares the user namespace of its node: Kubernetes %s has no user namespaces that are generally available", version)
	case host != nil:
		findings.Addf("pod-level", at, "use the same value in both", "the Pod shares the user namespace of its node, as %s in it asks for", host.Name)
	case key != "":
		findings.Addf("userns", at, "remove one of the two", "the Pod shares the user namespace of its node: Kubernetes does not make another one with %s", key)
	default:
		return true
	}
	return false
}
