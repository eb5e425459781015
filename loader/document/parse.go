package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// Parse fills the roots of a document and returns what is wrong with it, and whether the roots are all there.
func (d *Document) Parse() (diag.List, bool) {
	var found diag.List
	if long := d.longLine(); long != nil {
		return append(found, *long), false
	}
	documents, lines := 0, parserLines(d.Text)
	decoder := yaml.NewDecoder(bytes.NewReader(d.Text))
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(found, yamlFinding(d, err)), false
		}
		if lines != nil {
			relocate(lines, &node)
		}
		d.Count++
		if len(node.Content) == 0 {
			continue
		}
		root := node.Content[0]
		if documents++; documents > maxDocuments {
			found.Add(diag.Finding{
				Severity: diag.Error, Code: "too-large", Range: d.NodeRange(root),
				Message: fmt.Sprintf("%s holds more than %d YAML documents", d.Name, maxDocuments), Help: "merge them into fewer documents",
			})
			return found, false
		}
		if finding := checkShape(d, root); finding != nil {
			return append(found, *finding), false
		}
		if finding := manifest(d, root); finding != nil {
			return append(found, *finding), false
		}
		found = append(found, duplicateKeys(d, nil, root)...)
		if root.Kind == yaml.MappingNode {
			d.Roots = append(d.Roots, root)
		}
	}
	if len(d.Roots) == 0 {
		found.Add(diag.Finding{
			Severity: diag.Error, Code: "empty-file", Range: diag.Range{File: d.Name, Line: 1, Column: 1},
			Message: d.Name + " is empty",
			Help:    "write at least one service: services: {web: {image: nginx}}",
		})
	}
	return found, len(d.Roots) > 0
}

// manifest reports a document that is an object of Kubernetes: nothing in it means what a key of that name would mean here.
func manifest(d *Document, root *yaml.Node) *diag.Finding {
	version, kind := Deref(Child(root, "apiVersion")), Deref(Child(root, "kind"))
	if version == nil || version.Kind != yaml.ScalarNode || kind == nil || kind.Kind != yaml.ScalarNode || Child(root, "services") != nil {
		return nil
	}
	at, _ := Entry(root, "kind")
	return &diag.Finding{
		Severity: diag.Error, Code: "kubernetes-manifest", Range: d.NodeRange(at),
		Message: fmt.Sprintf("%s is not a Compose file: it holds a Kubernetes manifest (kind: %s)", d.Name, kind.Value),
		Help:    "a manifest needs no conversion: kubectl apply -f takes it as it is. Convert a Compose file, which has services: at its top level",
	}
}

// duplicateKeys reports every key that a mapping has twice; the YAML parser would take the last one in silence.
func duplicateKeys(d *Document, p diag.Path, n *yaml.Node) diag.List {
	var found diag.List
	if n.Kind == yaml.SequenceNode {
		for i, c := range n.Content {
			if len(c.Content) > 0 {
				found = append(found, duplicateKeys(d, p.Index(i), c)...)
			}
		}
	}
	if n.Kind != yaml.MappingNode {
		return found
	}
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if name := Deref(key); name.Kind != yaml.ScalarNode {
			found.Add(diag.Finding{
				Severity: diag.Error, Code: "yaml-syntax", Path: p, Range: d.NodeRange(key),
				Message: kindName(name) + " cannot be a key", Help: "write a name before the colon",
			})
			continue
		}
		if line, twice := seen[key.Value]; twice {
			found.Add(diag.Finding{
				Severity: diag.Error, Code: "duplicate-key", Path: p.Key(key.Value), Range: d.NodeRange(key),
				Message: key.Value + " is given twice",
				Help:    fmt.Sprintf("put what stands here to line %d, or remove one of the two", line),
			})
		}
		seen[key.Value] = key.Line
		if len(value.Content) > 0 {
			found = append(found, duplicateKeys(d, p.Key(key.Value), value)...)
		}
	}
	return found
}
