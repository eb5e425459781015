package transform

import "github.com/transship/transship/diag"

var extensionCodes = []Code{
	{"extension-key", diag.Error, "x-kubernetes has no such key"},
	{"extension-value", diag.Error, "a value that x-kubernetes does not take"},
	{"extension-patch", diag.Error, "a patch that cannot be applied"},
	{"extension-patch-unused", diag.Warning, "a patch whose target is not among the objects"},
	{"kompose-label", diag.Info, "a kompose.* label is read as its x-kubernetes equivalent"},
	{"kompose-label-unknown", diag.Warning, "a kompose.* label that nobody reads"},
	{"kompose-value", diag.Warning, "a kompose.* label with a value that cannot be used"},
}
