package convert

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
)

// Provenance returns one line for each Compose key that an object was made from: its place and its path, as in
// "compose.yaml:12 services.web". An object that was made from no key in particular gets none.
func Provenance(r *Result, object runtime.Object) string {
	if r.Loaded == nil {
		return ""
	}
	var lines []string
	for _, path := range r.Origins[object].Paths {
		line := path.String()
		if at := r.Loaded.Locate(path); at.IsKnown() {
			line = fmt.Sprintf("%s:%d %s", at.File, at.Line, line)
		}
		lines = append(lines, line)
	}
	return r.Mask(strings.Join(lines, "\n"))
}

// Origins returns the Compose keys that an object was made from; none where it was made from no key in particular.
func Origins(r *Result, object runtime.Object) []diag.Path { return r.Origins[object].Paths }

// Origin returns the first of the Compose keys that an object was made from, as in "services.web"; "" for none in
// particular.
func Origin(r *Result, object runtime.Object) string {
	paths := r.Origins[object].Paths
	if len(paths) == 0 {
		return ""
	}
	return paths[0].String()
}
