package naming

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/transform/input"
)

// fixedAddresses returns the addresses that the project fixes, and what each belongs to: addresses of services, subnets,
// their gateways and what else ipam names. On a cluster none of them exists.
func (d *namer) fixedAddresses() map[string]string {
	fixed := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(d.project.Compose.Networks)) {
		for _, pool := range d.project.Compose.Networks[key].Ipam.Config {
			if pool != nil {
				poolAddresses(fixed, key, pool)
			}
		}
	}
	for _, s := range d.project.Services {
		for _, key := range slices.Sorted(maps.Keys(s.Config.Networks)) {
			c := s.Config.Networks[key]
			if c == nil {
				continue
			}
			for _, address := range append([]string{c.Ipv4Address, c.Ipv6Address}, c.LinkLocalIPs...) {
				if address != "" {
					fixed[address] = "is the fixed address of " + s.Name
				}
			}
		}
	}
	return fixed
}

// serviceAt returns the service that the project gives an address to, nil for other addresses.
func serviceAt(p *input.Project, address string) *input.Service {
	for _, s := range p.Services {
		for _, c := range s.Config.Networks {
			if c != nil && address != "" && (c.Ipv4Address == address || c.Ipv6Address == address) {
				return s
			}
		}
	}
	return nil
}

// HostOf returns the service that the project gives an address to, nil for other addresses, and whether the address is one of
// the project's own networks, which no cluster has.
func (n *Names) HostOf(address string) (s *input.Service, ofProject bool) {
	if s := serviceAt(n.project, address); s != nil {
		return s, true
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return nil, false
	}
	for _, key := range slices.Sorted(maps.Keys(n.project.Compose.Networks)) {
		for _, pool := range n.project.Compose.Networks[key].Ipam.Config {
			if pool == nil {
				continue
			}
			if prefix, err := netip.ParsePrefix(pool.Subnet); err == nil && prefix.Contains(ip) {
				return nil, true
			}
		}
	}
	return nil, false
}

// poolAddresses adds what one pool of a network's ipam names.
func poolAddresses(fixed map[string]string, network string, pool *types.IPAMPool) {
	for _, text := range []string{pool.Subnet, pool.IPRange} {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			fixed[prefix.Addr().String()] = "belongs to the subnet of network " + network
			fixed[prefix.Masked().Addr().Next().String()] = "is the gateway of network " + network
		}
	}
	if pool.Gateway != "" {
		fixed[pool.Gateway] = "is the gateway of network " + network
	}
	for _, name := range slices.Sorted(maps.Keys(pool.AuxiliaryAddresses)) {
		fixed[pool.AuxiliaryAddresses[name]] = "is a reserved address of network " + network
	}
}

// IsAddress reports whether a text is an IP address.
func IsAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}
