package proxies

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// caddyGuards are directives and matchers of Caddy that turn callers away. A directive that is not known is taken for one.
var caddyGuards = []string{"abort", "authenticate", "authorize", "basic_auth", "basicauth", "client_auth", "client_ip", "forward_auth", "import", "jwt", "rate_limit", "remote_ip"}

// caddyDirectives are directives that turn nobody away.
var caddyDirectives = []string{
	"encode", "file_server", "handle", "handle_errors", "handle_path", "header", "log", "redir", "request_body", "request_header", "reverse_proxy", "rewrite", "root",
	"route", "tls", "uri",
}

var (
	caddySite     = pattern.New(`^caddy(_\d+)?$`).Starting("c")
	caddyOrder    = pattern.New(`^\d+_|_\d+$`)
	caddyUpstream = pattern.New(`^(?:(\S+)\s+)?\{\{\s*upstreams\s*(https?)?\s*(\d+)?\s*\}\}$`)
)

// caddyRoutes returns the routes that labels of a service ask caddy-docker-proxy for, sorted by site.
// Source: https://github.com/lucaslorentz/caddy-docker-proxy, "Labels to Caddyfile conversion"
func caddyRoutes(s *input.Service) []Route {
	own := labelsOf(s)
	var list []Route
	for _, site := range slices.Sorted(maps.Keys(own)) {
		if !caddySite.MatchString(site) || strings.HasPrefix(own[site], "(") || own[site] == "" { // a snippet, or global options
			continue
		}
		r := Route{Proxy: "caddy-docker-proxy", At: labelPath(s, site), Rule: own[site], Exact: true}
		r.readSite(own[site])
		targets := 0
		for _, key := range slices.Sorted(maps.Keys(own)) {
			if rest, ok := strings.CutPrefix(key, site+"."); ok {
				targets += r.readDirective(rest, own[key])
			}
		}
		r.Exact = r.Exact && targets == 1 && len(r.Hosts) > 0
		list = append(list, r)
	}
	return list
}

// readSite reads the addresses of a site: Caddy gets certificates for all that are not written with http://.
func (r *Route) readSite(addresses string) {
	for _, address := range strings.FieldsFunc(addresses, func(c rune) bool { return c == ',' || c == ' ' }) {
		host, plain := strings.CutPrefix(address, "http://")
		host = strings.TrimPrefix(host, "https://")
		r.HTTPS = r.HTTPS || !plain
		if host == "" || strings.ContainsAny(host, ":/{") {
			r.Exact = false
			continue
		}
		r.Hosts = append(r.Hosts, host)
	}
}

// readDirective reads one directive, by its words, and returns how many upstreams it names.
func (r *Route) readDirective(key, value string) (targets int) {
	words := strings.Split(key, ".")
	for i, word := range words {
		words[i] = caddyOrder.Regexp().ReplaceAllString(word, "")
		if slices.Contains(caddyGuards, words[i]) {
			r.Guards = append(r.Guards, words[i])
			return 0
		}
	}
	last := words[len(words)-1]
	switch {
	case strings.HasPrefix(words[0], "@"): // a matcher, which the directives that name it make inexact
	case !slices.Contains(caddyDirectives, words[0]):
		r.Guards = append(r.Guards, words[0]+" (not known)")
	case last == "reverse_proxy":
		m := caddyUpstream.FindStringSubmatch(strings.TrimSpace(value))
		if m == nil || m[1] != "" && !r.readPath(m[1]) {
			r.Exact = false
			return 1
		}
		r.TLS = m[2] == "https"
		if n, err := strconv.Atoi(m[3]); err == nil && n > 0 && n <= 65535 {
			r.Port = int32(n)
		}
		return 1
	case last == "handle_path" || last == "handle" || last == "route":
		if value != "" && !r.readPath(value) {
			r.Exact = false
		}
		if last == "handle_path" && value != "" {
			r.Lost = append(r.Lost, "handle_path, which strips "+r.Path)
		}
	case words[0] == "tls" && len(words) == 1: // HTTPS says it
	default:
		r.Lost = append(r.Lost, words[0])
	}
	return 0
}

// readPath takes a path matcher of Caddy, and reports whether it is a prefix.
func (r *Route) readPath(matcher string) bool {
	path, isPrefix := strings.CutSuffix(matcher, "*")
	if !isPrefix || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "*{ ") || r.Path != "" {
		return false
	}
	r.Path = strings.TrimSuffix(path, "/")
	return true
}
