package diag

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// longestLine is how much of a source line is searched for secrets, in bytes. Looking through megabytes takes seconds.
const longestLine = 16 << 10

// snippet writes the source line and the carets.
func (t textWriter) snippet(f Finding) {
	if t.options.SourceLine == nil || !f.Range.IsKnown() {
		return
	}
	text, ok := t.options.SourceLine(f.Range.File, f.Range.Line)
	if !ok {
		return
	}
	if len(text) > longestLine {
		if f.Range.Column > longestLine/utf8.UTFMax {
			return // what stands before it tells whether it is a secret
		}
		text = strings.ToValidUTF8(text[:longestLine], "")
	}
	text = strings.TrimRight(text, " \t\r\n")
	if t.options.MaskLine != nil {
		text, ok = t.options.MaskLine(f.Path, text)
	}
	if !ok || text == "" {
		return
	}
	number := fmt.Sprintf("%5d", f.Range.Line)
	shown, indent, length := window(text, f.Range)
	fmt.Fprintf(t.out, "%s %s\n", t.paint(faint, number+" |"), shown)
	if length > 0 {
		margin := strings.Repeat(" ", len(number))
		carets := t.paint(severityColor[f.Severity], strings.Repeat("^", length))
		fmt.Fprintf(t.out, "%s %s%s\n", t.paint(faint, margin+" |"), strings.Repeat(" ", indent), carets)
	}
}

const margin = "   "

// line writes a labelled text. Its lines stand below each other, behind the label.
func (t textWriter) line(label, text string) {
	below := margin + strings.Repeat(" ", Columns(label))
	for i, line := range strings.Split(Printable(text), "\n") {
		if i == 0 {
			t.write([]part{{margin, ""}, {label, bold}, {line, ""}}, below)
		} else {
			t.write([]part{{below, ""}, {line, ""}}, below)
		}
	}
}

func (t textWriter) paint(color, s string) string {
	if !t.options.Color || color == "" || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}
