package loader

import (
	"context"
	"errors"
	"fmt"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/bounds"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/loader/document"
)

// maxComposeFileSize is far above any file people write; it bounds what a wrong path can cost.
const maxComposeFileSize = 16 << 20

// readComposeFiles reads and parses every file that makes up the project, included and extended ones as well.
func (r *run) readComposeFiles(context.Context) error {
	r.main = &document.Bundle{Dir: r.dir, Env: r.env, Extended: map[string]*document.Document{}}
	var empty diag.List // files that add nothing, as one in which everything is a comment: only all of them together are no project
	for _, path := range r.files {
		before := len(r.failures)
		d := r.readDocument(path, r.main, diag.Finding{Code: "compose-file"})
		if d != nil {
			r.main.Docs = append(r.main.Docs, d)
		} else if found := r.failures[before:]; len(found) == 1 && found[0].Code == "empty-file" {
			empty = append(empty, found...)
			r.failures = r.failures[:before]
		}
	}
	if len(r.main.Docs) == 0 {
		r.failures = append(r.failures, empty...)
	}
	if len(r.failures) == 0 {
		r.readReferences(r.main)
	}
	return nil
}

// checkBounds refuses what would take too much to expand.
func (r *run) checkBounds(context.Context) error {
	r.failures = append(r.failures, bounds.Check(r.main)...)
	return nil
}

// readDocument reads and parses one file. What goes wrong is recorded; the finding template carries the code, and the
// place that names the file.
func (r *run) readDocument(path string, b *document.Bundle, template diag.Finding) *document.Document {
	name := r.displayName(path)
	text, err := r.readText(path)
	if err != nil {
		template.Message = fmt.Sprintf("%s cannot be read: %v", name, err)
		template.Help = "correct the path or the file"
		if !template.Range.IsKnown() {
			template.Range = diag.Range{File: name}
			if binary, is := errors.AsType[*document.BinaryError](err); is {
				template.Range.Line, template.Range.Column = binary.At.Line, binary.At.Column
				template.Help = "save it as text in UTF-8"
			}
		}
		r.fail(template)
		return nil
	}
	r.texts[name] = text
	d := &document.Document{Path: path, Name: name, Text: text, Bundle: b}
	found, complete := d.Parse()
	r.failures = append(r.failures, found...)
	if !complete {
		return nil
	}
	return d
}

// readText returns the bytes of a compose file; "-" is standard input.
func (r *run) readText(path string) ([]byte, error) {
	var data []byte
	var err error
	if path == "-" {
		if r.options.Stdin == nil {
			return nil, errors.New("no standard input is given")
		}
		data, err = disk.ReadAtMost(r.options.Stdin, maxComposeFileSize)
	} else {
		data, err = disk.Read(path, maxComposeFileSize)
	}
	if err != nil {
		return nil, err
	}
	return document.PlainText(data)
}
