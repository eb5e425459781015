package network

import (
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// httpRoutes returns the HTTPRoutes of a service, one for each host: a route has hosts and rules, and every rule holds for
// every host. The Gateway is not the project's: it belongs to who runs the cluster.
func httpRoutes(p *input.Project, n *naming.Names, s *input.Service, routes []route, findings *report.Findings) []plan.HTTPRoute {
	wishes := s.PublishWishes()
	gateway := wishes.IngressClass
	if gateway == "" {
		gateway = p.Instance()
		findings.Addf("gateway-parent", s.Path, "name the Gateway of the cluster with x-kubernetes.publish.ingressClass, or make one called "+gateway,
			"the route of %s attaches to a Gateway called %s, which the conversion does not make", s.Name, gateway)
	}
	if wishes.TLSSecret != "" {
		findings.Add("gateway-tls", s.Key("x-kubernetes", "publish", "tlsSecret"), "a route has no certificate: TLS ends at a listener of the Gateway", "give the Secret to the Gateway")
	}
	var list []plan.HTTPRoute
	for i, r := range routes {
		list = append(list, plan.HTTPRoute{Meta: routeMeta(n, s, "HTTPRoute", i, r), Gateway: gateway, Route: r.Route})
	}
	return list
}
