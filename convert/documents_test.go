package convert

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inBackticks finds what documents show as code; a path of the repository has a slash and only plain characters.
var inBackticks = regexp.MustCompile("`([A-Za-z][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)+/?)`")

// TestPathsInDocumentsExist fails for a path that a document names and the repository does not have. What is no path
// begins with a name that the repository has no folder for, as an image or a module does.
func TestPathsInDocumentsExist(t *testing.T) {
	root := ".."
	out, err := exec.Command("git", "-C", root, "ls-files", "*.md").Output()
	if err != nil {
		t.Skip("the documents are listed by git: ", err)
	}
	generated := map[string]bool{"bin": true, "web/site": true, "web/node_modules": true}
	seen := 0
	for page := range strings.FieldsSeq(string(out)) {
		if strings.Contains(page, "testdata/") || page == "CHANGELOG.md" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inBackticks.FindAllStringSubmatch(string(text), -1) {
			first, _, _ := strings.Cut(m[1], "/")
			if info, err := os.Stat(filepath.Join(root, first)); err != nil || !info.IsDir() || generated[first] || generated[strings.TrimSuffix(m[1], "/")] {
				continue
			}
			seen++
			if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d paths found", seen)
	}
}
