package network

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/texts"
)

// reportRefusedHosts reports the programs that are told which hosts to let in, and not that of their route.
func (d *publishing) reportRefusedHosts(all outside) {
	report := func(o plan.Meta, r plan.Route) {
		s := d.project.ByName[o.Annotations[labels.Service]]
		if s == nil {
			return
		}
		reportHostChecks(s, r, d.findings)
		if !isCaddy(s) {
			reportClosedServer(s, d.project.SettingsText(s), o.Origin.Paths[0], r, d.findings)
		}
		for _, name := range sorted.Keys(s.Config.Environment) {
			value := s.Config.Environment[name]
			if value == nil || isNoList(*value) || !naming.LetsIn(name) || strings.Contains(name, "CORS") { // of other origins, CORS speaks
				continue
			}
			for _, host := range r.Hosts {
				if strings.Contains(*value, host) || isBelow(host, *value) {
					continue
				}
				d.findings.Addf("route-refused", s.Key("environment", name), "add "+host, "%s lets in what %s names, and %s, the host of its route, is not there", s.Name, name, host)
			}
		}
	}
	all.eachRoute(report)
}

// isNoList reports whether a value names no host, or all of them.
func isNoList(value string) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "", "null", "none", "nil", "false", "true", "[]":
		return true
	}
	return strings.Contains(value, "*")
}

// caddyWord matches what images and commands of Caddy are called.
var caddyWord = pattern.New(`(?i)(^|[^a-z])caddy([^a-z]|$)`).Holding("caddy")

// reportRedirects reports the routes to a port on which a server does nothing but send everybody to HTTPS. TLS has ended at the controller
// then, so that each request is sent back for ever.
func (d *publishing) reportRedirects(all outside) {
	report := func(o plan.Meta, r plan.Route) {
		s := d.project.ByName[o.Annotations[labels.Service]]
		if s == nil || !d.onlyRedirects(s, r.Port) {
			return
		}
		d.findings.Addf("route-redirects", o.Origin.Paths[0],
			"let the server serve on the port, for the host of the route, and leave HTTPS to the controller; or publish its own HTTPS with x-kubernetes: {publish: loadbalancer} on the service",
			"port %d of %s only sends callers to HTTPS, which has ended at the controller: they are sent there again and again", r.Port, s.Name)
	}
	all.eachRoute(report)
}

// onlyRedirects reports whether the settings of a server send everybody who calls a port to HTTPS.
func (d *publishing) onlyRedirects(s *input.Service, port int32) bool {
	if port != 80 || !isCaddy(s) {
		return texts.OnlyRedirects(d.project.SettingsText(s), port)
	}
	return texts.CaddyOnlyRedirects(d.caddyfile(s), valueIn(s))
}

// isCaddy reports whether a service runs Caddy.
func isCaddy(s *input.Service) bool {
	words := slices.Concat([]string{s.Config.Image, s.Facts.BaseImage}, s.Config.Entrypoint, s.Config.Command)
	return slices.ContainsFunc(words, caddyWord.MatchString)
}

// caddyfile returns the settings of a service that runs Caddy.
func (d *publishing) caddyfile(s *input.Service) string {
	return d.project.SettingsText(s) + siteOfCommand(slices.Concat(s.Config.Entrypoint, s.Config.Command))
}

// valueIn returns a function that returns the value of a variable of a service, "" for one that it does not have.
func valueIn(s *input.Service) func(name string) string {
	return func(name string) string {
		if value := s.Config.Environment[name]; value != nil {
			return *value
		}
		return ""
	}
}

// siteOption matches the site that the command line of Caddy names where it has no Caddyfile.
// Source: https://caddyserver.com/docs/command-line#caddy-reverse-proxy, https://caddyserver.com/docs/command-line#caddy-file-server
var siteOption = pattern.New(`\b(?:reverse-proxy\b.*?\s(?:--from|-f)|file-server\b.*?\s(?:--domain|-d))[\s=]+(\S+)`).Holding("reverse-proxy", "file-server")

// siteOfCommand returns that site as a Caddyfile has it, "" if there is none.
func siteOfCommand(command []string) string {
	if m := siteOption.FindStringSubmatch(strings.Join(command, " ")); m != nil {
		return m[1] + " {\n}\n"
	}
	return ""
}
