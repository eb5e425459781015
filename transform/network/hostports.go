package network

import (
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// hostPort returns the port and address of the node that a container port is bound to, 0 if it is not.
//
// `mode: host` asks for a port of the machine that runs the container, as Swarm understands it: that is hostPort. A container
// port has one hostPort. Spec:
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports,
// https://kubernetes.io/docs/concepts/configuration/overview/
func hostPort(s *input.Service, x input.Port) (number int32, address string) {
	if i := hostPortOf(s, uint32(x.Number), x.Protocol); i >= 0 {
		number, _ = input.PublishedRange(s.Config.Ports[i].Published)
		return number, s.Config.Ports[i].HostIP
	}
	return 0, ""
}

// hostPortOf returns the index in `ports` of what binds a container port to the node, -1 if nothing does.
func hostPortOf(s *input.Service, target uint32, protocol corev1.Protocol) int {
	for i, c := range s.Config.Ports {
		if first, _ := input.PublishedRange(c.Published); first != 0 && c.Target == target && input.ProtocolOf(c.Protocol) == protocol && isHostPort(s, c) {
			return i
		}
	}
	return -1
}

func isHostPort(s *input.Service, c types.ServicePortConfig) bool {
	return c.Mode == "host" || s.Ext.HostPorts
}

func reportHostPort(s *input.Service, at diag.Path, i int, findings *report.Findings) {
	c := s.Config.Ports[i]
	first, last := input.PublishedRange(c.Published)
	taken := hostPortOf(s, c.Target, input.ProtocolOf(c.Protocol))
	switch {
	case first == 0:
		findings.Addf("host-port", at, "write a published port", "port %d gets no port of the node: Kubernetes does not choose one", c.Target)
	case taken != i:
		findings.Addf("host-port-second", at, "publish one port, or let the program listen on two",
			"port %s of the node is left out: port %d of the container has %s already, and cannot have two", c.Published, c.Target, s.Config.Ports[taken].Published)
	case last > first:
		findings.Addf("host-port", at, "write the one port that is meant", "of the ports %s of the node %d is taken", c.Published, first)
	default:
		findings.Addf("host-port", at, "leave out mode: host and use --publish where the node does not matter",
			"port %d of the node leads to the Pod, so that only one Pod fits on a node; the Pod Security levels baseline and restricted forbid it", first)
		if !isLoopback(c.HostIP) {
			reportDatastore(at, int32(c.Target), "leave out mode: host to keep it inside, where kubectl port-forward and transship up reach it; who may connect is up to the firewall of the nodes", findings)
		}
	}
}

// reportHostPortConflicts reports ports of the Docker host that two services ask for: the second one does not start there.
// A port of all addresses is a port of each of them.
func reportHostPortConflicts(p *input.Project, w *workload.Workloads, findings *report.Findings) {
	type claim struct {
		service *input.Service
		address string
	}
	claims := map[string][]claim{}
	for _, s := range p.Services {
		if !opensHostPorts(w, s) {
			continue
		}
		for i, c := range s.Config.Ports {
			first, last := input.PublishedRange(c.Published)
			if first == 0 || first != last {
				continue
			}
			address := c.HostIP
			if isUnspecified(address) {
				address = ""
			}
			key := strconv.Itoa(int(first)) + "/" + string(input.ProtocolOf(c.Protocol))
			for _, other := range claims[key] {
				if other.service == s || other.address != address && other.address != "" && address != "" {
					continue
				}
				if before, after := inTurns(w, s, other.service); before == nil {
					findings.Addf("port-conflict", s.Key("ports").Index(i), "give one of them another port",
						"%s publishes port %d as well: Docker refuses the second one", other.service.Name, first)
				} else {
					reportTurns(before, after, first, findings)
				}
				break
			}
			claims[key] = append(claims[key], claim{s, address})
		}
	}
}

// inTurns returns which of two services has a port before the other one, that starts when it has ended; nil if none does.
func inTurns(w *workload.Workloads, a, b *input.Service) (before, after *input.Service) {
	switch {
	case startAfterEnd(w, a, b):
		return b, a
	case startAfterEnd(w, b, a):
		return a, b
	}
	return nil, nil
}

// reportTurns tells of a port that two services have one after the other: each has an address of its own here, and who calls the one does not reach
// the other, as a service for certificates does that asks the domain which leads to the web server.
func reportTurns(before, after *input.Service, port int32, findings *report.Findings) {
	if before.PublishType == input.PublishNone || after.PublishType == input.PublishNone {
		return
	}
	findings.Addf("port-conflict", before.Key("ports"), "let a domain lead to it before "+after.Name+" starts; for certificates use cert-manager, or another way to prove a domain, and leave its ports out",
		"port %d of the machine is that of %s until it ends, and that of %s then: here each has an address of its own, and who calls the domain of %s does not reach %s", port, before.Name, after.Name, after.Name, before.Name)
}

// startAfterEnd reports whether a service starts when another one has ended, whose ports are free then.
func startAfterEnd(w *workload.Workloads, s, other *input.Service) bool {
	return slices.ContainsFunc(w.Dependents(other), func(x workload.Dependent) bool {
		return x.By == s && x.Condition == types.ServiceConditionCompletedSuccessfully
	})
}

// opensHostPorts reports whether Docker opens published ports of a service: not in the network of the host, not without a
// network, and not on internal networks alone.
func opensHostPorts(w *workload.Workloads, s *input.Service) bool {
	return s.NetworkMode != "host" && s.NetworkMode != "none" && !w.IsInternalOnly(s)
}
