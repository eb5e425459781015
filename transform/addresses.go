package transform

import (
	"net/netip"

	"github.com/compose-spec/compose-go/v2/types"
)

// fixedAddresses returns the addresses that the project fixes, and what each belongs to: addresses of services, subnets,
// their gateways and what else ipam names. On a cluster none of them exists.
func (p *project) fixedAddresses() map[string]string {
	fixed := map[string]string{}
	for _, key := range sortedKeys(p.in.Project.Networks) {
		for _, pool := range p.in.Project.Networks[key].Ipam.Config {
			if pool != nil {
				poolAddresses(fixed, key, pool)
			}
		}
	}
	for _, s := range p.services {
		for _, key := range sortedKeys(s.config.Networks) {
			c := s.config.Networks[key]
			if c == nil {
				continue
			}
			for _, address := range append([]string{c.Ipv4Address, c.Ipv6Address}, c.LinkLocalIPs...) {
				if address != "" {
					fixed[address] = "is the fixed address of " + s.name
				}
			}
		}
	}
	return fixed
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
	for _, name := range sortedKeys(pool.AuxiliaryAddresses) {
		fixed[pool.AuxiliaryAddresses[name]] = "is a reserved address of network " + network
	}
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}
