package proxies

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
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
func (p *reading) caddyRoutes(s *input.Service) []Route {
	own := labelsOf(s)
	var list []Route
	for _, site := range sorted.Keys(own) {
		if !caddySite.MatchString(site) || strings.HasPrefix(own[site], "(") || own[site] == "" { // a snippet, or global options
			continue
		}
		r := Route{Proxy: "caddy-docker-proxy", At: labelPath(s, site), Rule: own[site]}
		r.readSite(own[site])
		if p.isClosedCaddy(r.Hosts, own[site]) {
			r.Closed = "on Docker nobody from outside reaches it, as no port is published that leads to " + own[site]
		}
		targets := 0
		for _, key := range sorted.Keys(own) {
			if rest, ok := strings.CutPrefix(key, site+"."); ok {
				targets += r.readDirective(rest, own[key])
			}
		}
		switch {
		case targets == 0:
			r.miss("no reverse_proxy of its site leads to the container")
		case targets > 1:
			r.miss("its site has several upstreams")
		case len(r.Hosts) == 0:
			r.miss("its site names no host")
		}
		list = append(list, r)
	}
	return list
}

// isClosedCaddy reports whether nobody from outside reaches any of the addresses of a site, of which all are hosts: no Caddy of the project that reads
// labels publishes their port.
func (p *reading) isClosedCaddy(hosts []string, addresses string) bool {
	ports := map[int]bool{}
	for _, address := range addressesOf(addresses) {
		if strings.HasPrefix(address, "http://") {
			ports[80] = true
		} else {
			ports[443] = true
		}
	}
	found := false
	for _, s := range p.project.Services {
		if !isImage(s, "caddy-docker-proxy") {
			continue
		}
		found = true
		for port := range ports {
			if mayPublish(s, port) {
				return false
			}
		}
	}
	return found && len(hosts) > 0
}

func addressesOf(site string) []string {
	return strings.FieldsFunc(site, func(c rune) bool { return c == ',' || c == ' ' })
}

// readSite reads the addresses of a site: Caddy gets certificates for all that are not written with http://.
func (r *Route) readSite(addresses string) {
	for _, address := range addressesOf(addresses) {
		host, plain := strings.CutPrefix(address, "http://")
		host = strings.TrimPrefix(host, "https://")
		r.HTTPS = r.HTTPS || !plain
		if host == "" || strings.ContainsAny(host, ":/{") {
			r.miss("its site has an address that is more than a host")
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
		if m == nil {
			r.miss("its site has an upstream that is not written as upstreams of the container")
			return 1
		}
		r.readMatcher(m[1])
		r.TLS = m[2] == "https"
		if n, err := strconv.Atoi(m[3]); err == nil && n > 0 && n <= 65535 {
			r.Port = int32(n)
		}
		return 1
	case last == "handle_path" || last == "handle" || last == "route":
		r.readMatcher(value)
		if last == "handle_path" && value != "" {
			r.Lost = append(r.Lost, "handle_path, which strips "+r.Path)
		}
	case words[0] == "tls" && len(words) == 1: // HTTPS says it
	default:
		r.Lost = append(r.Lost, words[0])
	}
	return 0
}

// readMatcher takes a matcher of Caddy. What is no path is a guard: it lets only some of the requests in.
// Source: https://caddyserver.com/docs/caddyfile/matchers
func (r *Route) readMatcher(matcher string) {
	path, isPrefix := strings.CutSuffix(matcher, "*")
	switch {
	case matcher == "" || matcher == "*":
	case !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "*{ "):
		r.Guards = append(r.Guards, "the matcher "+matcher)
	case r.Path != "":
		r.miss("its site has several paths")
	default:
		r.Path, r.Whole = path, !isPrefix
		if isPrefix {
			r.Path = strings.TrimSuffix(path, "/")
		}
	}
}
