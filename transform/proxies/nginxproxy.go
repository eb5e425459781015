package proxies

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/transform/input"
)

// nginxProxyReaches reports whether nginx-proxy may share a network with a service, without which it sends nothing there. Where the proxy is not in the
// project, it is on the external network that another service with such a variable is on.
func (p *reading) nginxProxyReaches(s *input.Service) bool {
	on := func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { _, is := s.Config.Networks[name]; return is })
	}
	var ofProxy, external []string
	hasProxy := false
	for _, peer := range p.project.Services {
		isProxy := slices.ContainsFunc(peer.ImageNames(), func(name string) bool {
			return strings.Contains(name, "nginx-proxy") || strings.Contains(name, "docker-gen")
		})
		for name := range peer.Config.Networks {
			if isProxy {
				ofProxy = append(ofProxy, name)
			}
			if v := peer.Config.Environment["VIRTUAL_HOST"]; v != nil && *v != "" && bool(p.project.Compose.Networks[name].External) {
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

// nginxProxyRoutes returns the route that variables of a service ask nginx-proxy for.
// Source: https://github.com/nginx-proxy/nginx-proxy/blob/main/docs/README.md
func (p *reading) nginxProxyRoutes(s *input.Service) []Route {
	value := func(name string) string {
		if v := s.Config.Environment[name]; v != nil {
			return strings.TrimSpace(*v)
		}
		return ""
	}
	hosts := value("VIRTUAL_HOST")
	if _, err := netip.ParseAddr(hosts); err == nil || hosts == "" || !p.nginxProxyReaches(s) { // an address is for the program itself
		return nil
	}
	r := Route{
		Proxy: "nginx-proxy", At: s.Key("environment", "VIRTUAL_HOST"), Rule: hosts, Exact: true,
		HTTPS: value("LETSENCRYPT_HOST") != "" || value("ACME_HOST") != "" || value("CERT_NAME") != "",
	}
	for host := range strings.SplitSeq(hosts, ",") {
		host = strings.TrimSpace(host)
		if host == "" || strings.HasPrefix(host, "~") || strings.HasSuffix(host, ".*") || strings.Contains(host, ":") { // a regular expression, any domain
			r.Exact = false
			continue
		}
		r.Hosts = append(r.Hosts, host)
	}
	r.Exact = r.Exact && len(r.Hosts) > 0
	if path := value("VIRTUAL_PATH"); strings.HasPrefix(path, "/") {
		r.Path = strings.TrimSuffix(path, "/")
	} else if path != "" {
		r.Exact = false
	}
	if n, err := strconv.Atoi(value("VIRTUAL_PORT")); err == nil && n > 0 && n <= 65535 {
		r.Port = int32(n)
	}
	switch value("VIRTUAL_PROTO") {
	case "", "http":
	case "https":
		r.TLS = true
	default: // FastCGI and uwsgi, which no Ingress speaks
		r.Exact = false
	}
	if value("NETWORK_ACCESS") == "internal" {
		r.Guards = append(r.Guards, "NETWORK_ACCESS: internal")
	}
	for _, name := range []string{"VIRTUAL_DEST", "VIRTUAL_HOST_MULTIPORTS", "HTTPS_METHOD", "HSTS"} {
		if value(name) != "" {
			r.Lost = append(r.Lost, name)
		}
	}
	return []Route{r}
}
