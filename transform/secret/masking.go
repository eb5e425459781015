package secret

import (
	"strings"
	"unicode/utf8"
)

// Masked is what stands in the place of a secret.
const Masked = "***"

// Mask returns a text with the known secret values replaced by [Masked], and what shows itself to be a secret: passwords in
// URLs, private keys, tokens. A nil set masks the latter only.
func (s *Set) Mask(text string) string {
	var spans []span
	for _, m := range s.Find(text) {
		if parts := secretsIn(text[m.Start:m.End]); s.carriers[m.Value] && len(parts) > 0 {
			for _, p := range parts {
				spans = append(spans, span{m.Start + p.start, m.Start + p.end})
			}
			continue
		}
		spans = append(spans, span{m.Start, m.End})
	}
	spans = append(spans, shownIn(text)...)
	for i := range spans {
		spans[i] = wholeRunes(text, spans[i])
	}
	return replaceSpans(text, merged(spans))
}

// wholeRunes widens a span to the characters that it cuts: a secret may be no text.
func wholeRunes(text string, s span) span {
	for s.start > 0 && !utf8.RuneStart(text[s.start]) {
		s.start--
	}
	for s.end < len(text) && !utf8.RuneStart(text[s.end]) {
		s.end++
	}
	return s
}

func replaceSpans(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	last := 0
	for _, s := range spans {
		b.WriteString(text[last:s.start] + Masked)
		last = s.end
	}
	b.WriteString(text[last:])
	return b.String()
}
