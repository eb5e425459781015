package extension

import (
	"cmp"
	"reflect"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// Read returns everything that x-kubernetes and the kompose.* labels say in a project, and what is wrong in them.
// Where both speak of the same thing, x-kubernetes wins.
func Read(project *types.Project) (All, []Problem) {
	r := reader{}
	all := All{
		Services: map[string]Service{}, Networks: map[string]Network{}, Volumes: map[string]Volume{},
		Configs: map[string]Content{}, Secrets: map[string]Content{}, Models: map[string]Model{},
	}
	r.read(project.Extensions, diag.Path{}, &all.Project)
	for _, name := range sorted.Keys(project.Services) {
		s := project.Services[name]
		at := diag.At("services", name)
		var ext Service
		r.read(s.Extensions, at, &ext)
		r.kindLabel(s.Labels, at.Key("labels"), &ext)
		r.komposeService(s.Labels, at.Key("labels"), &ext)
		r.komposeDeploy(s.Deploy, at.Key("deploy", "labels"))
		all.Services[name] = ext
	}
	for _, name := range sorted.Keys(project.Jobs) {
		j := project.Jobs[name]
		at := diag.At("jobs", name)
		var ext Service
		r.read(j.Extensions, at, &ext)
		r.kindLabel(j.Labels, at.Key("labels"), &ext)
		r.komposeService(j.Labels, at.Key("labels"), &ext)
		all.Services[name] = ext
	}
	for _, name := range sorted.Keys(project.Networks) {
		var ext Network
		r.read(project.Networks[name].Extensions, diag.At("networks", name), &ext)
		all.Networks[name] = ext
	}
	for _, name := range sorted.Keys(project.Volumes) {
		v := project.Volumes[name]
		var ext Volume
		r.read(v.Extensions, diag.At("volumes", name), &ext)
		r.komposeVolume(v.Labels, diag.At("volumes", name, "labels"), &ext)
		all.Volumes[name] = ext
	}
	r.serviceVolumeLabels(project, all.Volumes)
	for _, name := range sorted.Keys(project.Configs) {
		var ext Content
		r.read(project.Configs[name].Extensions, diag.At("configs", name), &ext)
		all.Configs[name] = ext
	}
	for _, name := range sorted.Keys(project.Secrets) {
		var ext Content
		r.read(project.Secrets[name].Extensions, diag.At("secrets", name), &ext)
		all.Secrets[name] = ext
	}
	for _, name := range sorted.Keys(project.Models) {
		var ext Model
		r.read(project.Models[name].Extensions, diag.At("models", name), &ext)
		all.Models[name] = ext
	}
	return all, r.problems
}

// ReadMount returns x-kubernetes of an item of volumes[], at at.
func ReadMount(volume types.ServiceVolumeConfig, at diag.Path) (Mount, []Problem) {
	r := reader{}
	var mount Mount
	r.read(volume.Extensions, at, &mount)
	return mount, r.problems
}

// serviceVolumeLabels applies the kompose.volume.* labels of a service to the volumes it mounts, and reports each label once.
func (r *reader) serviceVolumeLabels(project *types.Project, volumes map[string]Volume) {
	for _, name := range sorted.Keys(project.Services) {
		s := project.Services[name]
		labels, at, mounted := volumeLabels(s.Labels), diag.At("services", name, "labels"), false
		for _, mount := range s.Volumes {
			if ext, ok := volumes[mount.Source]; ok && mount.Type == types.VolumeTypeVolume {
				quiet := reader{}
				quiet.komposeVolume(labels, at, &ext)
				volumes[mount.Source] = ext
				if !mounted {
					r.problems = append(r.problems, quiet.problems...)
				}
				mounted = true
			}
		}
		for _, label := range sorted.Keys(labels) {
			if !mounted {
				r.report(Problem{"kompose-value", at.Key(label), label + ": the service mounts no named volume; the label has no effect", "name the volume under the top-level volumes"})
			}
		}
	}
}

type reader struct{ problems []Problem }

func (r *reader) read(extensions types.Extensions, at diag.Path, target any) {
	if value, ok := extensions[Key]; ok {
		r.problems = append(r.problems, decode(value, at.Key(Key), target)...)
	}
}

// KindLabel is a label that says what x-kubernetes.kind says, for files that other tools check strictly.
const KindLabel = "transship.kind"

func (r *reader) kindLabel(labels types.Labels, at diag.Path, s *Service) {
	value, ok := labels[KindLabel]
	if !ok {
		return
	}
	field := fields(reflect.TypeFor[Service]())["kind"]
	kinds := strings.Split(field.Tag.Get("enum"), ",")
	if kind, err := oneOf(value, kinds...); err == nil {
		s.Kind = cmp.Or(s.Kind, kind)
		return
	}
	r.problems = append(r.problems, checkEnum(value, at.Key(KindLabel), field)...)
}

func (r *reader) report(p Problem) { r.problems = append(r.problems, p) }
