package lang

import (
	"cmp"
	"embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/transship/transship/internal/pattern"
)

//go:embed ja/*.txt
var files embed.FS

// japanese is read when the first text is asked for: a run in English does not pay for it.
var japanese = sync.OnceValue(func() *catalogue {
	return newCatalogue(slices.DeleteFunc(read(), func(e entry) bool { return e.file == pageFile || isOfWords(e) }))
})

// few has the words of pictures and summaries only: formats such as "port %s" would be found in many a message.
var few = sync.OnceValue(func() *catalogue {
	return newCatalogue(slices.DeleteFunc(read(), func(e entry) bool { return !isOfWords(e) }))
})

const (
	pageFile    = "page.txt" // the page takes it from there itself
	pictureFile = "graph.txt"
	summaryFile = "summary.txt"
)

// isOfWords reports whether an entry is for [Language.Word].
func isOfWords(e entry) bool { return e.file == pictureFile || e.file == summaryFile }

// entry is a text in English and in the language of the catalogue, and the file that has it.
type entry struct{ english, other, file string }

// read returns the entries of all files: "= " and the English text on one line, the other on the next, with \n for a line break
// in either. Empty lines and lines that begin with # are skipped.
func read() []entry {
	names, err := files.ReadDir("ja")
	if err != nil { // it is part of the program
		panic(err)
	}
	var entries []entry
	for _, name := range names {
		text, err := files.ReadFile("ja/" + name.Name())
		if err != nil {
			panic(err)
		}
		english := ""
		for line := range strings.SplitSeq(string(text), "\n") {
			switch {
			case strings.HasPrefix(line, "= "):
				english = line[2:]
			case line == "", strings.HasPrefix(line, "#"):
			default:
				entries = append(entries, entry{breaks.Replace(english), breaks.Replace(line), name.Name()})
				english = ""
			}
		}
	}
	return entries
}

var breaks = strings.NewReplacer(`\n`, "\n")

// catalogue finds translations.
type catalogue struct {
	exact     map[string]string
	templates []*template // the most specific first
}

// template is an entry with values.
type template struct {
	entry
	prefix  string // what every such message begins with
	literal int    // how much of it is no value
	match   func() *regexp.Regexp
}

// verb is a verb of package fmt.
var verb = pattern.New(`%(?:\[\d+\])?[-+#0]*\d*(?:\.\d+)?[a-zA-Z%]`)

func newCatalogue(entries []entry) *catalogue {
	c := &catalogue{exact: map[string]string{}}
	for _, e := range entries {
		if !verb.MatchString(e.english) {
			c.exact[e.english] = e.other
			continue
		}
		c.templates = append(c.templates, newTemplate(e))
	}
	slices.SortStableFunc(c.templates, func(a, b *template) int { return cmp.Compare(b.literal, a.literal) })
	return c
}

func newTemplate(e entry) *template {
	t := &template{entry: e, prefix: strings.ReplaceAll(e.english[:verb.Regexp().FindStringIndex(e.english)[0]], "%%", "%")}
	t.literal = len(verb.ReplaceAllString(e.english, ""))
	t.match = sync.OnceValue(func() *regexp.Regexp { return expression(e.english) })
	return t
}

// expression matches what a format can print.
func expression(format string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	at := 0
	for _, found := range verb.Regexp().FindAllStringIndex(format, -1) {
		b.WriteString(regexp.QuoteMeta(format[at:found[0]]))
		at = found[1]
		switch format[found[1]-1] {
		case '%':
			b.WriteString("%")
		case 'd':
			b.WriteString(`(-?\d+)`)
		case 'q':
			b.WriteString(`("(?:[^"\\]|\\.)*")`)
		default:
			b.WriteString(`(.*?)`)
		}
	}
	b.WriteString(regexp.QuoteMeta(format[at:]) + `$`)
	return regexp.MustCompile(b.String())
}

func (c *catalogue) say(text string) string {
	said, _ := c.find(text, 0)
	return said
}

// mostNested is how deep values that are texts themselves are looked into.
const mostNested = 4

// find translates a text, and reports whether all of it was known: as a whole, or as statements with a semicolon between them.
func (c *catalogue) find(text string, depth int) (string, bool) {
	if text == "" {
		return "", true
	}
	if said, ok := c.exact[text]; ok {
		return said, true
	}
	if said, ok := c.exact[strings.ToUpper(text[:1])+text[1:]]; ok { // a clause of the table of keys, within a finding
		return said, true
	}
	if said, ok := c.fill(text, depth, false); ok {
		return said, true
	}
	for at := len(text); at >= 0; {
		if at = strings.LastIndex(text[:at], separator); at < 0 {
			break
		}
		last, known := c.exact[text[at+2:]]
		if !known {
			last, known = c.fill(text[at+2:], depth, false)
		}
		if known {
			first, all := c.find(text[:at], depth)
			return strings.TrimSuffix(first, "。") + "。" + last, all
		}
	}
	if said, ok := c.fill(text, depth, true); ok {
		return said, true
	}
	return text, false
}

// separator stands between two statements.
const separator = "; "

// fill translates a message with values. A value with a semicolon in it is most likely the statement that follows, and is
// taken for a value only where far is true.
func (c *catalogue) fill(text string, depth int, far bool) (string, bool) {
	if depth >= mostNested {
		return "", false
	}
	for _, t := range c.templates {
		if !strings.HasPrefix(text, t.prefix) {
			continue
		}
		values := t.match().FindStringSubmatch(text)
		if values == nil || !far && slices.ContainsFunc(values[1:], func(v string) bool { return strings.Contains(v, separator) }) {
			continue
		}
		return t.with(func(n int) string { return c.value(values[n], depth+1) }, len(values)), true
	}
	return "", false
}

// with returns the other side of an entry with its values. The space that stands beside names goes where a value turns out
// to be Japanese, which has none between its words.
func (t *template) with(value func(n int) string, count int) string {
	var b strings.Builder
	rest, last := t.other, rune(0) // what is left of the entry, and the last character of the value before it
	for {
		at := placeholder.Regexp().FindStringIndex(rest)
		if at == nil {
			b.WriteString(withoutSpace(last, rest))
			return b.String()
		}
		literal := withoutSpace(last, rest[:at[0]])
		said := rest[at[0]:at[1]] // a number that no value has: a test refuses it
		n, err := strconv.Atoi(said[1 : len(said)-1])
		switch {
		case n < 0:
			said = "" // the language has no word for it
		case err == nil && n < count:
			said = value(n)
		}
		before, spaced := strings.CutSuffix(literal, " ")
		first, _ := utf8.DecodeRuneInString(said)
		if end, _ := utf8.DecodeLastRuneInString(before); spaced && isJapanese(first) && isJapanese(end) {
			literal = before
		}
		b.WriteString(literal)
		b.WriteString(said)
		last, _ = utf8.DecodeLastRuneInString(said)
		rest = rest[at[1]:]
	}
}

// withoutSpace returns what follows a value, without the space between two characters of Japanese.
func withoutSpace(last rune, literal string) string {
	after, spaced := strings.CutPrefix(literal, " ")
	if next, _ := utf8.DecodeRuneInString(after); spaced && isJapanese(last) && isJapanese(next) {
		return after
	}
	return literal
}

func isJapanese(r rune) bool {
	return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) || r == 'ー'
}

// value translates a value that is a text of its own, or a list of such. One word is a name.
func (c *catalogue) value(text string, depth int) string {
	if !strings.Contains(text, " ") {
		return text
	}
	if said, ok := c.exact[text]; ok {
		return said
	}
	if said, ok := c.exact[strings.ToUpper(text[:1])+text[1:]]; ok {
		return strings.TrimSuffix(said, "。")
	}
	if said, ok := c.fill(text, depth, true); ok {
		return said
	}
	for _, between := range []string{", and ", ", "} {
		if items := strings.Split(text, between); len(items) > 1 {
			for i, item := range items {
				items[i] = c.value(item, depth)
			}
			return strings.Join(items, ", ")
		}
	}
	return text
}

var placeholder = pattern.New(`\{-?\d+\}`)
