package proxies

import (
	"strconv"
	"strings"

	"github.com/transship/transship/transform/input"
)

// nginxProxyRoutes returns the route that variables of a service ask nginx-proxy for.
// Source: https://github.com/nginx-proxy/nginx-proxy/blob/main/docs/README.md
func nginxProxyRoutes(s *input.Service) []Route {
	value := func(name string) string {
		if v := s.Config.Environment[name]; v != nil {
			return strings.TrimSpace(*v)
		}
		return ""
	}
	hosts := value("VIRTUAL_HOST")
	if hosts == "" {
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
