package transform

import (
	"slices"
	"strings"

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
	case owner.namedMode() != "":
		return []string{owner.networkNamed(owner.namedMode())}
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

// namedMode returns the network that network_mode names by the name that Docker has for it, or "".
func (s *service) namedMode() string {
	mode := s.networkMode()
	if mode == "host" || mode == "none" || strings.Contains(mode, ":") {
		return ""
	}
	return mode
}

// outside is the beginning of the keys of networks that only network_mode names; no key in a file has a colon.
const outside = "outside:"

// networkNamed returns the key of the network that Docker has under a name: one of the project, or an external one.
func (p *project) networkNamed(name string) string {
	for _, key := range sortedKeys(p.in.Project.Networks) {
		if p.in.Project.Networks[key].Name == name {
			return key
		}
	}
	return outside + name
}

func (p *project) network(key string) types.NetworkConfig {
	if name, found := strings.CutPrefix(key, outside); found {
		return types.NetworkConfig{Name: name, External: true}
	}
	return p.in.Project.Networks[key]
}
