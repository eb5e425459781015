package build

import (
	"strings"

	"github.com/transship/transship/diag"
)

// Codes lists what building and delivering can report.
var Codes = []diag.Code{
	{Name: "build-failed", Severity: diag.Error, Title: "an image that the builder could not build"},
	{Name: "build-key", Severity: diag.Warning, Title: "a key of a build section that the builder at hand does not know"},
	{Name: "build-load", Severity: diag.Error, Title: "an image that could not be loaded into the nodes"},
	{Name: "build-missing", Severity: diag.Error, Title: "an image that has not been built"},
	{Name: "build-needs-registry", Severity: diag.Error, Title: "an image that the nodes could only pull from a registry, and none is named"},
	{Name: "build-no-builder", Severity: diag.Error, Title: "something to build, and no builder"},
	{Name: "build-platform", Severity: diag.Error, Title: "an image for a platform that the nodes do not have"},
	{Name: "build-push", Severity: diag.Error, Title: "an image that could not be pushed"},
	{Name: "build-shared", Severity: diag.Info, Title: "an image that the cluster is expected to take from the engine that built it"},
	{Name: "image-pull", Severity: diag.Error, Title: "an image that could not be pulled"},
	{Name: "registry-auth", Severity: diag.Error, Title: "a registry that wants a login that is not there"},
}

// CanAllow reports whether --allow turns the code into a warning.
func CanAllow(c diag.Code) bool { return c.Name == "build-platform" }

func severityOf(code string) diag.Severity {
	for _, c := range Codes {
		if c.Name == code {
			return c.Severity
		}
	}
	return 0
}

// Error is why an image is not built or not delivered. It holds at least one finding of severity error.
type Error struct{ Findings diag.List }

// Error returns the messages of the findings, one per line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// failed returns an error for findings of which one is an error, and nil for others.
func failed(findings diag.List) error {
	if findings.Worst() < diag.Error {
		return nil
	}
	return &Error{findings.Sorted()}
}
