package loader

import (
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// locator finds keys of the merged model in the files. Merging leaves no trace in the model, so the merge is followed
// again, but only along the path that is asked for: at every step it knows which places of which files contribute to
// a key, lowest priority first, and the last of them is the one that won.
type locator struct {
	main  *bundle
	model map[string]any // nil if loading failed before there was one

	mu     sync.Mutex
	layers map[string][]layer              // by path
	lists  map[string]*listing             // by path
	keys   map[*yaml.Node]map[string][]int // index of large mappings
}

// layer is one place that contributes to a key.
type layer struct {
	doc   *document
	key   *yaml.Node // the key's own node; nil for a list item and for the top level
	value *yaml.Node
	short bool // value is the short form of a parent: `build: .` for build.context
}

func newLocator(b *bundle) *locator {
	return &locator{main: b, layers: map[string][]layer{}, lists: map[string]*listing{}, keys: map[*yaml.Node]map[string][]int{}}
}

// Locate implements source.Locate.
func (l *locator) Locate(p diag.Path) diag.Range {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; len(p) > 0; p = p.Parent() {
		if found := l.at(p); len(found) > 0 {
			return found[len(found)-1].place()
		}
	}
	return diag.Range{}
}

// contributions returns the places that make up a key, the one that wins last.
func (l *locator) contributions(p diag.Path) []layer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(p)
}

// place is what to point at: a key with its value where both stand on one line, or a list item.
func (y layer) place() diag.Range {
	if y.key == nil {
		return y.doc.nodeRange(y.value)
	}
	out := y.doc.nodeRange(y.key)
	v := y.value
	inline := v != nil && v.Line == y.key.Line && (v.Kind == yaml.ScalarNode || v.Kind == yaml.AliasNode)
	if inline && v.Column > y.key.Column {
		if end := y.doc.nodeRange(v).EndColumn; end > 0 {
			out.EndColumn = end
		}
	}
	return out
}

// at returns the places that contribute to a path.
func (l *locator) at(p diag.Path) []layer {
	id := strings.Join(p, "\x00")
	if found, ok := l.layers[id]; ok {
		return found
	}
	var found []layer
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
func bundleLayers(b *bundle, depth int) []layer {
	var out []layer
	for _, d := range b.docs {
		out = append(out, documentLayers(d, depth)...)
	}
	return out
}

func documentLayers(d *document, depth int) []layer {
	var out []layer
	if depth < maxDepth {
		for _, i := range d.includes {
			out = append(out, bundleLayers(i, depth+1)...)
		}
	}
	for _, root := range d.roots {
		out = append(out, layer{doc: d, value: root})
	}
	return out
}

// step goes from the places of a parent to those of one of its keys. "!reset" and "!override" cut off what came before.
func (l *locator) step(parents []layer, key string) []layer {
	var out []layer
	for _, p := range parents {
		child, ok := l.child(p, key)
		if !ok {
			continue
		}
		switch child.value.Tag {
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
func (l *locator) child(p layer, key string) (layer, bool) {
	if p.short {
		return p, true
	}
	value := deref(p.value)
	if value == nil {
		return layer{}, false
	}
	switch value.Kind {
	case yaml.MappingNode:
		k, v := l.entry(value, key)
		if v == nil {
			return layer{}, false
		}
		return layer{doc: p.doc, key: k, value: v}, true
	case yaml.SequenceNode:
		for _, item := range slices.Backward(value.Content) {
			if text, ok := l.text(p.doc, item); ok && namesKey(text, key) {
				return layer{doc: p.doc, value: item, short: true}, true
			}
		}
		return layer{}, false
	default:
		return layer{doc: p.doc, key: p.key, value: p.value, short: true}, value.Tag != "!!null"
	}
}

// namesKey reports whether a list item stands for a key: "KEY", "KEY=value", or "host:address" of extra_hosts.
func namesKey(item, key string) bool {
	rest, ok := strings.CutPrefix(item, key)
	return ok && (rest == "" || rest[0] == '=' || rest[0] == ':')
}

// entry is the lookup in a mapping; large ones, such as thousands of services, get an index.
func (l *locator) entry(n *yaml.Node, key string) (*yaml.Node, *yaml.Node) {
	if len(n.Content) < 128 {
		return entry(n, key)
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
		return entry(n, key)
	}
	return nil, nil
}

// text returns a scalar with its variables replaced, as the model holds it.
func (l *locator) text(d *document, n *yaml.Node) (string, bool) {
	n = deref(n)
	if n == nil || n.Kind != yaml.ScalarNode {
		return "", false
	}
	var ignored unsetVariables
	if out, err := ignored.substitute(n.Value, d.bundle.env.Resolve); err == nil {
		return out, true
	}
	return n.Value, true
}

// extend puts what a service inherits by `extends` before the place that inherits it.
func (l *locator) extend(found []layer, section string, depth int) []layer {
	if depth > maxDepth {
		return found
	}
	var out []layer
	for _, y := range found {
		out = append(out, l.base(y, section, depth)...)
		out = append(out, y)
	}
	return out
}

// base returns the places of the service that y extends: in the same file with its includes, or in another file.
func (l *locator) base(y layer, section string, depth int) []layer {
	extends := deref(child(y.value, "extends"))
	if extends == nil {
		return nil
	}
	name, doc := extends, y.doc
	if extends.Kind == yaml.MappingNode {
		name = child(extends, "service")
		if file := child(extends, "file"); file != nil {
			doc = y.doc.extendedFile(l, file)
		}
	}
	ref, ok := l.text(y.doc, name)
	if !ok || doc == nil {
		return nil
	}
	found := l.step(l.step(documentLayers(doc, 0), section), ref)
	if doc == y.doc {
		found = slices.DeleteFunc(found, func(o layer) bool { return deref(o.value) == deref(y.value) })
	}
	return l.extend(found, section, depth+1)
}

// extendedFile finds the document that `extends.file` names: relative to the project directory of the file's bundle,
// or, inside an extended file, to that file.
func (d *document) extendedFile(l *locator, n *yaml.Node) *document {
	path, ok := l.text(d, n)
	if !ok {
		return nil
	}
	return d.bundle.file(resolve(d.base(), path))
}

// base is the directory that relative paths in the document start from.
func (d *document) base() string {
	if slices.Contains(d.bundle.docs, d) {
		return d.bundle.dir
	}
	return parentDir(d.path)
}
