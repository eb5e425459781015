package keys

import (
	"slices"
	"strings"
	"sync"
)

// source is one element of the paths as they are written, as a tree.
type source struct {
	element  string
	row      *Row // nil where no path ends
	children []*source
}

// find returns the child for an element, or nil.
func (s *source) find(element string) *source {
	for _, child := range slices.Backward(s.children) { // the last that was made is mostly the one
		if child.element == element {
			return child
		}
	}
	return nil
}

// add returns the child for an element and makes it if there is none.
func (s *source) add(element string) *source {
	c := s.find(element)
	if c == nil {
		c = &source{element: element}
		s.children = append(s.children, c)
	}
	return c
}

// node is one element of the expanded patterns. What is below it and its row are found when they are asked for: a project has
// few of all keys.
type node struct {
	path   string
	parent *node
	says   []saying
	tops   map[string][]*source // the shared rows that begin at a path

	made  sync.Mutex
	nodes map[string]*node // those that were asked for

	filled sync.Once
	found  *Row
}

// saying is what the table says at a node.
type saying struct {
	*source
	top *node // where shared rows begin; nil for rows that are written for this very place
}

var tree = sync.OnceValue(func() *node {
	own, shared := &source{}, map[string]*source{}
	for _, rows := range areas() {
		for i := range rows {
			at := own
			prefix, rest := prefixOf(rows[i].Path)
			if prefix != "" {
				if shared[prefix] == nil {
					shared[prefix] = &source{}
				}
				at = shared[prefix]
			}
			for element := range strings.SplitSeq(rest, ".") {
				at = at.add(element)
			}
			at.row = &rows[i]
		}
	}
	tops := map[string][]*source{}
	for _, prefix := range []string{"container.", "workload."} {
		for _, place := range sharedPrefixes[prefix] {
			path := strings.TrimSuffix(place, ".")
			tops[path] = append(tops[path], shared[prefix])
		}
	}
	return newNode("", nil, []saying{{source: own}}, tops)
})

func newNode(path string, parent *node, says []saying, tops map[string][]*source) *node {
	n := &node{path: path, parent: parent, says: says, tops: tops}
	for _, s := range tops[path] {
		n.says = append(n.says, saying{s, n})
	}
	return n
}

// below returns the node for an element of a pattern, or nil.
func (n *node) below(element string) *node {
	n.made.Lock()
	defer n.made.Unlock()
	if child, ok := n.nodes[element]; ok {
		return child
	}
	var says []saying
	for _, s := range n.says {
		if c := s.find(element); c != nil {
			says = append(says, saying{c, s.top})
		}
	}
	if says == nil {
		return nil
	}
	path := element
	if n.parent != nil {
		path = n.path + "." + element
	}
	if n.nodes == nil {
		n.nodes = map[string]*node{}
	}
	n.nodes[element] = newNode(path, n, says, n.tops)
	return n.nodes[element]
}

// isLeaf reports whether the table has nothing below a node.
func (n *node) isLeaf() bool {
	return !slices.ContainsFunc(n.says, func(s saying) bool { return len(s.children) > 0 })
}

// row returns the row of a node, nil where no pattern ends, such as the item of a list.
func (n *node) row() *Row {
	n.filled.Do(func() { n.found = n.findRow() })
	return n.found
}

// findRow returns the row of a node, filled with what it takes from the one above it. A row written for a place wins over the
// shared one, and the shared rows below it take its word, too: a network that a hook cannot join has no aliases there either.
func (n *node) findRow() *Row {
	i := slices.IndexFunc(n.says, func(s saying) bool { return s.row != nil })
	if i < 0 {
		return nil
	}
	row, top := *n.says[i].row, n.says[i].top
	row.Path = n.path
	if top != nil {
		for above := n.parent; above != top; above = above.parent {
			if above.isWritten() {
				row = Row{Path: n.path, Docker: row.Docker}
				break
			}
		}
	}
	if row.Class != 0 {
		return complete(row, nil)
	}
	above := n.parent
	for above != nil && above.row() == nil {
		above = above.parent
	}
	if above == nil {
		return complete(row, nil)
	}
	return complete(row, above.row())
}

// isWritten reports whether a row is written for this very place.
func (n *node) isWritten() bool { return n.says[0].top == nil && n.says[0].row != nil }

// child returns the node below n for one element of a concrete path, or nil.
func (n *node) child(element string) *node {
	if strings.HasPrefix(element, "[") {
		return n.below("[]")
	}
	if c := n.below(element); c != nil {
		return c
	}
	return n.below("*")
}

// collect adds all rows at and below a node.
func (n *node) collect(all map[string]Row) {
	if row := n.row(); row != nil {
		all[n.path] = *row
	}
	for _, s := range n.says {
		for _, c := range s.children {
			n.below(c.element).collect(all)
		}
	}
}
