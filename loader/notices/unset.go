package notices

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
)

// unset reports each variable that interpolation replaced by nothing, once, with the places that use it.
func (l *reading) unset() {
	if len(l.Unset) == 0 {
		return
	}
	type use struct {
		path  diag.Path
		where diag.Range
	}
	uses := map[string][]use{}
	l.Main.Scan(func(d *document.Document, p diag.Path, n *yaml.Node) {
		if !strings.Contains(n.Value, "$") {
			return
		}
		var here variables.Unset
		_, _ = here.Substitute(n.Value, d.Bundle.Env.Resolve)
		for _, name := range here.Names {
			uses[name] = append(uses[name], use{p, d.NodeRange(n)})
		}
	})
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		var places []string
		for _, u := range uses[name] {
			places = append(places, u.path.String())
		}
		first := uses[name][0]
		l.add(diag.Warning, "unset-variable", first.path, first.where,
			fmt.Sprintf("set %s in the environment or in .env, or give it a default: ${%s:-value}", name, name),
			"the variable %s is not set and becomes an empty string in %s", name, enumerate(places, 4))
	}
}
