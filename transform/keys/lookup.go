package keys

import (
	"strings"

	"github.com/transship/transship/diag"
)

// Lookup returns the row of a concrete path. What lies below the last key that the schema describes (the item of a
// list of strings, a key of storage_opt) belongs to that key. It is false for extensions and unknown keys.
func Lookup(path diag.Path) (Row, bool) {
	var row *Row
	n := tree()
	for _, element := range path {
		next := n.child(element)
		if next == nil {
			isItem := strings.HasPrefix(element, "[")
			if row == nil || !n.isLeaf() && !isItem {
				return Row{}, false
			}
			return shown(row), true
		}
		n = next
		if r := n.row(); r != nil {
			row = r
		}
	}
	if row == nil {
		return Row{}, false
	}
	return shown(row), true
}

// shown is a row with its example, which a conversion does not need.
func shown(r *Row) Row {
	out := *r
	out.Example = examples()[r.Path]
	return out
}
