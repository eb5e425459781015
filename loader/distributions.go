package loader

import (
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/dockerfile"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// addDistributions adds the users that the base system of an official image always has, where a service names a user or a
// group and neither a Dockerfile nor the lock tells what the image has.
func addDistributions(p *types.Project, images map[string]source.ImageFacts) {
	add := func(name string, spec *types.ContainerSpec) {
		if facts := images[name]; !facts.Locked && spec.Image != "" && namesAnyone(spec) {
			images[name] = source.MergeFacts(facts, dockerfile.DistributionFacts(spec.Image))
		}
	}
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		if s.Build == nil {
			add(name, &s.ContainerSpec)
		}
		for i := range s.PreStart {
			if hook := &s.PreStart[i].ContainerSpec; hook.Image != s.Image {
				add(source.HookName(name, i), hook)
			}
		}
	}
	for _, name := range sorted.Keys(p.Jobs) {
		if j := p.Jobs[name]; j.Build == nil {
			add(name, &j.ContainerSpec)
		}
	}
}

// namesAnyone reports whether a container runs as a user or with groups that are written as names.
func namesAnyone(spec *types.ContainerSpec) bool {
	_, err := strconv.Atoi(spec.User)
	return spec.User != "" && err != nil || slices.ContainsFunc(spec.GroupAdd, func(group string) bool {
		_, err := strconv.Atoi(group)
		return err != nil
	})
}
