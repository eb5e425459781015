package document

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// NodeRange is the place of a node: a scalar as a whole, the first key of a mapping, the first item of a list.
func (d *Document) NodeRange(n *yaml.Node) diag.Range {
	if n == nil {
		return diag.Range{}
	}
	out := diag.Range{File: d.Name, Line: n.Line, Column: n.Column}
	switch {
	case n.Kind == yaml.AliasNode:
		out.EndColumn = n.Column + 1 + utf8.RuneCountInString(n.Value)
	case n.Kind == yaml.ScalarNode:
		if width := d.scalarWidth(n); width > 0 {
			out.EndColumn = n.Column + width
		}
	case len(n.Content) > 0:
		return d.NodeRange(n.Content[0])
	}
	return out
}

// scalarWidth is how many characters a scalar takes on its line, quotes included; 0 if it spans several lines.
func (d *Document) scalarWidth(n *yaml.Node) int {
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
func (d *Document) lineFrom(line, column int) string {
	if d.lines == nil {
		d.indexLines()
	}
	if line < 1 || line > len(d.lines) {
		return ""
	}
	text := d.whole[d.lines[line-1]:]
	if n := strings.IndexByte(text, '\n'); n >= 0 {
		text = text[:n]
	}
	if column > 1 {
		text = text[d.offset(line, column, text):]
	}
	return strings.TrimRight(text, "\r")
}

func (d *Document) indexLines() {
	d.lines, d.whole = []int{0}, string(d.Text) // a line may hold thousands of values: it is not copied for each
	for i := 0; ; {
		n := strings.IndexByte(d.whole[i:], '\n')
		if n < 0 {
			return
		}
		i += n + 1
		d.lines = append(d.lines, i)
	}
}

// offset returns how many bytes stand before a column of a line. It goes on from the place that was asked for last, if
// that stands before this one on the same line: values are mostly visited in order.
func (d *Document) offset(line, column int, text string) int {
	at, c := 0, 1
	if d.last.line == line && d.last.column <= column && d.last.offset <= len(text) {
		at, c = d.last.offset, d.last.column
	}
	for ; c < column && at < len(text); c++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	d.last.line, d.last.column, d.last.offset = line, c, at
	return at
}
