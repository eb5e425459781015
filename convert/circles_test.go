package convert

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// maxCircle is how many files of a package may need one another. Beyond that nobody can read one without the others.
const maxCircle = 10

// TestFilesHaveNoWideCircles finds, in each package of the module, the most files of which each needs all others, directly
// or through each other. A file needs another when it names something that is declared there.
func TestFilesHaveNoWideCircles(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads the types of every package")
	}
	for _, p := range packagesOfModule(t) {
		if circle := widestCircle(neededFiles(p)); len(circle) > maxCircle {
			t.Errorf("%s: %d files need one another, more than %d: %s", p.path, len(circle), maxCircle, strings.Join(circle, ", "))
		}
	}
}

// neededFiles returns, for each file of a package, the other files that declare what it names.
func neededFiles(p typed) map[string]map[string]bool {
	needs := map[string]map[string]bool{}
	for name, object := range p.info.Uses {
		from := p.fileOf(name.Pos())
		if object.Pkg() != p.pkg || !object.Pos().IsValid() || p.fileOf(object.Pos()) == from {
			continue
		}
		if needs[from] == nil {
			needs[from] = map[string]bool{}
		}
		needs[from][p.fileOf(object.Pos())] = true
	}
	return needs
}

// widestCircle returns the largest set of files of which each reaches all others.
func widestCircle(needs map[string]map[string]bool) []string {
	reached := map[string]map[string]bool{}
	var visit func(from, at string)
	visit = func(from, at string) {
		for next := range needs[at] {
			if !reached[from][next] {
				reached[from][next] = true
				visit(from, next)
			}
		}
	}
	for from := range needs {
		reached[from] = map[string]bool{}
		visit(from, from)
	}
	var widest []string
	for from := range reached {
		var circle []string
		for _, to := range slices.Sorted(maps.Keys(reached[from])) {
			if reached[to][from] {
				circle = append(circle, to)
			}
		}
		if len(circle) > len(widest) {
			widest = circle
		}
	}
	return widest
}
