package naming

import (
	"slices"
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/texts"
)

// longestHostValue is the length in bytes of the longest value in which the names of a stack are looked for.
const longestHostValue = 512

// addStackNames adds the names that services have in a stack of Swarm, <stack>_<service>, where variables and commands use them as hosts and the
// stack is called as the project. One with another stack is told of: it may mean a service of that stack.
// Source: https://docs.docker.com/reference/cli/docker/stack/deploy/
func (d *namer) addStackNames() {
	taken := map[string]bool{}
	for _, names := range d.own {
		for _, n := range names {
			taken[strings.ToLower(n.Name)] = true
		}
	}
	names := map[*input.Service][]string{}
	for _, s := range d.project.Services {
		if !hasUnderscore(s) { // which spares most services the rest
			continue
		}
		for _, t := range containerTexts(s.Path, s.Config.Environment, s.Config.Entrypoint, s.Config.Command) {
			if !strings.Contains(t.text, "_") || len(t.text) > longestHostValue {
				continue
			}
			for _, m := range texts.Find(t.text, t.variable, func(lower string) bool { return !taken[lower] && d.ofStack(lower) != nil }) {
				name := strings.ToLower(m.Name)
				service := d.ofStack(name)
				switch {
				case !m.Host:
				case name == d.project.Compose.Name+"_"+service.Name:
					names[service] = append(names[service], name)
				case !texts.SaysOwnNames(t.variable):
					d.findings.Addf("name-unresolvable", t.at, "write "+service.Name+" if it means the service of this project; else the name by which the cluster reaches the other one",
						"%s is what Swarm calls a service %s in a stack; no Service is called so", m.Name, service.Name)
				}
			}
		}
	}
	for s, found := range names {
		slices.Sort(found)
		for _, name := range slices.Compact(found) {
			d.own[s] = append(d.own[s], DNSName{Name: name, Service: s, Source: OfDocker, At: s.Path, Networks: d.workloads.Networks(s)})
		}
	}
}

// hasUnderscore reports whether a variable or a word of the command of a service has an underscore in it.
func hasUnderscore(s *input.Service) bool {
	has := func(text string) bool { return strings.IndexByte(text, '_') >= 0 }
	for _, value := range s.Config.Environment {
		if value != nil && has(*value) {
			return true
		}
	}
	return slices.ContainsFunc(s.Config.Entrypoint, has) || slices.ContainsFunc(s.Config.Command, has)
}

// ofStack returns the service whose name stands behind that of a stack, nil if there is none.
func (d *namer) ofStack(name string) *input.Service {
	for i := range len(name) {
		if s := d.project.ByName[name[i+1:]]; i > 0 && name[i] == '_' && s != nil && len(d.own[s]) > 0 {
			return s
		}
	}
	return nil
}
