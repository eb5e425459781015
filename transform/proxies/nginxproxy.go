package proxies

import (
	"crypto/sha1" //nolint:gosec // names of files, see hashed
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

const (
	virtualHost = "VIRTUAL_HOST"
	multiports  = "VIRTUAL_HOST_MULTIPORTS"
)

// isNginxProxy reports whether a service is nginx-proxy, or the part of it that writes or reads its settings.
func isNginxProxy(s *input.Service) bool {
	return slices.ContainsFunc(s.ImageNames(), func(name string) bool {
		return strings.Contains(name, "nginx-proxy") || strings.Contains(name, "docker-gen")
	})
}

// nginxProxyReaches reports whether nginx-proxy may share a network with a service, without which it sends nothing there. Where the proxy is not in the
// project, it is on the external network that another service with such a variable is on.
func (p *reading) nginxProxyReaches(s *input.Service) bool {
	on := func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { _, is := s.Config.Networks[name]; return is })
	}
	var ofProxy, external []string
	hasProxy := false
	for _, peer := range p.project.Services {
		isProxy := isNginxProxy(peer)
		for name := range peer.Config.Networks {
			if isProxy {
				ofProxy = append(ofProxy, name)
			}
			if valueOf(peer, virtualHost)+valueOf(peer, multiports) != "" && bool(p.project.Compose.Networks[name].External) {
				external = append(external, name)
			}
		}
		hasProxy = hasProxy || isProxy
	}
	if hasProxy {
		return len(ofProxy) == 0 || len(s.Config.Networks) == 0 || on(ofProxy)
	}
	return len(external) == 0 || on(external)
}

// valueOf returns the value of a variable of a service, "" for one that it does not have.
func valueOf(s *input.Service, name string) string {
	if v := s.Config.Environment[name]; v != nil {
		return strings.TrimSpace(*v)
	}
	return ""
}

// virtual is one line of what nginx-proxy is told: hosts, a path and where their requests go.
type virtual struct {
	hosts             []string
	path, port, proto string
	dest              string
}

// virtuals returns what the variables of a service tell nginx-proxy, and the variable that does. VIRTUAL_HOST_MULTIPORTS takes the place of all
// others.
func virtuals(s *input.Service) ([]virtual, string) {
	own := virtual{
		path: valueOf(s, "VIRTUAL_PATH"), port: valueOf(s, "VIRTUAL_PORT"), proto: valueOf(s, "VIRTUAL_PROTO"), dest: valueOf(s, "VIRTUAL_DEST"),
	}
	if text := valueOf(s, multiports); text != "" {
		var hosts map[string]map[string]struct{ Port, Dest, Proto string }
		if err := yaml.Unmarshal([]byte(text), &hosts); err != nil {
			return []virtual{{}}, multiports
		}
		var list []virtual
		for _, host := range sorted.Keys(hosts) {
			if len(hosts[host]) == 0 {
				list = append(list, virtual{hosts: []string{host}, port: own.port, proto: own.proto})
			}
			for _, path := range sorted.Keys(hosts[host]) {
				x := hosts[host][path]
				if x.Port == "" || x.Port == "default" {
					x.Port = own.port
				}
				if x.Proto == "" {
					x.Proto = own.proto
				}
				list = append(list, virtual{[]string{host}, path, x.Port, x.Proto, x.Dest})
			}
		}
		return list, multiports
	}
	hosts := valueOf(s, virtualHost)
	if _, err := netip.ParseAddr(hosts); err == nil || hosts == "" { // an address is for the program itself
		return nil, virtualHost
	}
	for host := range strings.SplitSeq(hosts, ",") {
		own.hosts = append(own.hosts, strings.TrimSpace(host))
	}
	return []virtual{own}, virtualHost
}

// nginxProxyRoutes returns the routes that variables of a service ask nginx-proxy for.
// Source: https://github.com/nginx-proxy/nginx-proxy/blob/main/docs/README.md
func (p *reading) nginxProxyRoutes(s *input.Service) []Route {
	asked, variable := virtuals(s)
	if len(asked) == 0 || !p.nginxProxyReaches(s) {
		return nil
	}
	var list []Route
	for _, v := range asked {
		r := Route{
			Proxy: "nginx-proxy", At: s.Key("environment", variable), Rule: strings.Join(v.hosts, ","),
			HTTPS: valueOf(s, "LETSENCRYPT_HOST")+valueOf(s, "ACME_HOST")+valueOf(s, "CERT_NAME") != "",
		}
		r.readVirtual(v)
		if valueOf(s, "NETWORK_ACCESS") == "internal" {
			r.Guards = append(r.Guards, "NETWORK_ACCESS: internal")
		}
		if v.dest != "" {
			r.Lost = append(r.Lost, "VIRTUAL_DEST")
		}
		for _, name := range []string{"HTTPS_METHOD", "HSTS"} {
			if valueOf(s, name) != "" {
				r.Lost = append(r.Lost, name)
			}
		}
		guards, lost := p.nginxFiles().of(v)
		r.Guards, r.Lost = slices.Concat(r.Guards, guards), slices.Concat(r.Lost, lost)
		list = append(list, r)
	}
	return list
}

// readVirtual reads hosts, path, port and protocol.
func (r *Route) readVirtual(v virtual) {
	for _, host := range v.hosts {
		if host == "" || isHostPattern(host) || strings.Contains(host, ":") {
			r.miss("it has a pattern in place of a host")
			continue
		}
		if name, isBoth := strings.CutPrefix(host, "."); isBoth { // the name and all below it, as in server_name of nginx
			r.Hosts = append(r.Hosts, name, "*"+host)
			continue
		}
		r.Hosts = append(r.Hosts, host)
	}
	if len(r.Hosts) == 0 {
		r.miss("it names no host")
	}
	if strings.HasPrefix(v.path, "/") {
		r.Path = strings.TrimSuffix(v.path, "/")
	} else if v.path != "" { // a regular expression, or "= /x": only some of the requests
		r.Guards = append(r.Guards, "the path "+v.path)
	}
	if n, err := strconv.Atoi(v.port); err == nil && n > 0 && n <= 65535 {
		r.Port = int32(n)
	}
	switch v.proto {
	case "", "http":
	case "https":
		r.TLS = true
	case "uwsgi":
		r.Speaks = "uwsgi"
	case "fastcgi":
		r.Speaks = "FastCGI"
	default:
		r.Speaks = v.proto
	}
}

// isHostPattern reports whether a host of nginx-proxy is a regular expression, or ends in any domain.
func isHostPattern(host string) bool {
	return strings.HasPrefix(host, "~") || strings.HasSuffix(host, ".*")
}

// hashed returns the SHA-1 sum by which files of nginx-proxy are called.
func hashed(text string) string {
	sum := sha1.Sum([]byte(text)) //nolint:gosec // the sum is a name, and keeps nothing secret
	return hex.EncodeToString(sum[:])
}
