package position

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/document"
)

// Path finds the key that a message of compose-go names. Names may contain dots, so at every step the longest key of
// the files that fits is taken; a step that no file has ends the path.
func (l *Locator) Path(text string) diag.Path {
	l.mu.Lock()
	defer l.mu.Unlock()
	var p diag.Path
	for text != "" {
		next, rest := l.longest(l.at(p), text)
		if next == "" {
			break
		}
		p, text = p.Key(next), rest
	}
	if last := p.Key(text); text != "" && len(p) > 0 && len(l.at(last)) > 0 {
		return last // an item of a list that the model holds as a mapping
	}
	return p
}

func (l *Locator) longest(layers []Layer, text string) (string, string) {
	best := ""
	for _, y := range layers {
		n := document.Deref(y.Value)
		if n == nil || n.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			rest, ok := strings.CutPrefix(text, key)
			if ok && len(key) > len(best) && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				best = key
			}
		}
	}
	return best, strings.TrimPrefix(strings.TrimPrefix(text, best), ".")
}

// IsList reports whether the file has a list at a path.
func (l *Locator) IsList(p diag.Path) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.at(p)
	if len(found) == 0 {
		return false
	}
	n := document.Deref(found[len(found)-1].Value)
	return n != nil && n.Kind == yaml.SequenceNode
}

// IsReset reports whether a path lies at or below a value that "!reset" removes.
func (l *Locator) IsReset(p diag.Path) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; len(p) > 0; p = p.Parent() {
		for _, y := range l.at(p.Parent()) {
			if v := document.Child(y.Value, p[len(p)-1]); v != nil && v.Tag == "!reset" {
				return true
			}
		}
	}
	return false
}

// Bare is a variable that is named without a value, and the file that does so.
type Bare struct {
	Name string
	Doc  *document.Document
}

// Valueless returns the variables of an environment section that are named without a value, where the last file that
// names them does so, sorted by name; also those that a merge key brings. The model cannot tell: the value from the shell
// is already in it.
func (l *Locator) Valueless(environment diag.Path) []Bare {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := map[string]*document.Document{} // nil for those with a value
	note := func(name string, d *document.Document, bare bool) {
		if names[name] = d; !bare {
			names[name] = nil
		}
	}
	for _, y := range l.at(environment) {
		for _, e := range document.Entries(y.Value) {
			note(e.Key.Value, y.Doc, document.Deref(e.Value).Tag == "!!null")
		}
		if n := document.Deref(y.Value); n != nil && n.Kind == yaml.SequenceNode {
			for _, item := range n.Content {
				if text, ok := l.Text(y.Doc, item); ok {
					name, _, hasValue := strings.Cut(text, "=")
					note(name, y.Doc, !hasValue)
				}
			}
		}
	}
	var out []Bare
	for _, name := range sorted.Keys(names) {
		if d := names[name]; d != nil {
			out = append(out, Bare{name, d})
		}
	}
	return out
}

// Value returns the scalar at a path as the file has it, "" if there is none.
func (l *Locator) Value(p diag.Path) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.at(p)
	if len(found) == 0 {
		return ""
	}
	if n := document.Deref(found[len(found)-1].Value); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
}
