package transform

import (
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// hostPort returns the port and address of the node that a container port is bound to, 0 if it is not.
//
// `mode: host` asks for a port of the machine that runs the container, as Swarm understands it: that is hostPort. In the
// host's own network every port is one. A container port has one hostPort. Spec:
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports,
// https://kubernetes.io/docs/concepts/configuration/overview/
func (s *service) hostPort(x port) (number int32, address string) {
	if s.networkOwner().networkMode() == "host" {
		return x.number, ""
	}
	if i := s.hostPortOf(uint32(x.number), x.protocol); i >= 0 {
		number, _ = publishedRange(s.config.Ports[i].Published)
		return number, s.config.Ports[i].HostIP
	}
	return 0, ""
}

// hostPortOf returns the index in `ports` of what binds a container port to the node, -1 if nothing does.
func (s *service) hostPortOf(target uint32, protocol corev1.Protocol) int {
	for i, c := range s.config.Ports {
		if first, _ := publishedRange(c.Published); first != 0 && c.Target == target && protocolOf(c.Protocol) == protocol && s.isHostPort(c) {
			return i
		}
	}
	return -1
}

func (s *service) isHostPort(c types.ServicePortConfig) bool {
	return c.Mode == "host" || s.ext.HostPorts
}

func (s *service) reportHostPort(at diag.Path, i int) {
	c := s.config.Ports[i]
	first, last := publishedRange(c.Published)
	taken := s.hostPortOf(c.Target, protocolOf(c.Protocol))
	switch {
	case first == 0:
		s.reportf("host-port", at, "write a published port", "port %d gets no port of the node: Kubernetes does not choose one", c.Target)
	case taken != i:
		s.reportf("host-port-second", at, "publish one port, or let the program listen on two",
			"port %s of the node is left out: port %d of the container has %s already, and cannot have two", c.Published, c.Target, s.config.Ports[taken].Published)
	case last > first:
		s.reportf("host-port", at, "write the one port that is meant", "of the ports %s of the node %d is taken", c.Published, first)
	default:
		s.reportf("host-port", at, "leave out mode: host and use --publish where the node does not matter",
			"port %d of the node leads to the Pod, so that only one Pod fits on a node; the Pod Security levels baseline and restricted forbid it", first)
	}
}

// reportHostPortConflicts reports ports of the Docker host that two services ask for: the second one does not start there.
// A port of all addresses is a port of each of them.
func (p *project) reportHostPortConflicts() {
	type claim struct {
		service *service
		address string
	}
	claims := map[string][]claim{}
	for _, s := range p.services {
		if !s.opensHostPorts() {
			continue
		}
		for i, c := range s.config.Ports {
			first, last := publishedRange(c.Published)
			if first == 0 || first != last {
				continue
			}
			address := c.HostIP
			if isUnspecified(address) {
				address = ""
			}
			key := strconv.Itoa(int(first)) + "/" + string(protocolOf(c.Protocol))
			for _, other := range claims[key] {
				if other.service != s && (other.address == address || other.address == "" || address == "") {
					s.reportf("port-conflict", s.key("ports").Index(i), "give one of them another port",
						"%s publishes port %d as well: Docker refuses the second one", other.service.name, first)
					break
				}
			}
			claims[key] = append(claims[key], claim{s, address})
		}
	}
}

// opensHostPorts reports whether Docker opens published ports of a service: not in the network of the host, not without a
// network, and not on internal networks alone.
func (s *service) opensHostPorts() bool {
	return s.networkMode() != "host" && s.networkMode() != "none" && !s.isInternalOnly()
}
