package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
)

// TestEveryErrorHasAReason: the audit of errors names each code of severity error once, and no other.
func TestEveryErrorHasAReason(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "decisions", "errors.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]int{}
	for line := range strings.Lines(string(text)) {
		cell, _, isRow := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if !isRow || !strings.HasPrefix(line, "| `") {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
			named[m[1]]++
		}
	}
	for _, c := range convert.Codes() {
		if c.Severity != diag.Error {
			continue
		}
		if named[c.Name] != 1 {
			t.Errorf("%s is named %d times", c.Name, named[c.Name])
		}
		delete(named, c.Name)
	}
	for name := range named {
		t.Errorf("%s is no error", name)
	}
}

// Names of the command line may hold what a runner takes for a command of its own.
func TestNamesOfTheCommandLineStayInTheirLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte("services: {web: {image: nginx, environment: {DB_PASSWORD: hunter2hunter2}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"convert", "-f", "compose.yaml", "-d", "x\n::error::y"},
		{"convert", "-f", "compose.yaml", "-o", "helm", "-d", "z\n::error::y\x1b[2J"},
		{"convert", "-f", "compose.yaml", "--images", "x\n::error::y"},
		{"convert", "-f", "compose.yaml", "--report", "none\n::error::y/r.md"},
		{"convert", "-f", "compose.yaml", "-d", "compose.yaml/x\n::error::y"},
	} {
		t.Run(args[len(args)-1], func(t *testing.T) {
			t.Chdir(dir)
			var out, errs bytes.Buffer
			Main(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
			for line := range strings.Lines(out.String() + errs.String()) {
				if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "\x1b") {
					t.Errorf("%q is printed", line)
				}
			}
			if errs.Len() == 0 {
				t.Error("nothing is said")
			}
		})
	}
}
