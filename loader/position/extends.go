package position

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/loader/document"
)

// extend puts what a service inherits by `extends` before the place that inherits it.
func (l *Locator) extend(found []Layer, section string, depth int) []Layer {
	if depth > document.MaxDepth {
		return found
	}
	var out []Layer
	for _, y := range found {
		out = append(out, l.base(y, section, depth)...)
		out = append(out, y)
	}
	return out
}

// base returns the places of the service that y extends: in the same file with its includes, or in another file.
func (l *Locator) base(y Layer, section string, depth int) []Layer {
	extends := document.Deref(document.Child(y.Value, "extends"))
	if extends == nil {
		return nil
	}
	name, doc := extends, y.Doc
	if extends.Kind == yaml.MappingNode {
		name = document.Child(extends, "service")
		if file := document.Child(extends, "file"); file != nil {
			doc = l.ExtendedFile(y.Doc, file)
		}
	}
	ref, ok := l.Text(y.Doc, name)
	if !ok || doc == nil {
		return nil
	}
	found := l.step(l.step(documentLayers(doc, 0), section), ref)
	if doc == y.Doc {
		found = slices.DeleteFunc(found, func(o Layer) bool { return document.Deref(o.Value) == document.Deref(y.Value) })
	}
	return l.extend(found, section, depth+1)
}

// ExtendedFile finds the document that `extends.file` names: relative to the project directory of the file's bundle,
// or, inside an extended file, to that file.
func (l *Locator) ExtendedFile(d *document.Document, n *yaml.Node) *document.Document {
	path, ok := l.Text(d, n)
	if !ok {
		return nil
	}
	return d.Bundle.File(disk.Resolve(d.Base(), path))
}
