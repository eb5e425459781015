package keys

import (
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// Present is a key that a project has.
type Present struct {
	Path diag.Path
	Row  Row
}

// Walk returns every key of a merged model that the table describes, in the order of the paths, parents before their
// children.
func Walk(model map[string]any) []Present { return presentBelow(nil, "", model) }

// presentBelow leaves out what has no row of its own: the items of a list of strings are parts of the list.
func presentBelow(path diag.Path, parent string, value any) []Present {
	var found []Present
	visit := func(at diag.Path, value any) {
		row, ok := Lookup(at)
		if ok && row.Path != parent {
			found = append(found, Present{Path: at, Row: row})
		}
		found = append(found, presentBelow(at, row.Path, value)...)
	}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range sorted.Keys(value) {
			visit(path.Key(key), value[key])
		}
	case []any:
		for i, item := range value {
			visit(path.Index(i), item)
		}
	}
	return found
}
