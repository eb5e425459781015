// Package notices finds what loading a project drops, replaces or decides without a word.
package notices

import (
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
	"github.com/transship/transship/source"
)

// Reading is a load that succeeded: what was read, from where, and what the caller asked for.
type Reading struct {
	Main    *document.Bundle
	Locator *position.Locator
	Files   source.Files
	Env     types.Mapping // what interpolation may use: Machine, then .env
	Machine types.Mapping // the environment of the process
	Unset   []string      // variables that became empty

	Override   string              // the override file that was found by its default name
	LeftOut    bool                // the override file is not read
	PassedOver []PassedOver        // compose files that nobody named and that are not read
	Selected   bool                // the caller named the services to convert
	Display    func(string) string // how the user would write a path
}

// PassedOver is a compose file that is not read, because one with a name of higher rank stands beside it.
type PassedOver struct{ File, Used string }

// Find returns what loading drops, replaces or decides without a word.
func Find(from Reading, p *types.Project) diag.List {
	l := &reading{Reading: from, seen: map[*yaml.Node]bool{}, shell: map[shellVariable][]diag.Path{}, named: map[string]*envFileNames{}, directories: map[string][]variableUse{}}
	l.unset(p)
	l.machinePathValues(p)
	l.disabled(p)
	l.empty(p)
	l.overrideFile()
	l.ignoredFiles()
	l.version()
	for _, name := range p.ServiceNames() {
		at := diag.At("services", name)
		l.container(at, p.Services[name].ContainerSpec)
		for i := range p.Services[name].PreStart {
			l.container(at.Key("pre_start").Index(i), p.Services[name].PreStart[i].ContainerSpec)
		}
	}
	for _, name := range sorted.Keys(p.Jobs) {
		l.container(diag.At("jobs", name), p.Jobs[name].ContainerSpec)
	}
	l.machineDirectories()
	l.shellVariables()
	l.shellValues(p)
	l.timezones(p)
	return l.found
}

type reading struct {
	Reading
	found diag.List
	seen  map[*yaml.Node]bool // lists of mounts that were checked: several services may inherit one
	shell map[shellVariable][]diag.Path

	named       map[string]*envFileNames // by env file
	filled      variableUses             // variables of this machine that are filled in for ${…}
	directories map[string][]variableUse // where a directory of this machine reaches a container, by the variable that holds it
}

func (l *reading) add(severity diag.Severity, code string, at diag.Path, where diag.Range, help, format string, args ...any) {
	l.found.Add(diag.Finding{
		Severity: severity, Code: code, Path: at, Range: where, Message: fmt.Sprintf(format, args...), Help: help,
	})
}

// enumerate joins words, the first few of them.
func enumerate(words []string, most int) string {
	if len(words) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
	}
	return strings.Join(words, ", ")
}
