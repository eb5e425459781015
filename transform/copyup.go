package transform

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/names"
)

// storageContainers returns the initContainers that fill volumes before anything else sees them: with what the image has at
// their place, or with files that the service may change.
func (b *pod) storageContainers() []corev1.Container {
	var containers []corev1.Container
	done := map[string]bool{}
	for _, u := range b.storage.units[b] {
		for _, m := range b.storage.plans[u.at.String()] {
			switch {
			case m.writable != "" && !done[m.writable]:
				done[m.writable] = true
				containers = append(containers, u.copyContainer(m))
			case m.claim != nil && u.seeds(m):
				identity := m.claim.name + " " + m.subPath + " " + m.target + " " + u.name
				if !done[identity] {
					done[identity] = true
					containers = append(containers, u.seedContainer(m))
				}
			case m.claim != nil && u.mustOwn(m):
				containers = append(containers, u.ownerContainer(m))
			}
		}
	}
	return containers
}

// seeds reports whether a claim must be filled from the image.
//
// Docker copies what the image has at the mount point into a named volume that is new; on Kubernetes the claim stays empty
// and hides it. The copy takes a container that runs a shell of the image as root, so it is made only where facts say that
// there is something to copy and a shell to do it with, or where the user says so.
// Source: https://docs.docker.com/engine/storage/volumes/#mounting-a-volume-over-existing-data
func (u *unit) seeds(m mount) bool {
	if wish := m.claim.ext.CopyUp; wish != nil {
		return *wish
	}
	if !m.copyUp || m.claim.existing || m.claim.persistent != nil { // what is there has its content already
		return false
	}
	other := u.spec.Image != u.config.Image // a hook's own image, of which nothing is known
	help := "x-kubernetes: {copyUp: true} on the volume copies it with a shell of the image, {copyUp: false} says that nothing is missing"
	isContent := func(dir string) bool { return isWithin(dir, m.target) }
	switch {
	case !other && slices.ContainsFunc(slices.Concat(u.facts.ContentDirs, u.facts.CopyTargets), isContent):
		if u.facts.Shell {
			u.reportf("copy-up", m.at, "", "what the image has in %s is copied into the volume while that is empty, as on Docker", m.target)
			return true
		}
		u.reportf("copy-up-missing", m.at, help, "Docker fills the new volume with what the image has in %s; here it stays empty", m.target)
	case other || !u.imageKnown():
		u.reportf("copy-up-unknown", m.at, help, "if the image has anything in %s, Docker puts it into the new volume; here it stays empty", m.target)
	}
	return false
}

// seedContainer returns the initContainer that copies what the image has at the mount point into the claim while that is
// empty. It runs as root to keep owners and modes, those of the directory itself included.
func (u *unit) seedContainer(m mount) corev1.Container {
	script := "cd " + shellQuote(m.target) + " 2>/dev/null || exit 0; if ! ls -A /seed | grep -qvxF lost+found; then cp -a . /seed/; fi"
	return corev1.Container{
		Name:            u.pod.initName("seed-" + m.wish),
		Image:           u.image(),
		ImagePullPolicy: u.pullPolicy(),
		Command:         escapeAll([]string{"sh", "-c", script}),
		SecurityContext: &corev1.SecurityContext{RunAsUser: new(int64(0))},
		VolumeMounts: []corev1.VolumeMount{{
			Name: u.pod.addVolume(m.wish, m.claim.volumeSource()), MountPath: "/seed", SubPath: path.Join(m.claim.root, m.subPath),
		}},
	}
}

// mustOwn reports whether the program of the image wants to own the directory of a claim and cannot: it does not start as
// root, and what fsGroup gives it is the group only. Postgres refuses such a directory.
// Source: https://github.com/docker-library/docs/blob/master/postgres/README.md (arbitrary --user notes)
func (u *unit) mustOwn(m mount) bool {
	row, known := u.imageRow()
	uid, _ := u.userIDs()
	return known && row.OwnsEmptyDirs && row.Shell && uid != nil && *uid != 0 && !m.readOnly && !m.claim.existing && !u.hook &&
		slices.Contains(u.emptyDirectories(), m.target)
}

// ownerContainer returns the initContainer that gives the directory of a claim to the user of the program.
func (u *unit) ownerContainer(m mount) corev1.Container {
	uid, gid := u.userIDs()
	owner := strconv.FormatInt(*uid, 10)
	if gid != nil {
		owner += ":" + strconv.FormatInt(*gid, 10)
	}
	u.reportf("volume-owner-set", m.at, "", "an initContainer that runs as root gives %s to user %d, whose program insists on owning it", m.target, *uid)
	return corev1.Container{
		Name:            u.pod.initName("own-" + m.wish),
		Image:           u.image(),
		ImagePullPolicy: u.pullPolicy(),
		Command:         []string{"chown", owner, "/volume"},
		SecurityContext: &corev1.SecurityContext{RunAsUser: new(int64(0))},
		VolumeMounts: []corev1.VolumeMount{{
			Name: u.pod.addVolume(m.wish, m.claim.volumeSource()), MountPath: "/volume", SubPath: path.Join(m.claim.root, m.subPath),
		}},
	}
}

// writableMount returns the volumeMount of files that the container may change: a copy in an emptyDir, since ConfigMaps and
// Secrets are read-only. Changes are gone with the Pod.
func (b *pod) writableMount(m mount) corev1.VolumeMount {
	name := b.ownVolume(m.writable, m.wish+"-copy", corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}})
	return corev1.VolumeMount{Name: name, MountPath: m.target, SubPath: m.file, ReadOnly: m.readOnly}
}

// copyContainer returns the initContainer that makes the copy, as the user who is to change it where that is known. The files
// themselves are in ..data; what stands beside it are links to them.
func (u *unit) copyContainer(m mount) corev1.Container {
	u.pod.rollOn(m.content)
	c := corev1.Container{
		Name:            u.pod.initName("copy-" + m.wish),
		Image:           u.toolImage(),
		ImagePullPolicy: corev1.PullIfNotPresent,
		Command:         []string{"sh", "-c", "cp -RL /from/..data/. /to/"},
		VolumeMounts: []corev1.VolumeMount{
			{Name: u.pod.addVolume(m.wish, m.content.volumeSource(m.items)), MountPath: "/from", ReadOnly: true},
			{Name: u.pod.writableMount(m).Name, MountPath: "/to"},
		},
	}
	if uid, gid := u.userIDs(); uid != nil {
		c.SecurityContext = &corev1.SecurityContext{RunAsUser: uid, RunAsGroup: gid}
	}
	return c
}

// initName returns the name of an initContainer, one of its kind in the Pod.
func (b *pod) initName(wish string) string {
	identity := wish
	for b.volumes.Name("init", identity) != "" {
		identity += "'"
	}
	return b.volumes.Claim("init", identity, names.Normalize(wish, names.MaxLabel), names.MaxLabel)
}

// toolImage is the image with a shell and the usual tools.
func (p *project) toolImage() string { return cmp.Or(p.options.WaitImage, waitImage) }

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
