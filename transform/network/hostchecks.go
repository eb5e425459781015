package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/texts"
)

// runsVite matches the commands that start the development server of Vite.
var runsVite = pattern.New(`\bvite\b|\b(?:npm|yarn|pnpm|bun)\b.*\b(?:dev|start|serve)\b`).Holding("vite", "npm", "yarn", "pnpm", "bun")

// reportHostChecks reports the programs that refuse the host of their route, by what their sources in the build context say.
func reportHostChecks(s *input.Service, r plan.Route, findings *report.Findings) {
	told := map[source.HostChecker]bool{}
	for _, check := range s.Facts.HostChecks {
		if told[check.Program] || !isInForce(s, check) {
			continue
		}
		for _, host := range r.Hosts {
			if strings.Contains(check.Hosts, host) || isBelow(host, check.Hosts) {
				continue
			}
			told[check.Program] = true
			at := s.Key("build")
			switch check.Program {
			case source.Vite:
				findings.Addf("route-refused", at, "name "+host+" in server.allowedHosts of vite.config, or build the page and let a web server serve it",
					"%s runs the development server of Vite, which answers for localhost alone, and not for %s, the host of its route", s.Name, host)
			case source.Rails:
				findings.Addf("route-refused", at, "add config.hosts << \""+host+"\" there, or run it with RAILS_ENV: production",
					"%s runs Rails in development, which answers for localhost and what %s names, and not for %s, the host of its route", s.Name, check.File, host)
			case source.Django:
				where := fmt.Sprintf("%s, line %d", check.File, check.Line)
				list := "ALLOWED_HOSTS"
				if check.Variable != "" { // of the environment
					list = check.Variable
				}
				findings.Addf("route-refused", at, "add "+host+" to "+list, "%s lets in what %s names, and %s, the host of its route, is not there", s.Name, where, host)
			}
			break
		}
	}
}

// reportClosedServer reports a route to an nginx whose default server refuses the host of the route, as no other one is called so.
func reportClosedServer(s *input.Service, settings string, at diag.Path, r plan.Route, findings *report.Findings) {
	if !strings.Contains(settings, "server_name") && !strings.Contains(settings, "default") {
		return
	}
	if len(r.Hosts) == 0 {
		if status, refused := texts.RefusedHost(settings, r.Port, "any.invalid"); refused {
			findings.Addf("route-refused", at, "give the route a host that one has, with x-kubernetes: {publish: {host: …}}",
				"the default server of %s answers with %s to every host that no server_name is, and its route names none", s.Name, status)
		}
	}
	for _, host := range r.Hosts {
		status, refused := texts.RefusedHost(settings, r.Port, host)
		if !refused {
			continue
		}
		findings.Addf("route-refused", at, "add "+host+" to the server_name of the server that is meant, or give the route a host that one has, with x-kubernetes: {publish: {host: …}}",
			"the default server of %s answers with %s, and no server_name is %s, the host of its route", s.Name, status, host)
	}
}

// isInForce reports whether a service runs the program of its sources in the way in which it checks hosts, and the project names no others.
func isInForce(s *input.Service, check source.HostCheck) bool {
	value := func(name string) string {
		if v := s.Config.Environment[name]; v != nil {
			return *v
		}
		return s.Facts.Env[name]
	}
	switch check.Program {
	case source.Vite:
		command := strings.Join(slices.Concat(s.Config.Entrypoint, s.Config.Command), " ")
		if command == "" {
			command = strings.Join(slices.Concat(s.Facts.Entrypoint, s.Facts.Cmd), " ")
		}
		return runsVite.MatchString(command) && !strings.Contains(command, "build") && value("__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS") == ""
	case source.Rails:
		mode := value("RAILS_ENV")
		if mode == "" {
			mode = value("RACK_ENV")
		}
		return (mode == "" || mode == "development") && value("RAILS_DEVELOPMENT_HOSTS") == ""
	}
	return check.Variable == "" || value(check.Variable) == ""
}

// isBelow reports whether a list has a domain with a dot before it, which stands for all hosts below it.
func isBelow(host, list string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(", ;[]\"'", r) }), func(item string) bool {
		return strings.HasPrefix(item, ".") && strings.HasSuffix(host, item)
	})
}
