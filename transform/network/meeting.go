package network

import (
	"slices"

	"github.com/transship/transship/transform/input"
)

// meet reports whether two services are on one network.
func meet(p *input.Project, a, b *input.Service) bool {
	others := p.OwnNetworks(b)
	return slices.ContainsFunc(p.OwnNetworks(a), func(network string) bool { return slices.Contains(others, network) })
}
