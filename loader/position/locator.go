// Package position finds keys of the merged model in the files that the user wrote.
package position

import (
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/document"
	"github.com/transship/transship/loader/variables"
)

// Locator finds keys of the merged model in the files. Merging leaves no trace in the model, so the merge is followed
// again, but only along the path that is asked for: at every step it knows which places of which files contribute to
// a key, lowest priority first, and the last of them is the one that won.
type Locator struct {
	main *document.Bundle
	// Model is the merged model, by which items of lists are found. Nil if there is none: the order tells them apart then.
	Model map[string]any

	mu     sync.Mutex
	layers map[string][]Layer              // by path
	lists  map[string]*listing             // by path
	keys   map[*yaml.Node]map[string][]int // index of large mappings
}

// Layer is one place that contributes to a key.
type Layer struct {
	Doc   *document.Document
	key   *yaml.Node // the key's own node; nil for a list item and for the top level
	Value *yaml.Node
	short bool // value is the short form of a parent: `build: .` for build.context
}

// New returns a locator for the files of a bundle and all that they include and extend.
func New(b *document.Bundle) *Locator {
	return &Locator{main: b, layers: map[string][]Layer{}, lists: map[string]*listing{}, keys: map[*yaml.Node]map[string][]int{}}
}

// Locate implements source.Locate.
func (l *Locator) Locate(p diag.Path) diag.Range {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; len(p) > 0; p = p.Parent() {
		if found := l.at(p); len(found) > 0 {
			return found[len(found)-1].place()
		}
	}
	return diag.Range{}
}

// Contributions returns the places that make up a key, the one that wins last.
func (l *Locator) Contributions(p diag.Path) []Layer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(p)
}

// place is what to point at: a key with its value where both stand on one line, or a list item.
func (y Layer) place() diag.Range {
	if y.key == nil {
		return y.Doc.NodeRange(y.Value)
	}
	out := y.Doc.NodeRange(y.key)
	v := y.Value
	inline := v != nil && v.Line == y.key.Line && (v.Kind == yaml.ScalarNode || v.Kind == yaml.AliasNode)
	if inline && v.Column > y.key.Column {
		if end := y.Doc.NodeRange(v).EndColumn; end > 0 {
			out.EndColumn = end
		}
	}
	return out
}

// at returns the places that contribute to a path.
func (l *Locator) at(p diag.Path) []Layer {
	id := strings.Join(p, "\x00")
	if found, ok := l.layers[id]; ok {
		return found
	}
	var found []Layer
	switch {
	case len(p) == 0:
		found = bundleLayers(l.main, 0)
	default:
		parents := l.at(p.Parent())
		if i, ok := p.ListIndex(); ok {
			found = l.item(p.Parent(), parents, i)
		} else {
			found = l.step(parents, p[len(p)-1])
		}
	}
	if len(p) == 2 && (p[0] == "services" || p[0] == "jobs") {
		found = l.extend(found, p[0], 0)
	}
	l.layers[id] = found
	return found
}

// bundleLayers returns the top levels of a bundle's files; what a file includes comes before the file itself.
func bundleLayers(b *document.Bundle, depth int) []Layer {
	var out []Layer
	for _, d := range b.Docs {
		out = append(out, documentLayers(d, depth)...)
	}
	return out
}

func documentLayers(d *document.Document, depth int) []Layer {
	var out []Layer
	if depth < document.MaxDepth {
		for _, i := range d.Includes {
			out = append(out, bundleLayers(i, depth+1)...)
		}
	}
	for _, root := range d.Roots {
		out = append(out, Layer{Doc: d, Value: root})
	}
	return out
}

// step goes from the places of a parent to those of one of its keys. "!reset" and "!override" cut off what came before.
func (l *Locator) step(parents []Layer, key string) []Layer {
	var out []Layer
	for _, p := range parents {
		child, ok := l.child(p, key)
		if !ok {
			continue
		}
		switch child.Value.Tag {
		case "!reset":
			out = nil
			continue
		case "!override":
			out = nil
		}
		out = append(out, child)
	}
	return out
}

// child looks a key up in one place: in a mapping, in a list of "KEY=value" or plain names that the model holds as a
// mapping, or in the short form of a parent.
func (l *Locator) child(p Layer, key string) (Layer, bool) {
	if p.short {
		return p, true
	}
	value := document.Deref(p.Value)
	if value == nil {
		return Layer{}, false
	}
	switch value.Kind {
	case yaml.MappingNode:
		k, v := l.entry(value, key)
		if v == nil {
			return Layer{}, false
		}
		return Layer{Doc: p.Doc, key: k, Value: v}, true
	case yaml.SequenceNode:
		for _, item := range slices.Backward(value.Content) {
			if text, ok := l.Text(p.Doc, item); ok && namesKey(text, key) {
				return Layer{Doc: p.Doc, Value: item, short: true}, true
			}
		}
		return Layer{}, false
	default:
		return Layer{Doc: p.Doc, key: p.key, Value: p.Value, short: true}, value.Tag != "!!null"
	}
}

// namesKey reports whether a list item stands for a key: "KEY", "KEY=value", or "host:address" of extra_hosts.
func namesKey(item, key string) bool {
	rest, ok := strings.CutPrefix(item, key)
	return ok && (rest == "" || rest[0] == '=' || rest[0] == ':')
}

// entry is the lookup in a mapping; large ones, such as thousands of services, get an index.
func (l *Locator) entry(n *yaml.Node, key string) (*yaml.Node, *yaml.Node) {
	if len(n.Content) < 128 {
		return document.Entry(n, key)
	}
	index, ok := l.keys[n]
	if !ok {
		index = make(map[string][]int, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			index[n.Content[i].Value] = append(index[n.Content[i].Value], i)
		}
		l.keys[n] = index
	}
	if at := index[key]; len(at) > 0 {
		return n.Content[at[0]], n.Content[at[0]+1]
	}
	if len(index["<<"]) > 0 {
		return document.Entry(n, key)
	}
	return nil, nil
}

// Text returns a scalar with its variables replaced, as the model holds it.
func (l *Locator) Text(d *document.Document, n *yaml.Node) (string, bool) {
	n = document.Deref(n)
	if n == nil || n.Kind != yaml.ScalarNode {
		return "", false
	}
	var ignored variables.Unset
	if out, err := ignored.Substitute(n.Value, d.Bundle.Env.Resolve); err == nil {
		return out, true
	}
	return n.Value, true
}
