// Package pattern holds regular expressions that are compiled when they are first used. Most runs of the program use few
// of them, and compiling all of them took a fifth of the time of a short one.
package pattern

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Pattern is a regular expression of package regexp. It may be used from several goroutines at once.
type Pattern struct {
	expression string
	first      string   // see Starting
	words      []string // see Holding
	once       sync.Once
	compiled   *regexp.Regexp
}

// New returns the pattern of an expression that is written in the source. A test compiles the expressions of all calls:
// one with a fault would panic at its first use, not here.
func New(expression string) *Pattern { return &Pattern{expression: expression} }

// Starting says that whatever the expression matches is at the start of a text and begins with one of these characters. Most
// texts are told from that alone, and the expression of a small project is never compiled. A test makes matches of the
// expression and looks for one that begins otherwise.
func (p *Pattern) Starting(characters string) *Pattern {
	p.first = characters
	return p
}

// Holding says that whatever the expression matches has one of these lower-case words in it, in small or capital letters. It
// is tested and used like what Starting says.
func (p *Pattern) Holding(words ...string) *Pattern {
	p.words = words
	return p
}

// excludes reports whether a text does not match, by what is said of the matches.
func (p *Pattern) excludes(s string) bool {
	if p.first != "" {
		first, _ := utf8.DecodeRuneInString(s)
		if s == "" || !strings.ContainsRune(p.first, first) {
			return true
		}
	}
	return p.words != nil && !holdsOne(s, p.words)
}

// holdsOne reports whether one of the words is in a text, in small or capital letters. Where the text is not ASCII it may be:
// Unicode has other letters that fold into those of ASCII. It reads a part at a time and ends with the first that has one: a
// long text is asked again from each place where the last match ended.
func holdsOne(s string, words []string) bool {
	const size = 256
	longest := len(slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) }))
	for {
		part := s[:min(len(s), size+longest)]
		for i := range len(part) {
			if part[i] >= utf8.RuneSelf {
				return true
			}
		}
		small := strings.ToLower(part)
		if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(small, word) }) {
			return true
		}
		if len(part) == len(s) {
			return false
		}
		s = s[size:]
	}
}

// Regexp returns the compiled expression.
func (p *Pattern) Regexp() *regexp.Regexp {
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.expression) })
	return p.compiled
}

// MatchString is that of [regexp.Regexp].
func (p *Pattern) MatchString(s string) bool { return !p.excludes(s) && p.Regexp().MatchString(s) }

// MatchAny reports whether the expression matches one of several texts.
func (p *Pattern) MatchAny(texts []string) bool { return slices.ContainsFunc(texts, p.MatchString) }

// FindString is that of [regexp.Regexp].
func (p *Pattern) FindString(s string) string {
	if p.excludes(s) {
		return ""
	}
	return p.Regexp().FindString(s)
}

// FindStringSubmatch is that of [regexp.Regexp].
func (p *Pattern) FindStringSubmatch(s string) []string {
	if p.excludes(s) {
		return nil
	}
	return p.Regexp().FindStringSubmatch(s)
}

// FindStringSubmatchIndex is that of [regexp.Regexp].
func (p *Pattern) FindStringSubmatchIndex(s string) []int {
	if p.excludes(s) {
		return nil
	}
	return p.Regexp().FindStringSubmatchIndex(s)
}

// FindAllString is that of [regexp.Regexp].
func (p *Pattern) FindAllString(s string, n int) []string {
	if p.excludes(s) {
		return nil
	}
	return p.Regexp().FindAllString(s, n)
}

// FindAllStringSubmatch is that of [regexp.Regexp].
func (p *Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	if p.excludes(s) {
		return nil
	}
	return p.Regexp().FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex is that of [regexp.Regexp].
func (p *Pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	if p.excludes(s) {
		return nil
	}
	return p.Regexp().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString is that of [regexp.Regexp].
func (p *Pattern) ReplaceAllString(s, with string) string {
	return p.Regexp().ReplaceAllString(s, with)
}

// ReplaceAllStringFunc is that of [regexp.Regexp].
func (p *Pattern) ReplaceAllStringFunc(s string, with func(string) string) string {
	return p.Regexp().ReplaceAllStringFunc(s, with)
}

// ExpandString is that of [regexp.Regexp].
func (p *Pattern) ExpandString(to []byte, template, s string, match []int) []byte {
	return p.Regexp().ExpandString(to, template, s, match)
}
