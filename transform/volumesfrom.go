package transform

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/names"
)

// volumesFrom returns the mounts that `volumes_from` takes from other services.
//
// Docker mounts what the other container mounts: volumes and bind mounts, anonymous volumes included, but neither
// tmpfs nor configs and secrets.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes_from
func (u *unit) volumesFrom() []mount {
	var mounts []mount
	for i, ref := range u.spec.VolumesFrom {
		at := u.at.Key("volumes_from").Index(i)
		name, readOnly, isService := volumesFromService(ref)
		if !isService {
			u.reportf("container-ref", at, "name a service of this project", "%s is a container outside the project; what it mounts is not known", ref)
			continue
		}
		other := u.byName[name]
		if other == nil || u.storage.owners[other.path.String()] == nil {
			u.reportf("volumes-from-none", at, "", "nothing is taken from %s: no container of it is emitted", name)
			continue
		}
		mounts = overlay(mounts, inheritedMounts(u.storage.owners[other.path.String()].plan(), readOnly))
	}
	return mounts
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
func inheritedMounts(plan []mount, readOnly bool) []mount {
	var mounts []mount
	for _, m := range plan {
		if m.inherited {
			m.readOnly = m.readOnly || readOnly
			m.copyUp = false // the container that it comes from fills it
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// promoteAnonymous finds the services whose anonymous volumes another Pod mounts: an emptyDir cannot leave its Pod.
func (p *project) promoteAnonymous(all []*unit) {
	for _, u := range all {
		seen := map[string]bool{}
		var follow func(spec *types.ContainerSpec)
		follow = func(spec *types.ContainerSpec) {
			for _, ref := range spec.VolumesFrom {
				name, _, isService := volumesFromService(ref)
				other := p.byName[name]
				if !isService || other == nil || seen[name] {
					continue
				}
				seen[name] = true
				if owner := p.storage.owners[other.path.String()]; owner != nil && owner.pod != u.pod {
					p.storage.promoted[name] = true
				}
				follow(&other.config.ContainerSpec)
			}
		}
		follow(u.spec)
	}
}

// anonymousVolume returns the mount of a volume without a name.
//
// Docker fills it from the image and keeps it while the container is restarted or re-created, until it is removed. An
// emptyDir starts empty and lives as long as the Pod. Where the image is known to have something at that path, a mount
// would only hide it: the container's own file system has the content and lives nearly as long.
func (u *unit) anonymousVolume(at diag.Path, v types.ServiceVolumeConfig, own extension.Mount) (mount, bool) {
	if v.Volume != nil && len(v.Volume.Labels) > 0 {
		u.reportf("volume-labels", at.Key("volume", "labels"), "", "the labels of the volume at %s are left out: it has no object that could carry them", v.Target)
	}
	m := mount{readOnly: v.ReadOnly, wish: path.Base(v.Target), inherited: true}
	if own.As == "pvc" || u.storage.promoted[u.name] {
		return u.promoted(at, v.Target, m), true
	}
	if own.As == "" && !u.spec.ReadOnly && u.imageFills(v.Target) {
		u.reportf("anonymous-image", at, "", "the anonymous volume at %s is left out, so that what the image has there can be seen, as on Docker", v.Target)
		return mount{}, false
	}
	return u.ephemeral(at, v.Target, m, own.As != ""), true
}

// promoted returns the mount of an anonymous volume that must outlive its Pod or be seen by another.
func (u *unit) promoted(at diag.Path, target string, m mount) mount {
	identity := "anonymous " + u.path.String() + " " + target
	c := u.storage.claims[identity]
	if c == nil {
		wish := u.dns + "-" + path.Base(target)
		c = &claim{component: wish, at: at}
		c.name = u.names.Claim("PersistentVolumeClaim", identity, normalLabel(wish), names.MaxLabel)
		u.storage.claims[identity] = c
		u.reportf("anonymous-claim", at, "", "the anonymous volume at %s becomes the claim %s, which nothing removes with the Pod", target, c.name)
	}
	m.claim, m.copyUp = c, true
	return m
}

// ephemeral returns the mount of an emptyDir for a volume without a name.
func (u *unit) ephemeral(at diag.Path, target string, m mount, chosen bool) mount {
	m.own, m.volumes = "anonymous "+u.path.String()+" "+target, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
	switch {
	case chosen:
	case slices.ContainsFunc(u.facts.DataDirs, func(dir string) bool { return isWithin(dir, target) || isWithin(target, dir) }):
		u.reportf("ephemeral-data", at, "mount a named volume there",
			"%s holds data and has no named volume: it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", target)
	default:
		u.reportf("anonymous-volume", at, "give the volume a name if what is in it must be kept", "the anonymous volume at %s lives as long as the Pod", target)
	}
	return m
}

// imageFills reports whether the image is known to have content at a path: by facts, or because the source mount above
// it, which is left out, stands for what the image contains.
func (u *unit) imageFills(target string) bool {
	for i, v := range u.spec.Volumes {
		if v.Type == types.VolumeTypeBind && isWithin(target, path.Clean(v.Target)) && u.asBind(v, u.mountExtension(i)).verdict().code == "dev-source" {
			return true
		}
	}
	dirs := slices.Concat(u.facts.ContentDirs, u.facts.CopyTargets)
	if u.config.Build != nil && u.facts.WorkingDir != "" && u.facts.WorkingDir != "/" {
		dirs = append(dirs, u.facts.WorkingDir)
	}
	return slices.ContainsFunc(dirs, func(dir string) bool { return isWithin(target, dir) || isWithin(dir, target) })
}

// imageVolumes returns the mounts of the volumes that the image itself declares and nothing else is mounted on.
//
// Docker makes an anonymous volume for each. The container runtime of a node makes a directory that dies with the container,
// so data that the image is known to keep there would be gone after a crash: it gets at least an emptyDir.
func (u *unit) imageVolumes(plan []mount) []mount {
	if u.hook {
		return nil
	}
	var mounts []mount
	for _, target := range u.facts.Volumes {
		target = path.Clean(target)
		if slices.ContainsFunc(plan, func(m mount) bool { return isWithin(m.target, target) || isWithin(target, m.target) }) {
			continue
		}
		m := mount{at: u.at.Key("image"), target: target, wish: path.Base(target), inherited: true}
		switch {
		case u.storage.promoted[u.name]:
			mounts = append(mounts, u.promoted(m.at, target, m))
		case u.runsImageDefault() && slices.Contains(u.facts.DataDirs, target):
			mounts = append(mounts, u.ephemeral(m.at, target, m, false))
		default:
			u.reportf("image-volume", m.at, "mount a named volume on it if what is in it must be kept", "the image declares a volume at %s, which lives as long as the container", target)
		}
	}
	return mounts
}

// runsImageDefault reports whether the container runs the program that the image is made for, not a tool that happens to be
// in it, such as a dump of a database.
func (u *unit) runsImageDefault() bool {
	if len(u.spec.Entrypoint) > 0 || u.pod.main.kind == kindJob || u.pod.main.kind == kindCronJob {
		return false
	}
	return len(u.spec.Command) == 0 || strings.HasPrefix(u.spec.Command[0], "-") || strings.HasSuffix(u.spec.Command[0], "d") || strings.HasSuffix(u.spec.Command[0], "-server")
}
