package notices

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// environment reports variables without a value. Docker Compose takes their value from the shell; a conversion takes it
// from the machine it runs on, and another machine may give another result. A variable that the shell lacks stays
// unset, even if an env_file has it. Source: docker compose, "environment" and its precedence over "env_file".
func (l *reading) environment(at diag.Path, envFiles []types.EnvFile) {
	for _, name := range l.Locator.Valueless(at) {
		here := at.Key(name)
		_, inShell := l.Env[name]
		file := l.definedIn(name, envFiles)
		if inShell || file == "" {
			l.shell[shellVariable{name, inShell}] = append(l.shell[shellVariable{name, inShell}], here)
			continue
		}
		l.add(diag.Warning, "env-from-shell", here, l.Locator.Locate(here), fmt.Sprintf("remove %s from environment, or give it a value", name),
			"%s has no value and is not set in the environment, and that hides the value that %s gives it", name, file)
	}
}

// shellVariable is a variable without a value that no env file defines either.
type shellVariable struct {
	name string
	set  bool // in the environment of this machine
}

// shellVariables reports each variable once: projects pass the same ones to dozens of services.
func (l *reading) shellVariables() {
	variables := slices.SortedFunc(maps.Keys(l.shell), func(a, b shellVariable) int { return strings.Compare(a.name, b.name) })
	for _, v := range variables {
		uses := l.shell[v]
		var services []string
		for _, p := range uses {
			services = append(services, p[1])
		}
		where := enumerate(slices.Compact(services), 4)
		if _, ofMachine := l.Machine[v.name]; ofMachine {
			l.add(diag.Warning, "env-from-shell", uses[0], l.Locator.Locate(uses[0]), "write the value down, or put it into .env, if the result must not depend on the machine",
				"the value of %s comes from the environment of this machine, for %s", v.name, where)
			continue
		}
		if v.set {
			l.add(diag.Info, "env-passed-through", uses[0], l.Locator.Locate(uses[0]), "", "the value of %s comes from .env, for %s", v.name, where)
			continue
		}
		l.add(diag.Info, "env-passed-through", uses[0], l.Locator.Locate(uses[0]), "set it, or remove the line",
			"%s has no value and is not set in the environment, so it is not passed to %s", v.name, where)
	}
}

// definedIn returns the env file that sets a variable, "" if none does.
func (l *reading) definedIn(name string, envFiles []types.EnvFile) string {
	for _, e := range envFiles {
		file := l.Files[e.Path]
		if file == nil || file.Kind != source.Regular || !bytes.Contains(file.Data, []byte(name)) {
			continue
		}
		values, err := dotenv.ParseWithLookup(bytes.NewReader(file.Data), l.Env.Resolve)
		if _, ok := values[name]; ok && err == nil {
			return l.Display(e.Path)
		}
	}
	return ""
}
