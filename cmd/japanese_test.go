package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/lang"
)

// TestFindingsAreSaidInJapanese says every finding of the golden cases and of the examples of codes, and the stories of their
// services, in Japanese: nothing of it stays English but code and names.
func TestFindingsAreSaidInJapanese(t *testing.T) {
	if testing.Short() {
		t.Skip("it converts all golden cases twice")
	}
	root, cases := goldenCases(t)
	said := map[string]bool{}
	for _, c := range cases {
		t.Run(c.Name(), func(t *testing.T) {
			t.Chdir(filepath.Join(root, c.Name()))
			sayFindings(t, goldenFlags(t), said)
		})
	}
	for _, code := range convert.Codes() {
		note := explain.OfCode(explain.Code{Code: code})
		if note.Example == "" {
			continue
		}
		t.Run(code.Name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("compose.yaml", []byte(note.Example), 0o600); err != nil {
				t.Fatal(err)
			}
			sayFindings(t, note.Flags, said)
		})
	}
	if len(said) < 900 {
		t.Errorf("only %d texts were said", len(said))
	}
	t.Logf("%d texts", len(said))
}

func sayFindings(t *testing.T, flags []string, said map[string]bool) {
	t.Helper()
	service := "" // the first: a story is told by another conversion
	for _, f := range findingsWith(t, flags) {
		checkJapanese(t, f.Message, said)
		checkJapanese(t, f.Help, said)
		if path := strings.Split(f.Path, "."); len(path) > 1 && path[0] == "services" && service == "" {
			service = path[1]
		}
	}
	var stdout, stderr bytes.Buffer
	if service == "" || Main(context.Background(), []string{"explain", "-o", "json", "services." + service}, Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}) != exitOK {
		return // the name is that of a key, or the project has no such service after all
	}
	var story convert.Story
	if err := json.Unmarshal(stdout.Bytes(), &story); err != nil {
		t.Fatal(err)
	}
	for _, o := range story.Objects {
		checkJapanese(t, o.Says, said)
	}
	for _, n := range slices.Concat(story.Reasons, story.Problems) {
		checkJapanese(t, n.Message, said)
	}
}

var (
	// verbatim is what is the same in every language: quoted text, code, commands, mappings, sequences of flags.
	verbatim = regexp.MustCompile("`[^`]*`|\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|\\{[^}]*\\}|(?:docker|kubectl|transship|git|sh)(?: [-a-z]+)+")
	english  = regexp.MustCompile(`\b[a-z]+ (?:[a-z]+ )*(?:a|an|the|of|is|are|in|to|and|with|it|for|has|have|as|by|on|at|that|which|not|no)\b|\b(?:a|an|the|of|is|are|in|to|and|with|it|for|has|have|as|by|on|at|that|which|not|no) [a-z]+\b|\b[a-z]+ [a-z]+ [a-z]+\b`)
)

// ofOthers are words of the Compose library, of the builder and of the system, and labels of the examples.
var ofOthers = []string{"cannot extend service", "Circular reference: ", "dockerfile parse error", "no such file or directory", "/as a key", "a label with spaces", "which version"}

func checkJapanese(t *testing.T, text string, said map[string]bool) {
	t.Helper()
	if text == "" || said[text] || slices.ContainsFunc(ofOthers, func(words string) bool { return strings.Contains(text, words) }) {
		return
	}
	said[text] = true
	other := lang.Japanese.Say(text)
	if rest := english.FindString(strings.ReplaceAll(verbatim.ReplaceAllString(other, ""), "strategic merge patch", "")); rest != "" {
		t.Errorf("%q is left in\n  %s\nof\n  %s", rest, other, text)
	}
}
