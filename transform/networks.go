package transform

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// defaultNetwork is the network of a service that names none.
const defaultNetwork = "default"

// networkMode returns the network mode of a service: host, none, service:NAME, container:NAME, or "" for the networks it
// joins. A network with the driver host or none, and the external networks of that name that every Engine has, are the
// same thing said at another place.
func (s *service) networkMode() string {
	switch s.config.NetworkMode {
	case "":
	case "bridge", "default":
		return ""
	default:
		return s.config.NetworkMode
	}
	for _, mode := range []string{"host", "none"} {
		for key := range s.config.Networks { // the answer does not depend on the order
			n := s.in.Project.Networks[key]
			if n.Driver == mode || bool(n.External) && n.Name == mode {
				return mode
			}
		}
	}
	return ""
}

// hasNoNetwork reports whether Docker gives the containers of a service nothing but a loopback interface.
func (s *service) hasNoNetwork() bool { return s.networkOwner().networkMode() == "none" }

// networkKeys returns the networks a service is on, sorted: those of the service whose network it uses.
func (s *service) networkKeys() []string {
	owner := s.networkOwner()
	switch mode := owner.networkMode(); {
	case mode == "host" || mode == "none":
		return nil
	case len(owner.config.Networks) == 0:
		return []string{defaultNetwork}
	}
	return sortedKeys(owner.config.Networks)
}

// networkKeys returns the networks of all members of a Pod, sorted.
func (b *pod) networkKeys() []string {
	var keys []string
	for _, s := range b.members {
		keys = append(keys, s.networkKeys()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// isInternalOnly reports whether every network of a service is internal: Docker then gives it no way to the outside.
func (s *service) isInternalOnly() bool {
	keys := s.networkKeys()
	return len(keys) > 0 && !slices.ContainsFunc(keys, func(key string) bool { return !s.network(key).Internal })
}

func (p *project) network(key string) types.NetworkConfig { return p.in.Project.Networks[key] }
