package pod

import (
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/workload"
)

// userNamespace applies userns_mode. host is what Kubernetes does anyway. A Pod has one user namespace for all its containers.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#userns_mode,
// https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
func (b *decider) userNamespace() {
	var host *input.Service
	for _, m := range b.pod.Members {
		if m.Config.UserNSMode == "host" {
			host, b.spec.HostUsers = m, new(true)
		}
	}
	for _, u := range b.pod.Containers() {
		if b.containers[u].UserNamespace {
			b.spec.HostUsers = new(false)
		}
	}
	for _, m := range b.pod.Members {
		at := m.Key("userns_mode")
		switch m.Config.UserNSMode {
		case "", "host":
		case "private":
			b.privateUsers(m, host)
		default:
			b.findings.Addf("userns", at, "use host or private", "%q is not a user namespace mode that Kubernetes has", m.Config.UserNSMode)
		}
	}
}

// privateUsers gives the Pod a user namespace of its own, unless the version or the Pod does not allow it.
func (b *decider) privateUsers(m, host *input.Service) {
	at := m.Key("userns_mode")
	key := b.pod.NeedsHostUsers()
	switch {
	case !b.project.Options.KubeVersion.AtLeast(workload.UserNamespaces):
		b.findings.Addf("userns", at, "--kube-version=1.36 or later", "the Pod shares the user namespace of its node: Kubernetes %s has no user namespaces that are generally available", b.project.Options.KubeVersion)
	case host != nil:
		b.findings.Addf("pod-level", at, "use the same value in both", "the Pod shares the user namespace of its node, as %s in it asks for", host.Name)
	case key != "":
		b.findings.Addf("userns", at, "remove one of the two", "the Pod shares the user namespace of its node: Kubernetes does not make another one with %s", key)
	default:
		b.spec.HostUsers = new(false)
	}
}
