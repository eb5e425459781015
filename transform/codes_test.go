package transform

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryCodeIsReportedSomewhere: a code in the table that nobody reports would be a promise in the reference.
func TestEveryCodeIsReportedSomewhere(t *testing.T) {
	var sources strings.Builder
	for _, pattern := range []string{"*.go", "*/*.go", "*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasPrefix(file, "report/") || strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(text)
		}
	}
	seen := map[string]bool{}
	for _, c := range Codes {
		if seen[c.Name] {
			t.Errorf("%s is listed twice", c.Name)
		}
		seen[c.Name] = true
		if !strings.Contains(sources.String(), `"`+c.Name+`"`) {
			t.Errorf("%s is reported nowhere", c.Name)
		}
		if c.Severity == 0 || c.Title == "" {
			t.Errorf("%s has no severity or title", c.Name)
		}
	}
}
