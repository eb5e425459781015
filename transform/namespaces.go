package transform

// groupPods decides whose containers share a Pod: one Pod a service, except where network_mode, pid or ipc names
// another service.
func (p *project) groupPods() {
	for _, s := range p.services {
		p.pods = append(p.pods, &pod{project: p, main: s, members: []*service{s}})
	}
}

// isSidecar reports whether the container starts before the Pod's other containers and runs beside them.
func (u *unit) isSidecar() bool { return false }

func (b *pod) hostNamespaces() {}
