package build

import (
	"context"
	"slices"
	"strings"
)

// builder is what `docker buildx` builds with now: the one that the user has chosen by `buildx use` or BUILDX_BUILDER.
type builder struct{ name, driver string }

// awayDrivers are the drivers whose builders are on other machines, where no engine of the user sees what they build.
// Source: https://docs.docker.com/build/builders/drivers/
var awayDrivers = []string{"cloud", "kubernetes", "remote"}

// isAway reports whether the builder is on another machine.
func (b builder) isAway() bool { return slices.Contains(awayDrivers, b.driver) }

// isApart reports whether the engine has what the builder has built only when it is told to load it.
func (b builder) isApart() bool { return b.driver != "" && b.driver != "docker" }

// builderOf asks buildx for its builder; the zero value where it has none, or does not tell.
func builderOf(ctx context.Context, program string) builder {
	text, err := process{args: []string{program, "buildx", "inspect"}}.run(ctx)
	if err != nil {
		return builder{}
	}
	var b builder
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); {
		case key == "Name" && b.name == "": // each node has a name, too
			b.name = value
		case key == "Driver":
			b.driver = value
			return b
		}
	}
	return builder{}
}
