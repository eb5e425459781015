package variables

import (
	"strings"
	"unicode/utf8"
)

// scanner finds the expressions of a text. compose-go matches a pattern that is greedy to the last brace of the line and
// then cuts off the first expression, again for what is left; this finds the same ones in one pass.
// Source: template.DefaultPattern and template.Substitute of compose-go.
type scanner struct {
	text string
	at   int
	// scope is the part of the text that an error quotes: what is left of a line behind an expression with an operator,
	// up to its last brace.
	scope    string
	scopeEnd int
	lineEnd  int // of the line that last belongs to
	last     int // behind the last closing brace of that line
}

// next returns the text up to the next expression, and the expression.
func (s *scanner) next() (literal, match string, found bool) {
	start := s.at
	for {
		i := strings.IndexByte(s.text[s.at:], '$')
		if i < 0 {
			s.at = len(s.text)
			return s.text[start:], "", false
		}
		from := s.at + i
		if s.scopeEnd > 0 && from >= s.scopeEnd {
			s.scope, s.scopeEnd = s.text, 0
		}
		if end := s.expression(from); end > from {
			s.at = end
			return s.text[start:from], s.text[from:end], true
		}
		s.at = from + 1 // a dollar sign that is one
	}
}

// expression returns where the expression ends that begins with the dollar sign at from, from itself if none does.
func (s *scanner) expression(from int) int {
	rest := s.text[from+1:]
	switch {
	case strings.HasPrefix(rest, "$"):
		return from + 2
	case !strings.HasPrefix(rest, "{"):
		if n := nameLength(rest); n > 0 {
			return from + 1 + n
		}
		return from
	}
	n := nameLength(rest[1:])
	if n == 0 {
		return from + 2 // invalid
	}
	behind := rest[1+n:]
	if strings.HasPrefix(behind, "}") {
		return from + 3 + n
	}
	operator := strings.TrimPrefix(behind, ":")
	if operator == "" || !strings.ContainsRune("-+?", rune(operator[0])) {
		return from + 2
	}
	word := from + 2 + n + len(behind) - len(operator) + 1
	last := s.lastBrace(word)
	if last < word {
		return from + 2 // it is never closed on its line
	}
	if end := closingBrace(s.text[from:last]); end >= 0 && from+end+1 < last {
		s.scope, s.scopeEnd = s.text[from+end+1:last], last
		return from + end + 1
	}
	return last
}

// lastBrace returns where the last closing brace of the line ends that a place belongs to, 0 if none stands behind it.
func (s *scanner) lastBrace(at int) int {
	if at > s.lineEnd || s.lineEnd == 0 {
		s.lineEnd = len(s.text)
		if n := strings.IndexByte(s.text[at:], '\n'); n >= 0 {
			s.lineEnd = at + n
		}
		s.last = strings.LastIndexByte(s.text[:s.lineEnd], '}') + 1
	}
	if s.last <= at {
		return 0
	}
	return s.last
}

// nameLength is how many bytes the name of a variable takes at the start of a text. The pattern of compose-go ignores the
// case of letters, so that it takes the two of Unicode that fold to k and s.
func nameLength(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '\u017f' || r == '\u212a'
		if !letter && (n == 0 || r < '0' || r > '9') {
			break
		}
		n += size
	}
	return n
}
