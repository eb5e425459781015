package progress

import (
	"encoding/json"
	"strings"
	"unicode"

	"github.com/transship/transship/diag"
)

// maxShown is how many bytes of one line of a message are shown; maxMessage is how much of a message is looked at.
const (
	maxShown   = 4 << 10
	maxMessage = 256 << 10
)

// Masked lets everything that the display shows pass through a function that masks secrets. It returns the display.
func (d *Display) Masked(mask func(string) string) *Display {
	d.mask = mask
	if d.tree != nil {
		d.tree.clean = d.clean
	}
	return d
}

// clean is a text as people may see it: without secrets, in lines of a bounded length, and without what moves the cursor or
// passes for something else. What the cluster says comes from anybody.
func (d *Display) clean(text string) string { return diag.Printable(shortened(d.masked(text))) }

func (d *Display) masked(text string) string {
	text = text[:min(len(text), maxMessage)]
	if d.mask == nil {
		return text
	}
	return d.mask(text)
}

// shortened cuts long lines.
func shortened(text string) string {
	if len(text) <= maxShown {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if len(line) > maxShown {
			lines[i] = strings.ToValidUTF8(line[:maxShown], "") + "…"
		}
	}
	return strings.Join(lines, "\n")
}

// maskedJSON masks secrets in every text of a JSON value, and leaves all else as it is.
func (d *Display) maskedJSON(encoded []byte) []byte {
	if d.mask == nil {
		return encoded
	}
	var out []byte
	for i := 0; i < len(encoded); i++ {
		if encoded[i] != '"' {
			out = append(out, encoded[i])
			continue
		}
		end := i + 1
		for end < len(encoded) && encoded[end] != '"' {
			if encoded[end] == '\\' {
				end++
			}
			end++
		}
		literal := encoded[i:min(end+1, len(encoded))]
		var text string
		if json.Unmarshal(literal, &text) == nil {
			if masked := d.masked(text); masked != text {
				literal, _ = json.Marshal(masked) // a text can be written
			}
		}
		out = append(out, literal...)
		i = end
	}
	return out
}

// neutral is a line of a log beside those of others: a program may color it, and not move the cursor, clear the screen or set the
// title of the window. Tabs stay.
func neutral(line string, colored bool) string {
	line = strings.ToValidUTF8(line, "\ufffd") // some terminals obey single bytes
	if strings.IndexFunc(line, func(r rune) bool { return r != '\t' && r != ' ' && !unicode.IsPrint(r) }) < 0 {
		return line
	}
	var out strings.Builder
	for line != "" {
		length := colorSequence(line)
		switch {
		case length > 0 && colored:
			out.WriteString(line[:length])
		case length > 0: // left out, as a terminal would
		default:
			length = strings.IndexAny(line[1:], "\x1b\t") + 1
			if length == 0 {
				length = len(line)
			}
			if line[0] == '\t' {
				out.WriteByte('\t')
				length = 1
			} else {
				out.WriteString(diag.OneLine(line[:length]))
			}
		}
		line = line[length:]
	}
	if colored && strings.Contains(out.String(), "\x1b[") {
		out.WriteString("\x1b[0m") // the next line is another program's
	}
	return out.String()
}

// colorSequence returns the length of the sequence at the beginning of a text that sets colors and nothing else, or 0.
func colorSequence(text string) int {
	if !strings.HasPrefix(text, "\x1b[") {
		return 0
	}
	for i := 2; i < len(text) && i < 40; i++ {
		switch c := text[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && c != ':' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}
