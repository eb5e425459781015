package naming

import (
	"slices"
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/texts"
)

// longestHostValue is the length in bytes of the longest value in which the names of a stack are looked for.
const longestHostValue = 512

// addStackNames adds the names that services have in a stack of Swarm, <stack>_<service>, where variables and commands use them as hosts. The name of
// the stack stands in no file. Source: https://docs.docker.com/reference/cli/docker/stack/deploy/
func (d *namer) addStackNames() {
	taken := map[string]bool{}
	for _, names := range d.own {
		for _, n := range names {
			taken[strings.ToLower(n.Name)] = true
		}
	}
	found := map[string]*input.Service{}
	of := func(lower string) *input.Service {
		if taken[lower] {
			return nil
		}
		for i := range len(lower) {
			if lower[i] != '_' || i == 0 {
				continue
			}
			if s := d.project.ByName[lower[i+1:]]; s != nil && len(d.own[s]) > 0 {
				return s
			}
		}
		return nil
	}
	for _, s := range d.project.Services {
		for _, t := range containerTexts(s.Path, s.Config.Environment, s.Config.Entrypoint, s.Config.Command) {
			if !strings.Contains(t.text, "_") || len(t.text) > longestHostValue {
				continue
			}
			for _, m := range texts.Find(t.text, t.variable, func(lower string) bool { return of(lower) != nil }) {
				if m.Host {
					found[strings.ToLower(m.Name)] = of(strings.ToLower(m.Name))
				}
			}
		}
	}
	for _, s := range d.project.Services {
		var names []string
		for name, service := range found {
			if service == s {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			d.own[s] = append(d.own[s], DNSName{Name: name, Service: s, Source: OfDocker, At: s.Path, Networks: d.workloads.Networks(s)})
		}
	}
}
