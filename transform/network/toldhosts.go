package network

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// Variables with the address that a program tells others as its own. What stands before the words of ownHostIn is empty, the name of the program, or a
// word of a framework; of the addresses of other programs, which have their name before the same words, nothing is to be said.
// Sources: https://next-auth.js.org/configuration/options#nextauth_url, https://docs.n8n.io/hosting/configuration/environment-variables/deployment/,
// https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#server, https://docs.paperless-ngx.com/configuration/#PAPERLESS_URL
var (
	ownHostIn  = pattern.New(`^(?:(.+?)_+)?(?:nextauth_ur[il]|(?:app|site|public|root|external|canonical|self)_?(?:ur[il]|domain(?:_?name)?|host(?:_?name)?|fqdn)|base_ur[il]|domain(?:_?name)?|fqdn)$`)
	frameworks = []string{"next", "nuxt", "vite", "react", "vue", "gf", "mm", "django", "laravel", "spring", "flask"}
)

// isOwnAddress reports whether a variable has the address by which others are to call a service.
func isOwnAddress(s *input.Service, variable string) bool {
	names := []string{strings.ToLower(s.Name)}
	for _, image := range s.ImageNames() {
		names = append(names, strings.ToLower(image))
	}
	isOf := func(word string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, word) })
	}
	lower := strings.ToLower(variable)
	for _, end := range []string{"_url", "_host", "_hostname"} {
		program, isIt := strings.CutSuffix(lower, end)
		if isIt && len(program) > 2 && slices.ContainsFunc(names, func(name string) bool { return isProgram(name, program) }) {
			return true // PAPERLESS_URL, N8N_HOST
		}
	}
	m := ownHostIn.FindStringSubmatch(lower)
	if m == nil {
		return false
	}
	first, _, _ := strings.Cut(m[1], "_")
	return first == "" || slices.Contains(frameworks, first) || len(first) > 2 && isOf(first)
}

// isProgram reports whether an image is called after a program, also with a word behind its name: paperless-ngx.
func isProgram(image, program string) bool {
	name, _, _ := strings.Cut(path.Base(image), ":")
	return name == program || strings.HasPrefix(name, program+"-")
}

// hostIn returns the host of an address or of a bare name with a dot in it, "" if a value is neither.
func hostIn(value string) string {
	value = strings.ToLower(strings.TrimSpace(value))
	if strings.Contains(value, "://") {
		u, err := url.Parse(value)
		if err != nil {
			return ""
		}
		value = u.Hostname()
	}
	if !realHost.MatchString(value) || strings.HasPrefix(value, "*") {
		return ""
	}
	return value
}

// reportToldHosts reports the services that tell others another host than those of the routes as their own: who follows a redirect or a link, and
// who checks where a login comes from, goes by that host.
func reportToldHosts(p *input.Project, all outside, findings *report.Findings) {
	routed := map[*input.Service][]string{}
	var hosts []string
	all.eachRoute(func(o plan.Meta, r plan.Route) {
		if s := p.ByName[o.Annotations[labels.Service]]; s != nil {
			routed[s] = append(routed[s], r.Hosts...)
		}
		hosts = append(hosts, r.Hosts...)
	})
	for _, s := range p.Services {
		if len(routed[s]) > 0 || (s.PublishType == input.PublishLoadBalancer || s.PublishType == input.PublishNodePort) && len(s.Config.Ports) > 0 {
			reportDefaultAddress(p, s, findings)
		}
		if len(routed[s]) == 0 {
			continue
		}
		for _, variable := range sorted.Keys(s.Config.Environment) {
			value := s.Config.Environment[variable]
			if value == nil || !isOwnAddress(s, variable) {
				continue
			}
			host := hostIn(*value)
			if host == "" || p.ByName[host] != nil || slices.ContainsFunc(hosts, func(has string) bool {
				return has == host || strings.HasSuffix(has, "."+host) || isWildcardOf(has, host)
			}) {
				continue
			}
			findings.Addf("route-host", s.Key("environment", variable), "write the host of the route there, or give it a route for this one: x-kubernetes: {publish: {host: …}}",
				"%s tells others to call it by another host than that of its route, which is %s", s.Name, strings.Join(routed[s], ", "))
		}
	}
}

// reportDefaultAddress reports a program that is published, and that tells others an address of the machine itself where nothing tells it another.
func reportDefaultAddress(p *input.Project, s *input.Service, findings *report.Findings) {
	address, found := s.PublicAddress()
	if !found || slices.ContainsFunc(address.Variables, func(name string) bool { return s.Config.Environment[name] != nil || s.Facts.Env[name] != "" }) {
		return
	}
	if command := strings.Join(s.Config.Command, " "); strings.Contains(command, "config") || strings.Contains(command, "://") || p.SettingsText(s) != "" { // which may tell it
		return
	}
	findings.Addf("localhost-told", s.Key("image"), "set "+address.Variables[0]+" to the address under which "+s.Name+" is reachable from outside the cluster",
		"%s tells others to call it at %s, as nothing says another address: who is told it calls their own machine", s.Name, address.Default)
}

// isWildcardOf reports whether the host of a route stands for all names one step below a domain, and a host is one of them.
func isWildcardOf(has, host string) bool {
	domain, isWildcard := strings.CutPrefix(has, "*.")
	_, above, _ := strings.Cut(host, ".")
	return isWildcard && above == domain
}
