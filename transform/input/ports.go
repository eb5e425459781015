package input

import (
	"cmp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/report"
)

// Port is a container port that a service is reachable on.
type Port struct {
	Number      int32
	Protocol    corev1.Protocol
	Name        string // valid port name, or "" where nobody has given one yet
	AppProtocol string
	Known       bool   // the file declares it, or the image exposes it; others are guesses
	Inferred    string // why the port is believed to exist, when the file does not say so
}

// PortKey tells ports of one container apart.
type PortKey struct {
	Number   int32
	Protocol corev1.Protocol
}

// Key returns what tells the port from others.
func (p Port) Key() PortKey { return PortKey{p.Number, p.Protocol} }

// PortSet holds ports in the order in which they were added, each once.
type PortSet struct {
	List []Port
	at   map[PortKey]int
}

// Add adds a port unless the set has it, and reports whether it did; what the later mention knows more is kept.
func (s *PortSet) Add(p Port) bool {
	if i, has := s.at[p.Key()]; has {
		s.List[i].Known = s.List[i].Known || p.Known
		s.List[i].Name = cmp.Or(s.List[i].Name, p.Name)
		s.List[i].AppProtocol = cmp.Or(s.List[i].AppProtocol, p.AppProtocol)
		return false
	}
	if s.at == nil {
		s.at = map[PortKey]int{}
	}
	s.at[p.Key()] = len(s.List)
	s.List = append(s.List, p)
	return true
}

// declaredPorts returns the ports that the file names: ports, expose and x-kubernetes.ports. Peers use the container port
// whatever it is published as.
func declaredPorts(s *Service, findings *report.Findings) []Port {
	var set PortSet
	for i, c := range s.Config.Ports {
		at := s.Key("ports").Index(i)
		if s.NetworkMode == "host" { // the engine discards them: what the program listens on is not said
			break
		}
		if first, _ := PublishedRange(c.Published); first == 0 && strings.Trim(c.Published, "0") != "" {
			findings.Addf("port-invalid", at.Key("published"), "write a port from 1 to 65535, or a range such as 8000-8010", "%q is not a port", c.Published)
		}
		if n, ok := portNumber(at.Key("target"), int64(c.Target), findings); ok {
			set.Add(Port{Number: n, Protocol: ProtocolOf(c.Protocol), Name: c.Name, AppProtocol: c.AppProtocol, Known: true})
		}
	}
	for i, text := range s.Config.Expose {
		for _, x := range exposedPorts(s.Key("expose").Index(i), text, findings) {
			set.Add(x)
		}
	}
	for _, x := range s.Ext.Ports {
		set.Add(Port{Number: x.Number, Protocol: ProtocolOf(string(x.Protocol)), Known: true})
	}
	return set.List
}

// exposedPorts reads one item of expose: a port or a range, with an optional protocol.
func exposedPorts(at diag.Path, text string, findings *report.Findings) []Port {
	numbers, protocol, _ := strings.Cut(text, "/")
	if _, container, isPair := strings.Cut(numbers, ":"); isPair { // Docker has ignored the first one
		own := container
		if protocol != "" {
			own += "/" + protocol
		}
		findings.Addf("expose-pair", at, "write "+own, "%q names two ports: expose publishes nothing, so only %s counts", text, own)
		numbers = container
	}
	first, last, isRange := strings.Cut(numbers, "-")
	if !isRange {
		last = first
	}
	from, errFrom := strconv.ParseInt(strings.TrimSpace(first), 10, 32)
	to, errTo := strconv.ParseInt(strings.TrimSpace(last), 10, 32)
	if errFrom != nil || errTo != nil || from > to {
		findings.Addf("port-invalid", at, "write a number such as 8080, or a range such as 8000-8010", "%q is not a port", text)
		return nil
	}
	var list []Port
	for _, end := range []int64{from, to} {
		if _, ok := portNumber(at, end, findings); !ok {
			return nil
		}
	}
	for n := from; n <= to; n++ {
		list = append(list, Port{Number: int32(n), Protocol: ProtocolOf(protocol), Known: true})
	}
	return list
}

func portNumber(at diag.Path, n int64, findings *report.Findings) (int32, bool) {
	if n < 1 || n > 65535 {
		findings.Addf("port-invalid", at, "use a port from 1 to 65535", "%d is not a port", n)
		return 0, false
	}
	return int32(n), true
}

// ProtocolOf reads the protocol of a port; TCP is the default.
func ProtocolOf(text string) corev1.Protocol {
	switch strings.ToLower(text) {
	case "udp":
		return corev1.ProtocolUDP
	case "sctp":
		return corev1.ProtocolSCTP
	default:
		return corev1.ProtocolTCP
	}
}

// PublishedRange reads "8080" or "8080-8090"; 0 stands for a port that Docker would choose, or for text that is none.
func PublishedRange(text string) (first, last int32) {
	from, to, isRange := strings.Cut(text, "-")
	n, err := strconv.ParseInt(from, 10, 32)
	if err != nil || n < 1 || n > 65535 {
		return 0, 0
	}
	if !isRange {
		return int32(n), int32(n)
	}
	m, err := strconv.ParseInt(to, 10, 32)
	if err != nil || m < n || m > 65535 {
		return 0, 0
	}
	return int32(n), int32(m)
}
