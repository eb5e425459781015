package loader

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// deref follows an alias to what it names. A nil node stays nil.
func deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// child returns the value of a key of a mapping, nil if there is none. Keys that come in through a merge key count.
func child(n *yaml.Node, key string) *yaml.Node {
	_, value := entry(n, key)
	return value
}

// entry returns the key and value nodes of a mapping's entry. A key of the mapping itself wins over one that a merge
// key brings, and the first of several merged mappings wins over the later ones.
func entry(n *yaml.Node, key string) (*yaml.Node, *yaml.Node) {
	n = deref(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	var merge *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case key:
			return n.Content[i], n.Content[i+1]
		case "<<":
			merge = deref(n.Content[i+1])
		}
	}
	if merge == nil || key == "<<" {
		return nil, nil
	}
	if merge.Kind == yaml.MappingNode {
		return entry(merge, key)
	}
	for _, m := range merge.Content {
		if k, v := entry(m, key); v != nil {
			return k, v
		}
	}
	return nil, nil
}

// scalars returns a scalar, or the items of a list, as nodes.
func scalars(n *yaml.Node) []*yaml.Node {
	n = deref(n)
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	default:
		return []*yaml.Node{n}
	}
}

// nodeRange is the place of a node: a scalar as a whole, the first key of a mapping, the first item of a list.
func (d *document) nodeRange(n *yaml.Node) diag.Range {
	if n == nil {
		return diag.Range{}
	}
	out := diag.Range{File: d.name, Line: n.Line, Column: n.Column}
	switch {
	case n.Kind == yaml.AliasNode:
		out.EndColumn = n.Column + 1 + utf8.RuneCountInString(n.Value)
	case n.Kind == yaml.ScalarNode:
		if width := d.scalarWidth(n); width > 0 {
			out.EndColumn = n.Column + width
		}
	case len(n.Content) > 0:
		return d.nodeRange(n.Content[0])
	}
	return out
}

// scalarWidth is how many characters a scalar takes on its line, quotes included; 0 if it spans several lines.
func (d *document) scalarWidth(n *yaml.Node) int {
	rest := d.lineFrom(n.Line, n.Column)
	switch {
	case rest == "":
		return 0
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return quotedWidth(rest, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return quotedWidth(rest, '\'')
	case strings.HasPrefix(rest, n.Value):
		return utf8.RuneCountInString(n.Value)
	default:
		return 0
	}
}

// quotedWidth measures a quoted scalar at the start of s.
func quotedWidth(s string, quote byte) int {
	if s[0] != quote {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch {
		case quote == '"' && s[i] == '\\':
			i++
		case s[i] == quote && quote == '\'' && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return utf8.RuneCountInString(s[:i+1])
		}
	}
	return 0
}

// lineFrom returns the text of a line from a column on; both count from 1, columns in characters.
func (d *document) lineFrom(line, column int) string {
	if d.lines == nil {
		d.lines = []int{0}
		for i := 0; ; {
			n := bytes.IndexByte(d.text[i:], '\n')
			if n < 0 {
				break
			}
			i += n + 1
			d.lines = append(d.lines, i)
		}
	}
	if line < 1 || line > len(d.lines) {
		return ""
	}
	text := d.text[d.lines[line-1]:]
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		text = text[:n]
	}
	for ; column > 1 && len(text) > 0; column-- {
		_, size := utf8.DecodeRune(text)
		text = text[size:]
	}
	return strings.TrimRight(string(text), "\r")
}
