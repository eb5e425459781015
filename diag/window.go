package diag

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// maxWidth is how much of a source line is shown, in terminal columns.
const maxWidth = 120

// window returns what is shown of a source line, the column at which the carets begin and how many there are. Tabs
// become spaces, wide characters count twice, and a long line is cut around the place in question.
func window(text string, r Range) (shown string, indent, length int) {
	runes := []rune(text)
	from, to := 0, 0
	if r.Column > 0 && r.Column <= len(runes) {
		from, to = r.Column-1, r.Column
		if r.EndColumn > r.Column {
			to = min(r.EndColumn-1, len(runes))
		}
	}
	start, end := 0, len(runes)
	if len(runes) > maxWidth {
		if from > maxWidth/2 {
			start = from - maxWidth/4
		}
		end = min(start+maxWidth, len(runes))
		to = min(to, end)
	}
	var b strings.Builder
	if start > 0 {
		b.WriteString("…")
		indent++
	}
	for i := start; i < end; i++ {
		cell := OneLine(string(runes[i]))
		if runes[i] == '\t' {
			cell = "    "
		}
		b.WriteString(cell)
		switch {
		case i < from:
			indent += Columns(cell)
		case i < to:
			length += Columns(cell)
		}
	}
	if end < len(runes) {
		b.WriteString("…")
	}
	return b.String(), indent, length
}

// Columns returns how wide a string is on a terminal: East Asian wide characters take two columns.
func Columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
