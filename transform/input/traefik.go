package input

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
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

// harmlessMiddlewares are the kinds of middleware that change requests and answers, but turn nobody away. Any other kind,
// also one that is not known, is taken for a guard.
var harmlessMiddlewares = []string{
	"addprefix", "buffering", "chain", "compress", "contenttype", "errors", "grpcweb", "headers", "redirectregex", "redirectscheme",
	"replacepath", "replacepathregex", "retry", "stripprefix", "stripprefixregex",
}

const (
	traefikRouters     = "traefik.http.routers."
	traefikMiddlewares = "traefik.http.middlewares."
	traefikServices    = "traefik.http.services."
)

// ProxyRoutes returns the routes that a service asks proxies for.
func (p *Project) ProxyRoutes(s *Service) []ProxyRoute {
	return slices.Concat(p.traefikRoutes(s), s.caddyRoutes(), s.nginxProxyRoutes())
}

// Traefik is its name in findings.
const Traefik = "Traefik's Docker provider"

// traefikOptions are options of routers and services that a route has, or that mean nothing without Traefik.
var traefikOptions = []string{"rule", "middlewares", "service", "priority", "entrypoints", "rulesyntax", "loadbalancer.server.port", "loadbalancer.server.scheme"}

// traefikRoutes returns the routes that labels of a service ask Traefik for, sorted by router.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/
func (p *Project) traefikRoutes(s *Service) []ProxyRoute {
	own := lowered(s.Config.Labels)
	if own["traefik.enable"] == "false" {
		return nil
	}
	routers := map[string]map[string]string{}
	for key, value := range own {
		if rest, ok := strings.CutPrefix(key, traefikRouters); ok {
			name, option, _ := strings.Cut(rest, ".")
			if routers[name] == nil {
				routers[name] = map[string]string{}
			}
			routers[name][option] = value
		}
	}
	if len(routers) == 0 {
		return nil
	}
	kinds := p.middlewares()
	var list []ProxyRoute
	for _, name := range slices.Sorted(maps.Keys(routers)) {
		options := routers[name]
		r := ProxyRoute{Proxy: "Traefik", At: labelPath(s, traefikRouters+name+".rule"), Rule: options["rule"]}
		r.readRule()
		r.readBackend(own, options["service"])
		r.readMiddlewares(kinds, options["middlewares"], map[string]bool{})
		for _, option := range slices.Sorted(maps.Keys(options)) {
			isTLS := option == "tls" || strings.HasPrefix(option, "tls.")
			r.HTTPS = r.HTTPS || isTLS && options[option] != "false" || option == "entrypoints" && strings.Contains(options[option], "secure")
			if !isTLS && !slices.Contains(traefikOptions, option) {
				r.Lost = append(r.Lost, option)
			}
		}
		if tls := options["tls.options"]; tls != "" {
			r.Guards = append(r.Guards, "the TLS options "+tls)
		}
		list = append(list, r)
	}
	return list
}

// labelPath returns the path of a label by its key in lower case.
func labelPath(s *Service, key string) diag.Path {
	for have := range s.Config.Labels {
		if strings.EqualFold(have, key) {
			return s.Key("labels", have)
		}
	}
	return s.Key("labels")
}

func lowered(set map[string]string) map[string]string {
	out := make(map[string]string, len(set))
	for _, key := range slices.Sorted(maps.Keys(set)) {
		out[strings.ToLower(key)] = set[key]
	}
	return out
}

// middleware is what the labels of a project say about a middleware of one name.
type middleware struct {
	kind  string
	chain string // the members of a chain, separated by commas
}

// middlewareKinds returns the middlewares that labels define: those of any service count for all.
func (p *Project) middlewareKinds() map[string]middleware {
	kinds := map[string]middleware{}
	for _, s := range p.Services {
		set := lowered(s.Config.Labels)
		for _, key := range slices.Sorted(maps.Keys(set)) {
			rest, ok := strings.CutPrefix(key, traefikMiddlewares)
			if !ok {
				continue
			}
			words := strings.Split(rest, ".")
			if len(words) < 2 {
				continue
			}
			m := middleware{kind: words[1]}
			if rest == words[0]+".chain.middlewares" {
				m.chain = set[key]
			}
			kinds[words[0]] = m
		}
	}
	return kinds
}

var (
	ruleMatcher = pattern.New(`(?i)\b(Host|PathPrefix)\(([^)]*)\)`)
	ruleValue   = pattern.New("[`\"']([^`\"']+)[`\"']")
)

// readRule reads hosts and a path prefix; any other matcher, and more than one way to combine them, makes a rule inexact.
func (r *ProxyRoute) readRule() {
	paths := 0
	for _, m := range ruleMatcher.FindAllStringSubmatch(r.Rule, -1) {
		for _, value := range ruleValue.FindAllStringSubmatch(m[2], -1) {
			if strings.EqualFold(m[1], "Host") {
				r.Hosts = append(r.Hosts, value[1])
			} else {
				r.Path, paths = value[1], paths+1
			}
		}
	}
	rest := ruleMatcher.ReplaceAllString(r.Rule, "")
	or, and := strings.Contains(rest, "||"), strings.Contains(rest, "&&")
	r.Exact = strings.Trim(rest, " \t\n()|&") == "" && paths <= 1 && len(r.Hosts) > 0 && (!or || !and && paths == 0)
	if strings.Contains(strings.ToLower(rest), "clientip") {
		r.Guards = append(r.Guards, "ClientIP in its rule")
	}
}

// readBackend reads the port and the protocol of the service that a router names, or of the only one there is.
func (r *ProxyRoute) readBackend(own map[string]string, service string) {
	service, _, _ = strings.Cut(strings.ToLower(service), "@")
	for _, key := range slices.Sorted(maps.Keys(own)) {
		rest, ok := strings.CutPrefix(key, traefikServices)
		name, option, _ := strings.Cut(rest, ".")
		if !ok || service != "" && name != service {
			continue
		}
		switch option {
		case "loadbalancer.server.port":
			if n, err := strconv.Atoi(own[key]); err == nil && n > 0 && n <= 65535 {
				r.Port = int32(n)
			}
		case "loadbalancer.server.scheme":
			r.TLS = own[key] == "https"
		default:
			r.Lost = append(r.Lost, option)
		}
	}
}

// readMiddlewares sorts the middlewares of a router, and those of chains, into guards and others.
func (r *ProxyRoute) readMiddlewares(kinds map[string]middleware, names string, seen map[string]bool) {
	for item := range strings.SplitSeq(names, ",") {
		name, provider, _ := strings.Cut(strings.ToLower(strings.TrimSpace(item)), "@")
		if name == "" || seen[item] {
			continue
		}
		seen[item] = true
		m, known := kinds[name]
		switch {
		case provider != "" && provider != "docker" || !known:
			r.Guards = append(r.Guards, strings.TrimSpace(item)+" (not in this project)")
		case m.kind == "chain":
			r.readMiddlewares(kinds, m.chain, seen)
		case slices.Contains(harmlessMiddlewares, m.kind):
			r.Lost = append(r.Lost, name+" ("+m.kind+")")
		default:
			r.Guards = append(r.Guards, name+" ("+m.kind+")")
		}
	}
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
