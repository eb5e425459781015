package naming

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// fixedAddresses returns the addresses that the project fixes, and what each belongs to: addresses of services, subnets,
// their gateways and what else ipam names. On a cluster none of them exists.
func (d *namer) fixedAddresses() map[string]string {
	fixed := map[string]string{}
	for _, key := range sorted.Keys(d.project.Compose.Networks) {
		for _, pool := range d.project.Compose.Networks[key].Ipam.Config {
			if pool != nil {
				poolAddresses(fixed, key, pool)
			}
		}
	}
	for _, s := range d.project.Services {
		for _, key := range sorted.Keys(s.Config.Networks) {
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

// isGateway reports whether an address is that of the Docker host on a network of the project: the gateway that the file names, or the first address of
// the subnet where it names none.
func isGateway(p *input.Project, address string) bool {
	for _, key := range sorted.Keys(p.Compose.Networks) {
		for _, pool := range p.Compose.Networks[key].Ipam.Config {
			if pool == nil || address == "" {
				continue
			}
			prefix, err := netip.ParsePrefix(pool.Subnet)
			if pool.Gateway == address || pool.Gateway == "" && err == nil && prefix.Masked().Addr().Next().String() == address {
				return serviceAt(p, address) == nil
			}
		}
	}
	return false
}

// IsGateway reports whether an address is that of the Docker host on a network of the project.
func (n *Names) IsGateway(address string) bool { return isGateway(n.project, address) }

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
	for _, key := range sorted.Keys(n.project.Compose.Networks) {
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
	for _, name := range sorted.Keys(pool.AuxiliaryAddresses) {
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
	ports := hostPorts(d.project)
	for _, address := range sorted.Keys(addresses) {
		advice, has := "use the name of the service, or the address range of the cluster", serviceAt(d.project, address)
		if has != nil {
			advice = "use " + dns[d.workloads.NetworkOwner(has)]
		}
		for _, m := range d.mentions.of[address] {
			if isGateway(d.project, address) && m.Host {
				d.reportGateway(dns, m, ports)
				continue
			}
			advice := advice
			if has != nil && d.workloads.NetworkOwner(has) == d.workloads.NetworkOwner(m.By) && listensItself(m.Variable, m.Before) {
				advice = listenAnywhere
			}
			d.findings.Addf("static-address-used", m.At, advice, "%s %s; the cluster gives out other addresses", address, addresses[address])
		}
	}
	d.reportRanges(dns, ports)
	d.reportMachine(dns)
	for _, m := range d.mentions.local {
		if isDockerHost(strings.ToLower(m.Name)) || m.By.NetworkMode == "host" {
			d.reportLocal(dns, m, ports)
		}
	}
	d.reportMeetings(ports)
	d.reportMachinePrograms(ports)
	d.reportUntoldWays(dns)
}

// reportLocal reports the ways to a peer that lead over the Docker host: its published ports are not there on a node.
func (d *namer) reportLocal(dns map[*input.Service]string, m Mention, ports map[string]published) {
	number, variable := cmp.Or(m.Port, m.Beside), ""
	if number == 0 && !m.Unknown {
		number, variable = m.PortVariable()
	}
	target, found := atHost(ports, number)
	usual := number
	for _, n := range usualPorts(m.Mention, m.Variable+" "+strings.TrimSpace(m.Before), number) {
		if target, found = atHost(ports, n); found {
			usual = n
			break
		}
	}
	isHost := isDockerHost(strings.ToLower(m.Name))
	if !isHost && (!found || !d.isElsewhere(target.service, m.By) || m.Name == anyAddress && listens.MatchString(m.Variable+" "+m.Before)) {
		return
	}
	advice := machineMeant
	switch {
	case found && m.Variable != "" && slices.Contains(m.At, "environment") && TellsOthers(m.Variable):
		advice = "write the address there under which " + target.service.Name + " is reachable from outside the cluster"
	case found:
		advice = d.instead(target, dns, number, variable)
	}
	if !isHost {
		d.findings.Addf("localhost-published", m.At, advice,
			"%s:%d is a published port of %s on the Docker host; here localhost is the node, where nothing listens on it", m.Name, usual, target.service.Name)
		return
	}
	name := m.Name
	if number != 0 {
		name += fmt.Sprintf(":%d", number)
	}
	d.findings.Addf("host-gateway", m.At, advice, "%s is the Docker host, which does not exist in a cluster: the name does not resolve", name)
}

// reportGateway reports an address of the Docker host on a network of the project.
func (d *namer) reportGateway(dns map[*input.Service]string, m Mention, ports map[string]published) {
	number, variable := m.Port, ""
	if number == 0 && m.Beside != 0 {
		number = m.Beside
	} else if number == 0 && !m.Unknown {
		number, variable = m.PortVariable()
	}
	advice := machineMeant
	if target, found := atHost(ports, number); found {
		advice = d.instead(target, dns, number, variable)
	}
	d.findings.Addf("host-gateway", m.At, advice, "%s is the Docker host, which does not exist in a cluster: nothing answers there, and nobody comes from there", m.Name)
}

// machineMeant is what helps where no service of the project publishes the port.
const machineMeant = "name the machine that is meant, or a service with x-kubernetes.externalName"

// instead says what leads to a published port in place of the Docker host, and remembers that the service needs its name. The number may stand
// in a variable of its own.
func (d *namer) instead(p published, dns map[*input.Service]string, number int32, variable string) string {
	d.pointed[p.service] = true
	switch {
	case p.service.Ext.Service == "none":
		return fmt.Sprintf("leave out `service: none` of %s, and use %s:%d", p.service.Name, dns[p.service], p.port)
	case p.service.IsOnOldBridge() && len(d.own[p.service]) == 0:
		return fmt.Sprintf("leave out `network_mode: bridge` of %s, and use %s:%d", p.service.Name, dns[p.service], p.port)
	case variable == "":
		return fmt.Sprintf("use %s:%d", dns[p.service], p.port)
	case p.port == uint32(number):
		return "use " + dns[p.service]
	}
	return fmt.Sprintf("use %s, with %s: %d", dns[p.service], variable, p.port)
}

// isElsewhere reports whether a published port of one service is not at localhost for another one that runs in the network of the node.
func (d *namer) isElsewhere(target, by *input.Service) bool {
	return d.workloads.NetworkOwner(target) != d.workloads.NetworkOwner(by) && target.NetworkMode != "host"
}

// reportUntoldWays reports the services in the network of the host that start after one with published ports and name nothing by which
// they could find it: Docker resolves no names for them, so that what their program asks by itself is localhost.
func (d *namer) reportUntoldWays(dns map[*input.Service]string) {
	for _, s := range d.project.Services {
		if s.NetworkMode != "host" || slices.ContainsFunc(d.mentions.local, func(m Mention) bool { return m.By == s && m.Name != anyAddress }) {
			continue
		}
		for _, name := range sorted.Keys(s.Config.DependsOn) {
			target := d.project.ByName[name]
			if target == nil || !d.isElsewhere(target, s) || d.isNamedBy(target, s) {
				continue
			}
			i := slices.IndexFunc(target.Config.Ports, func(c types.ServicePortConfig) bool {
				return c.Published != "" && input.ProtocolOf(c.Protocol) == corev1.ProtocolTCP
			})
			if i < 0 {
				continue
			}
			c := target.Config.Ports[i]
			d.findings.Addf("localhost-published", s.Key("depends_on", name), fmt.Sprintf("if its program calls localhost:%s, let it call %s:%d", c.Published, dns[target], c.Target),
				"%s finds %s at localhost on Docker, for it runs in the network of the host and is told no other address; here localhost is the node, where nothing listens on port %s", s.Name, name, c.Published)
		}
	}
}

// isNamedBy reports whether a text or a line for /etc/hosts of one service names another one.
func (d *namer) isNamedBy(target, by *input.Service) bool {
	return slices.ContainsFunc(d.own[target], func(n DNSName) bool {
		return len(by.Config.ExtraHosts[n.Name]) > 0 || slices.ContainsFunc(d.mentions.of[strings.ToLower(n.Name)], func(m Mention) bool { return m.By == by })
	})
}
