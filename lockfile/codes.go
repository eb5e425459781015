package lockfile

import "github.com/transship/transship/diag"

// Codes lists every code that transship.lock and the reading of images can report, sorted by name.
var Codes = []diag.Code{
	{Name: "image-changed", Severity: diag.Warning, Title: "the registry has another image than transship.lock"},
	{Name: "image-invalid", Severity: diag.Error, Title: "an image that contradicts itself or is not safe to read"},
	{Name: "image-not-built", Severity: diag.Info, Title: "an image that the project builds is in no local engine"},
	{Name: "image-not-found", Severity: diag.Error, Title: "an image that neither its registry nor the local engine has"},
	{Name: "image-platform", Severity: diag.Error, Title: "an image that does not exist for the platform"},
	{Name: "image-too-large", Severity: diag.Warning, Title: "an image whose files are not read because of its size"},
	{Name: "lock-file", Severity: diag.Error, Title: "a transship.lock that cannot be read"},
	{Name: "lock-incomplete", Severity: diag.Warning, Title: "an image of the project that transship.lock does not cover (an error with --locked)"},
	{Name: "lock-platform", Severity: diag.Error, Title: "transship.lock was made for another platform"},
	{Name: "lock-stale", Severity: diag.Info, Title: "an image in transship.lock that the project no longer has"},
	{Name: "pin-digest", Severity: diag.Error, Title: "an image without a digest to pin"},
	{Name: "registry-auth", Severity: diag.Error, Title: "a registry that refuses the credentials"},
	{Name: "registry-unreachable", Severity: diag.Error, Title: "a registry that does not answer"},
}
