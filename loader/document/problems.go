package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// yamlFinding words a syntax error.
func yamlFinding(d *Document, err error) diag.Finding {
	at, reason := yamlProblem(d.Text, err)
	f := diag.Finding{
		Severity: diag.Error,
		Code:     "yaml-syntax",
		Range:    diag.Range{File: d.Name, Line: at.Line, Column: at.Column},
		Message:  fmt.Sprintf("%s is not valid YAML: %s", d.Name, reason),
		Help:     "indent with spaces, put a space after every colon, and quote values that contain : or #",
	}
	tab := strings.IndexByte(d.lineFrom(at.Line, 1), '\t')
	switch {
	case tab >= 0 && (strings.HasSuffix(reason, "cannot start any token") || strings.Contains(reason, "tab character")):
		f.Range.Column = 1 + utf8.RuneCountInString(d.lineFrom(at.Line, 1)[:tab])
		f.Message = d.Name + " is not valid YAML: a tab cannot stand here"
		f.Help = "indent with spaces"
	case strings.Contains(reason, "UTF-8") || strings.Contains(reason, "Unicode"):
		f.Help = "save the file as UTF-8"
	case strings.Contains(reason, "control characters"):
		f.Help = "remove the character, or write it in double quotes as an escape such as \"\\x07\""
	case strings.HasPrefix(reason, "unknown anchor"):
		f.Help = "define the anchor with & above the alias: anchors end with the file"
	}
	return f
}

// yamlProblem takes the place and the reason out of an error of the YAML parser, which has two places: where that began which it was
// reading, and where it stopped. Where it stopped at the end of the file, the beginning is what helps.
func yamlProblem(text []byte, err error) (Mark, string) {
	failed, is := errors.AsType[*yaml.LoadError](err)
	if !is {
		return Mark{1, 1}, strings.TrimPrefix(err.Error(), "yaml: ")
	}
	reason := failed.Message
	if failed.Mark.Line == 0 { // of the reader, which counts bytes
		return markOfByte(text, failed.Mark.Index), reason
	}
	lines := parserLines(text)
	at, began := seen(lines, Mark{failed.Mark.Line, failed.Mark.Column}), seen(lines, Mark{failed.ContextMark.Line, failed.ContextMark.Column})
	if last := 1 + bytes.Count(bytes.TrimRight(text, " \t\r\n"), []byte("\n")); at.Line > last {
		if began.Line > 0 {
			at = began
		}
		at.Line = min(at.Line, last)
	}
	return Mark{at.Line, max(at.Column, 1)}, reason
}
