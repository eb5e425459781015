package naming

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

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

// reportLocalNames reports the texts that hold for Docker only: addresses that the project fixes, and the Docker host.
func (d *namer) reportLocalNames(dns map[*input.Service]string) {
	addresses := d.fixedAddresses()
	for _, address := range slices.Sorted(maps.Keys(addresses)) {
		for _, m := range d.mentions.of[address] {
			d.findings.Addf("static-address-used", m.At, "use the name of the service, or the address range of the cluster",
				"%s %s; the cluster gives out other addresses", address, addresses[address])
		}
	}
	d.reportRanges()
	publishers := map[string]*input.Service{}
	for _, s := range d.project.Services {
		for _, c := range s.Config.Ports {
			if _, taken := publishers[c.Published]; !taken {
				publishers[c.Published] = s
			}
		}
	}
	for _, m := range d.mentions.local {
		if isDockerHost(strings.ToLower(m.Name)) || m.By.NetworkMode == "host" {
			d.reportLocal(dns, m, publishers[strconv.Itoa(int(m.Port))])
		}
	}
}

// reportLocal reports the ways to a peer that lead over the Docker host: its published ports are not there on a node.
func (d *namer) reportLocal(dns map[*input.Service]string, m Mention, target *input.Service) {
	advice := "name the machine that is meant, or a service with x-kubernetes.externalName"
	if target != nil {
		for _, c := range target.Config.Ports {
			if c.Published == strconv.Itoa(int(m.Port)) {
				advice = fmt.Sprintf("use %s:%d", dns[target], c.Target)
			}
		}
	}
	if isDockerHost(strings.ToLower(m.Name)) {
		name := m.Name
		if m.Port != 0 {
			name += fmt.Sprintf(":%d", m.Port)
		}
		d.findings.Addf("host-gateway", m.At, advice, "%s is the Docker host, which does not exist in a cluster: the name does not resolve", name)
		return
	}
	if target != nil && d.workloads.NetworkOwner(target) != d.workloads.NetworkOwner(m.By) && target.NetworkMode != "host" {
		d.findings.Addf("localhost-published", m.At, advice,
			"%s:%d is a published port of %s on the Docker host; here localhost is the node, where nothing listens on it", m.Name, m.Port, target.Name)
	}
}
