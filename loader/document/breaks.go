package document

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The parser of YAML ends a line at three more characters than editors do, which end it at a line feed: NEL, LS and PS.
var oddBreaks = [][]byte{[]byte("\u0085"), []byte("\u2028"), []byte("\u2029")}

func hasOddBreak(text []byte) bool {
	for _, b := range oddBreaks {
		if bytes.Contains(text, b) {
			return true
		}
	}
	return false
}

// parserLines returns where each line of the parser begins, in lines and columns that editors count. It is nil for a text without
// a character that they count differently.
func parserLines(text []byte) []Mark {
	if !hasOddBreak(text) {
		return nil
	}
	at := Mark{1, 1}
	out := []Mark{at}
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		at.Column++
		if r == '\n' {
			at = Mark{at.Line + 1, 1}
		}
		if r == '\n' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			out = append(out, at)
		}
	}
	return out
}

// seen returns the place that an editor shows for one of the parser.
func seen(lines []Mark, m Mark) Mark {
	if m.Line < 1 || m.Line > len(lines) {
		return m
	}
	begin := lines[m.Line-1]
	return Mark{begin.Line, begin.Column + max(m.Column, 1) - 1}
}

// relocate gives the nodes of a tree the places that editors show.
func relocate(lines []Mark, n *yaml.Node) {
	at := seen(lines, Mark{n.Line, n.Column})
	n.Line, n.Column = at.Line, at.Column
	for _, c := range n.Content {
		relocate(lines, c)
	}
}
