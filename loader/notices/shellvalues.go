package notices

import (
	"bytes"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
	"github.com/transship/transship/source"
)

// bareLine matches a line of an env file with a name only, which compose-go fills from the environment.
var bareLine = pattern.New(`^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*$`)

// envFiles notes the variables of this machine that the env files of a container name without a value, or fill in for ${…}. What
// `environment` gives another value is not theirs.
func (l *reading) envFiles(at diag.Path, spec types.ContainerSpec) {
	for _, e := range spec.EnvFiles {
		file := l.Files[e.Path]
		if file == nil || file.Kind != source.Regular || e.Format == "raw" {
			continue
		}
		if l.named[e.Path] == nil {
			l.named[e.Path] = l.namedIn(file)
		}
		for _, name := range l.named[e.Path].bare {
			if value := spec.Environment[name]; value != nil && *value == l.Machine[name] {
				l.note(shellVariable{name, machine}, at)
			}
		}
		for _, name := range l.named[e.Path].filledIn {
			l.fillIn(name, variableUse{at, l.Locator.Locate(at)})
		}
		for _, name := range l.named[e.Path].directories {
			l.directories[name] = append(l.directories[name], variableUse{at, l.Locator.Locate(at)})
		}
	}
}

// envFileNames are the variables of this machine that an env file names.
type envFileNames struct {
	bare, filledIn []string
	directories    []string // which hold directories of this machine and are filled in
}

func (l *reading) namedIn(file *source.File) *envFileNames {
	found := &envFileNames{}
	for line := range strings.Lines(string(file.Data)) {
		if m := bareLine.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			if _, ofMachine := l.Machine[m[1]]; ofMachine {
				found.bare = append(found.bare, m[1])
			}
		}
	}
	_, _ = dotenv.ParseWithLookup(bytes.NewReader(file.Data), func(name string) (string, bool) {
		value, set := l.Env.Resolve(name)
		if set && value == l.Machine[name] && slices.Contains(machinePaths, name) && !slices.Contains(found.directories, name) {
			found.directories = append(found.directories, name)
		}
		if l.isOfMachine(name, value, set) && !slices.Contains(found.bare, name) && !slices.Contains(found.filledIn, name) {
			found.filledIn = append(found.filledIn, name)
		}
		return value, set
	})
	slices.Sort(found.filledIn)
	return found
}

// isOfMachine reports whether the value of a variable is one of this machine, and no directory of it.
func (l *reading) isOfMachine(name, value string, set bool) bool {
	ofMachine, has := l.Machine[name]
	return set && has && value == ofMachine && !slices.Contains(machinePaths, name)
}

// fillIn notes a variable of this machine that is filled in for ${…}.
func (l *reading) fillIn(name string, use variableUse) {
	if slices.Contains(l.filled.names, name) {
		return
	}
	l.filled.add(name, use)
}

// shellValues tells which variables of this machine are filled in for ${…}: one finding, because they have one cause. That is how
// a pipeline passes a tag, so it is no warning. Directories of this machine are told apart, and what only reaches the build of an
// image, or a service that takes no part, is not told.
func (l *reading) shellValues(p *types.Project) {
	extended := l.extendedServices()
	l.Main.Scan(func(d *document.Document, at diag.Path, n *yaml.Node) {
		if !strings.Contains(n.Value, "$") || isOfBuildOnly(at) || isLeftOut(p, at) && !extended[at[1]] {
			return
		}
		var ignored variables.Unset
		_, _ = ignored.Substitute(n.Value, func(name string) (string, bool) {
			value, set := d.Bundle.Env.Resolve(name)
			if l.isOfMachine(name, value, set) {
				l.fillIn(name, variableUse{at, d.NodeRange(n)})
			}
			return value, set
		})
	})
	names := l.filled.names
	help := "put what must not depend on the machine into .env, and unset it in the shell"
	switch {
	case len(names) == 1:
		first := l.filled.at[names[0]][0]
		l.add(diag.Info, "value-from-shell", first.path, first.where, help, "the value of %s comes from the environment of this machine, where it is filled in", names[0])
	case len(names) > 1:
		l.add(diag.Info, "value-from-shell", nil, l.filled.at[names[0]][0].where, help,
			"the values of %s come from the environment of this machine, where they are filled in", strings.Join(names, ", "))
	}
}
