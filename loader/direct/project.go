package direct

import (
	"reflect"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Project makes the typed project of a model with derived keys, and applies the profiles, as loader.ModelToProject of
// compose-go. It changes the model. False declines.
func Project(dict map[string]any, dir string, env types.Mapping, options *loader.Options) (*types.Project, bool) {
	if options.ConvertWindowsPaths || len(options.KnownExtensions) > 0 || len(options.SelectedServices) > 0 || options.PruneUnnecessaryResources ||
		!options.SkipConsistencyCheck || !options.SkipResolveEnvironment || !options.SkipResolveLabels {
		return nil, false
	}
	name, _ := options.GetProjectName()
	project := &types.Project{Name: name, WorkingDir: dir, Environment: env}
	delete(dict, "name")
	extensions(dict, "", "", 0)
	b := binder{fields: map[reflect.Type]map[string][]int{}}
	if err := b.bind(dict, reflect.ValueOf(project).Elem()); err != nil {
		return nil, false
	}
	project, err := project.WithProfiles(options.Profiles)
	return project, err == nil
}

// extensions moves the extensions of a mapping, and of all below it, to the one key that the types of compose-go take
// them from. Where the keys of a mapping are names that the user chose, none is an extension. The path of the mapping
// is named by its first part, its last part and how many it has.
func extensions(m map[string]any, first, last string, depth int) {
	named := hasNamesForKeys(first, last, depth)
	var moved map[string]any
	for key, value := range m {
		if !named && isExtension(key) {
			if moved == nil {
				moved = map[string]any{}
			}
			moved[key] = value
			delete(m, key)
			continue
		}
		top := first
		if depth == 0 {
			top = key
		}
		switch v := value.(type) {
		case map[string]any:
			extensions(v, top, key, depth+1)
		case []any:
			for _, item := range v {
				if below, ok := item.(map[string]any); ok {
					extensions(below, top, "", depth+2)
				}
			}
		}
	}
	if moved != nil {
		m[consts.Extensions] = moved
	}
}

// hasNamesForKeys reports whether the keys of the mapping at a path are names, as compose-go has it.
func hasNamesForKeys(first, last string, depth int) bool {
	switch first {
	case "services":
		return depth == 1 || depth == 3 && last == "depends_on"
	case "volumes", "networks", "secrets", "configs":
		return depth == 1
	default:
		return false
	}
}
