package network

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// publications returns the ports of a service that are to be reachable from outside, and reports those that are not.
//
// Docker opens each of `ports` on the host; only what is bound to a loopback address stays with the machine, and opening
// that to a network would be a hole. Containers that are on internal networks only cannot be reached from outside either.
func (d *publishing) publications(s *input.Service) []publication {
	if s.Job != nil {
		for i, c := range s.Config.Ports {
			d.findings.Addf("port-not-published", s.Key("ports").Index(i), "make it a service, or use kubectl port-forward while it runs",
				"port %s is reachable inside the cluster only: a job is not published", writtenPort(c))
		}
		return nil
	}
	if d.workloads.Pod(s).Kind == workload.None {
		return nil
	}
	var list []publication
	for i, c := range s.Config.Ports {
		at := s.Key("ports").Index(i)
		if c.Target < 1 || c.Target > 65535 || !d.isPublishable(s, at, i) {
			continue
		}
		first, last := input.PublishedRange(c.Published)
		list = append(list, publication{
			at: at, written: writtenPort(c), first: first, last: last, outside: cmp.Or(first, int32(c.Target)), target: int32(c.Target),
			protocol: input.ProtocolOf(c.Protocol), name: portName(c.Name), appProtocol: c.AppProtocol,
		})
	}
	reportRefused(s, d.findings)
	if s.PublishType == input.PublishNone {
		return list
	}
	return assignOutside(list, d.findings)
}

// reportRefused reports a program whose ports cannot be forwarded: it listens on the address of its Pod, and what is forwarded arrives at localhost there.
// Docker publishes ports to the address of the container. Source: https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/
func reportRefused(s *input.Service, findings *report.Findings) {
	told := s.Config.Environment["HOSTNAME"]
	if len(s.Config.Ports) == 0 || !s.Facts.ListensOnHostname || s.Build() == nil || told != nil && *told != "" ||
		len(s.Config.Command) > 0 && !strings.Contains(strings.Join(s.Config.Command, " "), "server.js") || strings.Contains(strings.Join(slices.Concat(s.Config.Entrypoint, s.Config.Command), " "), "HOSTNAME") {
		return
	}
	findings.Addf("forward-refused", s.Key("ports").Index(0), "add HOSTNAME: 0.0.0.0 to its environment",
		"%s listens on the address that the variable HOSTNAME names, that of its Pod: a Service reaches port %d there, while transship up, transship forward and kubectl port-forward ask localhost, and are refused", s.Name, s.Config.Ports[0].Target)
}

// assignOutside gives every publication a port of its own: first those that name one, then those that name a range, of
// which the first free one is taken, and last those that leave the choice to Docker, which get the number of the container
// port. A Service has each number once; Docker refuses the second of two, unless they are bound to different addresses.
func assignOutside(list []publication, findings *report.Findings) []publication {
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
				reportRange(x, findings)
			} else if have := owner[key{x.outside, x.protocol}]; have.target != x.target || x.isRange() {
				findings.Addf("port-conflict", x.at, "publish it under another port",
					"port %s is not published: port %d of the Service leads to port %d of the container already", x.written, x.outside, have.target)
			}
		}
	}
	var result []publication
	for _, i := range sorted.Keys(kept) {
		result = append(result, kept[i])
	}
	return result
}

func reportRange(x publication, findings *report.Findings) {
	if x.isRange() {
		findings.Addf("port-range", x.at, "write the one port that is meant",
			"of the ports %d-%d only %d is used: Docker takes a free one, and one for each replica, a Service has one for all", x.first, x.last, x.outside)
	}
}

func (x publication) isFixed() bool          { return x.first != 0 && x.first == x.last }
func (x publication) isRange() bool          { return x.first != x.last }
func (x publication) isChosenByDocker() bool { return x.first == 0 }

// isPublishable reports whether Docker would show a port to other machines and it is not shown by hostPort already. A port with
// `mode: host`, which docker compose takes no notice of, has a route as well where routes are chosen.
func (d *publishing) isPublishable(s *input.Service, at diag.Path, i int) bool {
	c := s.Config.Ports[i]
	switch {
	case s.NetworkMode == "host":
		d.findings.Add("port-discarded", at, "Docker ignores published ports in the network of the host, and so does the cluster: the container's own ports are those of the node", "reach the program on the port that it listens on, or leave out network_mode: host")
	case s.NetworkMode == "none":
		d.findings.Add("port-discarded", at, "Docker publishes nothing of a service without a network, and nor does the cluster", "")
	case isHostPort(s, c):
		reportHostPort(s, at, i, d.findings)
		routed := s.PublishType == input.PublishIngress || s.PublishType == input.PublishGateway
		return routed && c.Mode == "host" && !s.Ext.HostPorts && !isLoopback(c.HostIP) && !d.workloads.IsInternalOnly(s)
	case isLoopback(c.HostIP):
		if !d.project.Options.Live { // up forwards it
			d.findings.Addf("port-loopback", at, "kubectl port-forward reaches it, as does transship up",
				"port %d is bound to %s, for the machine itself: it is not published", c.Target, c.HostIP)
		}
	case d.workloads.IsInternalOnly(s):
		d.findings.Addf("port-internal", at, "put the service on a network that is not internal as well",
			"port %d is not published: the service is on internal networks only, where Docker publishes nothing", c.Target)
	default:
		if c.HostIP != "" && !isUnspecified(c.HostIP) && s.PublishType != input.PublishNone {
			d.findings.Addf("port-host-ip", at, "ask for an address with x-kubernetes.publish.loadBalancerIP, or leave it unpublished",
				"port %d is published on every address, not on %s only", c.Target, c.HostIP)
		}
		return true
	}
	return false
}

// portRemedy says what gives a service a port that can be published. In the network of the host Docker discards what stands under ports.
func portRemedy(s *input.Service) string {
	if s.NetworkMode == "host" {
		return "leave x-kubernetes.publish out: the ports of the program are those of its node already; or leave network_mode: host out, and add the port to `ports`"
	}
	return "add the port to `ports`"
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
	if protocol := input.ProtocolOf(c.Protocol); protocol != corev1.ProtocolTCP {
		text += "/" + strings.ToLower(string(protocol))
	}
	return text
}

// outside is what makes ports reachable from outside the cluster.
type outside struct {
	services  []plan.Service
	ingresses []plan.Ingress
	routes    []plan.HTTPRoute
}

// eachRoute calls found with every route, and with the object that has it.
func (all outside) eachRoute(found func(plan.Meta, plan.Route)) {
	for _, o := range all.ingresses {
		for _, r := range o.Routes {
			found(o.Meta, r)
		}
	}
	for _, o := range all.routes {
		found(o.Meta, o.Route)
	}
}

// publishing makes ports reachable from outside the cluster.
type publishing struct {
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	ports     Ports
	proxies   proxies.Routes
	services  *services
	findings  *report.Findings

	isProxied bool            // a service has labels or variables for a proxy, which become routes or findings
	hostless  map[string]bool // where ports stand that get a route without a host, as nothing names one
}

// all decides what makes ports reachable from outside the cluster. By default that is nothing: a public load balancer for
// every line of `ports` would be a cost and an exposure that nobody asked for.
func (d *publishing) all() outside {
	d.hostless = map[string]bool{}
	var all outside
	var onMachine, published []machinePort // that are reachable from elsewhere here, and all that were on Docker
	reportHostPortConflicts(d.project, d.workloads, d.findings)
	for _, s := range d.project.Services {
		reportUnusedWishes(d.project, s, d.findings)
		if d.publishProxied(s, &all) {
			d.isProxied = true
			d.reportBesideRoutes(s)
			continue
		}
		list := d.publications(s)
		for _, x := range list {
			if x.protocol != corev1.ProtocolTCP {
				continue
			}
			published = append(published, machinePort{service: s, published: x.outside})
			if s.PublishType != input.PublishNone {
				onMachine = append(onMachine, machinePort{service: s, published: x.outside})
			}
		}
		onMachine = append(onMachine, loopbackPorts(s)...)
		asked := s.Ext.Publish != nil && s.Ext.Publish.Type != "" && s.Ext.Publish.Type != string(input.PublishNone)
		if len(list) == 0 && asked && len(s.Config.Ports) == 0 {
			list = ownPublications(d.workloads, d.ports, s)
		}
		if len(list) == 0 {
			if asked {
				d.findings.Addf("publish-nothing", s.Key("x-kubernetes"), portRemedy(s), "x-kubernetes.publish has nothing to publish: no port of the service is known and for other machines")
			}
			continue
		}
		if s.PublishType == input.PublishLoadBalancer || s.PublishType == input.PublishNodePort {
			for _, x := range list {
				reportDatastore(x.at, x.target, storeHelp(s), d.findings)
			}
			reportClientAddress(s, list, d.findings)
		}
		switch s.PublishType {
		case input.PublishLoadBalancer:
			all.services = append(all.services, d.loadBalancer(s, list))
		case input.PublishNodePort:
			all.services = append(all.services, d.nodePorts(s, list))
		case input.PublishIngress, input.PublishGateway:
			d.publishRoutes(s, list, &all)
		default:
			d.reportUnpublished(s, list)
		}
	}
	d.reportNothing(all)
	d.reportTold(onMachine)
	reportPages(d.project, pagePorts{onMachine, published}, d.findings)
	d.reportSharedRoutes(all)
	d.reportRefusedHosts(all)
	reportToldHosts(d.project, all, d.findings)
	d.reportRedirects(all)
	return all
}

// ownPublications returns the known ports of a service that publishes none on Docker and is asked to here.
func ownPublications(w *workload.Workloads, ports Ports, s *input.Service) []publication {
	var list []publication
	if s.NetworkMode == "none" || s.NetworkMode == "host" || w.IsInternalOnly(s) {
		return nil
	}
	for _, x := range ports.Behind(s) {
		if x.Known && len(list) < plan.ManyPorts { // nothing is public that was only guessed
			list = append(list, publication{at: s.Key("x-kubernetes"), written: strconv.Itoa(int(x.Number)), outside: x.Number, target: x.Number, protocol: x.Protocol, name: x.Name, appProtocol: x.AppProtocol})
		}
	}
	return list
}
