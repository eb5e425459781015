package diagnosis

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
	"github.com/transship/transship/loader/variables"
)

// schemaFindings validates every file against the Compose schema once more, after compose-go has found it wanting:
// compose-go reports one violation of the merged model, without a place; a person wants all of them, where they are.
func (a *Attempt) schemaFindings() diag.List {
	validator, err := composeSchema()
	if err != nil {
		return nil
	}
	var found diag.List
	for _, b := range a.Files.All() {
		for _, d := range b.Docs {
			found = append(found, validateDocument(validator, d)...)
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, b := range a.Files.All() {
		for _, path := range sorted.Keys(b.Extended) {
			found = append(found, validateDocument(validator, b.Extended[path])...)
		}
	}
	return found
}

// composeSchema compiles the schema of compose-go in the same way as compose-go does for itself.
func composeSchema() (*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(schema.Schema))
	if err != nil {
		return nil, err
	}
	if err := compiler.AddResource("compose.json", parsed); err != nil {
		return nil, err
	}
	compiler.RegisterFormat(&jsonschema.Format{Name: "duration", Validate: func(v any) error {
		text, ok := v.(string)
		if !ok {
			return errors.New("not a string")
		}
		_, err := time.ParseDuration(text)
		return err
	}})
	return compiler.Compile("compose.json")
}

func validateDocument(validator *jsonschema.Schema, d *document.Document) diag.List {
	var found diag.List
	alone := *d
	alone.Includes = nil
	for _, root := range d.Roots {
		alone.Roots = []*yaml.Node{root}
		found = append(found, castFindings(d, root)...)
		value, err := plain(d, root)
		if err != nil {
			continue // compose-go words what interpolation makes of it
		}
		var invalid *jsonschema.ValidationError
		if !errors.As(validator.Validate(value), &invalid) {
			continue
		}
		v := violations{locator: position.New(&document.Bundle{Docs: []*document.Document{&alone}, Env: d.Bundle.Env})}
		order(invalid)
		v.collect(invalid)
		found = append(found, v.found...)
	}
	return found
}

// plain is a document as the schema sees it: variables replaced, typed scalars cast, numbers as JSON has them.
func plain(d *document.Document, root *yaml.Node) (any, error) {
	var value map[string]any
	if err := root.Decode(&value); err != nil {
		return nil, err
	}
	var ignored variables.Unset
	casts := loader.ToOptions(&types.ConfigDetails{}, nil).Interpolate.TypeCastMapping
	lenient := make(map[tree.Path]interpolation.Cast, len(casts))
	for pattern, cast := range casts {
		lenient[pattern] = func(text string) (any, error) {
			if v, err := cast(text); err == nil {
				return v, nil
			}
			return text, nil // castFindings reports it
		}
	}
	value, err := interpolation.Interpolate(value, interpolation.Options{
		Substitute: ignored.Substitute, LookupValue: d.Bundle.Env.Resolve, TypeCastMapping: lenient,
	})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
}
