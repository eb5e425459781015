package diagnosis

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/document"
)

// search finds what compose-go refuses in the files of a bundle besides what is found already, one cause after the
// other, until it takes the rest. It reports false where that cannot be done: the files are too large, or compose-go
// takes them as they are written again.
func (a *Attempt) search(b *document.Bundle, known diag.List) (diag.List, bool) {
	r := newReduction(b.Docs, a, func(texts []Text) error { return a.Try(b, texts) })
	if r == nil {
		return nil, false
	}
	r.top.remove(a.origins(known))
	r.top.remove(a.broken)
	var found diag.List
	schemaKnown := slices.ContainsFunc(known, func(f diag.Finding) bool { return family(f.Code) == "invalid-value" })
	for range maxCauses {
		err := r.load()
		switch {
		case err == nil:
			return found, len(known)+len(found) > 0
		case r.budget <= 0:
			return found, false
		case isViolation(err) && !schemaKnown:
			schemaKnown = true
			if violations := a.schemaFindings(); len(violations) > 0 {
				found = append(found, violations...)
				r.top.remove(a.origins(violations))
				continue
			}
		}
		if a.artifact(err) && len(known)+len(found) > 0 {
			return found, true // it comes from what was taken out
		}
		at, err := r.cause(err)
		r.top.restore()
		if at == r.top {
			return append(found, a.worded(err, nil)...), true
		}
		found = append(found, a.inside(b, at, err)...)
		r.top.remove(map[*yaml.Node]bool{at.origin: true})
	}
	return found, true
}

// inside words the error about a part. Where the part names another file, it is looked for in there first.
func (a *Attempt) inside(b *document.Bundle, at *part, err error) diag.List {
	if len(at.path) > 0 && at.path[0] == "include" {
		for _, included := range includesAt(at) {
			known := brokenIn(included, a.inherited)
			if found, complete := a.search(included, known); complete && len(found)+len(known) > 0 {
				return found
			}
		}
	}
	if len(at.path) > 2 && at.path[2] == "extends" {
		for _, path := range sorted.Keys(b.Extended) {
			d := b.Extended[path]
			alone := &document.Bundle{Dir: filepath.Dir(d.Path), Env: b.Env, Docs: []*document.Document{d}, Extended: b.Extended}
			if strings.Contains(err.Error(), filepath.Base(d.Path)) || len(b.Extended) == 1 {
				if found, complete := a.search(alone, nil); complete && len(found) > 0 {
					return found
				}
			}
		}
	}
	return diag.List{a.about(at, err)}
}

// includesAt are the included files that a part names, all of those of its file where that is not clear.
func includesAt(at *part) []*document.Bundle {
	all := at.doc.Includes
	if len(at.path) < 2 {
		return all
	}
	list := document.Child(at.doc.Roots[0], "include")
	if i, item := at.path[:2].ListIndex(); item && len(listOf(list)) == len(all) {
		return all[i : i+1]
	}
	return all
}

// name reads a text with variables in it, "" if it is none.
func (a *Attempt) name(d *document.Document, n *yaml.Node) string {
	text, _ := a.Locator.Text(d, n)
	return text
}

// about words the error about a part, at the place of the part unless the error names one below it.
func (a *Attempt) about(at *part, err error) diag.Finding {
	f := a.wordPart(at, err)
	if !below(f.Path, at.path) || !f.Range.IsKnown() {
		f.Path, f.Range = at.path, at.place()
	}
	return f
}

func (a *Attempt) wordPart(at *part, err error) diag.Finding {
	if bug, is := errors.AsType[*guard.InternalError](err); is {
		return crashed(at, bug)
	}
	for _, e := range flatten(err) { // of several, those are about the rest that it takes to fail
		if f := a.word(e); below(f.Path, at.path) {
			return f
		}
	}
	return a.word(flatten(err)[0])
}

// below reports whether a path is another one or lies below it.
func below(p, above diag.Path) bool {
	return len(p) >= len(above) && slices.Equal(p[:len(above)], above)
}

// place is where a part stands: its key, or the part itself in a list.
func (x *part) place() diag.Range {
	if x.key != nil {
		return x.doc.NodeRange(x.key)
	}
	return x.doc.NodeRange(x.origin)
}

// crashed words a panic of compose-go. Mostly it takes for granted that a value is of some type.
func crashed(at *part, bug *guard.InternalError) diag.Finding {
	f := diag.Finding{Code: "invalid-value", Path: at.path, Range: at.place()}
	is := kindOf(at.origin)
	_, want, typed := strings.Cut(fmt.Sprint(bug.Value), ", not ")
	types := map[string]string{"string": "string", "map[string]interface {}": "object", "[]interface {}": "array", "bool": "boolean", "int": "integer"}
	switch name, known := types[want]; {
	case typed && known && name != is:
		f.Message = fmt.Sprintf("%s must be %s, not %s", at.path, typeNames([]string{name}), typeNames([]string{is}))
		f.Help = typeHelp([]string{name})
		if is == "null" {
			f.Help = "write a value, or remove the key"
		}
	case is == "null":
		f.Message, f.Help = at.path.String()+" has no value", "write a value, or remove the key"
	default:
		f.Code = "loader-crash"
		f.Message = fmt.Sprintf("reading %s ended in an internal error: %v", at.path, bug.Value)
		f.Help = "correct the value; docker compose config may tell what is unusual in it"
	}
	return f
}

// kindOf names the type of a node as the schema does.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "array"
	case n.Kind == yaml.MappingNode:
		return "object"
	case n.Tag == "!!null":
		return "null"
	case n.Tag == "!!int":
		return "integer"
	case n.Tag == "!!float":
		return "number"
	case n.Tag == "!!bool":
		return "boolean"
	default:
		return "string"
	}
}

// artifact reports the errors that taking parts out may cause by itself, and that the files do not have.
func (a *Attempt) artifact(err error) bool {
	return artifact(err) && !slices.ContainsFunc(a.inherited, func(f diag.Finding) bool { return strings.HasPrefix(a.shorten(err.Error()), f.Message) })
}

func artifact(err error) bool {
	text := err.Error()
	for _, part := range []string{"empty compose file", "cannot extend service", "top-level object must be a mapping", "missing propert", "no compose file specified"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// origins finds the nodes that findings point at, so that they can be taken out: whole keys of services and whole items
// of their lists, because a part of these might lack what it needs.
func (a *Attempt) origins(found diag.List) map[*yaml.Node]bool {
	out := map[*yaml.Node]bool{}
	for _, f := range found {
		p := f.Path
		if len(p) > 3 && !strings.HasPrefix(p[0], "x-") {
			if _, item := p[:4].ListIndex(); item {
				p = p[:4]
			} else {
				p = p[:3]
			}
		}
		for d := range a.Files.Files() {
			if d.Name != f.Range.File {
				continue
			}
			for _, root := range d.Roots {
				if n := nodeAt(root, p); n != nil {
					out[n] = true
				}
			}
		}
	}
	return out
}

// nodeAt follows a path through a document, through aliases and merges; nil if it has no such key.
func nodeAt(n *yaml.Node, p diag.Path) *yaml.Node {
	n = document.Deref(n)
	for i := range p {
		if index, item := p[:i+1].ListIndex(); item && n != nil && n.Kind == yaml.SequenceNode {
			if index >= len(n.Content) {
				return nil
			}
			n = document.Deref(n.Content[index])
			continue
		}
		n = document.Deref(document.Child(n, p[i]))
	}
	return n
}
