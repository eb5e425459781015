package convert

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/convert/reasons"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

// Effects says for every key of a converted project which fields and findings depend on it, and which keys have no
// effect at all. The options are those of the conversion; see [effects.Of] for what it costs. The result of a project
// that could not be loaded is empty.
func Effects(ctx context.Context, r *Result, o transform.Options) (*effects.Provenance, error) {
	if r.Loaded == nil {
		return &effects.Provenance{}, nil
	}
	return effects.Of(ctx, r.Loaded, r.examining(o))
}

// Examine prepares the examination of single keys of a converted project, for a program that asks as its user goes. The
// project must have been loaded.
func Examine(ctx context.Context, r *Result, o transform.Options) (*effects.Examination, error) {
	return effects.New(ctx, r.Loaded, r.examining(o))
}

// examining are the options of an examination whose findings may be shown.
func (r *Result) examining(o transform.Options) effects.Options {
	return effects.Options{Transform: o, Mask: func(findings diag.List) diag.List { return masked(findings, r.secrets) }}
}

// FieldComments returns a function for [YAMLOptions.FieldComment] that says where a field comes from: the key that sets it, the first
// time in an object with its place, and, once in an object, why it is as it is. That is the reason of the conversion where the field is a
// decision, else how the behaviour of the key differs from Docker's. Of several keys the one that sets the fewest fields is named,
// because that is the most specific.
func FieldComments(r *Result, p *effects.Provenance) func(runtime.Object, manifest.Field) string {
	setBy := mostSpecific(p)
	paths := map[effects.Field]diag.Path{}
	for f, k := range setBy {
		paths[f] = k.Path
	}
	why := reasons.New(r.Objects, r.Origins, r.Findings, paths)
	said := map[string]bool{}
	return func(o runtime.Object, f manifest.Field) string {
		object := effects.ObjectOf(o)
		first := func(what string) bool {
			id := fmt.Sprint(object, what)
			defer func() { said[id] = true }()
			return !said[id]
		}
		k := setBy[effects.Field{Object: object, Path: f.Path}]
		if k == nil {
			if reason := why.Of(o, f); reason != "" && first(reason) {
				return r.Mask(reason)
			}
			return ""
		}
		text := k.Path.String()
		switch isFirst := first(text); {
		case isFirst && k.Range.IsKnown():
			text += fmt.Sprintf(" (%s:%d)", k.Range.File, k.Range.Line)
		case !isFirst && text == "name": // which stands in the labels and selectors of everything
			return ""
		}
		reason := why.Of(o, f)
		if reason == "" {
			reason = differenceBeside(k.Path, object.Kind, f.Path)
		}
		if reason != "" && first(reason) {
			text += ": " + reason
		}
		return r.Mask(text)
	}
}

// mostSpecific returns the key that sets each field, of several the most specific.
func mostSpecific(p *effects.Provenance) map[effects.Field]*effects.Key {
	setBy := map[effects.Field]*effects.Key{}
	for i := range p.Keys {
		k := &p.Keys[i]
		if k.Method != effects.Removed && k.Method != effects.Replaced {
			continue
		}
		for _, f := range k.Sets {
			if known := setBy[f]; known == nil || moreSpecific(k, known) {
				setBy[f] = k
			}
		}
	}
	return setBy
}

// differenceBeside returns how the behaviour of a key differs from Docker's, where that is true and to the point beside a field; else "".
func differenceBeside(path diag.Path, kind, field string) string {
	row, ok := rowOf(path)
	if !ok || row.Class != keys.Close || !reasons.HoldsBeside(row.Path, kind, field) {
		return ""
	}
	return row.Difference
}

// ObjectComment returns the lines above an object: what [Provenance] says of it, or, where that is nothing, the keys
// without which there would be no such object.
func ObjectComment(r *Result, p *effects.Provenance, o runtime.Object) string {
	if text := Provenance(r, o); text != "" {
		return text
	}
	var made []*effects.Key
	whole := effects.Field{Object: effects.ObjectOf(o)}
	for i := range p.Keys {
		if k := &p.Keys[i]; k.Method != effects.Below && slices.Contains(k.Sets, whole) {
			made = append(made, k)
		}
	}
	slices.SortStableFunc(made, func(a, b *effects.Key) int {
		if moreSpecific(a, b) {
			return -1
		}
		return 1
	})
	var lines []string
	for _, k := range made[:min(len(made), 3)] {
		line := k.Path.String()
		if k.Range.IsKnown() {
			line = fmt.Sprintf("%s:%d %s", k.Range.File, k.Range.Line, line)
		}
		lines = append(lines, line)
	}
	return r.Mask(strings.Join(lines, "\n"))
}

func moreSpecific(a, b *effects.Key) bool {
	return cmp.Or(cmp.Compare(len(a.Sets), len(b.Sets)), -cmp.Compare(len(a.Path), len(b.Path)), cmp.Compare(a.Path.String(), b.Path.String())) < 0
}

// rowOf returns the row of a key, or of the list whose item it is.
func rowOf(path diag.Path) (keys.Row, bool) {
	row, ok := keys.Lookup(path)
	if _, isItem := path.ListIndex(); !ok && isItem {
		return keys.Lookup(path.Parent())
	}
	return row, ok
}

// commented returns a document with comments at the ends of the lines where its fields begin.
func commented(text []byte, fields []manifest.Field, comment func(manifest.Field) string) []byte {
	perLine := map[int][]string{}
	for _, f := range fields {
		if c := comment(f); c != "" && !slices.Contains(perLine[f.Line], c) {
			perLine[f.Line] = append(perLine[f.Line], strings.Join(strings.Fields(c), " "))
		}
	}
	var out bytes.Buffer
	line := 0
	for l := range bytes.Lines(text) {
		// A very long key takes the explicit form, "? key"; its comment would have to stand behind the colon below.
		if c := perLine[line]; len(c) > 0 && !bytes.HasPrefix(bytes.TrimLeft(l, " -"), []byte("? ")) {
			out.Write(bytes.TrimRight(l, "\n"))
			out.WriteString(" " + strings.TrimSpace(diag.Comment(strings.Join(c, "; "))) + "\n")
		} else {
			out.Write(l)
		}
		line++
	}
	return out.Bytes()
}
