package transform

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/names"
)

// manyPorts is how many ports one Service lists at most; a name with more of them is resolved to the Pods themselves.
const manyPorts = 100

// port is a container port that a service is reachable on.
type port struct {
	number      int32
	protocol    corev1.Protocol
	name        string // valid port name; never empty once collectPorts is through
	appProtocol string
	inferred    string // why the port is believed to exist, when the file does not say so
}

// collectPorts decides on which ports each service is reachable for its peers: what the file declares, then what can be
// inferred.
//
// On Docker every port of a container is open to its networks, declared or not; a ClusterIP Service forwards only what it
// lists. Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#expose,
// https://kubernetes.io/docs/concepts/services-networking/service/
func (p *project) collectPorts() {
	for _, s := range p.services {
		s.ports = s.declaredPorts()
	}
	for _, s := range p.services {
		s.inferPorts()
	}
	for _, s := range p.services {
		if s.networkOwner() == s {
			s.namePorts()
		}
	}
}

// declaredPorts returns the ports that the file names: ports, expose and x-kubernetes.ports. What Docker publishes is the
// concern of publish.go: peers use the container port whatever it is published as.
func (s *service) declaredPorts() []port {
	var set portSet
	for i, c := range s.config.Ports {
		at := s.key("ports").Index(i)
		if first, _ := publishedRange(c.Published); first == 0 && strings.Trim(c.Published, "0") != "" {
			s.reportf("port-invalid", at.Key("published"), "write a port from 1 to 65535, or a range such as 8000-8010", "%q is not a port", c.Published)
		}
		if n, ok := s.portNumber(at.Key("target"), int64(c.Target)); ok {
			set.add(port{number: n, protocol: protocolOf(c.Protocol), name: c.Name, appProtocol: c.AppProtocol})
		}
	}
	for i, text := range s.config.Expose {
		for _, x := range s.exposedPorts(s.key("expose").Index(i), text) {
			set.add(x)
		}
	}
	for _, x := range s.ext.Ports {
		set.add(port{number: x.Number, protocol: protocolOf(string(x.Protocol))})
	}
	return set.list
}

// exposedPorts reads one item of expose: a port or a range, with an optional protocol.
func (s *service) exposedPorts(at diag.Path, text string) []port {
	numbers, protocol, _ := strings.Cut(text, "/")
	first, last, isRange := strings.Cut(numbers, "-")
	if !isRange {
		last = first
	}
	from, errFrom := strconv.ParseInt(strings.TrimSpace(first), 10, 32)
	to, errTo := strconv.ParseInt(strings.TrimSpace(last), 10, 32)
	if errFrom != nil || errTo != nil || from > to {
		s.reportf("port-invalid", at, "write a number such as 8080, or a range such as 8000-8010", "%q is not a port", text)
		return nil
	}
	var list []port
	for _, end := range []int64{from, to} {
		if _, ok := s.portNumber(at, end); !ok {
			return nil
		}
	}
	for n := from; n <= to; n++ {
		list = append(list, port{number: int32(n), protocol: protocolOf(protocol)})
	}
	return list
}

func (s *service) portNumber(at diag.Path, n int64) (int32, bool) {
	if n < 1 || n > 65535 {
		s.reportf("port-invalid", at, "use a port from 1 to 65535", "%d is not a port", n)
		return 0, false
	}
	return int32(n), true
}

func protocolOf(text string) corev1.Protocol {
	switch strings.ToLower(text) {
	case "udp":
		return corev1.ProtocolUDP
	case "sctp":
		return corev1.ProtocolSCTP
	default:
		return corev1.ProtocolTCP
	}
}

// portKey tells ports of one container apart.
type portKey struct {
	number   int32
	protocol corev1.Protocol
}

func (p port) key() portKey { return portKey{p.number, p.protocol} }

// portSet holds ports in the order in which they were added, each once.
type portSet struct {
	list []port
	at   map[portKey]int
}

// add adds a port unless the set has it, and reports whether it did; what the later mention knows more is kept.
func (s *portSet) add(p port) bool {
	if i, has := s.at[p.key()]; has {
		s.list[i].name = cmp.Or(s.list[i].name, p.name)
		s.list[i].appProtocol = cmp.Or(s.list[i].appProtocol, p.appProtocol)
		return false
	}
	if s.at == nil {
		s.at = map[portKey]int{}
	}
	s.at[p.key()] = len(s.list)
	s.list = append(s.list, p)
	return true
}

// servicePorts returns the ports under the name of a service: its own and those of the services that share its network
// namespace, which peers can reach under its name only.
func (s *service) servicePorts() []port {
	var set portSet
	for _, member := range s.networkMembers() {
		for _, x := range member.ports {
			set.add(x)
		}
	}
	return set.list
}

// namePorts gives every port behind the name of a service a name that no other has.
func (s *service) namePorts() {
	all := s.servicePorts()
	protocols := map[int32]int{}
	for _, x := range all {
		protocols[x.number]++
	}
	named, taken := map[portKey]string{}, map[string]bool{}
	for _, x := range all {
		name := portName(x.name)
		if name == "" || taken[name] {
			name = fmt.Sprintf("p-%d", x.number)
			if x.protocol != corev1.ProtocolTCP || protocols[x.number] > 1 {
				name += "-" + strings.ToLower(string(x.protocol))
			}
		}
		taken[name] = true
		named[x.key()] = name
	}
	for _, member := range s.networkMembers() {
		for i := range member.ports {
			x := &member.ports[i]
			x.name = named[x.key()]
		}
	}
}

// portName makes an IANA service name (RFC 6335: at most 15 of a-z, 0-9 and single dashes, with a letter) from the free
// text that Compose allows, or "" where nothing is left of it.
func portName(text string) string {
	if text == "" {
		return ""
	}
	label := names.Normalize(text, len(text)+1)
	for strings.Contains(label, "--") {
		label = strings.ReplaceAll(label, "--", "-")
	}
	if len(label) > names.MaxPortName {
		label = strings.TrimRight(label[:names.MaxPortName], "-")
	}
	if !strings.ContainsAny(label, "abcdefghijklmnopqrstuvwxyz") || strings.Trim(text, "-_. ") == "" {
		return ""
	}
	return label
}

// containerPorts returns the ports of the container. They document; the container is reachable on others as well. The
// exceptions are host ports, which the scheduler keeps apart.
func (u *unit) containerPorts() []corev1.ContainerPort {
	if len(u.ports) > manyPorts {
		return nil
	}
	var list []corev1.ContainerPort
	for _, x := range u.ports {
		if x.inferred != "" && x.inferred != u.facts.Source && u.networkOwner().networkMode() == "host" {
			continue // in the network of the node every listed port is taken there, so a guess could keep a Pod from its node
		}
		c := corev1.ContainerPort{Name: x.name, ContainerPort: x.number}
		if x.protocol != corev1.ProtocolTCP {
			c.Protocol = x.protocol
		}
		c.HostPort, c.HostIP = u.hostPort(x)
		list = append(list, c)
	}
	return list
}
