package diagnosis

import (
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
)

// circles reports the services and jobs that depend on each other in a circle, once for each group of them, in a time
// linear in the dependencies.
func (c *consistency) circles() {
	needs := map[string][]string{}
	section := map[string]string{}
	note := func(kind, name string, dependencies []string) {
		needs[name], section[name] = dependencies, kind
	}
	for name, s := range c.project.Services {
		note("services", name, slices.Sorted(maps.Keys(s.DependsOn)))
	}
	for name, j := range c.project.Jobs {
		if _, twice := needs[name]; !twice {
			note("jobs", name, slices.Sorted(maps.Keys(j.DependsOn)))
		}
	}
	for _, circle := range circles(needs) {
		first, second := circle[0], circle[1]
		entry, _ := c.needing(diag.At(section[first], first), second)
		c.add("dependency-cycle", entry, "remove one of these dependencies", "dependency cycle detected: %s", strings.Join(circle, " -> "))
	}
}

// circles returns one circle for every group of names that reach each other, beginning and ending with the first of
// them: [a b a]. The time is linear in names and edges.
func circles(edges map[string][]string) [][]string {
	var out [][]string
	for _, group := range groups(edges) {
		if first := group[0]; len(group) > 1 || slices.Contains(edges[first], first) {
			out = append(out, shortestCircle(edges, group))
		}
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

// groups returns the strongly connected components of a graph, each sorted (Tarjan's algorithm, without recursion:
// chains may be long).
func groups(edges map[string][]string) [][]string {
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
	for _, root := range slices.Sorted(maps.Keys(edges)) {
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

// shortestCircle returns the shortest way from the first member of a group back to itself.
func shortestCircle(edges map[string][]string, group []string) []string {
	first := group[0]
	member := map[string]bool{}
	for _, name := range group {
		member[name] = true
	}
	from := map[string]string{}
	for queue := []string{first}; len(queue) > 0; queue = queue[1:] {
		for _, to := range edges[queue[0]] {
			if to == first {
				circle := []string{first}
				for name := queue[0]; name != first; name = from[name] {
					circle = append(circle, name)
				}
				circle = append(circle, first)
				slices.Reverse(circle)
				return circle
			}
			if _, seen := from[to]; !seen && member[to] {
				from[to] = queue[0]
				queue = append(queue, to)
			}
		}
	}
	return nil
}
