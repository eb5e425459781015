package source

import (
	"reflect"

	"github.com/compose-spec/compose-go/v2/types"
)

// Builds are the builds of a project by the image that they make. An image that several builds make in different ways has nil: which of
// them is last is not known.
type Builds map[string]*types.BuildConfig

// BuildsOf returns the builds of a project by their images.
func BuildsOf(p *types.Project) Builds {
	all := Builds{}
	add := func(b *types.BuildConfig, image string) {
		if b == nil || image == "" {
			return
		}
		if have, twice := all[image]; twice && !reflect.DeepEqual(have, b) {
			b = nil
		}
		all[image] = b
	}
	for _, s := range p.Services {
		add(s.Build, s.Image)
	}
	for _, j := range p.Jobs {
		add(j.Build, j.Image)
	}
	return all
}

// Of returns the build that makes the image of a service or job: its own, or that of another one with the same image; nil where the project
// does not build it.
func (all Builds) Of(own *types.BuildConfig, spec *types.ContainerSpec) *types.BuildConfig {
	if own != nil {
		return own
	}
	return all[spec.Image]
}
