package network

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/proxies"
)

// publishProxied adds the routes that labels and variables for proxies describe, where the services are published by routes. It reports
// whether the service has such labels: then they say where the outside reaches what, and its ports do not.
//
// A route without the middlewares that turn callers away would be open where the service was guarded, so it is written only
// if x-kubernetes.publish.annotations say what the controller of the cluster does instead.
func (d *publishing) publishProxied(s *input.Service, all *outside) bool {
	if !s.IsPublishedByRoutes() {
		return false
	}
	found := d.proxies[s]
	if len(found) == 0 {
		return false
	}
	if proxies.IsRefused(s, found) {
		d.reportUnguarded(s, found)
		return true
	}
	var routes []route
	for _, r := range found {
		for _, own := range d.proxied(s, r, all) {
			routes = addRoute(routes, own)
		}
	}
	if len(routes) == 0 {
		return true
	}
	https := slices.ContainsFunc(found, func(r proxies.Route) bool { return r.HTTPS })
	if s.PublishType == input.PublishGateway {
		all.routes = append(all.routes, httpRoutes(d.project, d.names, s, routes, d.findings)...)
		if https {
			d.findings.Addf("route-tls", found[0].At, "", "%s serves it over HTTPS; a listener of the Gateway decides whether the route is", found[0].Proxy)
		}
		return true
	}
	o := ingress(d.names, s, routes)
	if https && o.TLSSecret == "" {
		o.TLS = true
		d.findings.Addf("route-tls", found[0].At, "name the Secret with the certificate in x-kubernetes.publish.tlsSecret; cert-manager makes one if its annotation stands in x-kubernetes.publish.annotations",
			"%s serves it over HTTPS; so does the Ingress, with the certificate that the controller has", found[0].Proxy)
	}
	all.ingresses = append(all.ingresses, o)
	return true
}

// reportBesideRoutes reports the published ports of a service to which no proxy leads: on Docker, they are reached beside it.
func (d *publishing) reportBesideRoutes(s *input.Service) {
	var routed []int32
	for _, r := range d.proxies[s] {
		if port := proxiedPort(d.ports, s, r); port != 0 && r.Elsewhere == "" {
			routed = append(routed, port)
		}
	}
	for _, x := range d.publications(s) {
		if x.protocol == corev1.ProtocolTCP && slices.Contains(routed, x.target) {
			continue
		}
		if x.protocol == corev1.ProtocolTCP && len(routed) > 0 && (x.outside == 443 || slices.Contains(tlsPorts, x.target)) { // for the same users
			reportTLSPort(x, routed[0], d.findings)
			continue
		}
		d.findings.Addf("port-no-route", x.at, "x-kubernetes.publish: loadbalancer on the service gives its ports an address of their own, in place of the routes",
			"port %s is reachable inside the cluster only: what %s routes to %s leads to other ports", x.written, d.proxies[s][0].Proxy, s.Name)
	}
}

// reportUnguarded reports a service that gets no route because of its guards, where the first of them stands.
func (d *publishing) reportUnguarded(s *input.Service, found []proxies.Route) {
	first := found[slices.IndexFunc(found, func(r proxies.Route) bool { return len(r.Guards) > 0 && r.Speaks == "" })]
	d.findings.Addf("route-unguarded", first.At,
		"name what the cluster's controller has for it in x-kubernetes.publish.annotations; x-kubernetes.publish: none keeps the service inside",
		"%s gets no route: on Docker, %s guards it with %s, and a route would be open to all", s.Name, first.Proxy, strings.Join(proxies.GuardsOf(found), ", "))
}

// addRoute adds a route without the hosts that have one for its path already.
func addRoute(routes []route, r route) []route {
	hosts := slices.DeleteFunc(slices.Clone(r.Hosts), func(host string) bool {
		return slices.ContainsFunc(routes, func(have route) bool {
			return have.Path == r.Path && have.Whole == r.Whole && slices.Contains(have.Hosts, host)
		})
	})
	if len(hosts) == 0 && len(r.Hosts) > 0 {
		return routes
	}
	r.Hosts = hosts
	return append(routes, r)
}

// proxied returns the routes that one router becomes.
func (d *publishing) proxied(s *input.Service, r proxies.Route, all *outside) []route {
	port := proxiedPort(d.ports, s, r)
	no := func(help, why string) []route {
		d.findings.Addf("port-no-route", r.At, help, "what %s routes to %s gets no route: %s", r.Proxy, s.Name, why)
		return nil
	}
	switch {
	case r.IsStream():
		help := "x-kubernetes.publish: loadbalancer on the service gives it an address of its own"
		if len(r.Guards) > 0 {
			help += ", open to all: " + strings.Join(r.Guards, ", ") + " guards it on Docker"
		}
		return no(help, "routes are for HTTP, and it is one for "+r.Speaks)
	case r.Speaks != "":
		return no("put a server in front of it that speaks HTTP", "routes are for HTTP, and the program speaks "+r.Speaks)
	case !r.IsOutside(s):
		return no("x-kubernetes: {publish: {host: …}} on the service opens it to the outside", r.Closed)
	case r.Unread == proxies.NoRule && slices.ContainsFunc(d.proxies[s], func(other proxies.Route) bool { return other.Unread == "" }):
		d.findings.Addf("port-no-route", r.At, "give it a rule, or leave it out", "a router of %s for %s has no rule, and gets no route; another one has", r.Proxy, s.Name)
		return nil
	case r.Unread != "" && s.PublishWishes().Host == "":
		return no("name the host with x-kubernetes.publish.host", r.Unread)
	case r.Elsewhere != "":
		return no("put the labels on the service that is meant; what is outside the project needs a route of its own", "its server is "+r.Elsewhere+", and not "+s.Name+" itself")
	case port == 0:
		return no("declare the port with expose", "which port it leads to is not known")
	case r.TLS:
		return no("let the program speak HTTP, or write the route for the controller of the cluster", "the program speaks TLS itself, which is up to the controller")
	}
	x := publication{at: r.At, written: strconv.Itoa(int(port)), outside: port, target: port, protocol: corev1.ProtocolTCP, appProtocol: "http"}
	backend := d.backend(s, []publication{x}, all)
	own := route{from: x}
	own.Backend, own.Port, own.Path = backend, port, "/"
	if r.Path != "" {
		own.Path, own.Whole = "/"+strings.TrimPrefix(r.Path, "/"), r.Whole
	}
	if path := s.PublishWishes().Path; path != "" {
		own.Path, own.Whole = "/"+strings.TrimPrefix(path, "/"), false
	}
	if host := s.PublishWishes().Host; host != "" {
		return hostRoutes(s, own, host, d.findings)
	}
	known, wrong := readHosts(r.Hosts)
	for _, host := range wrong {
		no("name the host with x-kubernetes.publish.host", fmt.Sprintf("%q is not a host name", host))
	}
	if own.Hosts = known; len(known) == 0 {
		return nil
	}
	return []route{own}
}

// proxiedPort returns the port that a router leads to, 0 if it is not known.
func proxiedPort(ports Ports, s *input.Service, r proxies.Route) int32 {
	if r.Port != 0 {
		return r.Port
	}
	return ports.FirstKnown(s)
}

// proxiedPorts returns the ports of a service that routes lead to because of its labels.
func proxiedPorts(asked proxies.Routes, ports Ports, s *input.Service) []int32 {
	var list []int32
	if !s.IsPublishedByRoutes() || proxies.IsRefused(s, asked[s]) {
		return nil
	}
	for _, r := range asked[s] {
		if port := proxiedPort(ports, s, r); port != 0 && r.Speaks == "" && r.Elsewhere == "" && r.IsOutside(s) {
			list = append(list, port)
		}
	}
	return list
}
