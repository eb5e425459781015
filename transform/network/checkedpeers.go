package network

import (
	"slices"

	"github.com/transship/transship/internal/components"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/workload"
)

// checkedInCircle returns the services whose healthchecks ask another service that needs them in its turn, itself or by way of others: as a proxy
// that sends to them does. A service needs what it has a name of and what it depends on: depends_on may tell what a program has in settings that are
// not known here.
func checkedInCircle(p *input.Project, w *workload.Workloads, n *naming.Names) map[*input.Service]bool {
	asked := checkedPeers(p, n)
	if len(asked) == 0 {
		return nil
	}
	needs := map[string][]string{}
	for _, s := range p.Services {
		for _, x := range w.Dependents(s) {
			needs[x.By.Name] = append(needs[x.By.Name], s.Name)
		}
		for _, name := range n.OfService(s) {
			for _, m := range n.Mentions(name.Name) {
				if m.By != s && (m.Host || m.Bare) {
					needs[m.By.Name] = append(needs[m.By.Name], s.Name)
				}
			}
		}
	}
	group := map[string]int{}
	for i, members := range components.Of(needs) {
		for _, name := range members {
			group[name] = i
		}
	}
	inCircle := map[*input.Service]bool{}
	for s, peers := range asked {
		inCircle[s] = slices.ContainsFunc(peers, func(peer *input.Service) bool { return group[peer.Name] == group[s.Name] })
	}
	return inCircle
}

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
