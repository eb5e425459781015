package proxies

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

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

	traefikTCPRouters     = "traefik.tcp.routers."
	traefikTCPMiddlewares = "traefik.tcp.middlewares."
)

// Traefik is its name in findings.
const Traefik = "Traefik's Docker provider"

// traefikOptions are options of routers and services that a route has, or that mean nothing without Traefik.
var traefikOptions = []string{"rule", "middlewares", "service", "priority", "entrypoints", "rulesyntax", "loadbalancer.server.port", "loadbalancer.server.scheme"}

// traefikRoutes returns the routes that labels of a service ask Traefik for, sorted by router.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/
func (p *reading) traefikRoutes(s *input.Service) []Route {
	own := labelsOf(s)
	if own["traefik.enable"] == "false" {
		return nil
	}
	old := oldTraefikRoutes(s, own)
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
	list := slices.Concat(old, p.tcpRoutes(s, own))
	if len(routers) == 0 {
		return list
	}
	setup := p.traefik()
	for _, name := range slices.Sorted(maps.Keys(routers)) {
		options := routers[name]
		r := Route{Proxy: "Traefik", At: labelPath(s, traefikRouters+name+".rule"), Rule: options["rule"]}
		r.readRule()
		r.readBackend(own, options["service"])
		r.readMiddlewares(setup, setup.labels, options["middlewares"], map[string]bool{})
		r.readEntryPoints(setup, options["entrypoints"])
		for _, option := range slices.Sorted(maps.Keys(options)) {
			isTLS := option == "tls" || strings.HasPrefix(option, "tls.")
			r.HTTPS = r.HTTPS || isTLS && options[option] != "false" || option == "entrypoints" && strings.Contains(options[option], "secure")
			if !isTLS && !slices.Contains(traefikOptions, option) {
				r.Lost = append(r.Lost, option)
			}
		}
		if tls := options["tls.options"]; tls != "" && setup.asksForCertificate(tls) {
			r.Guards = append(r.Guards, "the TLS options "+tls)
		}
		list = append(list, r)
	}
	return list
}

// tcpRoutes returns the routers of Traefik for other protocols than HTTP. No Ingress has them, but they have guards as well.
func (p *reading) tcpRoutes(s *input.Service, own map[string]string) []Route {
	var list []Route
	kinds := p.tcpMiddlewares()
	for _, key := range slices.Sorted(maps.Keys(own)) {
		name, ok := strings.CutPrefix(key, traefikTCPRouters)
		name, isRule := strings.CutSuffix(name, ".rule")
		if !ok || !isRule || strings.Contains(name, ".") {
			continue
		}
		r := Route{Proxy: "Traefik", At: labelPath(s, key), Rule: own[key]}
		if strings.Contains(strings.ToLower(r.Rule), "clientip") {
			r.Guards = append(r.Guards, "ClientIP in its rule")
		}
		r.readMiddlewares(traefikSetup{labels: kinds}, kinds, own[traefikTCPRouters+name+".middlewares"], map[string]bool{})
		list = append(list, r)
	}
	return list
}

// readEntryPoints adds the middlewares that the setup of Traefik puts before all routers of an entry point: those of all the entry
// points by which a router is reached, as one without them leaves the way open.
func (r *Route) readEntryPoints(setup traefikSetup, names string) {
	used := strings.FieldsFunc(strings.ToLower(names), func(c rune) bool { return c == ',' || c == ' ' })
	if len(used) == 0 {
		used = slices.Sorted(maps.Keys(setup.entryPoints))
	}
	if len(used) == 0 {
		return
	}
	common := slices.DeleteFunc(slices.Clone(setup.entryPoints[used[0]]), func(m string) bool {
		return slices.ContainsFunc(used, func(other string) bool { return !slices.Contains(setup.entryPoints[other], m) })
	})
	r.readMiddlewares(setup, setup.labels, strings.Join(common, ","), map[string]bool{})
}

// middleware is what the labels of a project say about a middleware of one name.
type middleware struct {
	kind  string
	chain string // the members of a chain, separated by commas
}

func middlewareKinds(services []*input.Service, prefix string) map[string]middleware {
	kinds := map[string]middleware{}
	for _, s := range services {
		set := labelsOf(s)
		for _, key := range slices.Sorted(maps.Keys(set)) {
			rest, ok := strings.CutPrefix(key, prefix)
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
func (r *Route) readRule() {
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
func (r *Route) readBackend(own map[string]string, service string) {
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

// readMiddlewares sorts the middlewares of a router, and those of chains, into guards and others. own are those of the provider that
// is meant where a name says none.
func (r *Route) readMiddlewares(setup traefikSetup, own map[string]middleware, names string, seen map[string]bool) {
	for item := range strings.SplitSeq(names, ",") {
		item = strings.TrimSpace(item)
		name, provider, _ := strings.Cut(strings.ToLower(item), "@")
		if name == "" || seen[item] {
			continue
		}
		seen[item] = true
		from := own
		switch provider {
		case "":
		case "file":
			from = setup.files
		case "docker", "swarm":
			from = setup.labels
		default:
			from = nil
		}
		m, known := from[name]
		switch {
		case !known:
			r.Guards = append(r.Guards, item+" (not in this project)")
		case m.kind == "chain":
			r.readMiddlewares(setup, from, m.chain, seen)
		case slices.Contains(harmlessMiddlewares, m.kind):
			r.Lost = append(r.Lost, item+" ("+m.kind+")")
		default:
			r.Guards = append(r.Guards, item+" ("+m.kind+")")
		}
	}
}
