package transform

// userNamespaces is the version in which hostUsers: false and procMount became generally available (feature gates
// UserNamespacesSupport and ProcMountType).
var userNamespaces = Version{1, 36}

// userNamespace applies userns_mode. host is what Kubernetes does anyway. A Pod has one user namespace for all its containers.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#userns_mode,
// https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
func (b *pod) userNamespace() {
	var host *service
	for _, m := range b.members {
		if m.config.UserNSMode == "host" {
			host, b.spec.HostUsers = m, new(true)
		}
	}
	for _, m := range b.members {
		at := m.key("userns_mode")
		switch m.config.UserNSMode {
		case "", "host":
		case "private":
			b.privateUsers(m, host)
		default:
			m.reportf("userns", at, "use host or private", "%q is not a user namespace mode that Kubernetes has", m.config.UserNSMode)
		}
	}
}

// privateUsers gives the Pod a user namespace of its own, unless the version or the Pod does not allow it.
func (b *pod) privateUsers(m, host *service) {
	at := m.key("userns_mode")
	key := b.needsHostUsers()
	switch {
	case !b.options.KubeVersion.AtLeast(userNamespaces):
		m.reportf("userns", at, "--kube-version=1.36 or later", "the Pod shares the user namespace of its node: Kubernetes %s has no user namespaces that are generally available", b.options.KubeVersion)
	case host != nil:
		m.reportf("pod-level", at, "use the same value in both", "the Pod shares the user namespace of its node, as %s in it asks for", host.name)
	case key != "":
		m.reportf("userns", at, "remove one of the two", "the Pod shares the user namespace of its node: Kubernetes does not make another one with %s", key)
	default:
		b.spec.HostUsers = new(false)
	}
}

// needsHostUsers returns the setting of a member for which the API server refuses a user namespace of the Pod's own, or "".
// Source: pkg/apis/core/validation of Kubernetes, validateHostUsers.
func (b *pod) needsHostUsers() string {
	for _, m := range b.members {
		switch {
		case m.networkMode() == "host":
			return "network_mode: host"
		case m.config.Pid == "host":
			return "pid: host"
		case m.config.Ipc == "host":
			return "ipc: host"
		case m.config.UserNSMode == "host":
			return "userns_mode: host"
		}
	}
	return ""
}
