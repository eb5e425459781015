package loader

import (
	"bytes"
	"fmt"
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
		where := l.locator.Locate(here)
		_, inShell := l.env[name]
		switch file := l.definedIn(name, envFiles); {
		case inShell:
			l.add(diag.Info, "env-from-shell", here, where, "write the value down if the result must not depend on the machine",
				"the value of %s is taken from the environment of this machine", name)
		case file != "":
			l.add(diag.Warning, "env-from-shell", here, where, fmt.Sprintf("remove %s from environment, or give it a value", name),
				"%s has no value and is not set in the environment, and that hides the value that %s gives it", name, file)
		default:
			l.add(diag.Info, "env-from-shell", here, where, "set it, or remove the line",
				"%s has no value and is not set in the environment, so the container does not get it", name)
		}
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
