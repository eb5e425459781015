package binds

import (
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/transform/input"
)

// Survey is what is decided about the bind mounts of a project before the first becomes something.
type Survey struct {
	sources   map[string]*use                  // who binds which local path
	decisions map[*input.Container][]*Decision // by the index of the item of volumes; nil for what is no bind mount
}

// use is what is known about a local path that containers bind.
type use struct {
	users   []string // services, each once, by name
	isClaim bool     // at least one mount makes it a volume, so all do: they would not see the same files otherwise
}

// Decide classifies every bind mount before the first becomes something: whoever binds the same path sees the same
// files on Docker, so all mounts of a path, and of paths below it, must become the same volume. translated returns an item of
// volumes as the bind mount that it is, where the driver options of its volume make it one.
func Decide(p *input.Project, containers []*input.Container, translated func(types.ServiceVolumeConfig) types.ServiceVolumeConfig) *Survey {
	all := &Survey{sources: map[string]*use{}, decisions: map[*input.Container][]*Decision{}}
	for _, u := range containers {
		all.decisions[u] = make([]*Decision, len(u.Spec.Volumes))
		for i := range u.Spec.Volumes {
			v := translated(u.Spec.Volumes[i])
			if v.Type != types.VolumeTypeBind {
				continue
			}
			b := Of(p, u, v, p.Mount(u, i))
			source := all.sources[b.Path]
			if source == nil {
				source = &use{}
				all.sources[b.Path] = source
			}
			if !slices.Contains(source.users, u.Service.Name) {
				source.users = append(source.users, u.Service.Name)
			}
			decision := b.Decide()
			all.decisions[u][i] = &decision
			source.isClaim = source.isClaim || decision.Fate == AsClaim
		}
	}
	return all
}

// Decision returns what is decided about the i-th item of a container's volumes, which must be a bind mount.
func (all *Survey) Decision(u *input.Container, i int) Decision { return *all.decisions[u][i] }

// IsShared reports whether several services bind a path.
func (all *Survey) IsShared(path string) bool {
	return all.sources[path] != nil && len(all.sources[path].users) > 1
}

// ClaimRoot returns the topmost path that has become a volume and holds the source, or "".
func (all *Survey) ClaimRoot(b Bind) string {
	root := ""
	for dir := b.Path; dir != "/" && dir != "."; dir = path.Dir(dir) {
		if use := all.sources[dir]; use != nil && use.isClaim {
			root = dir
		}
	}
	return root
}
