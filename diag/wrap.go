package diag

import "strings"

// part is a piece of a line in one color; "" is none. It holds nothing that breaks the line.
type part struct{ text, color string }

// word is what a line is not broken within, and how many spaces stand before it.
type word struct {
	spaces int
	parts  []part
}

// write writes a line, wrapped between words where it is wider than the terminal; what follows stands behind an indent. A word
// that is too wide for a line of its own, such as a path or a command, is not broken: who copies it gets it whole.
func (t textWriter) write(parts []part, indent string) {
	if t.options.Width <= 0 {
		for _, p := range parts {
			t.out.WriteString(t.paint(p.color, p.text))
		}
		t.out.WriteByte('\n')
		return
	}
	column := 0
	for i, w := range wordsOf(parts) {
		length := 0
		for _, p := range w.parts {
			length += columns(p.text)
		}
		if i > 0 && column+w.spaces+length > t.options.Width && column > len(indent) {
			t.out.WriteString("\n" + indent)
			column, w.spaces = len(indent), 0
		}
		t.out.WriteString(strings.Repeat(" ", w.spaces))
		for _, p := range w.parts {
			t.out.WriteString(t.paint(p.color, p.text))
		}
		column += w.spaces + length
	}
	t.out.WriteByte('\n')
}

// wordsOf cuts a line at its spaces. A word may have parts in several colors.
func wordsOf(parts []part) []word {
	var words []word
	open := false // the last word may go on
	spaces := 0
	for _, p := range parts {
		for rest := p.text; rest != ""; {
			text := strings.TrimLeft(rest, " ")
			if n := len(rest) - len(text); n > 0 {
				spaces, open = spaces+n, false
			}
			end := strings.IndexByte(text, ' ')
			if end < 0 {
				end = len(text)
			}
			if end > 0 {
				if !open {
					words = append(words, word{spaces: spaces})
					spaces, open = 0, true
				}
				last := &words[len(words)-1]
				last.parts = append(last.parts, part{text[:end], p.color})
			}
			rest = text[end:]
		}
	}
	return words
}
