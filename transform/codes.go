package transform

import (
	"slices"

	"github.com/transship/transship/diag"
)

// Code is one kind of finding: its stable name, its severity, and what it is about in one line.
type Code struct {
	Name     string
	Severity diag.Severity
	Title    string
}

// Codes lists every code that a transformation can report. Each table stands beside the concepts it belongs to.
var Codes = slices.Concat(coreCodes, storageCodes, networkCodes, runtimeCodes, extensionCodes)

var coreCodes = []Code{
	{"env-from-secret", diag.Info, "secret-looking variables are emitted as a Secret"},
	{"env-name", diag.Error, "a variable name that the API server refuses"},
	{"env-size", diag.Warning, "a very long variable"},
	{"object-too-large", diag.Error, "content that no object can hold"},
	{"command-empty", diag.Info, "an empty command keeps the command of the image, as Docker Engine has it"},
	{"command-shell", diag.Warning, "a command with shell syntax that no shell will read"},
	{"entrypoint-reset", diag.Error, "an entrypoint is cleared and the command of the image is not known"},
	{"env-null", diag.Info, "a variable without a value is left out"},
	{"image-not-pullable", diag.Warning, "an image that only exists where it is built"},
	{"image-tag", diag.Info, "an image without a fixed tag"},
	{"local-image-id", diag.Error, "an image named by a local id"},
	{"label-annotation", diag.Info, "labels become annotations"},
	{"label-controller", diag.Warning, "labels that a program on Docker acts upon and nobody reads on a cluster"},
	{"no-equivalent", diag.Warning, "a key that Kubernetes has no equivalent for"},
	{"local-only", diag.Info, "a key that concerns the image build or the developer's machine"},
	{"extension-ignored", diag.Info, "an extension that belongs to another tool"},
	{"unknown-key", diag.Warning, "a key that the table of keys does not know"},
	{"not-mapped-yet", diag.Warning, "a key that is still to be mapped"},
	{"platform", diag.Info, "a platform becomes a node selector"},
	{"private-registry", diag.Info, "an image from a registry that may need credentials"},
	{"pull-policy", diag.Info, "a time-based pull policy"},
}

// severityOf returns the severity of a code; one that is in no table is an error, so that it cannot go unnoticed.
func severityOf(code string) diag.Severity {
	for _, c := range Codes {
		if c.Name == code {
			return c.Severity
		}
	}
	return diag.Error
}
