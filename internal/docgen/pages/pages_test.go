package pages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/transform/keys"
)

func TestWriteAndCompareAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes all reference pages")
	}
	dir := filepath.Join(t.TempDir(), "reference")
	if err := Compare(dir); err == nil {
		t.Error("missing pages pass the check")
	}
	if err := Write(dir); err != nil {
		t.Fatal(err)
	}
	if err := Compare(dir); err != nil {
		t.Errorf("what was just written is not current: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, pages[0].name), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Compare(dir); err == nil {
		t.Error("a stale page passes the check")
	}
}

func TestKeysPageNamesEveryKeyThatHasItsOwnText(t *testing.T) {
	page := string(keysPage())
	for _, r := range keys.All() {
		name := r.Path
		for _, s := range keySections[1:] {
			if below, ok := strings.CutPrefix(r.Path, s.prefix); ok {
				name = below
			}
		}
		if after, ok := strings.CutPrefix(r.Path, "services.*.pre_start.[]."); ok {
			name = after
		}
		if !strings.Contains(page, "| `"+name+"` |") {
			t.Errorf("%s is not on the page", r.Path)
		}
	}
}
