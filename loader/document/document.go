// Package document holds YAML files as they were read: parsed, checked for their shape, with the place of every node.
package document

import (
	"bytes"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/loader/disk"
)

// Document is one YAML file as it was read. Its nodes are kept for the positions.
type Document struct {
	Path     string                             // absolute, "-" for standard input
	Name     string                             // as the user would write it
	Text     []byte                             // the bytes that were parsed
	Roots    []*yaml.Node                       // the mapping of each YAML document in the file; they are merged in order
	Count    int                                // of the YAML documents in the file, with empty ones
	Includes []*Bundle                          // what `include` names, in order
	Bundle   *Bundle                            // whose directory and variables it uses
	lines    []int                              // offset of each line, filled on first use
	whole    string                             // Text, filled with lines
	last     struct{ line, column, offset int } // the place that was asked for last
}

// Bundle is a list of files that are merged with each other, sharing a project directory and variables: those of the
// command line, or those of one `include` item, or a single file that `extends` names.
type Bundle struct {
	Dir      string
	Env      types.Mapping
	Docs     []*Document
	Extended map[string]*Document // by absolute path
	From     *Document            // the file whose include this is; nil for the files of the command line
}

// All returns b and every bundle below it, parents first.
func (b *Bundle) All() []*Bundle {
	out := []*Bundle{b}
	for _, d := range b.Docs {
		for _, i := range d.Includes {
			out = append(out, i.All()...)
		}
	}
	return out
}

// Has reports whether path is one of the files that b merges.
func (b *Bundle) Has(path string) bool { return b.File(path) != nil }

// File returns the document of a path, whether it is merged or extended.
func (b *Bundle) File(path string) *Document {
	for _, d := range b.Docs {
		if d.Path == path {
			return d
		}
	}
	return b.Extended[path]
}

// Base is the directory that relative paths in the document start from.
func (d *Document) Base() string {
	if slices.Contains(d.Bundle.Docs, d) {
		return d.Bundle.Dir
	}
	return parentDir(d.Path)
}

// Paths are the forms in which the model may hold a path of this file: as written, or made absolute.
func (d *Document) Paths(file string) []string {
	return []string{file, disk.Resolve(d.Bundle.Dir, file), disk.Resolve(d.Base(), file)}
}

func parentDir(file string) string {
	if file == "-" {
		return ""
	}
	return filepath.Dir(file)
}

// WithoutVersion is the text with the obsolete `version` line made a comment. compose-go would ignore the key as well,
// but says so through the logger of the whole process; a notice reports it instead.
func (d *Document) WithoutVersion() []byte {
	text := d.Text
	for _, root := range d.Roots {
		key, value := Entry(root, "version")
		if key == nil || key.Column != 1 || key.Line != value.Line || value.Tag != "!!str" || root.Style&yaml.FlowStyle != 0 {
			continue
		}
		d.lineFrom(1, 1) // fills d.lines
		at := d.lines[key.Line-1]
		if bytes.HasPrefix(text[at:], []byte("version")) && len(root.Content) > 2 && d.scalarWidth(value) > 0 && !hasOddBreak([]byte(d.lineFrom(key.Line, 1))) {
			text = bytes.Clone(text)
			text[at] = '#'
		}
	}
	return text
}
