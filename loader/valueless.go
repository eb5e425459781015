package loader

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// environment reports variables without a value. Docker Compose takes their value from the shell; a conversion takes it
// from the machine it runs on, and another machine may give another result. A variable that the shell lacks stays
// unset, even if an env_file has it. Source: docker compose, "environment" and its precedence over "env_file".
func (l *losses) environment(at diag.Path, envFiles []types.EnvFile) {
	for _, name := range l.locator.valueless(at) {
		here := at.Key(name)
		_, inShell := l.env[name]
		file := l.definedIn(name, envFiles)
		if inShell || file == "" {
			l.shell[shellVariable{name, inShell}] = append(l.shell[shellVariable{name, inShell}], here)
			continue
		}
		l.add(diag.Warning, "env-from-shell", here, l.locator.Locate(here), fmt.Sprintf("remove %s from environment, or give it a value", name),
			"%s has no value and is not set in the environment, and that hides the value that %s gives it", name, file)
	}
}

// shellVariable is a variable without a value that no env file defines either.
type shellVariable struct {
	name string
	set  bool // in the environment of this machine
}

// shellVariables reports each variable once: projects pass the same ones to dozens of services.
func (l *losses) shellVariables() {
	variables := slices.SortedFunc(maps.Keys(l.shell), func(a, b shellVariable) int { return strings.Compare(a.name, b.name) })
	for _, v := range variables {
		uses := l.shell[v]
		var services []string
		for _, p := range uses {
			services = append(services, p[1])
		}
		where := enumerate(slices.Compact(services), 4)
		if _, ofMachine := l.machine[v.name]; ofMachine {
			l.add(diag.Warning, "env-from-shell", uses[0], l.locator.Locate(uses[0]), "write the value down, or put it into .env, if the result must not depend on the machine",
				"the value of %s comes from the environment of this machine, for %s", v.name, where)
			continue
		}
		if v.set {
			l.add(diag.Info, "env-passed-through", uses[0], l.locator.Locate(uses[0]), "", "the value of %s comes from .env, for %s", v.name, where)
			continue
		}
		l.add(diag.Info, "env-passed-through", uses[0], l.locator.Locate(uses[0]), "set it, or remove the line",
			"%s has no value and is not set in the environment, so it is not passed to %s", v.name, where)
	}
}

// definedIn returns the env file that sets a variable, "" if none does.
func (l *losses) definedIn(name string, envFiles []types.EnvFile) string {
	for _, e := range envFiles {
		file := l.loaded.Files[e.Path]
		if file == nil || file.Kind != source.Regular || !bytes.Contains(file.Data, []byte(name)) {
			continue
		}
		values, err := dotenv.ParseWithLookup(bytes.NewReader(file.Data), l.env.Resolve)
		if _, ok := values[name]; ok && err == nil {
			return l.displayName(e.Path)
		}
	}
	return ""
}

// valueless returns the variables of an environment section that are named without a value, where the last file that
// names them does so. The model cannot tell: the value from the shell is already in it.
func (l *locator) valueless(environment diag.Path) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := map[string]bool{}
	for _, y := range l.at(environment) {
		n := deref(y.value)
		if n == nil {
			continue
		}
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				value := deref(n.Content[i+1])
				if n.Content[i].Value != "<<" {
					names[n.Content[i].Value] = value.Tag == "!!null"
				}
			}
		case yaml.SequenceNode:
			for _, item := range n.Content {
				text, ok := l.text(y.doc, item)
				name, _, hasValue := strings.Cut(text, "=")
				if ok {
					names[name] = !hasValue
				}
			}
		}
	}
	var out []string
	for _, name := range sortedKeys(names) {
		if names[name] {
			out = append(out, name)
		}
	}
	return out
}
