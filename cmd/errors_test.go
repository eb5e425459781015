package cmd

import (
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
