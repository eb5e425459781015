package network

import (
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
	if guards := proxies.GuardsOf(found); len(guards) > 0 && len(s.PublishWishes().Annotations) == 0 {
		d.findings.Addf("route-unguarded", found[0].At,
			"name what the cluster's controller has for it in x-kubernetes.publish.annotations; x-kubernetes.publish: none keeps the service inside",
			"%s gets no route: on Docker, %s guards it with %s, and a route would be open to all", s.Name, found[0].Proxy, strings.Join(guards, ", "))
		return true
	}
	var routes []route
	for _, r := range found {
		routes = append(routes, d.proxied(s, r, all)...)
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

// proxied returns the routes that one router becomes.
func (d *publishing) proxied(s *input.Service, r proxies.Route, all *outside) []route {
	port := proxiedPort(d.ports, s, r)
	no := func(help, why string) []route {
		d.findings.Addf("port-no-route", r.At, help, "what %s routes to %s gets no route: %s", r.Proxy, s.Name, why)
		return nil
	}
	switch {
	case !r.Exact && s.PublishWishes().Host == "":
		return no("name the host with x-kubernetes.publish.host", "of "+strconv.Quote(r.Rule)+" and what belongs to it, Ingress and Gateway know hosts and one path prefix only")
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
		own.Path = "/" + strings.TrimPrefix(r.Path, "/")
	}
	if host := s.PublishWishes().Host; host != "" {
		return hostRoutes(s, own, host, d.findings)
	}
	own.Hosts = hosts(s, strings.Join(r.Hosts, ","), d.findings)
	if len(own.Hosts) == 0 {
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
	if !s.IsPublishedByRoutes() {
		return nil
	}
	for _, r := range asked[s] {
		if port := proxiedPort(ports, s, r); port != 0 && (len(r.Guards) == 0 || len(s.PublishWishes().Annotations) > 0) {
			list = append(list, port)
		}
	}
	return list
}
