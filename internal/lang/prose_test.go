package lang_test

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/lang"
)

// proseRooms are where everything that reads like a sentence ends in a finding or beside one.
var proseRooms = []string{"transform", "loader", "lockfile", "registry", "convert", "build", "internal/dockerfile", "internal/graph", "internal/strictjson"}

// otherwise are rooms of files that are written.
var otherwise = []string{"chart", "kustomize", "filetree", "manifest", "reasons"}

// notShown are texts that read like a sentence and are no part of findings.
var notShown = []string{
	// what the messages of others are searched for
	": invalid compose project", "cannot extend service", "cannot start any token", "compose file", "decoding failed due to the following error(s):",
	"empty compose file", "key cannot contain a space", "maximum node visit limit", "missing propert", "no compose file specified", "no such service: ",
	"overflows uint", "top-level object must be a mapping", "unconvertible type 'time.Time'", "unknown anchor", "unknown keyword %s", "no answer within",
	"no such", "not found", "not known", "authentication required", "image not known", "no basic auth", "no such image", "no such object", "status code 401",
	"request entity too large", "payload too large", "insufficient storage", "status code 413", "status code 507", "status code %d: %s", ": permission denied",
	// what is wrong with the use of the library, and with the project's own files
	"kubernetes %s is too old: the oldest supported version is %s", "option %s: %q is not one of %q", "option KubeVersion: %s is older than %s",
	"option VolumeSize: %q is not a size such as 10Gi", "the project was not loaded from files", "%s has two examples",
	"the example of %s has no line --- between project and objects", "name the job %s by its content: it waits for itself", "it is larger than %d bytes",
	"%q is not a form of a graph", "%s is no mapping any more", "%v is no array", "%v is no number", "%v is no object", "a schema is %T", "not a string", "left to compose-go", "too large",
	// what was going on when something broke, and the state of a step
	"converting the project", "reading the project", "resolving the model", "locating the bug", "not built yet", "the images are there", "no builder",
	// keys, YAML and shell
	"devices capabilities", "devices source", "gpus capabilities", "triggers cron", "ulimits.* hard", "ulimits.* soft", "volumes type", "watch action",
	"watch path", "%s image save: %s", "image: busybox", "ipc: host", "name: prepare", "pid: host", "ports[].mode: host", "cd %s || exit 1; %s",
	"timeout %d sh -c '%s' || echo 'going on without %s'", "exists: %s, directory: %s, content: %s", "silent: changes nothing",
}

// isScript reports whether a text is a shell script or a part of a picture.
func isScript(text string) bool {
	return strings.HasPrefix(text, "<") || strings.Contains(text, "chmod go=") || strings.Contains(text, "; then ") || strings.Contains(text, "$out")
}

// TestClauses finds texts that end in findings by way of variables and results: a sentence in the rooms of findings has an
// entry, or is made of such.
func TestClauses(t *testing.T) {
	t.Parallel()
	has := entries(t)
	shown := 0
	for _, room := range proseRooms {
		for _, text := range prose(t, room) {
			statement := strings.TrimPrefix(strings.TrimPrefix(text, "%s"), "; ")
			if slices.Contains(notShown, text) || isScript(text) || strings.HasSuffix(text, "\n") || strings.Contains(text, "%w") { // scripts, files, errors
				continue
			}
			shown++
			if has[text] == "" && has[statement] == "" && has[explain.Capital(text)] == "" && !isSaid(sample(statement)) {
				t.Errorf("%s: nothing is said in Japanese for %q", room, text)
			}
		}
	}
	t.Logf("%d texts", shown)
	if shown < 1000 {
		t.Error("these are not all texts")
	}
}

// prose returns what reads like a sentence in the source of a room, as formats, but for what is given to those who make
// patterns, and for the tags of fields.
func prose(t *testing.T, room string) []string {
	t.Helper()
	var list []string
	walk(t, []string{room}, func(path string) bool { return !slices.Contains(otherwise, filepath.Base(path)) }, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			return n.Tag == nil
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"pattern", "regexp"}, name(f.X)) || name(n.Fun) == "panic" {
				return false
			}
		}
		texts := textsOf(n)
		for _, text := range texts {
			if strings.Contains(text, " ") && len(word.FindAllString(verbatim.ReplaceAllString(text, ""), 2)) == 2 {
				list = append(list, text)
			}
		}
		return len(texts) == 0
	})
	slices.Sort(list)
	return slices.Compact(list)
}

var (
	word = regexp.MustCompile(`(?:^|[\s(])[a-z]{2,}(?:[.,:;)]|\b)`)
	// verbatim is what is the same in every language: code, quoted text, mappings, commands.
	verbatim = regexp.MustCompile("`[^`]*`|\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|\\{[^}]*\\}|(?:docker|kubectl|transship|git|sh)(?: [-a-z]+)+")
)

// english are words that no list of names has.
var english = regexp.MustCompile(`(?:^|[ (])(?:a|an|the|of|is|are|in|to|and|with|it|for|has|have|as|by|on|at|that|which|not|no) [a-zX]+|[a-z]+ [a-z]+ [a-z]+`)

// isSaid reports whether all of a text can be said in Japanese, and not only because a part of it would be taken for a value.
func isSaid(text string) bool {
	return lang.Japanese.Knows(text) && !english.MatchString(verbatim.ReplaceAllString(lang.Japanese.Say(text), ""))
}

// sample prints a format.
func sample(format string) string {
	return lang.Verb.ReplaceAllStringFunc(format, func(v string) string {
		switch v[len(v)-1] {
		case 'd':
			return "7"
		case 'q':
			return `"X"`
		case '%':
			return "%"
		}
		return "X"
	})
}
