package notices

import (
	"bytes"
	"cmp"
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
// unset, even if an env_file has it; one that an include gets from its own env_file has a value like any other. Whether a
// variable has one is what compose-go resolved. Source: docker compose, "environment" and its precedence over "env_file".
func (l *reading) environment(at diag.Path, spec types.ContainerSpec) {
	for _, bare := range l.Locator.Valueless(at) {
		here := at.Key(bare.Name)
		_, ofMachine := l.Machine[bare.Name]
		_, ofProject := l.Env[bare.Name]
		value := spec.Environment[bare.Name]
		file := ""
		if value == nil {
			file = l.definedIn(bare.Name, spec.EnvFiles)
		}
		switch {
		case file != "":
			l.add(diag.Warning, "env-from-shell", here, l.Locator.Locate(here), fmt.Sprintf("remove %s from environment, or give it a value", bare.Name),
				"%s has no value and is not set in the environment, and that hides the value that %s gives it", bare.Name, file)
		case value == nil:
			l.note(shellVariable{bare.Name, nowhere}, here)
		case ofMachine:
			l.note(shellVariable{bare.Name, machine}, here)
		case ofProject && bare.Doc.Bundle == l.Main:
			l.note(shellVariable{bare.Name, dotEnv}, here)
		}
	}
}

func (l *reading) note(v shellVariable, here diag.Path) { l.shell[v] = append(l.shell[v], here) }

// shellVariable is a variable without a value of its own, and where it gets one.
type shellVariable struct {
	name string
	from origin
}

type origin int

const (
	nowhere origin = iota
	machine        // the environment of the process
	dotEnv         // the env files of the project
)

// shellVariables reports each variable once: projects pass the same ones to dozens of services.
func (l *reading) shellVariables() {
	variables := slices.SortedFunc(maps.Keys(l.shell), func(a, b shellVariable) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.from, b.from))
	})
	for _, v := range variables {
		uses := l.shell[v]
		var services []string
		for _, p := range uses {
			services = append(services, p[1])
		}
		where := enumerate(slices.Compact(services), 4)
		at, place := uses[0], l.Locator.Locate(uses[0])
		switch v.from {
		case machine:
			l.add(diag.Warning, "env-from-shell", at, place, "write the value down, or put it into .env and unset it in the shell, if the result must not depend on the machine",
				"the value of %s comes from the environment of this machine, for %s", v.name, where)
		case dotEnv:
			l.add(diag.Info, "env-passed-through", at, place, "", "the value of %s comes from .env, for %s", v.name, where)
		default:
			l.add(diag.Info, "env-passed-through", at, place, "set it, or remove the line",
				"%s has no value and is not set in the environment, so it is not passed to %s", v.name, where)
		}
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
