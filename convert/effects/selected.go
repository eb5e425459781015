package effects

import (
	"slices"

	"github.com/transship/transship/diag"
)

// selected returns the nodes to take away, in the order of the model: those without nodes below, and those with a name
// of their own, such as services, which take more with them than their parts.
func selected(nodes []*node, keys []diag.Path) []*node {
	var out []*node
	for _, n := range nodes {
		if (len(n.children) == 0 || n.isNamed()) && isWanted(n.path, keys) {
			out = append(out, n)
		}
		out = append(out, selected(n.children, keys)...)
	}
	return out
}

func isWanted(path diag.Path, keys []diag.Path) bool {
	if len(keys) == 0 {
		return true
	}
	return slices.ContainsFunc(keys, func(k diag.Path) bool {
		return len(path) >= len(k) && slices.Equal(path[:len(k)], k)
	})
}

// shown returns a copy of findings that may be shown, sorted.
func (e *Examination) shown(findings diag.List) diag.List {
	sorted := findings.Sorted()
	if e.options.Mask != nil {
		sorted = e.options.Mask(sorted)
	}
	return sorted
}

// loadFindings returns what loading reported at exactly this key.
func (e *Examination) loadFindings(n *node) diag.List {
	var found diag.List
	for _, f := range e.loaded.Findings {
		if slices.Equal(f.Path, n.path) {
			found.Add(f)
		}
	}
	return found
}
