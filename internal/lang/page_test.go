package lang_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	said      = regexp.MustCompile(`\btr\(("(?:[^"\\]|\\.)*")?[^)]{0,20}`)
	literal   = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|` + "`[^`\n]*`")
	element   = regexp.MustCompile(`<([a-z0-9]+)([^>]*)>([^<>]*\p{L}[^<>]*)<`)
	labelled  = regexp.MustCompile(`<[^>]*aria-label="([^"]*)"[^>]*>`)
	titled    = regexp.MustCompile(`\["([^"]+)", "(?:\.\./)?examples/`)
	sentences = regexp.MustCompile(`[A-Za-z][a-z]* [a-z]+ [a-z]+`)
)

// namesOfPage are the same in every language, or stand in the language that they name.
var namesOfPage = []string{"transship", "transship: Compose to Kubernetes", "English", "日本語", "Ingress", "Gateway", "Kubernetes", "Compose"}

// pageTexts returns what the page says: in its script, in its document, and the titles of its examples.
func pageTexts(t *testing.T) []string {
	t.Helper()
	var texts []string
	scripts, err := filepath.Glob("../../web/src/*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no script of the page: %v", err)
	}
	for _, path := range scripts {
		for _, call := range said.FindAllStringSubmatch(read(t, path), -1) {
			text, err := strconv.Unquote(call[1])
			if call[1] == "" && !slices.ContainsFunc([]string{"tr(e.title", "tr(node.dataset", "tr(format"}, func(known string) bool { return strings.HasPrefix(call[0], known) }) {
				t.Errorf("%s says what is no literal, which no entry can be found for: %s", path, call[0])
			} else if call[1] != "" && err != nil {
				t.Errorf("%s: %s: %v", path, call[1], err)
			}
			texts = append(texts, text)
		}
	}
	page := read(t, "../../web/index.html")
	for _, e := range element.FindAllStringSubmatch(page, -1) {
		if text := strings.TrimSpace(e[3]); strings.HasSuffix(e[2], " data-tr") {
			texts = append(texts, text)
		} else if !slices.Contains(namesOfPage, text) {
			t.Errorf("the page says %q, and its element lacks data-tr", text)
		}
	}
	for _, e := range labelled.FindAllStringSubmatch(page, -1) {
		if strings.Contains(e[0], " data-tr-label ") {
			texts = append(texts, e[1])
		} else if !slices.Contains(namesOfPage, e[1]) {
			t.Errorf("the page says %q, and its element lacks data-tr-label", e[1])
		}
	}
	for _, e := range titled.FindAllStringSubmatch(read(t, "../../web/build.mjs"), -1) {
		texts = append(texts, e[1])
	}
	return texts
}

// What the page says, it says by tr.
func TestPageSaysNothingPast(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("../../web/src/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range scripts {
		for line := range strings.Lines(read(t, path)) {
			if strings.HasPrefix(strings.TrimSpace(line), "//") || strings.HasPrefix(strings.TrimSpace(line), "/*") || strings.Contains(line, "style>") {
				continue
			}
			for _, at := range literal.FindAllStringIndex(line, -1) {
				text := line[at[0]:at[1]]
				if sentences.MatchString(text) && !strings.Contains(text, "${tr(") && !strings.HasSuffix(line[:at[0]], "tr(") && !strings.HasPrefix(line[at[1]:], ": tr(") {
					t.Errorf("%s says %s, and not by tr", path, text)
				}
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
