package report

import "github.com/transship/transship/diag"

var extensionCodes = []diag.Code{
	{Name: "extension-key", Severity: diag.Error, Title: "x-kubernetes has no such key"},
	{Name: "extension-name", Severity: diag.Warning, Title: "an extension whose name is almost x-kubernetes"},
	{Name: "extension-value", Severity: diag.Error, Title: "a value that x-kubernetes does not take"},
	{Name: "extension-patch", Severity: diag.Error, Title: "a patch that cannot be applied"},
	{Name: "extension-patch-unused", Severity: diag.Warning, Title: "a patch whose target is not among the objects"},
	{Name: "kompose-label", Severity: diag.Info, Title: "a kompose.* label is read as its x-kubernetes equivalent"},
	{Name: "kompose-label-unknown", Severity: diag.Warning, Title: "a kompose.* label that nobody reads"},
	{Name: "kompose-value", Severity: diag.Warning, Title: "a kompose.* label with a value that cannot be used"},
}
