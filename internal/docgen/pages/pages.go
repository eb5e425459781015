// Package pages renders the generated pages below docs/reference.
package pages

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/transship/transship/transform/extension"
)

// page is one generated file.
type page struct {
	name   string // below docs/reference
	render func() []byte
}

var pages = []page{
	{"cli.md", cliPage},
	{"findings.md", findingsPage},
	{"keys.md", keysPage},
	{"kompose-labels.md", extension.KomposeReference},
	{"x-kubernetes.md", extension.Reference},
	{"x-kubernetes.schema.json", schemaPage},
}

// Write writes all pages into a directory, which it makes where it is missing.
func Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the directory of the reference: %w", err)
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(dir, p.name), p.render(), 0o644); err != nil {
			return fmt.Errorf("write the reference: %w", err)
		}
	}
	return nil
}

// Compare returns an error for the first page of a directory that is not what Write would write.
func Compare(dir string) error {
	for _, p := range pages {
		have, err := os.ReadFile(filepath.Join(dir, p.name))
		if err != nil {
			return fmt.Errorf("read the reference: %w", err)
		}
		if !bytes.Equal(have, p.render()) {
			return fmt.Errorf("%s is not current: run go run ./internal/docgen", filepath.Join(dir, p.name))
		}
	}
	return nil
}
