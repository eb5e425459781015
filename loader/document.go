package loader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// document is one YAML file as it was read. Its nodes are kept for the positions.
type document struct {
	path     string       // absolute, "-" for standard input
	name     string       // as the user would write it
	text     []byte       // the bytes that were parsed
	roots    []*yaml.Node // the mapping of each YAML document in the file; they are merged in order
	includes []*bundle    // what `include` names, in order
	bundle   *bundle      // whose directory and variables it uses
	lines    []int        // offset of each line, filled on first use
}

// bundle is a list of files that are merged with each other, sharing a project directory and variables: those of the
// command line, or those of one `include` item, or a single file that `extends` names.
type bundle struct {
	dir      string
	env      types.Mapping
	docs     []*document
	extended map[string]*document // by absolute path
	from     *document            // the file whose include this is; nil for the files of the command line
}

// all returns b and every bundle below it, parents first.
func (b *bundle) all() []*bundle {
	out := []*bundle{b}
	for _, d := range b.docs {
		for _, i := range d.includes {
			out = append(out, i.all()...)
		}
	}
	return out
}

// readComposeFiles reads and parses every file that makes up the project, included and extended ones as well.
func (r *run) readComposeFiles(context.Context) error {
	r.main = &bundle{dir: r.dir, env: r.env, extended: map[string]*document{}}
	for _, path := range r.files {
		d := r.readDocument(path, r.main, diag.Finding{Code: "compose-file"})
		if d != nil {
			r.main.docs = append(r.main.docs, d)
		}
	}
	if len(r.failures) == 0 {
		r.readReferences(r.main)
	}
	return nil
}

// readDocument reads and parses one file. What goes wrong is recorded; the finding template carries the code, and the
// place that names the file.
func (r *run) readDocument(path string, b *bundle, template diag.Finding) *document {
	name := r.displayName(path)
	text, err := r.readText(path)
	if err != nil {
		template.Message = fmt.Sprintf("%s cannot be read: %v", name, err)
		template.Help = "correct the path or the file"
		if !template.Range.IsKnown() {
			template.Range = diag.Range{File: name}
			if binary, is := errors.AsType[*binaryError](err); is {
				template.Range.Line, template.Range.Column = binary.at.line, binary.at.column
				template.Help = "save it as text in UTF-8"
			}
		}
		r.fail(template)
		return nil
	}
	r.texts[name] = text
	d := &document{path: path, name: name, text: text, bundle: b}
	if !r.parse(d) {
		return nil
	}
	return d
}

// parse fills the roots of a document.
func (r *run) parse(d *document) bool {
	decoder := yaml.NewDecoder(bytes.NewReader(d.text))
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.fail(yamlFinding(d, err))
			return false
		}
		if len(node.Content) == 0 {
			continue
		}
		root := node.Content[0]
		if finding := checkShape(d, root); finding != nil {
			r.fail(*finding)
			return false
		}
		r.failures = append(r.failures, duplicateKeys(d, nil, root)...)
		if root.Kind == yaml.MappingNode {
			d.roots = append(d.roots, root)
		}
	}
	if len(d.roots) == 0 {
		r.fail(diag.Finding{
			Code: "empty-file", Range: diag.Range{File: d.name, Line: 1, Column: 1},
			Message: d.name + " is empty",
			Help:    "write at least one service: services: {web: {image: nginx}}",
		})
		return false
	}
	return true
}

// Bounds on what a file may expand to. Real projects stay far below; parsers that recurse, or copy what an alias
// names, would exhaust the machine above.
const (
	maxDepth = 200
	maxNodes = 3_000_000
)

// checkShape refuses a document that is not a mapping, is nested beyond reason, or grows beyond reason when its aliases
// are expanded.
func checkShape(d *document, root *yaml.Node) *diag.Finding {
	s := shape{sizes: map[*yaml.Node]int{}}
	size := s.size(root, 0)
	f := diag.Finding{Code: "yaml-syntax", Range: d.nodeRange(root)}
	switch {
	case root.Kind != yaml.MappingNode && root.Tag != "!!null":
		f.Message = fmt.Sprintf("%s is not a compose file: its top level is %s, not a mapping", d.name, kindName(root))
		f.Help = "a compose file starts with keys such as services:, volumes: and networks:"
	case s.deep != nil:
		f.Range = d.nodeRange(s.deep)
		f.Message = fmt.Sprintf("%s is nested more than %d levels deep", d.name, maxDepth)
		f.Help = "flatten the file; no part of a compose file needs such depth"
	case s.loop != nil:
		f.Range = d.nodeRange(s.loop)
		f.Message = fmt.Sprintf("the alias *%s contains itself", s.loop.Value)
		f.Help = "remove the alias from inside its own anchor"
	case size > maxNodes:
		f.Message = fmt.Sprintf("%s grows to more than %d values when its aliases are expanded", d.name, maxNodes)
		f.Help = "aliases that hold lists of aliases multiply; write the values out or use fewer levels"
	default:
		return nil
	}
	return &f
}

// shape measures a node tree with its aliases expanded, in time linear in the unexpanded tree.
type shape struct {
	sizes      map[*yaml.Node]int // of anchored nodes; -1 while they are being measured
	deep, loop *yaml.Node
}

func (s *shape) size(n *yaml.Node, depth int) int {
	if depth > maxDepth {
		if s.deep == nil {
			s.deep = n
		}
		return 0
	}
	if n.Kind == yaml.AliasNode {
		known, ok := s.sizes[n.Alias]
		if ok && known < 0 {
			s.loop = n
			return 0
		}
		if ok {
			return known
		}
		return s.size(n.Alias, depth)
	}
	if n.Anchor != "" {
		s.sizes[n] = -1
	}
	total := 1
	for _, c := range n.Content {
		if s.loop != nil {
			break
		}
		total = min(total+s.size(c, depth+1), maxNodes+1)
	}
	if n.Anchor != "" {
		s.sizes[n] = total
	}
	return total
}

// duplicateKeys reports every key that a mapping has twice; the YAML parser would take the last one in silence.
func duplicateKeys(d *document, p diag.Path, n *yaml.Node) diag.List {
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
		if name := deref(key); name.Kind != yaml.ScalarNode {
			found.Add(diag.Finding{
				Severity: diag.Error, Code: "yaml-syntax", Path: p, Range: d.nodeRange(key),
				Message: kindName(name) + " cannot be a key", Help: "write a name before the colon",
			})
			continue
		}
		if line, twice := seen[key.Value]; twice {
			found.Add(diag.Finding{
				Severity: diag.Error, Code: "duplicate-key", Path: p.Key(key.Value), Range: d.nodeRange(key),
				Message: key.Value + " is given twice",
				Help:    fmt.Sprintf("remove this one or the one in line %d", line),
			})
		}
		seen[key.Value] = key.Line
		if len(value.Content) > 0 {
			found = append(found, duplicateKeys(d, p.Key(key.Value), value)...)
		}
	}
	return found
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping"
	default:
		return "a single value"
	}
}

// resolve makes a path absolute against a directory.
func resolve(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
