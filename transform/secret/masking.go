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
	spans := append(s.knownIn(text), shownIn(text)...)
	for i := range spans {
		spans[i] = wholeRunes(text, spans[i])
	}
	return replaceSpans(text, merged(spans))
}

// knownIn returns where a text has known secret values. Of an address with a password in it that is the password alone, and what else in it is known to be
// secret.
func (s *Set) knownIn(text string) []span {
	var spans []span
	for _, m := range s.Find(text) {
		own := s.told(text, m)
		spans = append(spans, own...)
		if len(own) == 1 && own[0] == (span{m.Start, m.End}) {
			continue
		}
		for _, inner := range s.Find(text[m.Start+1 : m.End]) { // without the whole
			spans = append(spans, s.told(text, Match{Start: m.Start + 1 + inner.Start, End: m.Start + 1 + inner.End, Value: inner.Value})...)
		}
		for _, inner := range s.Find(text[m.Start : m.End-1]) {
			spans = append(spans, s.told(text, Match{Start: m.Start + inner.Start, End: m.Start + inner.End, Value: inner.Value})...)
		}
	}
	return spans
}

// told returns what of a known value tells the secret.
func (s *Set) told(text string, m Match) []span {
	if !s.carriers[m.Value] {
		return []span{{m.Start, m.End}}
	}
	var spans []span
	for _, p := range secretsIn(text[m.Start:m.End]) {
		spans = append(spans, span{m.Start + p.start, m.Start + p.end})
	}
	if len(spans) == 0 {
		spans = []span{{m.Start, m.End}}
	}
	return spans
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
