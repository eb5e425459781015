package transform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/transform/names"
)

// webPorts are container ports that mostly speak HTTP: 80 and what web servers and frameworks listen on by default.
var webPorts = []int32{80, 3000, 3001, 4000, 4200, 5000, 5001, 5173, 5601, 8000, 8008, 8080, 8081, 8082, 8083, 8088, 8090, 8888, 9000, 9090, 9091}

// tlsPorts are container ports that mostly speak TLS.
var tlsPorts = []int32{443, 8443, 9443}

// route is one way from a host name and a path to a port of a service.
type route struct {
	hosts   []string // none: every host
	path    string
	backend string // name of a Service
	port    int32  // of the Service
	from    publication
}

// publishRoutes emits an Ingress or an HTTPRoute for the ports that speak HTTP and a load balancer for the others.
//
// A published port is a place of its own on a Docker host. Ingress and Gateway have one place for all, and tell services
// apart by the host name in the request: <service>.<domain>.
// Spec: https://kubernetes.io/docs/concepts/services-networking/ingress/, https://gateway-api.sigs.k8s.io/
func (s *service) publishRoutes(list []publication) {
	web, rest := s.webPublications(list)
	if len(rest) > 0 {
		s.emit(s.loadBalancer(rest))
		for _, x := range rest {
			if x.protocol != corev1.ProtocolTCP {
				s.reportf("port-no-route", x.at, "", "port %s gets a load balancer: routes are for HTTP", x.written)
				continue
			}
			s.reportf("port-no-route", x.at, "say app_protocol: http if it does speak HTTP", "port %d does not look like HTTP and gets a load balancer", x.target)
		}
	}
	if len(web) == 0 {
		return
	}
	routes := s.routes(web)
	if len(routes) == 0 {
		return // no host that a route can have; an error has said so
	}
	if s.publishType() == PublishGateway {
		for _, o := range s.httpRoutes(routes) {
			s.emit(o)
		}
		return
	}
	s.emit(s.ingress(routes))
}

// webPublications splits publications into those that speak HTTP and the others. Beside an HTTP port, one for TLS is for the
// same users; TLS is then the task of the controller.
func (s *service) webPublications(list []publication) (web, rest []publication) {
	looksWeb := func(x publication) bool {
		return strings.HasPrefix(x.appProtocol, "http") && x.appProtocol != "https" || x.appProtocol == "" && (slices.Contains(webPorts, x.target) || x.outside == 80)
	}
	chosen := -1 // a route that the service itself asks for leads to its first port, if none looks like HTTP
	if s.publishWishes().Type != "" && !slices.ContainsFunc(list, func(x publication) bool { return x.protocol == corev1.ProtocolTCP && looksWeb(x) }) {
		chosen = slices.IndexFunc(list, func(x publication) bool { return x.protocol == corev1.ProtocolTCP })
	}
	var tls []publication
	for i, x := range list {
		switch {
		case x.protocol != corev1.ProtocolTCP:
			rest = append(rest, x)
		case looksWeb(x), i == chosen:
			web = append(web, x)
		case x.appProtocol == "https" || x.appProtocol == "" && (slices.Contains(tlsPorts, x.target) || x.outside == 443):
			tls = append(tls, x)
		default:
			rest = append(rest, x)
		}
	}
	if len(web) == 0 {
		return web, append(rest, tls...)
	}
	for _, x := range tls {
		s.reportf("port-tls", x.at, "give the certificate with x-kubernetes.publish.tlsSecret", "port %d is not published: TLS ends at the controller, which passes requests on to port %d", x.target, web[0].target)
	}
	return web, rest
}

// routes returns the routes of a service: the first port gets the host of the service, others one with their number.
func (s *service) routes(list []publication) []route {
	wishes := s.publishWishes()
	backend := s.dns
	if !s.hasService() || len(s.servicePorts()) > manyPorts {
		inside := make([]publication, len(list))
		for i, x := range list {
			x.outside = x.target
			inside[i] = x
		}
		o := s.publishedService(inside)
		s.emit(o)
		backend = o.Name
	}
	var routes []route
	for i, x := range list {
		r := route{backend: backend, port: x.target, path: wishes.Path, from: x}
		if r.path == "" || !strings.HasPrefix(r.path, "/") {
			r.path = "/" + r.path
		}
		switch {
		case i == 0 && wishes.Host != "":
			routes = append(routes, s.hostRoutes(r, wishes.Host)...)
			continue
		case s.options.Domain != "" && i == 0:
			r.hosts = s.hosts(s.dns + "." + s.options.Domain)
		case s.options.Domain != "":
			r.hosts = s.hosts(fmt.Sprintf("%s-%d.%s", s.dns, x.outside, s.options.Domain))
		case i > 0:
			s.reportf("route-host", x.at, "set --domain, so that each port gets a host of its own", "port %d gets no route: without a domain nothing tells it from port %d", x.target, list[0].target)
			continue
		default:
			s.report("route-host", x.at, s.name+" answers for every host that no other route names", "set --domain or x-kubernetes.publish.host")
		}
		routes = append(routes, r)
	}
	return routes
}

// hostRoutes returns the routes of a comma-separated list of host names, of which each may have a path of its own: one route
// for those with the same path.
func (s *service) hostRoutes(r route, text string) []route {
	var routes []route
	for item := range strings.SplitSeq(text, ",") {
		host, path, hasPath := strings.Cut(strings.TrimSpace(item), "/")
		own := r
		if hasPath {
			own.path = "/" + path
		}
		hosts := s.hosts(host)
		if i := slices.IndexFunc(routes, func(have route) bool { return have.path == own.path }); i >= 0 {
			routes[i].hosts = append(routes[i].hosts, hosts...)
		} else if len(hosts) > 0 {
			own.hosts = hosts
			routes = append(routes, own)
		}
	}
	return routes
}

// hosts reads a comma-separated list of host names.
func (s *service) hosts(text string) []string {
	var list []string
	for host := range strings.SplitSeq(text, ",") {
		host = strings.ToLower(strings.TrimSpace(host))
		if len(validation.IsDNS1123Subdomain(host)) > 0 && len(validation.IsWildcardDNS1123Subdomain(host)) > 0 {
			s.reportf("route-host-invalid", s.key("x-kubernetes", "publish", "host"), "write a name such as shop.example.com", "%q is not a host name", host)
			continue
		}
		list = append(list, host)
	}
	return list
}

// routeMeta returns the metadata of the i-th object of a kind: named after the service, further ones after their port too.
func (s *service) routeMeta(kind string, i int, r route) metav1.ObjectMeta {
	wish := s.dns
	if i > 0 {
		wish = names.Normalize(fmt.Sprintf("%s-%d", s.dns, r.from.outside), names.MaxLabel)
	}
	meta := s.serviceMeta(s.names.Claim(kind, fmt.Sprintf("%s %d", s.name, i), wish, names.MaxLabel))
	maps.Copy(meta.Annotations, s.publishWishes().Annotations)
	return meta
}

// ingress returns the Ingress of a service.
func (s *service) ingress(routes []route) *networkingv1.Ingress {
	wishes := s.publishWishes()
	o := &networkingv1.Ingress{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"},
		ObjectMeta: s.routeMeta("Ingress", 0, route{}),
	}
	if wishes.IngressClass != "" {
		o.Spec.IngressClassName = new(wishes.IngressClass)
	}
	var hosts []string
	for _, r := range routes {
		rule := networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
			Path: r.path, PathType: new(networkingv1.PathTypePrefix),
			Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
				Name: r.backend, Port: networkingv1.ServiceBackendPort{Number: r.port},
			}},
		}}}}
		for _, host := range r.hosts {
			o.Spec.Rules = append(o.Spec.Rules, networkingv1.IngressRule{Host: host, IngressRuleValue: rule})
		}
		if len(r.hosts) == 0 {
			o.Spec.Rules = append(o.Spec.Rules, networkingv1.IngressRule{IngressRuleValue: rule})
		}
		hosts = append(hosts, r.hosts...)
	}
	if wishes.TLSSecret != "" {
		o.Spec.TLS = []networkingv1.IngressTLS{{Hosts: hosts, SecretName: wishes.TLSSecret}}
	}
	return o
}
