package notices

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
)

// OfFailure finds what explains why a project does not load: variables that became empty.
func OfFailure(main *document.Bundle, unset []string) diag.List {
	l := &reading{Reading: Reading{Main: main, Unset: unset}}
	l.unset(&types.Project{})
	return l.found
}

// unset reports the variables that interpolation replaced by nothing: one finding with all names, because they have one cause.
// What only the builder is told, or a service that takes no part, changes nothing and is not told.
func (l *reading) unset(p *types.Project) {
	if len(l.Unset) == 0 {
		return
	}
	var run, inline variableUses
	extended := l.extendedServices()
	l.Main.Scan(func(d *document.Document, at diag.Path, n *yaml.Node) {
		if !strings.Contains(n.Value, "$") || isOfBuildOnly(at) || isLeftOut(p, at) && !extended[at[1]] {
			return
		}
		var here variables.Unset
		_, _ = here.Substitute(n.Value, d.Bundle.Env.Resolve)
		uses := &run
		if slices.Contains(at, "dockerfile_inline") {
			uses = &inline
		}
		for _, name := range here.Names {
			uses.add(name, variableUse{at, d.NodeRange(n)})
		}
	})
	if len(run.names) == 1 {
		l.reportUnset(run, fmt.Sprintf("set %s in the environment or in .env, or give it a default: ${%s:-value}", run.names[0], run.names[0]))
	} else if len(run.names) > 1 {
		l.reportUnset(run, fmt.Sprintf("set them in the environment or in .env, or give them a default: ${%s:-value}", run.names[0]))
	}
	if len(inline.names) > 0 {
		l.reportUnset(inline, fmt.Sprintf("write $${%s} for a variable of the Dockerfile: Compose replaces what has one dollar sign before the build", inline.names[0]))
	}
}

// reportUnset reports variables that became empty for one cause.
func (l *reading) reportUnset(uses variableUses, help string) {
	first := uses.at[uses.names[0]][0]
	if len(uses.names) == 1 {
		var places []string
		for _, u := range uses.at[uses.names[0]] {
			places = append(places, u.path.String())
		}
		l.add(diag.Warning, "unset-variable", first.path, first.where, help, "the variable %s is not set and becomes an empty string in %s", uses.names[0], enumerate(places, 4))
		return
	}
	l.add(diag.Warning, "unset-variable", nil, first.where, help, "%d variables are not set and become empty strings: %s", len(uses.names), strings.Join(uses.names, ", "))
}

// variableUses are variables in the order in which they are found, and where.
type variableUses struct {
	names []string
	at    map[string][]variableUse
}

func (u *variableUses) add(name string, at variableUse) {
	if u.at == nil {
		u.at = map[string][]variableUse{}
	}
	if u.at[name] == nil {
		u.names = append(u.names, name)
	}
	u.at[name] = append(u.at[name], at)
}

// variableUse is a place that a variable is used at.
type variableUse struct {
	path  diag.Path
	where diag.Range
}

// isOfBuildOnly reports whether a value says how an image is built, and nothing about how it runs. What an argument is given stands in the image mostly.
func isOfBuildOnly(at diag.Path) bool {
	return len(at) > 3 && at[0] == "services" && at[2] == "build" &&
		!slices.Contains([]string{"context", "dockerfile", "dockerfile_inline", "target", "args"}, at[3])
}

// isLeftOut reports whether a path lies in a service or job that is not converted.
func isLeftOut(p *types.Project, at diag.Path) bool {
	if len(at) < 2 {
		return false
	}
	switch at[0] {
	case "services":
		_, off := p.DisabledServices[at[1]]
		return off
	case "jobs":
		_, off := p.DisabledJobs[at[1]]
		return off
	}
	return false
}

// extendedServices returns the names of the services that others extend: what is written there reaches the others.
func (l *reading) extendedServices() map[string]bool {
	found := map[string]bool{}
	l.Main.Scan(func(_ *document.Document, at diag.Path, n *yaml.Node) {
		if len(at) > 2 && at[2] == "extends" && (len(at) == 3 || at[3] == "service") {
			found[n.Value] = true
		}
	})
	return found
}
