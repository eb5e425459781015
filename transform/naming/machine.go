package naming

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/texts"
)

// privateAddress matches the private addresses that a Docker host may have.
var privateAddress = pattern.New(`^(?:10|172|192\.168)(?:\.\d{1,3}){2,3}$`)

// machine is what is known about the Docker host: the ports of the project there, and the addresses that are something else.
type machine struct {
	ports map[string]published
	pools []pool
	fixed map[string]string
	asked map[string]bool // which the project asks load balancers for
	// publishers publish ports of TCP on it under a number that the file says, or have its network; called is what they are called, in small letters.
	publishers []*input.Service
	called     map[*input.Service]string
}

// machine returns what is known about the Docker host.
func (d *namer) machine() machine {
	h := machine{ports: hostPorts(d.project), pools: d.pools(), fixed: d.fixedAddresses(), asked: map[string]bool{}, called: map[*input.Service]string{}}
	for _, s := range d.project.Services {
		if s.Job == nil && (s.NetworkMode == "host" || slices.ContainsFunc(s.Config.Ports, isNumbered)) {
			h.publishers = append(h.publishers, s)
			h.called[s] = strings.ToLower(s.Name + " " + path.Base(s.Config.Image))
		}
		if s.Ext.Publish != nil && s.Ext.Publish.LoadBalancerIP != "" {
			h.asked[s.Ext.Publish.LoadBalancerIP] = true
		}
	}
	return h
}

// isOther reports whether an address is none that a Docker host may have on the network around it.
func (h machine) isOther(address netip.Addr) bool {
	return h.asked[address.String()] || h.fixed[address.String()] != "" || IsDockerHost(address) || slices.ContainsFunc(h.pools, func(p pool) bool { return p.subnet.Contains(address) })
}

// privateAddresses returns the private addresses in a text that the Docker host may have.
func (h machine) privateAddresses(t place) []texts.Mention {
	if !strings.Contains(t.text, "10.") && !strings.Contains(t.text, "172.") && !strings.Contains(t.text, "192.168.") {
		return nil
	}
	return slices.DeleteFunc(t.find(privateAddress.MatchString), func(m texts.Mention) bool {
		address, err := netip.ParseAddr(m.Name)
		return err != nil || h.isOther(address) || t.variable == "" && isComment(t.text[:m.Start])
	})
}

// dottedAddress matches what has the form of an address, firstFree is the first port that no service of the Internet has by its number alone.
var dottedAddress = pattern.New(`^\d{1,3}(?:\.\d{1,3}){3}$`)

const firstFree = 1024

// publicAddresses returns the addresses of the Internet in a text that have a port behind them which the project has on the Docker host: that machine may be meant.
func (h machine) publicAddresses(t place) []texts.Mention {
	if strings.Count(t.text, ".") < 3 || !strings.Contains(t.text, ":") {
		return nil
	}
	return slices.DeleteFunc(t.find(dottedAddress.MatchString), func(m texts.Mention) bool {
		_, isPublished := atHost(h.ports, m.Port)
		address, err := netip.ParseAddr(m.Name)
		return !isPublished || m.Port < firstFree || err != nil || !address.IsGlobalUnicast() || address.IsPrivate() || h.isOther(address) || t.variable == "" && isComment(t.text[:m.Start])
	})
}

// hostPortsIn returns the addresses in a text with ports that the project has on the Docker host: that may be meant. The port may stand apart
// from a private address, in a variable of its own, or be the usual one of the scheme or of the program that is asked.
func hostPortsIn(t place, by *input.Service, h machine) []rangeMention {
	var list []rangeMention
	private := h.privateAddresses(t)
	for i, m := range slices.Concat(private, h.publicAddresses(t)) {
		number, variable := m.Port, ""
		if number == 0 {
			number = m.Beside
		}
		if number == 0 && m.Name == t.text {
			number, variable = portVariable(environmentOf(by), t.variable)
		}
		target, found := atHost(h.ports, number)
		for _, usual := range usualPorts(m, t.variable+" "+strings.TrimSpace(t.beforeName(m)), number) {
			if target, found = atHost(h.ports, usual); found {
				number = usual
				break
			}
		}
		if found {
			list = append(list, rangeMention{
				at: t.at, written: fmt.Sprintf("%s:%d", m.Name, number), publishedBy: target.service, port: target.port, isApart: m.Port == 0, beside: number, variable: variable,
				listensAt: target.service == by && listensItself(t.variable, t.beforeName(m)), isPublic: i >= len(private),
			})
		}
	}
	return list
}

// instead says what to write for an address of the Docker host.
func (m *rangeMention) instead(name string) string {
	switch {
	case !m.isApart:
		return fmt.Sprintf("write %s:%d if the Docker host is meant", name, m.port)
	case m.port == uint32(m.beside):
		return fmt.Sprintf("write %s if the Docker host is meant", name)
	case m.variable != "":
		return fmt.Sprintf("write %s if the Docker host is meant, with %s: %d", name, m.variable, m.port)
	}
	return fmt.Sprintf("write %s and %d if the Docker host is meant", name, m.port)
}

// listenAnywhere is what helps where a program is told an address to listen on that its Pod does not have.
const listenAnywhere = "use 0.0.0.0, or leave it out: a program listens on the addresses of its own Pod"

// listensItself reports whether a program is told an address to listen on or to call from, and not to tell others. before is what stands before it.
func listensItself(variable, before string) bool {
	said := variable + " " + before
	return (listens.MatchString(said) || callsFrom.MatchString(said)) && !announces.MatchString(said)
}

// callsFrom matches the settings with the own address from which a program calls others.
// Source: https://www.zabbix.com/documentation/current/en/manual/appendix/config/zabbix_server (SourceIP)
var callsFrom = pattern.New(`(?i)(^|[^a-z])(\w+_)?source_?(ip|addr(ess)?)([^a-z]|$)`).Holding("source")

// announces matches the names of settings with what a program tells others of itself, ownAddress those with the address of the machine that it runs on,
// and asked those with the host of a server whose port its program knows. otherMachine finds the servers that projects do not have.
// Sources: https://github.com/wurstmeister/kafka-docker#advertised-hostname (KAFKA_ADVERTISED_HOST_NAME), https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/
// (cluster-announce-ip), https://github.com/coturn/coturn/blob/master/examples/etc/turnserver.conf (external-ip),
// https://www.zabbix.com/documentation/current/en/manual/installation/containers (ZBX_SERVER_HOST)
var (
	announces    = pattern.New(`(?i)(^|[^a-z])(cluster[_.-]?)?(advertised?|announced?)([^a-z]|$)|advertised(host|listener|address)`).Holding("advertise", "announce")
	ownAddress   = pattern.New(`(?i)((^|[^a-z])(extern|external|public)|(^|[_.-])(docker_?host|host|node|instance|registry|discovery|nat|server))[_.-]?(ip|addr)(_?addr(ess)?|ess)?(es|s)?[^a-z]*$`).Holding("ip", "addr")
	asked        = pattern.New(`(?i)(^|[_.-])server_?(host(_?name)?|addr(ess)?|ip)[^a-z]*$`).Holding("server")
	otherMachine = pattern.New(`(?i)(^|[^a-z])(dns|name_?server|ntp|ldap|nfs|smb|gateway|router|proxy|camera)`)
)

// machineMention is a private address without a port that may be that of the Docker host.
type machineMention struct {
	place
	written    string
	by         *input.Service
	said       string           // what the text calls the address
	publishers []*input.Service // whom others may find there; none where the service tells its own address
}

// addressesOfMachine returns the private addresses without a port by which a service names the machine that it runs on, or a server of the project.
// The port stands elsewhere, or is one that the programs know.
func addressesOfMachine(t place, by *input.Service, h machine) []machineMention {
	found := h.privateAddresses(t)
	if len(found) == 0 {
		return nil
	}
	var list []machineMention
	told := hostPortsIn(t, by, h)
	for _, m := range found {
		said := t.variable + " " + strings.TrimRight(t.beforeName(m), " \t\"':=([")
		isTold := slices.ContainsFunc(told, func(r rangeMention) bool { return strings.HasPrefix(r.written, m.Name+":") })
		if m.Port != 0 || m.Unknown || m.Scheme != "" || isTold || otherMachine.MatchString(said) {
			continue
		}
		mention := machineMention{place: t, written: m.Name, by: by, said: said}
		isOwn := isOnMachine(by) && (announces.MatchString(said) || ownAddress.MatchString(said) || asked.MatchString(said) || by.NetworkMode == "host" && listensItself(said, ""))
		if asked.MatchString(said) && !announces.MatchString(said) {
			mention.publishers = h.publishersBeside(by)
			if number, _ := portVariable(environmentOf(by), t.variable); number != 0 || m.Beside != 0 {
				mention.publishers, isOwn = nil, false // of another machine, as nobody of the project has the port
			}
		}
		if isOwn || len(mention.publishers) > 0 {
			list = append(list, mention)
		}
	}
	return list
}

// isOnMachine reports whether a service has ports on the Docker host that others may call.
func isOnMachine(s *input.Service) bool {
	if s.NetworkMode == "host" {
		return true
	}
	return slices.ContainsFunc(s.Config.Ports, func(p types.ServicePortConfig) bool {
		ip, err := netip.ParseAddr(p.HostIP)
		return p.HostIP != "localhost" && (err != nil || !ip.Unmap().IsLoopback())
	})
}

// isNumbered reports whether a port of TCP is published under a number that the file says.
func isNumbered(p types.ServicePortConfig) bool {
	_, err := strconv.Atoi(p.Published)
	return err == nil && input.ProtocolOf(p.Protocol) == corev1.ProtocolTCP
}

// publishersBeside returns the other services that can be reached on the Docker host. Where some are called after the same product, or after a server, it
// is these.
func (h machine) publishersBeside(by *input.Service) []*input.Service {
	list := slices.DeleteFunc(slices.Clone(h.publishers), func(s *input.Service) bool { return s == by })
	for _, word := range []string{product(by), "server"} {
		called := slices.DeleteFunc(slices.Clone(list), func(s *input.Service) bool { return !strings.Contains(h.called[s], word) })
		if len(called) > 0 {
			list = called
		}
	}
	return list
}

// product returns the first word of the name of a service's image, else of its own name.
func product(s *input.Service) string {
	word, _, _ := strings.Cut(strings.ToLower(path.Base(cmp.Or(s.Config.Image, s.Name))), ":")
	word, _, _ = strings.Cut(word, "-")
	return word
}

// reportMachine reports the addresses that may be those of the Docker host and have no port.
func (d *namer) reportMachine(dns map[*input.Service]string) {
	seen := map[string]bool{}
	for _, m := range d.mentions.machine {
		key := m.at.String() + " " + m.written
		if seen[key] {
			continue
		}
		seen[key] = true
		if len(m.publishers) == 0 {
			d.findings.Addf("host-gateway", m.at, m.instead(dns[m.by]),
				"%s may be the Docker host, which %s names as its own address: in a cluster nothing of the project answers there", m.written, m.by.Name)
			continue
		}
		names := make([]string, len(m.publishers))
		for i, s := range m.publishers {
			names[i] = s.Name
		}
		help := "write the name of the one that is meant if the Docker host is meant"
		if len(names) == 1 {
			help = "write " + dns[m.publishers[0]] + " if the Docker host is meant"
			d.pointed[m.publishers[0]] = true
		}
		d.findings.Addf("host-gateway", m.at, help,
			"%s may be the Docker host, on which %s can be reached: in a cluster nothing of the project answers there", m.written, report.Enumerate(names, 5))
	}
}

// takesAddress matches the names of settings that take an address and no name.
var takesAddress = pattern.New(`(?i)ip(_?addr(ess)?)?(es|s)?[^a-z]*$`).Holding("ip")

// instead says what to write for the own address of a service.
func (m *machineMention) instead(name string) string {
	switch {
	case listensItself(m.said, ""):
		return listenAnywhere
	case takesAddress.MatchString(m.said):
		return "leave it out if nobody but services of the project is told it, else write the address under which " + m.by.Name + " is reachable from outside the cluster"
	}
	return "write " + name + " if nobody but services of the project is told it, else the address under which " + m.by.Name + " is reachable from outside the cluster"
}
