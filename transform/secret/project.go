package secret

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/sorted"
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
	for _, name := range sorted.Keys(project.Environment) {
		found = append(found, Variable{Name: name, Value: project.Environment[name]})
	}
	return newSet(found, namesOf(project))
}

// OfSources is [OfProject] without the variables of this machine that the project does not use: what is decided by it is the same
// everywhere.
func OfSources(project *types.Project, model map[string]any, files source.Files) *Set {
	return newSet(variablesOf(project, model, files), namesOf(project))
}

// asLabel writes a name as it stands in names of objects.
var asLabel = strings.NewReplacer("_", "-", ".", "-")

// namesOf returns the names in a project that others see: those of its parts, and those under which services are reached; each with its
// key, and also as it stands in names of objects.
func namesOf(project *types.Project) map[string][]string {
	names := map[string][]string{}
	if project == nil {
		return names
	}
	add := func(name string, path ...string) {
		for _, spelled := range []string{name, strings.ToLower(asLabel.Replace(name))} {
			if _, known := names[spelled]; !known && name != "" {
				names[spelled] = path
			}
		}
	}
	addAll := func(section string, parts []string) {
		for _, name := range parts {
			add(name, section, name)
		}
	}
	services, jobs := withDisabled(project)
	addAll("services", sorted.Keys(services))
	addAll("jobs", sorted.Keys(jobs))
	addAll("volumes", sorted.Keys(project.Volumes))
	addAll("networks", sorted.Keys(project.Networks))
	addAll("configs", sorted.Keys(project.Configs))
	addAll("secrets", sorted.Keys(project.Secrets))
	add(project.Name, "name")
	for _, name := range sorted.Keys(services) {
		s := services[name]
		add(s.ContainerName, "services", name, "container_name")
		add(s.Hostname, "services", name, "hostname")
		for _, network := range sorted.Keys(s.Networks) {
			if n := s.Networks[network]; n != nil {
				for i, alias := range n.Aliases {
					add(alias, "services", name, "networks", network, "aliases", "["+strconv.Itoa(i)+"]")
				}
			}
		}
	}
	return names
}

// withDisabled returns the services and jobs of a project, also those of profiles that are off; a job as a service, which it is but for
// its triggers.
func withDisabled(project *types.Project) (services, jobs types.Services) {
	services, jobs = project.Services, types.Services{}
	if len(project.DisabledServices) > 0 {
		services = maps.Clone(services)
		maps.Copy(services, project.DisabledServices)
	}
	for name, job := range project.AllJobs() {
		jobs[name] = types.ServiceConfig{Name: name, ContainerSpec: job.ContainerSpec, WorkloadSpec: job.WorkloadSpec}
	}
	return services, jobs
}

func variablesOf(project *types.Project, model map[string]any, files source.Files) []Variable {
	var found []Variable
	add := func(name, value string) { found = append(found, Variable{Name: name, Value: value}) }
	walkModel("", model, add)
	services, jobs := withDisabled(project)
	for _, all := range []types.Services{services, jobs} {
		for _, name := range sorted.Keys(all) {
			addService(all[name], add)
		}
	}
	for _, name := range sorted.Keys(project.Secrets) {
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
		for _, name := range sorted.Keys(environment) {
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
		for _, name := range sorted.Keys(v) {
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
		for i, item := range v {
			if option, text := optionOf(v, i); option != "" {
				add(option, text)
				continue
			}
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

// optionOf returns the option that an item of a list is the value of, and that value: --password, hunter2. The option is "" where the item is none.
func optionOf(list []any, i int) (option, value string) {
	if i == 0 {
		return "", ""
	}
	before, isText := list[i-1].(string)
	value, isText2 := list[i].(string)
	if !isText || !isText2 {
		return "", ""
	}
	return Option(before, value), value
}

// Option returns the name of the option that a word of a command is the value of, by the word before it; "" where it is none.
func Option(before, word string) string {
	name := strings.TrimLeft(before, "-")
	if name == before || len(name) < 2 || word == "" || word[0] == '-' || strings.ContainsAny(name, "= \t") {
		return ""
	}
	return name
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
