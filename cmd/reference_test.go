package cmd_test

import (
	"path/filepath"
	"testing"

	"github.com/transship/transship/internal/docgen/pages"
)

// TestReferenceIsCurrent is here and not beside the pages because they are made of the commands: one test binary less.
func TestReferenceIsCurrent(t *testing.T) {
	if err := pages.Compare(filepath.Join("..", "docs", "reference")); err != nil {
		t.Error(err)
	}
}
