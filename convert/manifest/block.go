package manifest

import (
	"strings"
	"unicode/utf8"
)

// fitsBlock reports whether a text can be, and is better, written as a literal block scalar: it has lines, something to
// see in them, and no character that a literal cannot show.
func fitsBlock(s string) bool {
	if strings.IndexByte(s, '\n') < 0 || strings.Trim(s, " \t\n") == "" {
		return false
	}
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isText(r) {
			return false
		}
		i += size
	}
	return true
}

// appendBlock appends a literal block scalar (YAML 1.2.2, 8.1.2) whose lines begin in the given column.
func appendBlock(out []byte, s string, column int) []byte {
	out = append(out, '|')
	if needsIndicator(s) {
		out = append(out, '2') // relative to the parent, which stands two columns to the left
	}
	body := strings.TrimSuffix(s, "\n")
	switch {
	case body == s:
		out = append(out, '-')
	case strings.HasSuffix(body, "\n"):
		out = append(out, '+')
	}
	for line := range strings.SplitSeq(body, "\n") {
		out = append(out, '\n')
		if line == "" {
			continue
		}
		for range column {
			out = append(out, ' ')
		}
		out = append(out, line...)
	}
	return out
}

// needsIndicator reports whether a reader that takes the indentation from the first line that is not empty would take
// too much. Some readers also stumble over a tab there.
func needsIndicator(s string) bool {
	first := strings.TrimLeft(s, "\n")
	return first != "" && (first[0] == ' ' || first[0] == '\t')
}
