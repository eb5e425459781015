package build

import (
	"slices"

	"github.com/transship/transship/internal/pattern"
)

// authors finds out for which service a line was written that a builder of several images wrote. BuildKit numbers its
// steps, and names the image of a step in brackets where it begins.
// Source: https://github.com/moby/buildkit/blob/master/util/progress/progressui/printer.go and the names of targets that
// https://github.com/docker/buildx/blob/master/build/build.go sets before the names of steps.
type authors struct {
	services []string
	steps    map[string]string // services by the number of a step
}

var buildKitLine = pattern.New(`^#(\d+) (?:\[([^\s\]]+)[^\]]*\])?`)

// output is a line with its author, if that is known.
func (a *authors) output(text string) Output {
	found := buildKitLine.FindStringSubmatch(text)
	if found == nil {
		return Output{Text: text}
	}
	if slices.Contains(a.services, found[2]) {
		if a.steps == nil {
			a.steps = map[string]string{}
		}
		a.steps[found[1]] = found[2]
	}
	return Output{Service: a.steps[found[1]], Text: text}
}
