package lang_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/build"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/lang"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/keys"
)

// missing is a folder that lists of the texts without a translation are written into, one file a group.
var missing = flag.String("missing", "", "write the texts without a translation into this `directory`")

// texts returns what is to be translated, by group.
func texts(t *testing.T) (groups map[string][]string, known map[string]bool) {
	t.Helper()
	known, worded := formats(t)
	groups = map[string][]string{"findings": worded, "labels": labels(t)}
	add := func(group string, list ...string) {
		for _, text := range list {
			if text != "" && !strings.Contains(text, "\n") && !slices.Contains(groups[group], text) {
				groups[group] = append(groups[group], text)
				known[text] = true
			}
		}
	}
	for _, r := range keys.All() {
		add("keys", explain.Capital(r.Docker), r.Kubernetes, explain.Capital(r.Difference), explain.Capital(r.Advice))
		known[r.Advice], known[r.Difference] = true, true // as findings have them
	}
	for _, c := range slices.Concat(convert.Codes(), build.Codes) {
		note := explain.OfCode(explain.Code{Code: c})
		add("titles", c.Title)
		add("notes", note.Text...)
		add("notes", note.Remedies...)
	}
	for _, word := range explain.Words() {
		note, _, _ := explain.Word(word)
		add("words", note.Text...)
		add("words", note.Remedies...)
	}
	for _, k := range extension.Keys() {
		add("extension", k.Where, strings.ReplaceAll(k.Value, "`", ""), explain.Capital(k.Does))
	}
	for _, l := range extension.Labels() {
		add("extension", extension.WhereLabels, explain.Capital("is read as "+l.Does))
	}
	add("page", pageTexts(t)...)
	onPage := read(t, "ja/page.txt") + read(t, "ja/words.txt")
	for _, text := range groups["page"] {
		if !strings.Contains(onPage, "= "+text+"\n") {
			t.Errorf("the page does not get %q: it takes its texts from page.txt and words.txt", text)
		}
	}
	return groups, known
}

// Every text that people read has a translation. Who words a message anew words its entry anew; `go test -args -missing DIR`
// writes lists of what is missing.
func TestCoverage(t *testing.T) {
	t.Parallel()
	groups, _ := texts(t)
	has := entries(t)
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		list, without := groups[group], []string(nil)
		for _, text := range list {
			if has[text] == "" && has[strings.TrimPrefix(text, "%s; ")] == "" && !isListOfNames(text) {
				without = append(without, text)
				t.Errorf("%s: nothing is said in Japanese for %q", group, text)
			}
		}
		t.Logf("%-9s %4d of %4d texts", group, len(list)-len(without), len(list))
		if *missing != "" {
			var b strings.Builder
			for i, text := range without {
				fmt.Fprintf(&b, "%d\t%s\n", i+1, text)
			}
			if err := os.WriteFile(filepath.Join(*missing, group), []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// isListOfNames reports whether a text is the same in every language: values of a key, such as "rwo, rwx".
func isListOfNames(text string) bool {
	names := strings.Split(text, ", ")
	return len(names) > 1 && !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, " ") })
}

// Every entry is a text of the program: one whose English text was changed no longer translates anything.
func TestNoStaleEntries(t *testing.T) {
	t.Parallel()
	_, known := texts(t)
	for _, english := range slices.Sorted(maps.Keys(entries(t))) {
		if !known[english] {
			t.Errorf("nothing in the program says %q: word the entry anew", english)
		}
	}
}

// A translation says every value of its text, each once at least, and nothing else.
func TestValuesOfEntries(t *testing.T) {
	t.Parallel()
	for english, other := range entries(t) {
		values := 0
		for _, v := range lang.Verb.FindAllString(english, -1) {
			if v != "%%" {
				values++
			}
		}
		said := lang.Placeholder.Regexp().FindAllString(other, -1)
		for n := 1; n <= values; n++ {
			if !slices.Contains(said, fmt.Sprintf("{%d}", n)) && !slices.Contains(said, fmt.Sprintf("{-%d}", n)) {
				t.Errorf("%q does not say value %d of %q", other, n, english)
			}
		}
		for _, p := range said {
			if n := 0; values > 0 {
				if _, err := fmt.Sscanf(p, "{%d}", &n); err != nil || n == 0 || n > values || n < -values {
					t.Errorf("%q says %s, and %q has %d values", other, p, english, values)
				}
			}
		}
		if strings.Contains(other, "%s") || strings.Contains(other, "%d") || strings.Contains(other, "%q") {
			t.Errorf("%q has a verb: values are {1}, {2}", other)
		}
		if literal := lang.Verb.Regexp().ReplaceAllString(english, ""); values > 0 && !strings.ContainsAny(literal, "abcdefghijklmnopqrstuvwxyz") {
			t.Errorf("%q would match anything", english)
		}
	}
}

// What is written in backquotes, flags and keys stays as it is.
func TestCodeOfEntries(t *testing.T) {
	t.Parallel()
	code := regexpOfCode()
	for english, other := range entries(t) {
		for _, word := range code.FindAllString(english, -1) {
			word = lang.Verb.ReplaceAllString(strings.TrimRight(word, ".:,"), "{}")
			if !strings.Contains(lang.Placeholder.ReplaceAllString(other, "{}"), word) {
				t.Errorf("%q lacks %s of %q", other, word, english)
			}
		}
	}
}

// One word of English has one translation.
func TestGlossary(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("glossary.txt")
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		term, refused, ok := strings.Cut(strings.TrimSpace(line), " not ")
		if !ok {
			t.Errorf("%q is no line of the glossary", line)
			continue
		}
		rules++
		_, want, _ := strings.Cut(term, " = ")
		for _, other := range entries(t) {
			for word := range strings.SplitSeq(refused, ", ") {
				if strings.Contains(strings.ReplaceAll(other, want, ""), word) {
					t.Errorf("%q has %s, and the glossary %s", other, word, term)
				}
			}
		}
	}
	if rules == 0 {
		t.Error("the glossary is empty")
	}
}
