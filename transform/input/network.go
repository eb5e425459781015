package input

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// DefaultNetwork is the network of a service that names none.
const DefaultNetwork = "default"

// oldBridge is the key of Docker's default bridge, on which network_mode: bridge puts a container; no key in a file has a colon.
const oldBridge = "bridge:"

// IsOnOldBridge reports whether a service is on Docker's default bridge: an island of its own, where no name of the project
// resolves and which no other network of the project reaches. Source: https://docs.docker.com/engine/network/drivers/bridge/
func (s *Service) IsOnOldBridge() bool {
	return s.Config.NetworkMode == "bridge" || s.Config.NetworkMode == "default"
}

// outside begins the keys of networks that only network_mode names; no key in a file has a colon.
const outside = "outside:"

// networkMode returns the network mode of a service. A network with the driver host or none, and the external networks of
// that name that every Engine has, are the same thing said at another place.
func (p *Project) networkMode(s *Service) string {
	switch s.Config.NetworkMode {
	case "":
	case "bridge", "default":
		return ""
	default:
		return s.Config.NetworkMode
	}
	for _, mode := range []string{"host", "none"} {
		for key := range s.Config.Networks { // the answer does not depend on the order
			n := p.Compose.Networks[key]
			if n.Driver == mode || bool(n.External) && n.Name == mode {
				return mode
			}
		}
	}
	return ""
}

// IsShared reports whether a network may be that of other projects as well: it exists outside, or the file gives it a name of its own.
func (p *Project) IsShared(key string) bool {
	n, listed := p.Compose.Networks[key]
	return listed && (bool(n.External) || n.Name != "" && n.Name != p.Compose.Name+"_"+key && p.Wrote(diag.At("networks", key, "name")))
}

// NamedMode returns the network that network_mode names by the name that Docker has for it, or "".
func (s *Service) NamedMode() string {
	if s.NetworkMode == "host" || s.NetworkMode == "none" || strings.Contains(s.NetworkMode, ":") {
		return ""
	}
	return s.NetworkMode
}

// NetworkModePath returns the key that decides on the network mode of a service.
func (s *Service) NetworkModePath() diag.Path {
	if s.Config.NetworkMode != "" {
		return s.Key("network_mode")
	}
	return s.Key("networks")
}

// OwnNetworks returns the keys of the networks that a service itself is on, sorted.
func (p *Project) OwnNetworks(s *Service) []string {
	switch {
	case s.IsOnOldBridge():
		return []string{oldBridge}
	case s.NetworkMode == "host" || s.NetworkMode == "none":
		return nil
	case s.NamedMode() != "":
		return []string{p.networkNamed(s.NamedMode())}
	case len(s.Config.Networks) == 0:
		return []string{DefaultNetwork}
	}
	return sorted.Keys(s.Config.Networks)
}

// networkNamed returns the key of the network that Docker has under a name: one of the project, or an external one.
func (p *Project) networkNamed(name string) string {
	for _, key := range sorted.Keys(p.Compose.Networks) {
		if p.Compose.Networks[key].Name == name {
			return key
		}
	}
	return outside + name
}

// IsOutside reports whether a name of network_mode is that of a network outside the project.
func (p *Project) IsOutside(name string) bool { return p.networkNamed(name) == outside+name }

// Network returns the network of a key.
func (p *Project) Network(key string) types.NetworkConfig {
	if key == oldBridge {
		return types.NetworkConfig{Name: "bridge"}
	}
	if name, found := strings.CutPrefix(key, outside); found {
		return types.NetworkConfig{Name: name, External: true}
	}
	return p.Compose.Networks[key]
}
