package keys

import (
	_ "embed" // for the list
	"slices"
	"strings"
	"sync"
)

// pending.txt lists the keys that a mapper owns but does not carry yet, as paths of the source tables or as expanded
// ones. The generic finding reports them, so that no key vanishes in silence. The probe test of package transform fails
// when an entry is carried after all: the list only shrinks.
//
//go:embed pending.txt
var pending string

var pendingPaths = sync.OnceValue(func() map[string]bool {
	paths := map[string]bool{}
	for line := range strings.Lines(pending) {
		path := strings.TrimSpace(line)
		if path == "" || strings.HasPrefix(path, "#") {
			continue
		}
		prefix, rest := prefixOf(path)
		if prefix == "" {
			paths[path] = true
			continue
		}
		for _, place := range sharedPrefixes[prefix] {
			paths[place+rest] = true
		}
	}
	return paths
})

func isPending(path string) bool { return pendingPaths()[path] }

// Pending returns the expanded paths of the keys that are still to be mapped, sorted.
func Pending() []string {
	var paths []string
	for path := range pendingPaths() {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}
