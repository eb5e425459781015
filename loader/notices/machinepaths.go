package notices

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
)

// machinePaths are variables that hold a directory of the machine that reads the project.
var machinePaths = []string{"HOME", "PWD"}

// carried are keys whose values reach the container as they are. What a bind, a build or an env_file names is a place to
// read from, which is another matter.
var carried = []string{"environment", "command", "entrypoint", "healthcheck", "working_dir", "labels", "annotations", "content", "post_start", "pre_stop"}

// machinePathValues finds values that a directory of this machine is written into: on Docker the engine is on the same
// machine and finds it, in a cluster it is nowhere, and another machine gives another result. Values of services that are not
// converted, and that no other one extends, go nowhere.
func (l *reading) machinePathValues(project *types.Project) {
	extended := l.extendedNames()
	l.Main.Scan(func(d *document.Document, p diag.Path, n *yaml.Node) {
		if !strings.Contains(n.Value, "$") || slices.Contains(p, "build") || slices.Contains(p, "develop") {
			return
		}
		if !slices.ContainsFunc(p, func(key string) bool { return slices.Contains(carried, key) }) {
			return
		}
		if len(p) > 1 && p[0] == "services" && !extended[p[1]] {
			if _, disabled := project.DisabledServices[p[1]]; disabled {
				return
			}
		}
		var ignored variables.Unset
		used := map[string]bool{}
		_, _ = ignored.Substitute(n.Value, func(name string) (string, bool) {
			used[name] = true
			return d.Bundle.Env.Resolve(name)
		})
		for _, name := range machinePaths {
			if _, set := l.Machine[name]; !used[name] || !set && name != "PWD" { // PWD has a value always
				continue
			}
			l.directories[name] = append(l.directories[name], variableUse{p, d.NodeRange(n)})
		}
	})
}

// machineDirectories reports the directories of this machine whose names reach a container, each once.
func (l *reading) machineDirectories() {
	for _, name := range sorted.Keys(l.directories) {
		uses := l.directories[name]
		var places []string
		for _, use := range uses {
			places = append(places, use.path.String())
		}
		l.add(diag.Warning, "env-from-shell", uses[0].path, uses[0].where, "write down the path that is meant in the container",
			"%s is a directory of this machine, which a cluster does not have, and its name becomes part of %s", name, enumerate(places, 4))
	}
}

// extendedNames returns the names of the services that others extend.
func (l *reading) extendedNames() map[string]bool {
	names := map[string]bool{}
	l.Main.Scan(func(_ *document.Document, p diag.Path, n *yaml.Node) {
		if len(p) > 2 && p[0] == "services" && p[2] == "extends" && (len(p) == 3 || p[3] == "service") {
			names[n.Value] = true
		}
	})
	return names
}
