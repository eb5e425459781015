package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// Findings collects what the passes of a conversion find. It is the one place that gives a finding its severity and its
// position, and the one place that turns an error into a warning because the user allows it.
type Findings struct {
	list   diag.List
	locate source.Locate
	allow  []string
}

// New returns an empty collection. locate may be nil: then no finding has a position. allow lists the codes of errors that
// become warnings.
func New(locate source.Locate, allow []string) *Findings {
	if locate == nil {
		locate = func(diag.Path) diag.Range { return diag.Range{} }
	}
	return &Findings{locate: locate, allow: allow}
}

// Add adds a finding with the severity that the table of codes gives its code. An error says how to allow it.
func (f *Findings) Add(code string, at diag.Path, message, help string) {
	severity := severityOf(code)
	if severity == diag.Error {
		if f.allows(code) {
			severity = diag.Warning
		} else {
			help = joinSentences(help, "--allow="+code+" makes it a warning")
		}
	}
	f.AddAs(severity, code, at, message, help)
}

// Addf is Add with a formatted message.
func (f *Findings) Addf(code string, at diag.Path, help, format string, args ...any) {
	f.Add(code, at, fmt.Sprintf(format, args...), help)
}

// AddAs adds a finding with a severity of its own, for tables that state one.
func (f *Findings) AddAs(severity diag.Severity, code string, at diag.Path, message, help string) {
	f.list.Add(diag.Finding{Severity: severity, Code: code, Path: at, Range: f.locate(at), Message: message, Help: help})
}

// allows reports whether the user accepts the error of a code.
func (f *Findings) allows(code string) bool { return slices.Contains(f.allow, code) }

// List returns what was found, in the order in which it was found.
func (f *Findings) List() diag.List { return f.list }

// severityOf returns the severity of a code. A code that is in no table is an error, so that it cannot go unnoticed.
func severityOf(code string) diag.Severity {
	for _, c := range Codes {
		if c.Name == code {
			return c.Severity
		}
	}
	return diag.Error
}

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// Enumerate lists names for a message, at most limit of them and the number of the others.
func Enumerate(names []string, limit int) string {
	if len(names) > limit+1 {
		return fmt.Sprintf("%s and %d others", strings.Join(names[:limit], ", "), len(names)-limit)
	}
	return strings.Join(names, ", ")
}
