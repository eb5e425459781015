// Package proxies reads what a project tells proxies that watch the Docker API: Traefik, caddy-docker-proxy, nginx-proxy. In a cluster
// nobody reads those labels and variables; what they ask for becomes an Ingress or an HTTPRoute, or is said.
package proxies

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// Route is what labels or variables of a service ask a proxy for that watches the Docker API: a router of Traefik, a site of
// Caddy, a virtual host of nginx-proxy.
type Route struct {
	Proxy  string    // the program
	At     diag.Path // the label or variable with the rule
	Rule   string
	Hosts  []string // that the rule names
	Path   string   // the path prefix of the rule, "" if it has none
	Whole  bool     // whether Path is the whole path, not a prefix
	Unread string   // why Hosts and Path are not all that the rule says, "" if they are
	Port   int32    // the container's port that a label names, 0 if none does
	// Elsewhere is the host to which it leads, "" if that is the service itself.
	Elsewhere string
	Closed    string   // why nobody from outside reaches the proxy for it on Docker, "" if somebody does
	Speaks    string   // what the program speaks where that is not HTTP, else ""
	TLS       bool     // whether the program itself speaks TLS
	HTTPS     bool     // whether the proxy serves it over HTTPS
	Guards    []string // the middlewares that keep requests out, as "name (kind)", and what a rule or TLS option asks of callers
	Lost      []string // the other middlewares, as "name (kind)"

	denied []denied // those of Guards that leave paths out
}

// GuardsOf returns what keeps callers out of any of some routes, sorted.
func GuardsOf(routes []Route) []string {
	var guards []string
	for _, r := range routes {
		guards = append(guards, r.Guards...)
	}
	slices.Sort(guards)
	return slices.Compact(guards)
}

// IsRefused reports whether the guards of a service's routes keep it from having any: nothing says what the controller of the cluster has for them.
func IsRefused(s *input.Service, routes []Route) bool {
	return !mayGuard(s) && slices.ContainsFunc(routes, func(r Route) bool { return r.Speaks == "" && len(r.Guards) > 0 })
}

// IsStream reports whether a route is for another protocol than HTTP, which no Ingress has.
func (r Route) IsStream() bool { return r.Speaks == "TCP" || r.Speaks == "UDP" }

// HaveRoutes reports whether any of the routes of a service, which is published by routes, is written.
func HaveRoutes(s *input.Service, routes []Route) bool {
	return !IsRefused(s, routes) && slices.ContainsFunc(routes, func(r Route) bool {
		return r.Speaks == "" && r.IsOutside(s) && (r.Unread == "" || s.PublishWishes().Host != "")
	})
}

// IsOutside reports whether a route of a service is for callers from outside: nobody reaches an entry point that Docker does not publish, unless
// the service itself asks to be reached.
func (r Route) IsOutside(s *input.Service) bool {
	wishes := s.PublishWishes()
	return r.Closed == "" || wishes.Host != "" || wishes.Type != ""
}

// IsPassword reports whether a label holds the users of a middleware with their password hashes.
func IsPassword(key string) bool {
	key = strings.ToLower(key)
	if strings.HasPrefix(key, "caddy") && (strings.Contains(key, "basicauth") || strings.Contains(key, "basic_auth")) {
		return true
	}
	if strings.HasPrefix(key, traefikMiddlewares) {
		return strings.HasSuffix(key, ".basicauth.users") || strings.HasSuffix(key, ".digestauth.users")
	}
	// Traefik 1: traefik.frontend.auth.basic.users, and before 1.7 traefik.frontend.auth.basic
	return strings.HasPrefix(key, "traefik.") && (strings.Contains(key, "frontend.auth.basic") || strings.Contains(key, "frontend.auth.digest")) &&
		(strings.HasSuffix(key, ".users") || strings.HasSuffix(key, ".basic") || strings.HasSuffix(key, ".digest"))
}

// Routes are the routes that services ask proxies for.
type Routes map[*input.Service][]Route

// Read reads the routes of a project, and what its files and flags say to Traefik.
func Read(p *input.Project) Routes {
	r := &reading{project: p}
	r.traefik = sync.OnceValue(r.readTraefik)
	r.nginxFiles = sync.OnceValue(r.readNginxFiles)
	r.tcpMiddlewares = sync.OnceValue(func() map[string]middleware { return middlewareKinds(p.Services, traefikTCPMiddlewares) })
	routes := Routes{}
	for _, s := range p.Services {
		if found := slices.Concat(r.traefikRoutes(s), r.caddyRoutes(s), r.nginxProxyRoutes(s)); len(found) > 0 {
			routes[s] = found
		}
	}
	openDenied(p.Services, routes)
	return routes
}

// reading is one call of Read. What is asked of all services together is read when the first needs it.
type reading struct {
	project        *input.Project
	traefik        func() traefikSetup
	nginxFiles     func() nginxFiles
	tcpMiddlewares func() map[string]middleware // those that labels define for other protocols than HTTP
}

// labelsOf returns the labels of a service that proxies read, with keys in lower case: those of containers, and those of
// Swarm's services.
func labelsOf(s *input.Service) map[string]string {
	own := map[string]string{}
	if s.Config.Deploy != nil {
		own = lowered(s.Config.Deploy.Labels)
	}
	maps.Copy(own, lowered(s.Config.Labels))
	return own
}

// labelPath returns the path of a label by its key in lower case: that of the label which [lowered] takes of several that differ in nothing else.
func labelPath(s *input.Service, key string) diag.Path {
	written := func(set map[string]string) string {
		for _, have := range slices.Backward(sorted.Keys(set)) {
			if strings.ToLower(have) == key {
				return have
			}
		}
		return ""
	}
	if have := written(s.Config.Labels); have != "" {
		return s.Key("labels", have)
	}
	if s.Config.Deploy != nil {
		if have := written(s.Config.Deploy.Labels); have != "" {
			return s.Key("deploy", "labels", have)
		}
	}
	return s.Key("labels")
}

func lowered(set map[string]string) map[string]string {
	out := make(map[string]string, len(set))
	for _, key := range sorted.Keys(set) {
		out[strings.ToLower(key)] = set[key]
	}
	return out
}
