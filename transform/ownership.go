package transform

import (
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

// userIDs returns the numeric user and group that the container's process starts as, as far as they are known.
func (u *unit) userIDs() (uid, gid *int64) {
	if u.spec.User == "" {
		return u.facts.UID, u.facts.GID
	}
	return u.runAs()
}

// fsGroup returns the group that owns the volumes of the Pod, nil where nothing asks for one.
//
// A new Docker volume takes the owner of the image's directory; a new claim belongs to root, and a process that is not
// root cannot write to it. With fsGroup the claim belongs to a group that every process of the Pod is in. It is the
// process's own group, else the number of its user, which no other group of the image is likely to have.
// Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
func (b *pod) fsGroup() *int64 {
	for _, s := range b.members {
		if s.ext.FSGroup != nil {
			return s.ext.FSGroup
		}
	}
	group := b.neededGroup()
	if group == nil {
		return nil
	}
	for _, u := range b.units() {
		for _, m := range u.storage.plans[u.at.String()] {
			if m.claim != nil && m.claim.existing && !m.readOnly {
				u.reportf("volume-group", m.at, "x-kubernetes: {fsGroup: …} chooses another group; a patch with fsGroup: null leaves them as they are",
					"the files in %s, which are not the project's, get the group %d when a Pod mounts them first", m.claim.name, *group)
			}
		}
	}
	return group
}

// neededGroup returns the group that the first container with a need asks for.
func (b *pod) neededGroup() *int64 {
	var group *int64
	for _, u := range b.units() {
		wish := u.volumeGroup()
		switch {
		case wish == nil:
		case group == nil:
			group = wish
		case *group != *wish:
			u.reportf("fs-group", u.at, "choose one with x-kubernetes: {fsGroup: …}, or let both services use the same group",
				"the Pod has one group for all its volumes, which is %d; %s would need %d", *group, u.name, *wish)
		}
	}
	return group
}

// volumeGroup returns the group that the container needs its volumes to belong to.
func (u *unit) volumeGroup() *int64 {
	uid, gid := u.userIDs()
	for _, m := range u.storage.plans[u.at.String()] {
		if m.claim == nil || m.readOnly || m.claim.persistent != nil { // who may write to a share, its server decides
			continue
		}
		switch {
		case uid == nil && m.claim.existing: // who owns what is there is not for the conversion to say
		case uid == nil:
			u.reportf("volume-owner", m.at, "if it is not root, set user: or x-kubernetes: {fsGroup: …}",
				"a new volume belongs to root, and which user %s runs as is not known: as another one it could not write to %s", u.name, m.target)
			return u.contentGroup()
		case *uid == 0:
			return u.contentGroup()
		case gid != nil && *gid != 0:
			return gid
		}
		return uid
	}
	return u.contentGroup()
}

// contentGroup returns the group that uid and gid of configs and secrets ask for. Files of a volume belong to root; those that
// a Pod's fsGroup owns can be read by that group, whatever their mode. A mode that lets only root read is meant for the process, too:
// docker compose mounts a file as it is on the host, whatever mode says.
func (u *unit) contentGroup() *int64 {
	var refs []types.FileReferenceConfig
	for _, ref := range u.spec.Configs {
		refs = append(refs, types.FileReferenceConfig(ref))
	}
	for _, ref := range u.spec.Secrets {
		refs = append(refs, types.FileReferenceConfig(ref))
	}
	restricted := false
	for _, ref := range refs {
		if ref.Mode == nil || *ref.Mode&0o004 != 0 {
			continue // everybody may read it
		}
		for _, text := range []string{ref.GID, ref.UID} {
			if id, err := strconv.ParseInt(text, 10, 64); err == nil && id != 0 {
				return &id
			}
		}
		restricted = true
	}
	if uid, gid := u.userIDs(); restricted && uid != nil && *uid != 0 {
		if gid != nil && *gid != 0 {
			return gid
		}
		return uid
	}
	return nil
}

// reportOwner tells who owns a config or secret in the container: no field for it is GA in any release.
func (u *unit) reportOwner(at diag.Path, ref types.FileReferenceConfig) {
	if uid, _ := u.userIDs(); uid == nil && ref.Mode != nil && *ref.Mode&0o004 == 0 && ref.UID == "" && ref.GID == "" && u.ext.FSGroup == nil {
		u.reportf("content-mode", at.Key("mode"), "leave out mode, or set user: or x-kubernetes: {fsGroup: …}",
			"mode %#o lets only root read the file, and which user %s runs as is not known", int64(*ref.Mode), u.name)
	}
	for _, owner := range []struct{ key, value string }{{"uid", ref.UID}, {"gid", ref.GID}} {
		if owner.value == "" || owner.value == "0" {
			continue
		}
		if ref.Mode == nil || *ref.Mode&0o004 != 0 {
			u.reportf("content-owner", at.Key(owner.key), "", "the file belongs to root, not to %s %s; its mode lets everybody read it", owner.key, owner.value)
			continue
		}
		u.reportf("content-owner", at.Key(owner.key), "", "the file belongs to root, not to %s %s; it can be read through the group of the Pod's volumes (fsGroup)", owner.key, owner.value)
	}
}
