package document

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// Bounds on what a file may expand to. Real projects stay far below; parsers that recurse, or copy what an alias
// names, would exhaust the machine above.
const (
	MaxDepth     = 200
	MaxNodes     = 3_000_000
	maxDocuments = 200     // every one is merged into all before it
	maxLine      = 2 << 20 // bytes: more than a ConfigMap can hold
)

// checkShape refuses a document that is not a mapping, is nested beyond reason, or grows beyond reason when its aliases
// are expanded.
func checkShape(d *Document, root *yaml.Node) *diag.Finding {
	s := shape{sizes: map[*yaml.Node]int{}}
	size := s.size(root, 0)
	f := diag.Finding{Severity: diag.Error, Code: "yaml-syntax", Range: d.NodeRange(root)}
	switch {
	case root.Kind != yaml.MappingNode && root.Tag != "!!null":
		f.Message = fmt.Sprintf("%s is not a compose file: its top level is %s, not a mapping", d.Name, kindName(root))
		f.Help = "a compose file starts with keys such as services:, volumes: and networks:"
	case root.Tag == "!reset" || root.Tag == "!override":
		f.Code = "invalid-value"
		f.Message = fmt.Sprintf("%s at the top of %s has nothing to act on", root.Tag, d.Name)
		f.Help = "write it in front of the value of a key"
	case s.deep != nil:
		f.Range = d.NodeRange(s.deep)
		f.Message = fmt.Sprintf("%s is nested more than %d levels deep", d.Name, MaxDepth)
		f.Help = "flatten the file; no part of a compose file needs such depth"
	case s.loop != nil:
		f.Range = d.NodeRange(s.loop)
		f.Message = fmt.Sprintf("the alias *%s contains itself", s.loop.Value)
		f.Help = "remove the alias from inside its own anchor"
	case size > MaxNodes:
		f.Message = fmt.Sprintf("%s grows to more than %d values when its aliases are expanded", d.Name, MaxNodes)
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
	if depth > MaxDepth {
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
		total = min(total+s.size(c, depth+1), MaxNodes+1)
	}
	if n.Anchor != "" {
		s.sizes[n] = total
	}
	return total
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

// longLine refuses a line that no person and no tool has written.
func (d *Document) longLine() *diag.Finding {
	line := 0
	for text := range bytes.Lines(d.Text) {
		if line++; len(text) > maxLine {
			return &diag.Finding{
				Severity: diag.Error, Code: "too-large", Range: diag.Range{File: d.Name, Line: line, Column: 1},
				Message: fmt.Sprintf("the line has %d bytes, and one may have %d", len(text), maxLine), Help: "move the data into a file, and name it with file:",
			}
		}
	}
	return nil
}
