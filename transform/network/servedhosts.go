package network

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// Settings of web servers that name the hosts for which they answer. Sources: https://nginx.org/en/docs/http/server_names.html,
// https://httpd.apache.org/docs/2.4/mod/core.html#servername, https://caddyserver.com/docs/caddyfile/concepts#addresses
var (
	nginxHosts  = pattern.New(`(?m)^\s*server_name\s+([^;{}]+);`).Holding("server_name")
	apacheHosts = pattern.New(`(?mi)^\s*server(?:name|alias)\s+([^\n#]+)$`).Holding("servername", "serveralias")
	caddyHosts  = pattern.New(`(?m)^((?:(?:https?://)?[*\w-]+(?:\.[\w-]+)+(?::\d+)?,?\s+)+)\{`)
	realHost    = pattern.New(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z]$`)
)

// servedHosts returns the hosts for which the settings of a service let it answer, sorted: those that others than its peers may ask for.
func servedHosts(p *input.Project, s *input.Service, isCaddy bool) []string {
	text := p.SettingsText(s)
	found := append(nginxHosts.FindAllStringSubmatch(text, -1), apacheHosts.FindAllStringSubmatch(text, -1)...)
	if isCaddy {
		found = append(found, caddyHosts.FindAllStringSubmatch(text, -1)...)
	}
	var list []string
	for _, m := range found {
		for word := range strings.FieldsFuncSeq(m[1], func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' }) {
			_, host, hasScheme := strings.Cut(word, "://")
			if !hasScheme {
				host = word
			}
			host, _, _ = strings.Cut(strings.ToLower(host), ":")
			if _, err := netip.ParseAddr(host); err == nil || !realHost.MatchString(host) || strings.HasSuffix(host, ".localdomain") {
				continue
			}
			list = append(list, host)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// reportServedHosts reports a service whose settings answer for hosts for which it has no route: a controller turns requests for them away.
func reportServedHosts(p *input.Project, s *input.Service, isCaddy bool, at diag.Path, hosts []string, findings *report.Findings) {
	missing := slices.DeleteFunc(servedHosts(p, s, isCaddy), func(host string) bool { return slices.Contains(hosts, host) })
	if len(missing) == 0 {
		return
	}
	findings.Addf("route-host", at, "x-kubernetes: {publish: {host: \""+strings.Join(missing, ",")+"\"}} gives it routes for them",
		"by its settings %s answers for %s; its route is for %s alone", s.Name, report.Enumerate(missing, 5), strings.Join(hosts, ", "))
}
