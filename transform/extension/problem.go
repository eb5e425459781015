package extension

import "github.com/transship/transship/diag"

// Problem is something wrong in x-kubernetes or a kompose.* label. Code is one of the codes of package transform.
type Problem struct {
	Code    string
	Path    diag.Path
	Message string
	Help    string
}
