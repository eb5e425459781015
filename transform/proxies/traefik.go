package proxies

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// harmlessMiddlewares are the kinds of middleware that change requests and answers, but turn nobody away. Any other kind,
// also one that is not known, is taken for a guard.
var harmlessMiddlewares = []string{
	"addprefix", "buffering", "chain", "compress", "contenttype", "errors", "grpcweb", "headers", "redirectregex", "redirectscheme",
	"replacepath", "replacepathregex", "retry", "stripprefix", "stripprefixregex",
}

// harmlessName finds in the name of a middleware that is not in the project that it changes requests and answers, and guardingName that it may turn callers
// away all the same, as a chain does that has both.
var (
	harmlessName = pattern.New(`(^|[-_.])(headers?|hsts|compress(ion)?|gzip|brotli|redirect\w*|strip-?prefix\w*|add-?prefix|retry|buffering|cors)($|[-_.])|https-?redirect`)
	guardingName = pattern.New(`auth|sso|oidc|saml|login|allow|white|black|deny|block|ip|chain|forward|guard|protect|limit|internal|private|local|lan\b|vpn|admin|geo|crowdsec|bouncer|captcha|tls`)
)

const (
	traefikRouters     = "traefik.http.routers."
	traefikMiddlewares = "traefik.http.middlewares."
	traefikServices    = "traefik.http.services."

	traefikTCPRouters     = "traefik.tcp.routers."
	traefikTCPMiddlewares = "traefik.tcp.middlewares."
	traefikUDPRouters     = "traefik.udp.routers."
)

// Traefik is its name in findings.
const Traefik = "Traefik's Docker provider"

// traefikOptions are options of routers and services that a route has, or that mean nothing without Traefik.
var traefikOptions = []string{"rule", "middlewares", "service", "priority", "entrypoints", "rulesyntax", "loadbalancer.server.port", "loadbalancer.server.scheme", "loadbalancer.server.url"}

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
	list := slices.Concat(old, p.streamRoutes(s, own))
	if len(routers) == 0 {
		return list
	}
	setup := p.traefik()
	var asked []router
	for _, name := range sorted.Keys(routers) {
		options := routers[name]
		r := Route{Proxy: "Traefik", At: labelPath(s, traefikRouters+name+".rule"), Rule: options["rule"]}
		r.readBackend(s, own, options["service"])
		r.readMiddlewares(setup, setup.labels, options["middlewares"], map[string]bool{})
		r.readEntryPoints(setup, options["entrypoints"])
		for _, option := range sorted.Keys(options) {
			isTLS := option == "tls" || strings.HasPrefix(option, "tls.")
			r.HTTPS = r.HTTPS || isTLS && options[option] != "false" || option == "entrypoints" && strings.Contains(options[option], "secure")
			if !isTLS && !slices.Contains(traefikOptions, option) {
				r.Lost = append(r.Lost, option)
			}
		}
		if tls := options["tls.options"]; tls != "" && setup.asksForCertificate(tls) {
			r.Guards = append(r.Guards, "the TLS options "+tls)
		}
		asked = append(asked, router{r, parseRule(r.Rule)})
	}
	return slices.Concat(list, routesOf(asked))
}

// streamRoutes returns the routers of Traefik for other protocols than HTTP. No Ingress has them, but they have guards as well.
func (p *reading) streamRoutes(s *input.Service, own map[string]string) []Route {
	var list []Route
	kinds := p.tcpMiddlewares()
	for _, key := range sorted.Keys(own) {
		name, ok := strings.CutPrefix(key, traefikTCPRouters)
		name, isRule := strings.CutSuffix(name, ".rule")
		if !ok || !isRule || strings.Contains(name, ".") {
			continue
		}
		r := Route{Proxy: "Traefik", At: labelPath(s, key), Rule: own[key], Speaks: "TCP"}
		if strings.Contains(strings.ToLower(r.Rule), "clientip") {
			r.Guards = append(r.Guards, "ClientIP in its rule")
		}
		r.readMiddlewares(traefikSetup{labels: kinds}, kinds, own[traefikTCPRouters+name+".middlewares"], map[string]bool{})
		list = append(list, r)
	}
	named := map[string]bool{}
	for _, key := range sorted.Keys(own) { // UDP has no rules
		name, ok := strings.CutPrefix(key, traefikUDPRouters)
		if name, _, _ = strings.Cut(name, "."); ok && !named[name] {
			named[name] = true
			list = append(list, Route{Proxy: "Traefik", At: labelPath(s, key), Speaks: "UDP"})
		}
	}
	return list
}

// readEntryPoints adds the middlewares that the setup of Traefik puts before all routers of an entry point: those of all the entry
// points by which a router is reached from outside, as one without them leaves the way open.
func (r *Route) readEntryPoints(setup traefikSetup, names string) {
	used := setup.used(names)
	if len(used) == 0 {
		return
	}
	open := slices.DeleteFunc(slices.Clone(used), setup.isClosed)
	if len(open) == 0 {
		r.Closed = "on Docker nobody from outside reaches it, as no port is published that leads to " + strings.Join(used, ", ")
		return
	}
	middlewares := func(name string) []string {
		if e := setup.entryPoints[name]; e != nil {
			return e.middlewares
		}
		return nil
	}
	common := slices.DeleteFunc(slices.Clone(middlewares(open[0])), func(m string) bool {
		return slices.ContainsFunc(open, func(other string) bool { return !slices.Contains(middlewares(other), m) })
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
		for _, key := range sorted.Keys(set) {
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

// readBackend reads the port and the protocol of the service that a router names, or of the only one there is.
func (r *Route) readBackend(s *input.Service, own map[string]string, service string) {
	service, provider, _ := strings.Cut(strings.ToLower(service), "@")
	if service == "noop" && provider == "internal" {
		r.Guards = append(r.Guards, "noop@internal, which answers nobody")
	}
	for _, key := range sorted.Keys(own) {
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
		case "loadbalancer.server.url":
			r.readServer(s, own[key])
		default:
			r.Lost = append(r.Lost, option)
		}
	}
}

// readServer reads the URL of the server that a router leads to: the port and the protocol of the service itself, or another place.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/ (loadbalancer.server.url)
func (r *Route) readServer(s *input.Service, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		r.Elsewhere = "a URL that cannot be read"
		return
	}
	names := []string{s.Name, s.Config.ContainerName, s.Config.Hostname}
	for _, network := range s.Config.Networks {
		if network != nil {
			names = append(names, network.Aliases...)
		}
	}
	if !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, u.Hostname()) }) {
		r.Elsewhere = u.Hostname()
		return
	}
	r.TLS, r.Port = u.Scheme == "https", 80
	if r.TLS {
		r.Port = 443
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil && n > 0 {
		r.Port = int32(n)
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
		case !known && harmlessName.MatchString(name) && !guardingName.MatchString(name):
			r.Lost = append(r.Lost, item+" (not in this project)")
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
