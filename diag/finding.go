// Package diag holds findings: what a conversion has to tell its user.
//
// A finding is a value. Who finds something adds it to a [List] and goes on, so that one run shows everything; who
// prints decides how it looks. Nothing in this package prints on its own.
package diag

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Severity says what a finding means for the run. The zero value is invalid on purpose: a finding that nobody
// classified must not pass for a harmless one.
type Severity uint8

const (
	// Info tells of a harmless difference, an inference, or a key that does not apply.
	Info Severity = iota + 1
	// Warning tells that the service lacks something it had on Docker, or behaves differently in a way that can matter.
	Warning
	// Error tells that going on would endanger data, security or traffic. Nothing is written.
	Error
)

// String returns the lower-case name used in every output form.
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	default:
		return "invalid"
	}
}

// Range is a place in a source file. The zero value means that the place is not known, which is legal.
type Range struct {
	File      string // as the user would write it: relative to the working directory where it lies below it
	Line      int    // 1-based; 0 is unknown
	Column    int    // 1-based, in characters; 0 is unknown
	EndColumn int    // exclusive, on the same line; 0 is unknown
}

// IsKnown reports whether the range names at least a file and a line.
func (r Range) IsKnown() bool { return r.File != "" && r.Line > 0 }

// Finding is one thing the user should know.
type Finding struct {
	Severity Severity
	Code     string // stable, kebab-case; the user may pass it to --allow
	Path     Path   // the Compose key, empty for the project as a whole
	Range    Range
	Message  string // what happens, one sentence without a full stop
	Help     string // what to do about it; may be empty for an info
}

// List collects findings. The zero value is ready to use.
type List []Finding

// Add appends a finding.
func (l *List) Add(f Finding) { *l = append(*l, f) }

// Count returns how many findings have exactly this severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, f := range l {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Worst returns the highest severity in the list, or 0 for an empty list.
func (l List) Worst() Severity {
	var worst Severity
	for _, f := range l {
		worst = max(worst, f.Severity)
	}
	return worst
}

// Sorted returns a copy ordered by place (file, line, column), then path, code and message, without exact duplicates:
// the same input gives the same report on every machine.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Range.File, b.Range.File),
			cmp.Compare(a.Range.Line, b.Range.Line),
			cmp.Compare(a.Range.Column, b.Range.Column),
			cmp.Compare(a.Path.String(), b.Path.String()),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(out, func(a, b Finding) bool {
		return a.Severity == b.Severity && a.Code == b.Code && a.Message == b.Message && a.Help == b.Help &&
			a.Range == b.Range && slices.Equal(a.Path, b.Path)
	})
}

// String renders the finding on one line: place, severity, code, path and message.
func (f Finding) String() string {
	var b strings.Builder
	if f.Range.File != "" {
		b.WriteString(OneLine(f.Range.File) + ":")
		if f.Range.Line > 0 {
			b.WriteString(strconv.Itoa(f.Range.Line) + ":")
			if f.Range.Column > 0 {
				b.WriteString(strconv.Itoa(f.Range.Column) + ":")
			}
		}
		b.WriteByte(' ')
	}
	b.WriteString(f.Severity.String() + "[" + f.Code + "] ")
	if len(f.Path) > 0 {
		b.WriteString(OneLine(f.Path.String()) + ": ")
	}
	b.WriteString(OneLine(f.Message))
	return b.String()
}
