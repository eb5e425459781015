package network

import (
	"slices"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/workload"
)

// checkedPeers returns the other services that the healthchecks of each service ask.
func checkedPeers(p *input.Project, n *naming.Names) map[*input.Service][]*input.Service {
	peers := map[*input.Service][]*input.Service{}
	for _, peer := range p.Services {
		for _, name := range n.OfService(peer) {
			for _, m := range n.Mentions(name.Name) {
				if m.By != peer && isChecked(m) && !slices.Contains(peers[m.By], peer) {
					peers[m.By] = append(peers[m.By], peer)
				}
			}
		}
	}
	return peers
}

// needsAny reports whether one of the peers, or what it needs in its turn, needs a service: it has its name or depends on it. What a
// program has in settings that are not known here, depends_on may tell.
func needsAny(w *workload.Workloads, n *naming.Names, peers []*input.Service, s *input.Service) bool {
	seen := map[*input.Service]bool{s: true}
	add := func(list []*input.Service, by *input.Service) []*input.Service {
		if seen[by] {
			return list
		}
		seen[by] = true
		return append(list, by)
	}
	for list := []*input.Service{s}; len(list) > 0; {
		var next []*input.Service
		for _, needed := range list {
			for _, x := range w.Dependents(needed) {
				next = add(next, x.By)
			}
			for _, name := range n.OfService(needed) {
				for _, m := range n.Mentions(name.Name) {
					if m.Host || m.Bare {
						next = add(next, m.By)
					}
				}
			}
		}
		if slices.ContainsFunc(next, func(x *input.Service) bool { return slices.Contains(peers, x) }) {
			return true
		}
		list = next
	}
	return false
}
