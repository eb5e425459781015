package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
)

// neighbours are those who mount a volume as well: what fills it, and everybody.
type neighbours struct{ fillers, mounts []filler }

// neighboursOf returns the neighbours at each volume, in the order of the containers.
func neighboursOf(containers []*input.Container, mounts map[*input.Container][]plan.Mount) map[string]neighbours {
	found := map[string]neighbours{}
	for volume, fillers := range fillersOf(containers, mounts) {
		found[volume] = neighbours{fillers: fillers}
	}
	for _, u := range containers {
		for _, m := range mounts[u] {
			if m.Claim != nil {
				n := found[volumeOf(m)]
				n.mounts = append(n.mounts, filler{u, m})
				found[volumeOf(m)] = n
			}
		}
	}
	return found
}

// isFilledBeside reports whether a volume gets its content from the program of another service: that one writes there and this one does not, or its
// image is known to keep its data there.
func (n neighbours) isFilledBeside(u *input.Container, m plan.Mount) bool {
	return slices.ContainsFunc(n.mounts, func(other filler) bool {
		isWriter := other.container.Service != u.Service && !other.mount.ReadOnly
		keeps := func(dir string) bool { return source.Within(other.mount.Target, dir) }
		facts := other.container.Facts
		return isWriter && (m.ReadOnly || other.container.IsImageKnown && slices.ContainsFunc(slices.Concat(facts.DataDirs, facts.Volumes), keeps))
	})
}

// idling matches the commands of a container that is there for its volumes alone.
var idling = pattern.New(`^(?:\S*/)?(?:true|echo|:|sleep|tail|cat|exit)(?:\s|$)`).Holding("true", "echo", ":", "sleep", "tail", "cat", "exit")

// borrower returns the service that takes the volumes of a container whose program does nothing: what the image has is all that such a
// container is for. It is "" for any other.
func borrower(u *input.Container, containers []*input.Container) string {
	words := slices.Concat(u.Spec.Entrypoint, u.Spec.Command)
	for len(words) > 0 && (input.IsShell(words[0]) || strings.HasPrefix(words[0], "-")) {
		words = words[1:]
	}
	if command := strings.Join(words, " "); !idling.MatchString(command) || strings.ContainsAny(command, ";&|>") {
		return ""
	}
	for _, other := range containers {
		if slices.ContainsFunc(other.Spec.VolumesFrom, func(ref string) bool {
			name, _, isService := volumesFromService(ref)
			return isService && name == u.Service.Name
		}) {
			return other.Service.Name
		}
	}
	return ""
}

// isAnonymous reports whether the volume at a target has no name, so that only its mount can say what is to become of it.
func isAnonymous(u *input.Container, target string) bool {
	return slices.ContainsFunc(u.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeVolume && v.Source == "" && path.Clean(v.Target) == target
	})
}
