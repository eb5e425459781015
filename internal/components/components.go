// Package components finds what belongs together in a graph of names.
package components

import (
	"slices"

	"github.com/transship/transship/internal/sorted"
)

// Of returns the strongly connected components of a graph, each sorted: names that reach each other. The time is linear in names and edges
// (Tarjan's algorithm, without recursion: chains may be long).
func Of(edges map[string][]string) [][]string {
	type visit struct {
		name string
		next int
	}
	var (
		out     [][]string
		stack   []string
		index   = map[string]int{} // 1-based order of discovery
		low     = map[string]int{}
		onStack = map[string]bool{}
		calls   []visit
	)
	enter := func(name string) {
		index[name] = len(index) + 1
		low[name] = index[name]
		stack, onStack[name] = append(stack, name), true
		calls = append(calls, visit{name: name})
	}
	for _, root := range sorted.Keys(edges) {
		if index[root] > 0 {
			continue
		}
		enter(root)
		for len(calls) > 0 {
			top := &calls[len(calls)-1]
			name := top.name
			if top.next < len(edges[name]) {
				to := edges[name][top.next]
				top.next++
				switch {
				case index[to] == 0:
					enter(to)
				case onStack[to]:
					low[name] = min(low[name], index[to])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				above := calls[len(calls)-1].name
				low[above] = min(low[above], low[name])
			}
			if low[name] == index[name] {
				at := len(stack) - 1
				for stack[at] != name {
					at--
				}
				group := slices.Sorted(slices.Values(stack[at:]))
				for _, member := range group {
					onStack[member] = false
				}
				stack = stack[:at]
				out = append(out, group)
			}
		}
	}
	return out
}
