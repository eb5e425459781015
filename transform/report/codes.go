// Package report holds the codes of the findings of a conversion and collects the findings. Every pass reports here; nothing
// in it decides anything about the project.
package report

import (
	"slices"

	"github.com/transship/transship/diag"
)

// Codes lists every code that a transformation can report. Each table stands beside the concepts it belongs to.
var Codes = slices.Concat(coreCodes, StorageCodes, networkCodes, runtimeCodes, extensionCodes)

var coreCodes = []diag.Code{
	{Name: "env-from-secret", Severity: diag.Info, Title: "secret-looking variables are emitted as a Secret"},
	{Name: "env-name", Severity: diag.Error, Title: "a variable name that the API server refuses"},
	{Name: "env-size", Severity: diag.Warning, Title: "a very long variable"},
	{Name: "object-too-large", Severity: diag.Error, Title: "content that no object can hold"},
	{Name: "command-empty", Severity: diag.Info, Title: "an empty command keeps the command of the image, as Docker Engine has it"},
	{Name: "command-shell", Severity: diag.Warning, Title: "a command with shell syntax that no shell will read"},
	{Name: "entrypoint-reset", Severity: diag.Error, Title: "an entrypoint is cleared and the command of the image is not known"},
	{Name: "env-null", Severity: diag.Info, Title: "a variable without a value is left out"},
	{Name: "image-name", Severity: diag.Warning, Title: "an image whose name no registry has"},
	{Name: "image-not-pullable", Severity: diag.Warning, Title: "an image that only exists where it is built"},
	{Name: "image-to-push", Severity: diag.Info, Title: "an image that is built and has to be pushed to its registry"},
	{Name: "local-image-id", Severity: diag.Error, Title: "an image named by a local id"},
	{Name: "label-annotation", Severity: diag.Info, Title: "labels become annotations"},
	{Name: "label-controller", Severity: diag.Warning, Title: "labels that a program on Docker acts upon and nobody reads on a cluster"},
	{Name: "no-equivalent", Severity: diag.Warning, Title: "a key that Kubernetes has no equivalent for"},
	{Name: "local-only", Severity: diag.Info, Title: "a key that concerns the image build or the developer's machine"},
	{Name: "extension-ignored", Severity: diag.Info, Title: "an extension that belongs to another tool"},
	{Name: "unknown-key", Severity: diag.Warning, Title: "a key that the table of keys does not know"},
	{Name: "platform", Severity: diag.Info, Title: "a platform becomes a node selector", Shown: true},
	{Name: "pull-policy", Severity: diag.Info, Title: "a time-based pull policy"},
}
