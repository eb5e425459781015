package transform

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// published is one port that Docker would open on the host; `up` forwards it. It is JSON in AnnotationPublished.
type published struct {
	HostIP    string `json:"hostIP,omitempty"`
	Published string `json:"published,omitempty"`
	Target    uint32 `json:"target"`
	Protocol  string `json:"protocol"`
}

// publication is one port of a service on its way to the outside.
type publication struct {
	at          diag.Path
	written     string // as the short form of Compose has it
	first, last int32  // the ports that the file allows, 0 if it leaves the choice to Docker
	outside     int32  // the port that users know
	target      int32
	protocol    corev1.Protocol
	name        string
	appProtocol string
}

// publishedPorts returns what Docker would open on the host for the services of a Pod.
func (b *pod) publishedPorts() []published {
	var list []published
	for _, s := range b.members {
		if s.networkMode() == "host" || s.networkMode() == "none" {
			continue
		}
		for _, c := range s.config.Ports {
			list = append(list, published{HostIP: c.HostIP, Published: c.Published, Target: c.Target, Protocol: c.Protocol})
		}
	}
	return list
}

// publishedRange reads "8080" or "8080-8090"; 0 stands for a port that Docker would choose, or for text that is none.
func publishedRange(text string) (first, last int32) {
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

// publications returns the ports of a service that are to be reachable from outside, and reports those that are not.
//
// Docker opens each of `ports` on the host; only what is bound to a loopback address stays with the machine, and opening
// that to a network would be a hole. Containers that are on internal networks only cannot be reached from outside either.
func (s *service) publications() []publication {
	if s.job != nil {
		for i, c := range s.config.Ports {
			s.reportf("port-not-published", s.key("ports").Index(i), "make it a service, or use kubectl port-forward while it runs",
				"port %s is reachable inside the cluster only: a job is not published", writtenPort(c))
		}
		return nil
	}
	if s.pod.main.kind == kindNone {
		return nil
	}
	var list []publication
	for i, c := range s.config.Ports {
		at := s.key("ports").Index(i)
		if c.Target < 1 || c.Target > 65535 || !s.isPublishable(at, i) {
			continue
		}
		first, last := publishedRange(c.Published)
		list = append(list, publication{
			at: at, written: writtenPort(c), first: first, last: last, outside: cmp.Or(first, int32(c.Target)), target: int32(c.Target),
			protocol: protocolOf(c.Protocol), name: portName(c.Name), appProtocol: c.AppProtocol,
		})
	}
	if s.publishType() == PublishNone {
		return list
	}
	return s.assignOutside(list)
}

// assignOutside gives every publication a port of its own: first those that name one, then those that name a range, of
// which the first free one is taken, and last those that leave the choice to Docker, which get the number of the container
// port. A Service has each number once; Docker refuses the second of two, unless they are bound to different addresses.
func (s *service) assignOutside(list []publication) []publication {
	type key struct {
		number   int32
		protocol corev1.Protocol
	}
	owner := map[key]publication{}
	assign := func(x *publication, from, to int32) bool {
		for n := from; n <= to; n++ {
			if _, taken := owner[key{n, x.protocol}]; !taken {
				x.outside = n
				owner[key{n, x.protocol}] = *x
				return true
			}
		}
		return false
	}
	kept := map[int]publication{}
	for _, turn := range []func(publication) bool{publication.isFixed, publication.isRange, publication.isChosenByDocker} {
		for i, x := range list {
			if !turn(x) {
				continue
			}
			if assign(&x, cmp.Or(x.first, x.target), cmp.Or(x.last, x.target)) {
				kept[i] = x
				s.reportRange(x)
			} else if have := owner[key{x.outside, x.protocol}]; have.target != x.target || x.isRange() {
				s.reportf("port-conflict", x.at, "publish it under another port",
					"port %s is not published: port %d of the Service leads to port %d of the container already", x.written, x.outside, have.target)
			}
		}
	}
	var result []publication
	for _, i := range sortedKeys(kept) {
		result = append(result, kept[i])
	}
	return result
}

func (s *service) reportRange(x publication) {
	if x.isRange() {
		s.reportf("port-range", x.at, "write the one port that is meant",
			"of the ports %d-%d only %d is used: Docker takes a free one, and one for each replica, a Service has one for all", x.first, x.last, x.outside)
	}
}

func (x publication) isFixed() bool          { return x.first != 0 && x.first == x.last }
func (x publication) isRange() bool          { return x.first != x.last }
func (x publication) isChosenByDocker() bool { return x.first == 0 }

// isPublishable reports whether Docker would show a port to other machines and it is not shown by hostPort already.
func (s *service) isPublishable(at diag.Path, i int) bool {
	c := s.config.Ports[i]
	switch {
	case s.networkMode() == "host":
		s.report("port-discarded", at, "Docker ignores published ports in the network of the host, and so does the cluster: the container's own ports are those of the node", "")
	case s.networkMode() == "none":
		s.report("port-discarded", at, "Docker publishes nothing of a service without a network, and nor does the cluster", "")
	case s.isHostPort(c):
		s.reportHostPort(at, i)
	case isLoopback(c.HostIP):
		s.reportf("port-loopback", at, "kubectl port-forward reaches it, as does transship up",
			"port %d is bound to %s, for the machine itself: it is not published", c.Target, c.HostIP)
	case s.isInternalOnly():
		s.reportf("port-internal", at, "put the service on a network that is not internal as well",
			"port %d is not published: the service is on internal networks only, where Docker publishes nothing", c.Target)
	default:
		if c.HostIP != "" && !isUnspecified(c.HostIP) && s.publishType() != PublishNone {
			s.reportf("port-host-ip", at, "ask for an address with x-kubernetes.publish.loadBalancerIP, or leave it unpublished",
				"port %d is published on every address, not on %s only", c.Target, c.HostIP)
		}
		return true
	}
	return false
}

// writtenPort renders a port in Compose's short form.
func writtenPort(c types.ServicePortConfig) string {
	text := strconv.Itoa(int(c.Target))
	if c.Published != "" {
		text = c.Published + ":" + text
	}
	if strings.Contains(c.HostIP, ":") {
		text = "[" + c.HostIP + "]:" + text
	} else if c.HostIP != "" {
		text = c.HostIP + ":" + text
	}
	if protocol := protocolOf(c.Protocol); protocol != corev1.ProtocolTCP {
		text += "/" + strings.ToLower(string(protocol))
	}
	return text
}

func isLoopback(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.Unmap().IsLoopback() || address == "localhost"
}

func isUnspecified(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.IsUnspecified()
}

// publishType returns how a service is published.
func (s *service) publishType() Publish {
	if s.ext.Publish != nil && s.ext.Publish.Type != "" {
		return Publish(s.ext.Publish.Type)
	}
	return s.options.Publish
}

// publishedObjects emits what makes ports reachable from outside the cluster. By default that is nothing: a public load
// balancer for every line of `ports` would be a cost and an exposure that nobody asked for.
func (p *project) publishedObjects() {
	p.reportHostPortConflicts()
	for _, s := range p.services {
		s.reportUnusedWishes()
		list := s.publications()
		asked := s.ext.Publish != nil && s.ext.Publish.Type != "" && s.ext.Publish.Type != string(PublishNone)
		if len(list) == 0 && asked && len(s.config.Ports) == 0 {
			list = s.ownPublications()
		}
		if len(list) == 0 {
			if asked {
				s.report("publish-nothing", s.key("x-kubernetes"), "x-kubernetes.publish has nothing to publish: no port of the service is known and for other machines", "add the port to `ports`")
			}
			continue
		}
		switch s.publishType() {
		case PublishLoadBalancer:
			p.emit(s.loadBalancer(list))
		case PublishNodePort:
			p.emit(s.nodePorts(list))
		case PublishIngress, PublishGateway:
			s.publishRoutes(list)
		default:
			s.reportUnpublished(list)
		}
	}
}

// ownPublications returns the known ports of a service that publishes none on Docker and is asked to here.
func (s *service) ownPublications() []publication {
	var list []publication
	if s.networkMode() == "none" || s.networkMode() == "host" || s.isInternalOnly() {
		return nil
	}
	for _, x := range s.servicePorts() {
		if len(list) < manyPorts {
			list = append(list, publication{at: s.key("x-kubernetes"), written: strconv.Itoa(int(x.number)), outside: x.number, target: x.number, protocol: x.protocol, name: x.name, appProtocol: x.appProtocol})
		}
	}
	return list
}

func (s *service) reportUnpublished(list []publication) {
	if s.options.Live || s.ext.Publish != nil && s.ext.Publish.Type == string(PublishNone) { // `up` forwards them; who says none knows
		return
	}
	for _, x := range list {
		s.reportf("port-not-published", x.at, "choose a way with --publish or x-kubernetes.publish: loadbalancer, nodeport, ingress or gateway",
			"port %s is reachable inside the cluster only", x.written)
	}
}
