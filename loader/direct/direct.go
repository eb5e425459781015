// Package direct loads the ordinary project without compose-go's general walk: the files are parsed once, and each
// function of compose-go gets only the part of the model that it acts on.
//
// It accepts or it declines, and refuses nothing. What it accepts is what compose-go makes of the same files, value for
// value; what it does not fully understand, and what compose-go would refuse, it declines, so that compose-go's own load
// answers. A test holds both against each other.
package direct

import (
	"errors"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/paths"
	"github.com/compose-spec/compose-go/v2/transform"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/validation"

	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/schema"
)

// errDeclined is every reason to leave a project to compose-go. Which one it is matters to nobody.
var errDeclined = errors.New("left to compose-go")

// Model merges, interpolates and validates files, as loader.LoadModelWithContext of compose-go does before it adds
// derived keys. Options are those that compose-go would get. False declines.
func Model(files []*document.Document, dir string, env types.Mapping, options *loader.Options) (map[string]any, bool) {
	name, _ := options.GetProjectName()
	if name == "" || loader.NormalizeProjectName(name) != name {
		return nil, false
	}
	dict := map[string]any{}
	casts := []*casts{newCasts(options.Interpolate.TypeCastMapping)}
	for _, d := range files {
		model, ok := values(d)
		if !ok || !ordinary(model) {
			return nil, false
		}
		w := interpolator{options: *options.Interpolate}
		if w.mapping(model, casts); w.failed {
			return nil, false
		}
		var err error
		if dict, err = merge(dict, model); err != nil {
			return nil, false
		}
	}
	if err := finish(dict, dir, env); err != nil || len(dict) == 0 {
		return nil, false
	}
	return dict, true
}

// ordinary reports whether a file needs none of the steps that only compose-go's own load takes.
func ordinary(model map[string]any) bool {
	if _, ok := model["include"]; ok {
		return false
	}
	ok := true
	for _, section := range []string{"services", "jobs"} {
		all, has := model[section]
		entries, is := all.(map[string]any)
		ok = ok && (is || !has)
		for _, entry := range entries {
			_, is := entry.(map[string]any)
			ok = ok && (is || entry == nil)
		}
	}
	containers(model, func(_, _ string, container map[string]any) {
		_, extends := container["extends"]
		_, alias := container["x-develop"]
		ok = ok && !extends && !alias && !hasKey(container["develop"], "x-initialSync")
	})
	return ok
}

// hasKey reports whether a key stands anywhere in a value.
func hasKey(value any, key string) bool {
	switch v := value.(type) {
	case map[string]any:
		for k, e := range v {
			if k == key || hasKey(e, key) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if hasKey(e, key) {
				return true
			}
		}
	}
	return false
}

// merge merges a file into those before it, and brings the whole into the canonical form.
func merge(dict, model map[string]any) (map[string]any, error) {
	var err error
	if len(dict) == 0 {
		dict = model
	} else if dict, err = override.Merge(dict, model); err != nil {
		return nil, err
	}
	if err := enforceUnicity(dict); err != nil {
		return nil, err
	}
	if !schema.Accepts(dict) {
		return nil, errDeclined
	}
	if err := canonical(dict); err != nil {
		return nil, err
	}
	omitEmpty(dict)
	return dict, enforceUnicity(dict)
}

// finish does what comes after the last file.
func finish(dict map[string]any, dir string, env types.Mapping) error {
	if err := defaults(dict).apply(func(m map[string]any) error {
		_, err := transform.SetDefaultValues(m)
		return err
	}); err != nil {
		return err
	}
	if err := checked(dict).apply(validation.Validate); err != nil {
		return err
	}
	if err := withPaths(dict).apply(func(m map[string]any) error {
		return paths.ResolveRelativePaths(m, dir, nil)
	}); err != nil {
		return err
	}
	loader.ResolveEnvironment(dict, env)
	return nil
}

// isExtension reports whether a key is an extension, which the specification leaves to everybody.
func isExtension(key string) bool { return strings.HasPrefix(key, "x-") }
