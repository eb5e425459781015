package loader

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/transship/transship/diag"
)

// yamlFinding words a syntax error.
func yamlFinding(d *document, err error) diag.Finding {
	at, reason := yamlProblem(d.text, err)
	f := diag.Finding{
		Code:    "yaml-syntax",
		Range:   diag.Range{File: d.name, Line: at.line, Column: at.column},
		Message: fmt.Sprintf("%s is not valid YAML: %s", d.name, reason),
		Help:    "indent with spaces, put a space after every colon, and quote values that contain : or #",
	}
	tab := strings.IndexByte(d.lineFrom(at.line, 1), '\t')
	switch {
	case tab >= 0 && strings.HasSuffix(reason, "cannot start any token"):
		f.Range.Column = 1 + utf8.RuneCountInString(d.lineFrom(at.line, 1)[:tab])
		f.Message = d.name + " is not valid YAML: a tab cannot stand here"
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

// mark is a place in a text; both count from 1, columns in characters.
type mark struct{ line, column int }

var (
	yamlMark = regexp.MustCompile(`(?:line (\d+)(?:, column (\d+))?|<unknown position>)(?:: |$)`)
	byteMark = regexp.MustCompile(`^offset (\d+): `)
)

// yamlProblem takes the place and the reason out of an error of the YAML parser, which names first what it was reading
// and where that began, then where it stopped: "while parsing a flow mapping at line 3: line 5, column 2: …". Where it
// stopped at the end of the file, the beginning is what helps. The scanner counts lines from 1, the parser from 0.
func yamlProblem(text []byte, err error) (mark, string) {
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if offset := byteMark.FindStringSubmatch(reason); offset != nil {
		n, _ := strconv.Atoi(offset[1])
		return markOfByte(text, n), strings.TrimPrefix(reason, offset[0])
	}
	places := yamlMark.FindAllStringSubmatchIndex(reason, -1)
	if places == nil {
		return mark{1, 1}, reason
	}
	marks := make([]mark, len(places))
	for i, p := range places {
		marks[i].column = 1
		if p[2] >= 0 {
			marks[i].line, _ = strconv.Atoi(reason[p[2]:p[3]])
		}
		if p[4] >= 0 {
			marks[i].column, _ = strconv.Atoi(reason[p[4]:p[5]])
		}
		if fmt.Sprintf("%T", err) == "libyaml.ParserError" {
			marks[i].line++
		}
	}
	reason = reason[places[len(places)-1][1]:]
	at := marks[len(marks)-1]
	if strings.HasPrefix(reason, "unknown anchor") {
		at.column = max(at.column-1, 1) // the one error whose column counts from 1 before 1 is added
	}
	if last := 1 + bytes.Count(bytes.TrimRight(text, " \t\r\n"), []byte("\n")); at.line > last {
		at = marks[0]
		at.line = min(at.line, last)
	}
	at.line = max(at.line, 1)
	return at, reason
}

// markOfByte returns the place of a byte.
func markOfByte(text []byte, offset int) mark {
	before := text[:min(offset, len(text))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return mark{line: 1 + bytes.Count(before, []byte("\n")), column: 1 + utf8.RuneCount(line)}
}
