package keys

import (
	"strings"
	"sync"

	"github.com/transship/transship/diag"
)

// node is one element of the patterns, as a tree.
type node struct {
	row      *Row // nil where no pattern ends, such as the item of a list
	children map[string]*node
}

// child returns the node below n for one element of a concrete path, or nil.
func (n *node) child(element string) *node {
	if strings.HasPrefix(element, "[") {
		return n.children["[]"]
	}
	if c, ok := n.children[element]; ok {
		return c
	}
	return n.children["*"]
}

var tree = sync.OnceValue(func() *node {
	root := &node{}
	all := All()
	for i := range all {
		n := root
		for element := range strings.SplitSeq(all[i].Path, ".") {
			next := n.children[element]
			if next == nil {
				next = &node{}
				if n.children == nil {
					n.children = map[string]*node{}
				}
				n.children[element] = next
			}
			n = next
		}
		n.row = &all[i]
	}
	return root
})

// Lookup returns the row of a concrete path. What lies below the last key that the schema describes (the item of a
// list of strings, a key of storage_opt) belongs to that key. It is false for extensions and unknown keys.
func Lookup(path diag.Path) (Row, bool) {
	var row *Row
	n := tree()
	for _, element := range path {
		next := n.child(element)
		if next == nil {
			isItem := strings.HasPrefix(element, "[")
			if row == nil || len(n.children) > 0 && !isItem {
				return Row{}, false
			}
			return *row, true
		}
		n = next
		if n.row != nil {
			row = n.row
		}
	}
	if row == nil {
		return Row{}, false
	}
	return *row, true
}
