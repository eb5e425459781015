package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// volumesFrom returns the mounts that `volumes_from` takes from other services.
//
// Docker mounts what the other container mounts: volumes and bind mounts, anonymous volumes included, but neither
// tmpfs nor configs and secrets.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes_from
func (d *mounting) volumesFrom(u *input.Container) []plan.Mount {
	var mounts []plan.Mount
	for i, ref := range u.Spec.VolumesFrom {
		at := u.At.Key("volumes_from").Index(i)
		name, readOnly, isService := volumesFromService(ref)
		if !isService {
			d.findings.Addf("container-ref", at, "name a service of this project", "%s is a container outside the project; what it mounts is not known", ref)
			continue
		}
		other := d.project.ByName[name]
		if other == nil || d.podOf[other.Container()] == nil {
			d.findings.Addf("volumes-from-none", at, "", "nothing is taken from %s: no container of it is emitted", name)
			continue
		}
		mounts = overlay(mounts, inheritedMounts(d.mountsOf(other.Container()), readOnly))
		for _, from := range providers(d.project, other.Container()) {
			mounts = overlay(mounts, d.sourcesOf(u, from, at, readOnly))
		}
	}
	return mounts
}

// sourcesOf returns the mounts that one container takes from another where they are left out, because the image of that one is built with
// what they show.
func (d *mounting) sourcesOf(u, from *input.Container, at diag.Path, readOnly bool) []plan.Mount {
	var mounts []plan.Mount
	for _, inherited := range d.binds.Inherited(u, from) {
		v := inherited.ServiceVolumeConfig
		v.ReadOnly = v.ReadOnly || readOnly
		if m, ok := d.binds.bind(u, at, v, inherited.Decision, inherited.Own); ok {
			m.At, m.Target = at, path.Clean(v.Target)
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// providers returns a container and all whose mounts it takes, directly or through others, by `volumes_from`.
func providers(p *input.Project, u *input.Container) []*input.Container {
	list := []*input.Container{u}
	for i := 0; i < len(list); i++ {
		for _, ref := range list[i].Spec.VolumesFrom {
			name, _, isService := volumesFromService(ref)
			if other := p.ByName[name]; isService && other != nil && !slices.Contains(list, other.Container()) {
				list = append(list, other.Container())
			}
		}
	}
	return list
}

// volumesFromService reads an item of volumes_from: service[:ro], or container:name[:ro].
func volumesFromService(ref string) (name string, readOnly, isService bool) {
	if strings.HasPrefix(ref, types.ContainerPrefix) {
		return "", false, false
	}
	name, mode, _ := strings.Cut(ref, ":")
	return name, mode == "ro", true
}

// inheritedMounts returns the mounts that a container passes on to another.
func inheritedMounts(mounts []plan.Mount, readOnly bool) []plan.Mount {
	var inherited []plan.Mount
	for _, m := range mounts {
		if m.Inherited {
			m.ReadOnly = m.ReadOnly || readOnly
			m.CopyUp = false // the container that it comes from fills it
			inherited = append(inherited, m)
		}
	}
	return inherited
}

// outlivingVolumes finds the services whose anonymous volumes another Pod mounts: an emptyDir cannot leave its Pod.
func outlivingVolumes(p *input.Project, containers []*input.Container, podOf map[*input.Container]*workload.Pod) map[string]bool {
	outliving := map[string]bool{}
	for _, u := range containers {
		seen := map[string]bool{}
		var follow func(spec *types.ContainerSpec)
		follow = func(spec *types.ContainerSpec) {
			for _, ref := range spec.VolumesFrom {
				name, _, isService := volumesFromService(ref)
				other := p.ByName[name]
				if !isService || other == nil || seen[name] {
					continue
				}
				seen[name] = true
				if pod := podOf[other.Container()]; pod != nil && pod != podOf[u] {
					outliving[name] = true
				}
				follow(&other.Config.ContainerSpec)
			}
		}
		follow(u.Spec)
	}
	return outliving
}
