package input

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
)

// ProxyRoute is what labels or variables of a service ask a proxy for that watches the Docker API: a router of Traefik, a site of
// Caddy, a virtual host of nginx-proxy.
type ProxyRoute struct {
	Proxy  string    // the program
	At     diag.Path // the label or variable with the rule
	Rule   string
	Hosts  []string // that the rule names
	Path   string   // the path prefix of the rule, "" if it has none
	Exact  bool     // whether Hosts and Path are all that the rule says
	Port   int32    // the container's port that a label names, 0 if none does
	TLS    bool     // whether the program itself speaks TLS
	HTTPS  bool     // whether the proxy serves it over HTTPS
	Guards []string // the middlewares that keep requests out, as "name (kind)", and what a rule or TLS option asks of callers
	Lost   []string // the other middlewares, as "name (kind)"
}

// ProxyRoutes returns the routes that a service asks proxies for.
func (p *Project) ProxyRoutes(s *Service) []ProxyRoute {
	return slices.Concat(p.traefikRoutes(s), s.caddyRoutes(), s.nginxProxyRoutes())
}

// GuardsOf returns what keeps callers out of any of some routes, sorted.
func GuardsOf(routes []ProxyRoute) []string {
	var guards []string
	for _, r := range routes {
		guards = append(guards, r.Guards...)
	}
	slices.Sort(guards)
	return slices.Compact(guards)
}

// IsPublishedByRoutes reports whether the service is reached from outside through an Ingress or a Gateway.
func (s *Service) IsPublishedByRoutes() bool {
	return s.PublishType == PublishIngress || s.PublishType == PublishGateway
}

// IsProxyPassword reports whether a label holds the users of a middleware with their password hashes.
func IsProxyPassword(key string) bool {
	key = strings.ToLower(key)
	if strings.HasPrefix(key, "caddy") && (strings.Contains(key, "basicauth") || strings.Contains(key, "basic_auth")) {
		return true
	}
	return strings.HasPrefix(key, traefikMiddlewares) && (strings.HasSuffix(key, ".basicauth.users") || strings.HasSuffix(key, ".digestauth.users"))
}
