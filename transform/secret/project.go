package secret

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
)

// OfProject returns the set of the secrets of a project: its secrets' contents, whatever they are called; the variables of
// its services, of their hooks and builds and of what was interpolated; what the rest of the model gives to secret names; and
// what shows itself in its configs and files. model is the merged model, with the values as they were interpolated.
func OfProject(project *types.Project, model map[string]any, files source.Files) *Set {
	if project == nil {
		return NewSet(nil)
	}
	found := variablesOf(project, model, files)
	for _, name := range slices.Sorted(maps.Keys(project.Environment)) {
		found = append(found, Variable{Name: name, Value: project.Environment[name]})
	}
	return NewSet(found)
}

// OfSources is [OfProject] without the variables of this machine that the project does not use: what is decided by it is the same
// everywhere.
func OfSources(project *types.Project, model map[string]any, files source.Files) *Set {
	return NewSet(variablesOf(project, model, files))
}

func variablesOf(project *types.Project, model map[string]any, files source.Files) []Variable {
	var found []Variable
	add := func(name, value string) { found = append(found, Variable{Name: name, Value: value}) }
	walkModel("", model, add)
	for _, services := range []types.Services{project.Services, project.DisabledServices} {
		for _, name := range slices.Sorted(maps.Keys(services)) {
			addService(services[name], add)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(project.Secrets)) {
		s := project.Secrets[name]
		contents := []string{s.Content}
		if s.Environment != "" {
			contents = append(contents, project.Environment[s.Environment])
		}
		contents = append(contents, textsOf(files[s.File])...)
		for _, content := range contents {
			found = append(found, Variable{Name: name, Value: content, Secret: true}, Variable{Name: name, Value: strings.TrimSpace(content), Secret: true})
		}
	}
	return found
}

// addService adds the variables of a service, env files included.
func addService(s types.ServiceConfig, add func(name, value string)) {
	environments := []types.MappingWithEquals{s.Environment}
	for _, hook := range s.PreStart {
		environments = append(environments, hook.Environment)
	}
	for _, hook := range slices.Concat(s.PostStart, s.PreStop) {
		environments = append(environments, hook.Environment)
	}
	if s.Build != nil {
		environments = append(environments, s.Build.Args)
	}
	for _, environment := range environments {
		for _, name := range slices.Sorted(maps.Keys(environment)) {
			if value := environment[name]; value != nil {
				add(name, *value)
			}
		}
	}
}

// walkModel calls add with every text of a model and the key it stands under; of a list item KEY=value, with both.
func walkModel(key string, value any, add func(name, value string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			switch {
			case name == "x-kubernetes": // its other keys name objects
				if own, ok := v[name].(map[string]any); ok {
					walkModel("env", own["env"], add)
				}
			case !strings.HasPrefix(name, "kompose."):
				walkModel(name, v[name], add)
			}
		}
	case []any:
		for _, item := range v {
			if text, ok := item.(string); ok {
				if name, rest, assigned := strings.Cut(text, "="); assigned && !strings.ContainsAny(name, " \t:/") {
					add(strings.TrimLeft(name, "-"), rest)
					continue
				}
			}
			walkModel(singular(key), item, add)
		}
	case string:
		if !isReferenceKey(key) {
			add(key, v)
		}
	}
}

// isReferenceKey knows the keys of the Compose format that name a secret instead of holding one.
func isReferenceKey(key string) bool {
	return key == "secret" || key == "secrets" || key == "source" || key == "token"
}

// singular makes the key of a list that of its items, where it names no secrets.
func singular(key string) string {
	if key == "secrets" {
		return "secret"
	}
	return key
}

// textsOf returns the contents of a file, or of those of a directory.
func textsOf(f *source.File) []string {
	if f == nil {
		return nil
	}
	var texts []string
	if f.Kind == source.Regular {
		texts = append(texts, string(f.Data))
	}
	for _, e := range f.Entries {
		if e.Kind == source.Regular {
			texts = append(texts, string(e.Data))
		}
	}
	return texts
}
