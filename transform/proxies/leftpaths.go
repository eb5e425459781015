package proxies

import (
	"slices"

	"github.com/transship/transship/transform/input"
)

// maxRounds bounds how often the routes are gone through for guards that others have lost: few rules leave out what others serve that do so themselves.
const maxRounds = 10

// openDenied drops the guards that leave paths out which another route serves, for all hosts of the first and without a guard: the longest path of a
// host is taken on a cluster as well.
func openDenied(services []*input.Service, routes Routes) {
	byPath := map[string][]*Route{}
	var denying []*Route
	for _, s := range services {
		for i := range routes[s] {
			r := &routes[s][i]
			byPath[r.Path] = append(byPath[r.Path], r)
			if len(r.denied) > 0 && len(r.Hosts) > 0 {
				denying = append(denying, r)
			}
		}
	}
	isServed := func(r *Route, path match) bool {
		return slices.ContainsFunc(byPath[path.path], func(other *Route) bool {
			return len(other.Guards) == 0 && other.Closed == "" && other.Unread == "" && other.Speaks == "" && (path.isWhole || !other.Whole) &&
				!slices.ContainsFunc(r.Hosts, func(host string) bool { return !slices.Contains(other.Hosts, host) })
		})
	}
	drop := func(r *Route) (dropped bool) {
		r.denied = slices.DeleteFunc(slices.Clone(r.denied), func(d denied) bool {
			if slices.ContainsFunc(d.paths, func(path match) bool { return !isServed(r, path) }) {
				return false
			}
			r.Guards = slices.DeleteFunc(slices.Clone(r.Guards), func(guard string) bool { return guard == d.guard })
			dropped = true
			return true
		})
		return dropped
	}
	for range maxRounds {
		again := false
		for _, r := range denying {
			again = drop(r) || again
		}
		if !again {
			return
		}
	}
}
