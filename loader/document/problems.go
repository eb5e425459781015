package document

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
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
	tab := strings.IndexByte(d.LineFrom(at.Line, 1), '\t')
	switch {
	case tab >= 0 && strings.HasSuffix(reason, "cannot start any token"):
		f.Range.Column = 1 + utf8.RuneCountInString(d.LineFrom(at.Line, 1)[:tab])
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

var (
	yamlMark = pattern.New(`(?:line (\d+)(?:, column (\d+))?|<unknown position>)(?:: |$)`)
	byteMark = pattern.New(`^offset (\d+): `)
)

// yamlProblem takes the place and the reason out of an error of the YAML parser, which names first what it was reading
// and where that began, then where it stopped: "while parsing a flow mapping at line 3: line 5, column 2: …". Where it
// stopped at the end of the file, the beginning is what helps. The scanner counts lines from 1, the parser from 0.
func yamlProblem(text []byte, err error) (Mark, string) {
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if offset := byteMark.FindStringSubmatch(reason); offset != nil {
		n, _ := strconv.Atoi(offset[1])
		return markOfByte(text, n), strings.TrimPrefix(reason, offset[0])
	}
	places := yamlMark.FindAllStringSubmatchIndex(reason, -1)
	if places == nil {
		return Mark{1, 1}, reason
	}
	marks := make([]Mark, len(places))
	for i, p := range places {
		marks[i].Column = 1
		if p[2] >= 0 {
			marks[i].Line, _ = strconv.Atoi(reason[p[2]:p[3]])
		}
		if p[4] >= 0 {
			marks[i].Column, _ = strconv.Atoi(reason[p[4]:p[5]])
		}
		if fmt.Sprintf("%T", err) == "libyaml.ParserError" {
			marks[i].Line++
		}
	}
	reason = reason[places[len(places)-1][1]:]
	at := marks[len(marks)-1]
	if strings.HasPrefix(reason, "unknown anchor") {
		at.Column = max(at.Column-1, 1) // the one error whose column counts from 1 before 1 is added
	}
	if last := 1 + bytes.Count(bytes.TrimRight(text, " \t\r\n"), []byte("\n")); at.Line > last {
		at = marks[0]
		at.Line = min(at.Line, last)
	}
	at.Line = max(at.Line, 1)
	return at, reason
}
