package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestKindsHaveTheirCases: every golden case and test that the table of kinds names is there, and no row is without one.
func TestKindsHaveTheirCases(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "decisions", "kinds.md"))
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile("`([^`]+)`")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 5 || strings.HasPrefix(cells[0], " Kind") {
			continue
		}
		rows++
		names := word.FindAllStringSubmatch(cells[4], -1)
		if len(names) == 0 {
			t.Errorf("no case holds %q", cells[0])
		}
		for _, m := range names {
			path := filepath.Join("..", "testdata", "cases", m[1], "want.diag")
			switch {
			case strings.HasSuffix(m[1], "_test.go"):
				path = filepath.Join("..", filepath.FromSlash(m[1]))
			case strings.HasSuffix(m[1], ".txtar"):
				path = filepath.Join("..", "testdata", "script", m[1])
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%q: %v", cells[0], err)
			}
		}
	}
	if rows < 30 {
		t.Errorf("only %d rows", rows)
	}
}
