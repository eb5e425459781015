package pod

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// volumeGroups returns the group that owns the volumes of each Pod, where one is needed.
//
// A Pod gives its group to a volume when it starts, down to the last file. Pods that share a volume therefore get one group, the
// one that the first of them needs: with groups of their own, the last to start would take the volume from the others.
func volumeGroups(k Known, findings *report.Findings) map[*workload.Pod]*int64 {
	groups := map[*workload.Pod]*int64{}
	sharing := map[*workload.Pod][]*workload.Pod{} // Pods that share volumes, directly or through others: one slice for all of them
	first := map[*plan.Claim]*workload.Pod{}
	for _, b := range k.Workloads.Pods {
		if b.Kind == workload.None {
			continue
		}
		if groups[b] = fsGroup(b, k.Users, k.Storage.Mounts, findings); groups[b] == nil {
			continue
		}
		sharing[b] = []*workload.Pod{b}
		for _, claim := range k.Storage.Mounted[b] {
			switch other := first[claim]; {
			case claim.Share != nil: // whose owners its server decides
			case other == nil:
				first[claim] = b
			case !slices.Contains(sharing[other], b):
				together := slices.Concat(sharing[other], sharing[b])
				for _, member := range together {
					sharing[member] = together
				}
			}
		}
	}
	for _, b := range k.Workloads.Pods {
		if shared := sharing[b]; len(shared) > 1 {
			chosen := oneGroup(shared, groups, findings)
			for _, member := range shared {
				groups[member] = cmp.Or(chosenGroup(member), chosen)
				delete(sharing, member)
			}
		}
	}
	for _, b := range k.Workloads.Pods {
		if groups[b] == nil && b.IsFinite() {
			groups[b] = groupOfUsers(k.Storage.Mounted[b], first, groups)
		}
	}
	return groups
}

// groupOfUsers returns the group of the Pods for which one that ends prepares claims, nil where it mounts others as well. Without the group, the first
// Pod with it would give the group to the files that are there by then, with the right to read and write them: a key that is for its owner alone would
// be too open for its program.
// Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#configure-volume-permission-and-ownership-change-policy-for-pods
func groupOfUsers(claims []*plan.Claim, first map[*plan.Claim]*workload.Pod, groups map[*workload.Pod]*int64) *int64 {
	var group *int64
	for _, claim := range claims {
		user := first[claim]
		if user == nil || claim.Existing || groups[user] == nil || group != nil && *group != *groups[user] {
			return nil
		}
		group = groups[user]
	}
	return group
}

// oneGroup returns the group for Pods that share a volume: the one that the project chooses, else the first that is needed.
func oneGroup(shared []*workload.Pod, groups map[*workload.Pod]*int64, findings *report.Findings) *int64 {
	var group *int64
	for _, b := range shared {
		switch own := chosenGroup(b); {
		case own == nil:
		case group == nil:
			group = own
		case *own != *group:
			findings.Addf("fs-group", b.Main.Path.Key("x-kubernetes", "fsGroup"), fmt.Sprintf("write x-kubernetes: {fsGroup: %d} on the service, as the others have", *group),
				"%s shares a volume with others that have the group %d: whichever Pod starts last gives the volume its own group", b.Main.Name, *group)
		}
	}
	if group == nil {
		group = groups[shared[0]]
	}
	return group
}

// chosenGroup returns the group that the project chooses for a Pod, or nil.
func chosenGroup(b *workload.Pod) *int64 {
	for _, s := range b.Members {
		if s.Ext.FSGroup != nil {
			return s.Ext.FSGroup
		}
	}
	return nil
}

// fsGroup returns the group that a Pod by itself needs for its volumes, nil where nothing asks for one.
//
// A new Docker volume takes the owner of the image's directory; a new claim belongs to root, and a process that is not
// root cannot write to it. With fsGroup the claim belongs to a group that every process of the Pod is in. It is the
// process's own group, else the number of its user, which no other group of the image is likely to have.
// Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
func fsGroup(b *workload.Pod, ids *users.Users, mounts map[*input.Container][]plan.Mount, findings *report.Findings) *int64 {
	if chosen := chosenGroup(b); chosen != nil {
		return chosen
	}
	group := neededGroup(b, ids, mounts, findings)
	if group == nil {
		return nil
	}
	for _, m := range b.Members {
		u := m.Container()
		for _, m := range mounts[u] {
			if m.Claim != nil && m.Claim.Existing && !m.ReadOnly {
				findings.Addf("volume-group", m.At, "x-kubernetes: {fsGroup: …} chooses another group; a patch with fsGroup: null leaves them as they are",
					"the files in %s, which are not the project's, get the group %d when a Pod mounts them first", m.Claim.Name, *group)
			}
		}
	}
	return group
}

// neededGroup returns the group that the first container with a need asks for.
func neededGroup(b *workload.Pod, ids *users.Users, mounts map[*input.Container][]plan.Mount, findings *report.Findings) *int64 {
	var group *int64
	for _, m := range b.Members {
		u := m.Container()
		wish := volumeGroup(ids, mounts, u, findings)
		switch {
		case wish == nil:
		case group == nil:
			group = wish
		case *group != *wish:
			findings.Addf("fs-group", u.At, "choose one with x-kubernetes: {fsGroup: …}, or let both services use the same group",
				"the Pod has one group for all its volumes, which is %d; %s would need %d", *group, u.Service.Name, *wish)
		}
	}
	return group
}

// volumeGroup returns the group that the container needs its volumes to belong to.
func volumeGroup(processes *users.Users, mounts map[*input.Container][]plan.Mount, u *input.Container, findings *report.Findings) *int64 {
	if u.IsWindows() { // which has neither root nor groups of volumes
		return nil
	}
	ids := processes.Process(u)
	uid, gid := ids.User, ids.Group
	for _, m := range mounts[u] {
		if m.Claim == nil || m.ReadOnly || m.Claim.Share != nil { // who may write to a share, its server decides
			continue
		}
		if uid == nil && m.Seeded { // with the owner that the directory has in the image
			continue
		}
		switch {
		case uid == nil && m.Claim.Existing && m.Claim.Ext.ClaimName != "": // who owns what is there is not for the conversion to say
		case uid == nil && u.StartsAsNamed():
			findings.Addf("volume-owner-unknown", m.At, "set user: to the number that `id -u` prints in the image, or x-kubernetes: {fsGroup: …}",
				"a new volume belongs to root, and %s runs as the user %s of its image, whose number is not known: it cannot write to %s", u.Service.Name, u.Service.Facts.User, m.Target)
			return contentGroup(processes, u)
		case uid == nil && u.RootlessSign(m.Target) != "" && !repeatsPath(u, m.Target):
			findings.Addf("volume-owner-unknown", m.At, "set user: to the number that `id -u` prints in the image, or x-kubernetes: {fsGroup: …}",
				"a new volume belongs to root, and %s suggests that %s runs as another user: it could not write to %s", u.RootlessSign(m.Target), u.Service.Name, m.Target)
			return contentGroup(processes, u)
		case uid == nil && takesUser(u):
			if group := takenGroup(u); group != nil && !takesUserAsRoot.MatchAny(u.ImageNames()) {
				return group
			}
			return contentGroup(processes, u)
		case (uid == nil || *uid == 0) && !m.Seeded && isBecome(u):
			by, group := u.Becomes()
			if group != nil {
				return group
			}
			findings.Addf("volume-owner-unknown", m.At, "x-kubernetes: {copyUp: true} on the volume brings the owner that the directory has in the image; or set x-kubernetes: {fsGroup: …} to the number that `id -g` prints there for that user",
				"a new volume belongs to root, and %s suggests that %s runs as another user: it could not write to %s", by, u.Service.Name, m.Target)
			return contentGroup(processes, u)
		case uid == nil && m.CopyUp && input.IsTemporary(m.Target):
			findings.Addf("volume-owner-unknown", m.At, "x-kubernetes: {copyUp: true} on the volume brings the mode that the directory has in the image; or set x-kubernetes: {fsGroup: …} to the number that `id -g` prints there for the user of the program",
				"every user may write to %s of an image, and so to a new volume of Docker there; here the volume belongs to root, and which user %s runs as, or becomes, is not known: as another one it could not write to it", m.Target, u.Service.Name)
			return contentGroup(processes, u)
		case uid == nil:
			findings.Addf("volume-owner", m.At, "if it is not root, set user: or x-kubernetes: {fsGroup: …}",
				"a new volume belongs to root, and which user %s runs as is not known: as another one it could not write to %s", u.Service.Name, m.Target)
			return contentGroup(processes, u)
		case *uid == 0:
			return contentGroup(processes, u)
		case gid != nil && *gid != 0:
			return gid
		}
		return uid
	}
	return contentGroup(processes, u)
}

// isBecome reports whether the program of a container becomes another user than the one that it starts as.
func isBecome(u *input.Container) bool {
	by, _ := u.Becomes()
	return by != ""
}

// repeatsPath reports whether a directory of the machine is mounted at its own path, which then tells nothing of the image.
func repeatsPath(u *input.Container, target string) bool {
	return slices.ContainsFunc(u.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeBind && v.Source == v.Target && v.Target == target
	})
}

// takesUserAsRoot matches the images of which it is known that they start as root, become the user of PUID and give it their directories. Other
// images may have taken PUID when they were built, and not look at it any more. Source: https://docs.linuxserver.io/general/understanding-puid-and-pgid/
var takesUserAsRoot = pattern.New(`(?i)(^|/)(linuxserver|hotio|binhex)/`).Holding("linuxserver", "hotio", "binhex")

// takenGroup returns the group of PGID, or that of PUID, nil if neither is a number of a user that is not root.
func takenGroup(u *input.Container) *int64 {
	for _, name := range []string{"PGID", "PUID"} {
		if value := u.Spec.Environment[name]; value != nil {
			if number, err := strconv.ParseInt(*value, 10, 32); err == nil && number > 0 {
				return &number
			}
		}
	}
	return nil
}

// takesUser reports whether a container is told by a variable which user to become.
func takesUser(u *input.Container) bool {
	value := u.Spec.Environment["PUID"]
	return value != nil && *value != "" && u.Spec.User == ""
}

// contentGroup returns the group that uid and gid of configs and secrets ask for. Files of a volume belong to root; those that
// a Pod's fsGroup owns can be read by that group, whatever their mode. A mode that lets only root read is meant for the process, too:
// docker compose mounts a file as it is on the host, whatever mode says.
func contentGroup(processes *users.Users, u *input.Container) *int64 {
	var refs []types.FileReferenceConfig
	for _, ref := range u.Spec.Configs {
		refs = append(refs, types.FileReferenceConfig(ref))
	}
	for _, ref := range u.Spec.Secrets {
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
	ids := processes.Process(u)
	if uid, gid := ids.User, ids.Group; restricted && uid != nil && *uid != 0 {
		if gid != nil && *gid != 0 {
			return gid
		}
		return uid
	}
	return nil
}

// supplementalGroups returns the union of group_add over the Pod's containers: Kubernetes knows it per Pod only.
func supplementalGroups(b *workload.Pod, findings *report.Findings) []int64 {
	seen := map[int64]bool{}
	for _, m := range b.Members {
		for i, name := range m.Config.GroupAdd {
			id, known := users.ParseID(name)
			if name == "root" {
				id, known = 0, true
			}
			if group, found := m.Facts.GroupIDs[name]; !known && found {
				id, known = group, true
			}
			if !known && users.IsNumber(name) {
				users.ReportNoGroup(findings, m.Key("group_add").Index(i), name)
				continue
			}
			if !known {
				findings.Addf("group-left-out", m.Key("group_add").Index(i), "write the number that `getent group "+name+"` prints in the image",
					"Kubernetes takes numbers only, and which group %q is in the image is not known here: the container is not in it, and what only the group may read or write stays closed to it", name)
				continue
			}
			if len(b.Members) > 1 && !seen[id] {
				findings.Addf("pod-level", m.Key("group_add").Index(i), "", "every container of the Pod gets group %d: %s", id, b.Others(m))
			}
			seen[id] = true
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return sorted.Keys(seen)
}
