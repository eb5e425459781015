package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/position"
)

// violations turns what the validator says into findings.
type violations struct {
	locator *position.Locator
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

// order sorts what the validator found by its place: it walks mappings in another order on every run.
func order(e *jsonschema.ValidationError) {
	for _, c := range e.Causes {
		order(c)
	}
	slices.SortStableFunc(e.Causes, func(a, b *jsonschema.ValidationError) int {
		return cmp.Or(slices.Compare(a.InstanceLocation, b.InstanceLocation), strings.Compare(a.SchemaURL, b.SchemaURL))
	})
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
	message, help := describeViolation(at, what, v.locator.Value(at))
	v.add(diag.Finding{Code: "invalid-value", Path: at, Message: message, Help: help})
}

func (v *violations) add(f diag.Finding) {
	if v.locator.IsReset(f.Path) {
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
		if len(parent) == 0 && v.isService(at) {
			f.Help = "it is a service, as files had them before version 2: put all services, indented, below services:"
		} else if home := misplaced(name, parent); home != "" {
			f.Help = "it belongs to " + home
		} else if closest := suggest.Closest(name, known); closest != "" {
			f.Help = fmt.Sprintf("did you mean %s? otherwise %s", closest, f.Help)
		}
	}
	v.add(f)
}

// isService reports whether a mapping has what every service has: an image or a build.
func (v *violations) isService(at diag.Path) bool {
	return slices.ContainsFunc(v.locator.Contributions(at), func(y position.Layer) bool {
		return document.Child(y.Value, "image") != nil || document.Child(y.Value, "build") != nil
	})
}

// path turns a location of the validator into a path, with list indexes where the file has a list.
func (v *violations) path(location []string) diag.Path {
	var p diag.Path
	for _, key := range location {
		if i, err := strconv.Atoi(key); err == nil && v.locator.IsList(p) {
			p = p.Index(i)
			continue
		}
		p = p.Key(key)
	}
	return p
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
