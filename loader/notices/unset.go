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
// What only reaches the build of an image, or a service that takes no part, changes nothing and is not told.
func (l *reading) unset(p *types.Project) {
	if len(l.Unset) == 0 {
		return
	}
	uses := map[string][]variableUse{}
	var order []string
	extended := l.extendedServices()
	l.Main.Scan(func(d *document.Document, at diag.Path, n *yaml.Node) {
		if !strings.Contains(n.Value, "$") || isOfBuildOnly(at) || isLeftOut(p, at) && !extended[at[1]] {
			return
		}
		var here variables.Unset
		_, _ = here.Substitute(n.Value, d.Bundle.Env.Resolve)
		for _, name := range here.Names {
			if uses[name] == nil {
				order = append(order, name)
			}
			uses[name] = append(uses[name], variableUse{at, d.NodeRange(n)})
		}
	})
	if len(order) == 0 {
		return
	}
	first := uses[order[0]][0]
	if len(order) == 1 {
		name := order[0]
		var places []string
		for _, u := range uses[name] {
			places = append(places, u.path.String())
		}
		l.add(diag.Warning, "unset-variable", first.path, first.where,
			fmt.Sprintf("set %s in the environment or in .env, or give it a default: ${%s:-value}", name, name),
			"the variable %s is not set and becomes an empty string in %s", name, enumerate(places, 4))
		return
	}
	l.add(diag.Warning, "unset-variable", nil, first.where,
		fmt.Sprintf("set them in the environment or in .env, or give them a default: ${%s:-value}", order[0]),
		"%d variables are not set and become empty strings: %s", len(order), strings.Join(order, ", "))
}

// variableUse is a place that a variable is used at.
type variableUse struct {
	path  diag.Path
	where diag.Range
}

// isOfBuildOnly reports whether a value says how an image is built, and nothing about how it runs.
func isOfBuildOnly(at diag.Path) bool {
	return len(at) > 3 && at[0] == "services" && at[2] == "build" &&
		!slices.Contains([]string{"context", "dockerfile", "dockerfile_inline", "target"}, at[3])
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
