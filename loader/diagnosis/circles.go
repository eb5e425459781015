package diagnosis

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/components"
	"github.com/transship/transship/internal/sorted"
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
		note("services", name, sorted.Keys(s.DependsOn))
	}
	for name, j := range c.project.Jobs {
		if _, twice := needs[name]; !twice {
			note("jobs", name, sorted.Keys(j.DependsOn))
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
	for _, group := range components.Of(edges) {
		if first := group[0]; len(group) > 1 || slices.Contains(edges[first], first) {
			out = append(out, shortestCircle(edges, group))
		}
	}
	slices.SortFunc(out, slices.Compare)
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
