package loader

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
)

// schemaFindings validates every file against the Compose schema once more, after compose-go has found it wanting:
// compose-go reports one violation of the merged model, without a place; a person wants all of them, where they are.
func (r *run) schemaFindings() diag.List {
	validator, err := composeSchema()
	if err != nil {
		return nil
	}
	var found diag.List
	for _, b := range r.main.all() {
		for _, d := range b.docs {
			found = append(found, validateDocument(validator, d)...)
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, b := range r.main.all() {
		for _, path := range sortedKeys(b.extended) {
			found = append(found, validateDocument(validator, b.extended[path])...)
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

func validateDocument(validator *jsonschema.Schema, d *document) diag.List {
	var found diag.List
	alone := *d
	alone.includes = nil
	for _, root := range d.roots {
		alone.roots = []*yaml.Node{root}
		found = append(found, castFindings(d, root)...)
		value, err := plain(d, root)
		if err != nil {
			continue // compose-go words what interpolation makes of it
		}
		var invalid *jsonschema.ValidationError
		if !errors.As(validator.Validate(value), &invalid) {
			continue
		}
		v := violations{locator: newLocator(&bundle{docs: []*document{&alone}, env: d.bundle.env})}
		v.collect(invalid)
		found = append(found, v.found...)
	}
	return found
}

// plain is a document as the schema sees it: variables replaced, typed scalars cast, numbers as JSON has them.
func plain(d *document, root *yaml.Node) (any, error) {
	var value map[string]any
	if err := root.Decode(&value); err != nil {
		return nil, err
	}
	var ignored unsetVariables
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
		Substitute: ignored.substitute, LookupValue: d.bundle.env.Resolve, TypeCastMapping: lenient,
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

// violations turns what the validator says into findings.
type violations struct {
	locator *locator
	found   diag.List
}

// collect descends to the violations that mean something: all of those that must hold together, and of alternatives
// the one that fits best.
func (v *violations) collect(e *jsonschema.ValidationError) {
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		if len(e.Causes) > 0 {
			v.alternative(e)
			return
		}
	}
	if len(e.Causes) == 0 {
		v.report(e, e.ErrorKind)
		return
	}
	for _, c := range e.Causes {
		v.collect(c)
	}
}

// alternative reports the deepest violation of an either-or; if none of the alternatives has the right type at all,
// the types that would have been right.
func (v *violations) alternative(e *jsonschema.ValidationError) {
	var want, missing []string
	best := e
	for _, leaf := range leaves(e) {
		if k, ok := leaf.ErrorKind.(*kind.Required); ok && len(leaf.InstanceLocation) == len(e.InstanceLocation) {
			missing = append(missing, k.Missing...)
		}
		if k, ok := leaf.ErrorKind.(*kind.Type); ok && len(leaf.InstanceLocation) == len(e.InstanceLocation) {
			want = append(want, k.Want...)
			continue
		}
		if best == e || len(leaf.InstanceLocation) > len(best.InstanceLocation) {
			best = leaf
		}
	}
	if len(missing) > 1 && len(missing) == len(leaves(e)) {
		at := v.path(e.InstanceLocation)
		v.add(diag.Finding{
			Code: "invalid-value", Path: at, Help: "add the one that is meant",
			Message: fmt.Sprintf("%s needs %s", at, strings.Join(missing, " or ")),
		})
		return
	}
	if best == e {
		slices.Sort(want)
		v.report(e, &kind.Type{Want: slices.Compact(want)})
		return
	}
	v.report(best, best.ErrorKind)
}

func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var out []*jsonschema.ValidationError
	for _, c := range e.Causes {
		out = append(out, leaves(c)...)
	}
	return out
}

func (v *violations) report(e *jsonschema.ValidationError, what jsonschema.ErrorKind) {
	at := v.path(e.InstanceLocation)
	switch k := what.(type) {
	case *kind.AdditionalProperties:
		for _, name := range slices.Sorted(slices.Values(k.Properties)) {
			v.unknown(at.Key(name))
		}
		return
	case *kind.FalseSchema:
		if len(at) == 0 || slices.Contains(schemaKeys(at.Parent()), at[len(at)-1]) {
			return // the key is known, its value is wrong: the validator says both
		}
		v.unknown(at)
		return
	}
	message, help := describeViolation(at, what)
	v.add(diag.Finding{Code: "invalid-value", Path: at, Message: message, Help: help})
}

func (v *violations) add(f diag.Finding) {
	if v.locator.isReset(f.Path) {
		return // the value only marks what is removed
	}
	f.Severity, f.Range = diag.Error, v.locator.Locate(f.Path)
	v.found.Add(f)
}

// unknown reports a key that the Compose specification does not have, or a name with characters it does not allow.
func (v *violations) unknown(at diag.Path) {
	name, parent := at[len(at)-1], at.Parent()
	known := schemaKeys(parent)
	f := diag.Finding{Code: "unknown-key", Path: at, Message: fmt.Sprintf("%s is not a key of the Compose specification", at)}
	switch {
	case len(known) == 0:
		f.Code = "invalid-name"
		f.Message = fmt.Sprintf("%q is not a valid name: only letters, digits, '.', '_' and '-' are allowed", name)
		f.Help = "rename it here and wherever it is referred to"
	default:
		f.Help = "remove it, or prefix it with x- to keep it as an extension"
		if home := misplaced(name, parent); home != "" {
			f.Help = "it belongs to " + home
		} else if closest := suggest.Closest(name, known); closest != "" {
			f.Help = fmt.Sprintf("did you mean %s? otherwise %s", closest, f.Help)
		}
	}
	v.add(f)
}

// schemaKeys are the keys that the specification knows at a path.
func schemaKeys(p diag.Path) []string {
	var out []string
	for _, pattern := range schema.AttributePaths() {
		parts := pattern.Parts()
		if len(parts) == len(p)+1 && parts[len(p)] != tree.PathMatchAll && parts[len(p)] != tree.PathMatchList && matches(parts, p) {
			out = append(out, parts[len(p)])
		}
	}
	return out
}

func matches(pattern []string, p diag.Path) bool {
	for i, key := range p {
		_, item := p[:i+1].ListIndex()
		if pattern[i] != key && pattern[i] != tree.PathMatchAll && (!item || pattern[i] != tree.PathMatchList) {
			return false
		}
	}
	return true
}

// misplaced tells where a key belongs that stands one level too high or too low: a service at the top level, or a
// top-level section inside a service.
func misplaced(name string, parent diag.Path) string {
	switch {
	case len(parent) == 0 && slices.Contains(schemaKeys(diag.At("services", "x")), name):
		return "a service, below services.<name>"
	case slices.Contains(schemaKeys(nil), name):
		return "the top level of the file"
	default:
		return ""
	}
}

// path turns a location of the validator into a path, with list indexes where the file has a list.
func (v *violations) path(location []string) diag.Path {
	var p diag.Path
	for _, key := range location {
		if i, err := strconv.Atoi(key); err == nil && v.locator.isList(p) {
			p = p.Index(i)
			continue
		}
		p = p.Key(key)
	}
	return p
}

var english = message.NewPrinter(language.English)
