package input

import (
	"maps"
	"slices"
	"strconv"
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

// oldGuards are the options of version 1 that keep callers out, behind traefik.frontend. or traefik.SEGMENT.frontend.
var oldGuards = []string{"auth.", "whitelist", "ratelimit", "passtls"}

// oldTraefikRoutes returns the routes that labels of Traefik's version 1 ask for, sorted by segment.
// Source: https://doc.traefik.io/traefik/v1.7/configuration/backends/docker/
func oldTraefikRoutes(s *Service, own map[string]string) []ProxyRoute {
	segments := map[string]map[string]string{}
	for key, value := range own {
		rest, ok := strings.CutPrefix(key, "traefik.")
		before, option, found := strings.Cut(rest, "frontend.")
		if !ok || !found || strings.Count(before, ".") > 1 || strings.HasPrefix(rest, "http.") || strings.HasPrefix(rest, "tcp.") {
			continue
		}
		if segments[before] == nil {
			segments[before] = map[string]string{}
		}
		segments[before][option] = value
	}
	var list []ProxyRoute
	for _, segment := range slices.Sorted(maps.Keys(segments)) {
		options := segments[segment]
		r := ProxyRoute{Proxy: "Traefik", At: labelPath(s, "traefik."+segment+"frontend.rule"), Rule: options["rule"]}
		r.readOldRule()
		port, hasPort := own["traefik."+segment+"port"]
		if !hasPort {
			port = own["traefik.port"]
		}
		if n, err := strconv.Atoi(port); err == nil && n > 0 && n <= 65535 {
			r.Port = int32(n)
		}
		r.TLS = own["traefik."+segment+"protocol"] == "https"
		for _, option := range slices.Sorted(maps.Keys(options)) {
			isGuard := slices.ContainsFunc(oldGuards, func(g string) bool { return strings.HasPrefix(option, g) })
			kind, _, _ := strings.Cut(option, ".")
			switch {
			case option == "rule" || option == "priority" || option == "passhostheader":
			case option == "entrypoints":
				r.HTTPS = strings.Contains(options[option], "https") || strings.Contains(options[option], "secure")
			case isGuard && !slices.Contains(r.Guards, kind):
				r.Guards = append(r.Guards, kind)
			case isGuard:
			default:
				r.Lost = append(r.Lost, option)
			}
		}
		list = append(list, r)
	}
	return list
}

// readOldRule reads Host:a.example.com,b.example.com;PathPrefix:/x.
func (r *ProxyRoute) readOldRule() {
	r.Exact = true
	for part := range strings.SplitSeq(r.Rule, ";") {
		matcher, values, _ := strings.Cut(strings.TrimSpace(part), ":")
		list := strings.FieldsFunc(values, func(c rune) bool { return c == ',' || c == ' ' })
		switch {
		case strings.EqualFold(matcher, "Host"):
			r.Hosts = append(r.Hosts, list...)
		case strings.EqualFold(matcher, "PathPrefix") && len(list) == 1 && r.Path == "":
			r.Path = list[0]
		default:
			r.Exact = false
		}
	}
	r.Exact = r.Exact && len(r.Hosts) > 0
}
