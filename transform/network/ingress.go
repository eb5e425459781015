package network

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// webPorts are container ports that mostly speak HTTP: 80 and what web servers and frameworks listen on by default.
var webPorts = []int32{80, 3000, 3001, 4000, 4200, 5000, 5001, 5173, 5601, 8000, 8008, 8025, 8080, 8081, 8082, 8083, 8088, 8090, 8888, 9000, 9090, 9091, 9411, 15672, 16686}

// tlsPorts are container ports that mostly speak TLS.
var tlsPorts = []int32{443, 8443, 9443}

// route is a way from host names and a path to a port of a service, and the publication that it is for.
type route struct {
	plan.Route
	from publication
}

// publishRoutes adds an Ingress or an HTTPRoute for the ports that speak HTTP. The others stay inside: a public load balancer is
// nothing that a choice of routes asks for.
//
// A published port is a place of its own on a Docker host. Ingress and Gateway have one place for all, and tell services
// apart by the host name in the request: <service>.<domain>.
// Spec: https://kubernetes.io/docs/concepts/services-networking/ingress/, https://gateway-api.sigs.k8s.io/
func (d *publishing) publishRoutes(s *input.Service, list []publication, all *outside) {
	web, rest := webPublications(s, d.listening(s, d.withProtocols(s, list)), d.findings)
	for _, x := range rest {
		d.reportNoRoute(x)
	}
	if len(web) == 0 {
		return
	}
	for _, x := range web {
		reportDatastore(x.at, x.target, storeHelp(s), d.findings)
	}
	routes := d.routes(s, web, all)
	if len(routes) == 0 {
		return // no host that a route can have; an error has said so
	}
	if s.PublishType == input.PublishGateway {
		all.routes = append(all.routes, httpRoutes(d.project, d.names, s, routes, d.findings)...)
		return
	}
	all.ingresses = append(all.ingresses, ingress(d.names, s, routes))
}

// webPublications splits publications into those that speak HTTP and the others. Beside an HTTP port, one for TLS is for the
// same users; TLS is then the task of the controller.
func webPublications(s *input.Service, list []publication, findings *report.Findings) (web, rest []publication) {
	looksWeb := func(x publication) bool {
		return strings.HasPrefix(x.appProtocol, "http") && x.appProtocol != "https" || x.appProtocol == "" && (slices.Contains(webPorts, x.target) || x.outside == 80 && datastorePorts[x.target] == "")
	}
	chosen := -1 // a route that the service itself asks for leads to its first port, if none looks like HTTP
	if s.PublishWishes().Type != "" && !slices.ContainsFunc(list, func(x publication) bool { return x.protocol == corev1.ProtocolTCP && looksWeb(x) }) {
		chosen = slices.IndexFunc(list, func(x publication) bool {
			return x.protocol == corev1.ProtocolTCP && (datastorePorts[x.target] == "" || slices.Contains(webStores, x.target))
		})
	}
	var tls []publication
	for i, x := range list {
		switch {
		case x.protocol != corev1.ProtocolTCP:
			rest = append(rest, x)
		case looksWeb(x), i == chosen:
			web = append(web, x)
		case x.appProtocol == "https" || x.appProtocol == "" && (slices.Contains(tlsPorts, x.target) || x.outside == 443 && datastorePorts[x.target] == ""):
			tls = append(tls, x)
		default:
			rest = append(rest, x)
		}
	}
	if len(web) == 0 {
		return web, append(rest, tls...)
	}
	for _, x := range tls {
		reportTLSPort(x, web[0].target, findings)
	}
	return web, rest
}

// reportTLSPort reports a port for TLS beside one that gets a route.
func reportTLSPort(x publication, routed int32, findings *report.Findings) {
	findings.Addf("port-tls", x.at, "give the certificate with x-kubernetes.publish.tlsSecret", "port %d is not published: TLS ends at the controller, which passes requests on to port %d", x.target, routed)
}

// routes returns the routes of a service: the first port gets the host of the service, others one with their number.
func (d *publishing) routes(s *input.Service, list []publication, all *outside) []route {
	wishes := s.PublishWishes()
	backend := d.backend(s, list, all)
	var routes []route
	for i, x := range list {
		r := route{Route: plan.Route{Backend: backend, Port: x.target, Path: wishes.Path}, from: x}
		if r.Path == "" || !strings.HasPrefix(r.Path, "/") {
			r.Path = "/" + r.Path
		}
		switch {
		case i == 0 && wishes.Host != "":
			routes = append(routes, hostRoutes(s, r, wishes.Host, d.findings)...)
			continue
		case d.project.Options.Domain != "" && i == 0:
			r.Hosts = hosts(s, d.names.DNS(s)+"."+d.project.Options.Domain, d.findings)
			reportServedHosts(d.project, s, isCaddy(s), x.at, r.Hosts, d.findings)
		case d.project.Options.Domain != "":
			r.Hosts = hosts(s, fmt.Sprintf("%s-%d.%s", d.names.DNS(s), x.outside, d.project.Options.Domain), d.findings)
		case i > 0:
			d.findings.Addf("route-host", x.at, "set --domain, so that each port gets a host of its own", "port %d gets no route: without a domain nothing tells it from port %d", x.target, list[0].target)
			continue
		default:
			d.hostless[x.at.String()] = true
		}
		routes = append(routes, r)
	}
	return routes
}

// reportSharedRoutes reports the services that have a route for the same host and path as another one, and the route that answers for every host: a
// controller refuses all but the first, or gives the requests to one of them. Sources: https://kubernetes.io/docs/concepts/services-networking/ingress/
// (it does not say which), https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule (the oldest one),
// https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/controller/controller.go (checkOverlap)
func (d *publishing) reportSharedRoutes(all outside) {
	owner := map[string]string{}
	isShared := map[string]bool{}
	var hostless []func()
	report := func(o plan.Meta, r plan.Route) {
		at := o.Origin.Paths[0]
		for _, host := range r.Hosts {
			place := host + r.Path
			key := fmt.Sprint(place, r.Whole)
			first, taken := owner[key]
			switch {
			case !taken:
				owner[key] = o.Component
			case first != o.Component:
				d.findings.Addf("route-shared", at, "give one of them another host or path, or keep the one that is not meant inside with x-kubernetes: {publish: none}",
					"%s has a route for %s as well as %s: the controller gives all requests to one of them, where a proxy of Docker may share them out", o.Component, place, first)
			}
		}
		if len(r.Hosts) > 0 {
			return
		}
		key := fmt.Sprint(r.Path, r.Whole)
		if first, taken := owner[key]; taken && first != o.Component {
			isShared[key] = true
			d.findings.Addf("route-shared", at, "--domain=example.com gives each a host of its own; x-kubernetes: {publish: none} keeps the one that is not meant inside",
				"%s and %s answer for every host at %s: the controller refuses the second route, or gives all requests to one of them", first, o.Component, r.Path)
			return
		}
		owner[key] = o.Component
		if d.hostless[at.String()] {
			hostless = append(hostless, func() {
				if !isShared[key] {
					d.findings.Add("route-host", at, o.Component+" answers for every host that no other route names", "set --domain or x-kubernetes.publish.host")
				}
			})
		}
	}
	all.eachRoute(report)
	for _, report := range hostless {
		report()
	}
}

// backend returns the Service that routes lead to: the service's own, or one with the published ports if its own has no
// address or not those ports.
func (d *publishing) backend(s *input.Service, list []publication, all *outside) string {
	behind := d.ports.Behind(s)
	hasAll := !slices.ContainsFunc(list, func(x publication) bool {
		return !slices.ContainsFunc(behind, func(p input.Port) bool { return p.Number == x.target && p.Protocol == x.protocol })
	})
	if d.services.forms[s] == plan.ClusterIP && hasAll && len(behind) <= plan.ManyPorts {
		return d.names.DNS(s)
	}
	inside := make([]publication, len(list))
	for i, x := range list {
		x.outside = x.target
		inside[i] = x
	}
	name := publishedName(d.names, s)
	if i := slices.IndexFunc(all.services, func(o plan.Service) bool { return o.Name == name }); i >= 0 { // of another router
		for _, p := range d.publishedService(s, inside).Ports {
			if !slices.ContainsFunc(all.services[i].Ports, func(have plan.ServicePort) bool { return have.Number == p.Number }) {
				all.services[i].Ports = append(all.services[i].Ports, p)
			}
		}
		return name
	}
	all.services = append(all.services, d.publishedService(s, inside))
	return name
}

// hostRoutes returns the routes of a comma-separated list of host names, of which each may have a path of its own: one route
// for those with the same path.
func hostRoutes(s *input.Service, r route, text string, findings *report.Findings) []route {
	var routes []route
	for item := range strings.SplitSeq(text, ",") {
		host, path, hasPath := strings.Cut(strings.TrimSpace(item), "/")
		own := r
		if hasPath {
			own.Path, own.Whole = "/"+path, false
		}
		hosts := hosts(s, host, findings)
		if i := slices.IndexFunc(routes, func(have route) bool { return have.Path == own.Path }); i >= 0 {
			routes[i].Hosts = append(routes[i].Hosts, hosts...)
		} else if len(hosts) > 0 {
			own.Hosts = hosts
			routes = append(routes, own)
		}
	}
	return routes
}

// hosts reads a comma-separated list of host names.
func hosts(s *input.Service, text string, findings *report.Findings) []string {
	list, wrong := readHosts(strings.Split(text, ","))
	for _, host := range wrong {
		findings.Addf("route-host-invalid", s.Key("x-kubernetes", "publish", "host"), "write a name such as shop.example.com", "%q is not a host name", host)
	}
	return list
}

// readHosts returns the names that a route can have, in lower case, and the others.
func readHosts(names []string) (list, wrong []string) {
	for _, host := range names {
		host = strings.ToLower(strings.TrimSpace(host))
		if len(validation.IsDNS1123Subdomain(host)) > 0 && len(validation.IsWildcardDNS1123Subdomain(host)) > 0 {
			wrong = append(wrong, host)
			continue
		}
		list = append(list, host)
	}
	return list, wrong
}

// routeMeta returns the metadata of the i-th object of a kind: named after the service, further ones after their port too.
func routeMeta(n *naming.Names, s *input.Service, kind string, i int, routes ...route) plan.Meta {
	dns := n.DNS(s)
	wish := dns
	if i > 0 {
		wish = names.Normalize(fmt.Sprintf("%s-%d", dns, routes[0].from.outside), names.MaxLabel)
	}
	var at []diag.Path
	for _, r := range routes {
		at = append(at, r.from.at)
	}
	meta := plan.MetaOf(s, dns, n.Registry.Claim(kind, fmt.Sprintf("%s %d", s.Name, i), wish, names.MaxLabel), at...)
	maps.Copy(meta.Annotations, s.PublishWishes().Annotations)
	return meta
}

// ingress returns the Ingress of a service.
func ingress(n *naming.Names, s *input.Service, routes []route) plan.Ingress {
	wishes := s.PublishWishes()
	o := plan.Ingress{Meta: routeMeta(n, s, "Ingress", 0, routes...), Class: wishes.IngressClass, TLSSecret: wishes.TLSSecret}
	for _, r := range routes {
		o.Routes = append(o.Routes, r.Route)
	}
	return o
}
