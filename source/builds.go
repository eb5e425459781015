package source

import (
	"reflect"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Builds are the builds of a project by the image that they make, without the tag latest. An image that several builds make in different ways
// has nil: which of them is last is not known.
type Builds map[string]*types.BuildConfig

// BuildsOf returns the builds of a project by their images.
func BuildsOf(p *types.Project) Builds {
	all := Builds{}
	add := func(b *types.BuildConfig, name, image string) {
		if b == nil {
			return
		}
		for _, made := range ImagesOf(p.Name, name, image, b.Tags) {
			if have, twice := all[made]; twice && !reflect.DeepEqual(have, b) {
				all[made] = nil
			} else {
				all[made] = b
			}
		}
	}
	for name, s := range p.Services {
		add(s.Build, name, s.Image)
	}
	for name, j := range p.Jobs {
		add(j.Build, name, j.Image)
	}
	return all
}

// Of returns the build that makes the image of a service or job: its own, or that of another one with the same image; nil where the project
// does not build it.
func (all Builds) Of(own *types.BuildConfig, spec *types.ContainerSpec) *types.BuildConfig {
	if own != nil {
		return own
	}
	return all[withoutLatest(spec.Image)]
}

// ImagesOf returns the names of the image that the build of a service or job makes: its own, or what docker compose calls an image without a
// name, <project>-<service> (source: docker/compose pkg/api, GetImageNameOrDefault), and the further tags of the build.
func ImagesOf(project, service, image string, tags []string) []string {
	if image == "" {
		image = project + "-" + service
	}
	names := []string{withoutLatest(image)}
	for _, tag := range tags {
		names = append(names, withoutLatest(tag))
	}
	return names
}

// withoutLatest shortens the name of an image to the one that stands for the same: without a tag, latest is meant.
func withoutLatest(image string) string {
	return strings.TrimSuffix(strings.TrimSpace(image), ":latest")
}
