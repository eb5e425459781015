package diag

import (
	"slices"
	"strings"
	"unicode/utf8"
)

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
			length += Columns(p.text)
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

// Wrap returns a line as it fits a terminal of so many columns, broken between words; 0 columns are any number. What follows
// the first line stands behind an indent.
func Wrap(line string, width int, indent string) string {
	var out strings.Builder
	textWriter{out: &out, options: TextOptions{Width: width}}.write([]part{{text: line}}, indent)
	return strings.TrimSuffix(out.String(), "\n")
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
				for i, piece := range Pieces(text[:end]) {
					if i > 0 {
						words = append(words, word{})
					}
					last := &words[len(words)-1]
					last.parts = append(last.parts, part{piece, p.color})
				}
			}
			rest = text[end:]
		}
	}
	return words
}

// Pieces cuts a word where a line may be broken within it: beside characters that stand without spaces between words, as
// those of Japanese do, but not before a mark that ends something and not after one that begins something.
func Pieces(word string) []string {
	if isNarrow(word) {
		return []string{word}
	}
	var pieces []string
	start := 0
	var last rune
	for at, r := range word {
		if at > 0 && (isWide(last) || isWide(r)) && !strings.ContainsRune(neverFirst, r) && !strings.ContainsRune(neverLast, last) {
			pieces = append(pieces, word[start:at])
			start = at
		}
		last = r
	}
	return append(pieces, word[start:])
}

const (
	neverFirst = "、。，．・：；？！）」』】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}"
	neverLast  = "（「『【〔〈《([{"
)

func isNarrow(word string) bool {
	return utf8.RuneCountInString(word) == len(word) || !slices.ContainsFunc([]rune(word), isWide)
}

// isWide reports whether a character takes two columns.
func isWide(r rune) bool { return Columns(string(r)) == 2 }
