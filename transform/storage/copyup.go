package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// seedsAnonymous reports whether the emptyDir of an anonymous volume must be filled from the image, as Docker fills the volume: by the
// rules of [seeds]. Where nothing is known, a volume below another mount is there to keep what the image has, since nobody would
// see it otherwise.
func seedsAnonymous(u *input.Container, m plan.Mount, findings *report.Findings) bool {
	if wish := m.CopyWish; wish != nil {
		if *wish && hasNoShell(u) {
			findings.Addf("copy-up-missing", m.At, noShell, "x-kubernetes.copyUp copies what the image has in %s with a shell of the image, which has none: the new volume stays empty", m.Target)
			return false
		}
		return *wish
	}
	help := copyMount
	content, evidence := imageContent(u, m.Target)
	if evidence != "" {
		evidence = " (" + evidence + ")"
	}
	switch {
	case content >= source.Likely && u.Facts.Shell:
		findings.Addf("copy-up", m.At, "", "what the image has in %s%s is copied into the anonymous volume whenever a Pod starts", m.Target, evidence)
		return true
	case content >= source.Likely && hasNoShell(u):
		findings.Addf("copy-up-missing", m.At, noShell, "Docker fills the anonymous volume with what the image has in %s%s; the image has no shell that could copy it, so here it stays empty", m.Target, evidence)
	case content >= source.Likely:
		findings.Addf("copy-up-missing", m.At, help, "Docker fills the anonymous volume with what the image has in %s%s; here it stays empty", m.Target, evidence)
	case content == source.Unknown && m.Below != "" && (!u.IsImageKnown || u.Service.Build() != nil) && !dataWords.MatchString(path.Base(m.Target)):
		findings.Addf("copy-up-likely", m.At, help, "below the mount at %s only this volume shows what the image has in %s; Docker copies it there, here the volume stays empty", m.Below, m.Target)
	}
	return false
}

// copyMount and copyVolume say how to choose whether the content of an image is copied.
const (
	copyMount  = "x-kubernetes: {copyUp: true} in the long form of the mount copies it with a shell of the image, {copyUp: false} says that nothing is missing"
	copyVolume = "x-kubernetes: {copyUp: true} on the volume copies it with a shell of the image, {copyUp: false} says that nothing is missing"
)

// copyWish returns what the project says about the copy of the content of an image into a claim, nil for nothing: on the volume, or on the
// mount of one without a name.
func copyWish(m plan.Mount) *bool {
	if wish := m.Claim.Ext.CopyUp; wish != nil || !m.CopyUp {
		return wish
	}
	return m.CopyWish
}

// isFilled reports whether a claim has its content already: the project names it as one that is there. What is only outside the project on Docker may be
// a new claim here, and the copy is made where it is empty.
func isFilled(c *plan.Claim) bool { return c.Existing && c.Ext.ClaimName != "" }

// fills reports whether the image of a container fills a claim where no other has: it is known to have something there, and a shell.
func fills(u *input.Container, m plan.Mount) bool {
	if wish := copyWish(m); wish != nil {
		return *wish && !hasNoShell(u)
	}
	content, _ := imageContent(u, m.Target)
	return m.CopyUp && !isFilled(m.Claim) && u.Facts.Shell && (content == source.Yes || content == source.Likely && m.Claim.Share == nil)
}

// seeds reports whether a claim must be filled from the image.
//
// Docker copies what the image has at the mount point into a named volume that is new; on Kubernetes the claim stays empty
// and hides it. The copy takes a container that runs a shell of the image as root, so it is made only where facts say that
// there is something to copy and a shell to do it with, or where the user says so. Where a claim takes the owner of the
// directory, whatever is there is copied with it.
// Source: https://docs.docker.com/engine/storage/volumes/#mounting-a-volume-over-existing-data
func seeds(u *input.Container, m plan.Mount, near neighbours, borrower string, takesOwner bool, findings *report.Findings) bool {
	all := near.fillers
	if wish := copyWish(m); wish != nil {
		if *wish && hasNoShell(u) {
			findings.Addf("copy-up-missing", m.At, noShellHelp, "x-kubernetes.copyUp copies what the image has in %s with a shell of the image, which has none: the new volume stays empty", m.Target)
			return false
		}
		return *wish && filledBefore(u, all) == nil
	}
	if !m.CopyUp || isFilled(m.Claim) {
		return false
	}
	help := copyVolume
	if isAnonymous(u, m.Target) {
		help = copyMount
	}
	content, evidence := imageContent(u, m.Target)
	if evidence != "" {
		evidence = " (" + evidence + ")"
	}
	switch {
	case m.Claim.Share != nil && content != source.Yes: // a share that others keep has its content
	case content == source.No:
	case takesOwner && content == source.Unknown && fillerBeside(u, all) == nil:
	case content == source.Unknown && borrower != "":
		findings.Addf("copy-up-likely", m.At, help, "%s does nothing but lend its volumes to %s: Docker puts what its image has in %s into the new volume; here it stays empty", u.Service.Name, borrower, m.Target)
	case mayHoldProgram(u, m.Target) && !near.isFilledBeside(u, m):
		if other := fillerBeside(u, all); other != nil {
			findings.Addf("copy-up-likely", m.At, help, "an image mostly has files in %s, which Docker puts into the new volume; here it gets what the image of %s has in %s", m.Target, other.container.Service.Name, other.mount.Target)
			break
		}
		findings.Addf("copy-up-likely", m.At, help, "an image mostly has files in %s, which Docker puts into the new volume; here it stays empty and hides them", m.Target)
	case content == source.Unknown && fillerBeside(u, all) != nil:
		other := fillerBeside(u, all)
		findings.Addf("copy-up-unknown", m.At, help, "if the image has anything in %s, Docker may put it into the new volume; here it gets what the image of %s has in %s", m.Target, other.container.Service.Name, other.mount.Target)
	case content == source.Unknown:
		findings.Addf("copy-up-unknown", m.At, help, "if the image has anything in %s, Docker puts it into the new volume; here it stays empty", m.Target)
	case hasNoShell(u):
		findings.Addf("copy-up-missing", m.At, noShellHelp, "Docker fills the new volume with what the image has in %s%s; the image has no shell that could copy it, so here it stays empty", m.Target, evidence)
	case !u.Facts.Shell && content == source.Likely:
		findings.Addf("copy-up-missing", m.At, help, "the image may have something in %s%s, which Docker puts into the new volume; no shell of the image is known that could copy it, so here it stays empty", m.Target, evidence)
	case !u.Facts.Shell:
		findings.Addf("copy-up-missing", m.At, help, "Docker fills the new volume with what the image has in %s%s; here it stays empty", m.Target, evidence)
	default:
		if first := filledBefore(u, all); first != nil {
			findings.Addf("copy-up", m.At, "", "what the image has in %s%s is not copied: on Docker, %s comes first and fills the volume", m.Target, evidence, first.container.Service.Name)
			return false
		}
		findings.Addf("copy-up", m.At, "", "what the image has in %s%s is copied into the volume while that is empty, as on Docker", m.Target, evidence)
		return true
	}
	return false
}

// noShell and noShellHelp say what to do about content that the image cannot copy itself.
const (
	noShell     = "build the image on one that has /bin/sh, or let the program read the files from a directory that is no volume"
	noShellHelp = "build the image on one that has /bin/sh, or let the program read the files from a directory that is no volume; {copyUp: false} on the volume says that nothing is missing"
)

// hasNoShell reports whether it is certain that the image of a container has no shell.
func hasNoShell(u *input.Container) bool { return u.Facts.ShellKnown && !u.Facts.Shell }

// mustOwn reports whether the program of the image wants to own the directory of a claim and cannot: it does not start as
// root, and what fsGroup gives it is the group only. Postgres refuses such a directory.
// Source: https://github.com/docker-library/docs/blob/master/postgres/README.md (arbitrary --user notes)
func mustOwn(ids *users.Users, u *input.Container, m plan.Mount) bool {
	uid := ids.Process(u).User
	if uid == nil || *uid == 0 || m.ReadOnly || m.Claim.Existing || u.IsHook {
		return false
	}
	row, known := u.Service.ImageRow()
	return known && row.OwnsEmptyDirs && row.Shell && slices.Contains(u.EmptyDirectories(), m.Target) || u.Facts.Shell && asksForOwner(u)
}

// ownerAsked matches how a script asks who owns a directory.
var ownerAsked = pattern.New(`\bstat\s+(?:-\w+\s+)*(?:-c|--format|--printf|-f)[=\s]*["']?%[uU]|(?:\[|\btest)\s+!?\s*-O\s|\bfind\s[^;|&]*-(?:not\s+-|!\s*-)?u(?:ser|id)\b`).Holding("stat", "-o", "find")

// asksForOwner reports whether the command of a container, or a script that is built into its image, asks who owns a directory.
func asksForOwner(u *input.Container) bool {
	return ownerAsked.MatchString(strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")) ||
		slices.ContainsFunc(u.Facts.Texts, func(t source.ImageText) bool { return ownerAsked.MatchString(t.Text) })
}

// takesOwner reports whether a new volume needs the owner that the directory has in the image: it belongs to a user that is not
// root, and no group of the Pod gives it to the program, as that starts as root and becomes that user later, or as the number
// of its user is not known.
// The copy has the owner of the image, so that nobody needs to know the number.
// Source: populateVolumes and copyExistingContents of the Docker Engine (daemon/create_unix.go, container/container_unix.go)
func takesOwner(ids *users.Users, u *input.Container, m plan.Mount) bool {
	if !m.CopyUp || m.ReadOnly || isFilled(m.Claim) || m.Claim.Share != nil || copyWish(m) != nil || !u.Facts.Shell || u.Service.Ext.FSGroup != nil ||
		slices.Contains(u.Facts.DataDirs, m.Target) {
		return false
	}
	found := u.Facts.Paths[m.Target]
	uid := ids.Process(u).User
	if uid == nil && u.StartsAsNamed() {
		return found.Exists == source.Yes || found.Exists == source.Likely
	}
	return (uid == nil || *uid == 0) && (found.UID != nil && *found.UID != 0 || found.Given || input.IsTemporary(m.Target))
}

// decideFilling decides which mounts an initContainer prepares before anything else sees them: a claim is filled with what
// the image has at its place, or given to the user of the program.
func decideFilling(containers []*input.Container, mounts map[*input.Container][]plan.Mount, w *workload.Workloads, ids *users.Users, findings *report.Findings) {
	seeded := map[string]bool{}
	near := neighboursOf(containers, mounts)
	for _, u := range containers {
		for i := range mounts[u] {
			m := &mounts[u][i]
			owned := m.Claim != nil && takesOwner(ids, u, *m)
			switch {
			case m.Writable != "":
				owner := ids.Process(u)
				if len(m.Private) > 0 {
					owner = privateOwner(ids, u, *m, findings)
				}
				m.Owner = &owner
			case m.Filling != nil:
				owner := fillingOwner(containers, mounts, ids, m.Filling)
				m.Owner = &owner
			case m.Claim == nil:
				m.Seeded = m.CopyUp && seedsAnonymous(u, *m, findings)
			case seeds(u, *m, near[volumeOf(*m)], borrower(u, containers), owned, findings):
				identity := m.Claim.Name + " " + m.SubPath + " " + m.Target + " " + u.Service.Name
				m.Seeded = !seeded[identity]
				seeded[identity] = true
				reportEarlierWriter(u, *m, mounts, w, findings)
			case owned:
				m.Seeded = true
				findings.Addf("volume-owner-set", m.At, "", "an initContainer that runs as root gives %s the owner and the mode that it has in the image, as Docker does with a new volume", m.Target)
			case mustOwn(ids, u, *m):
				owner := ids.Process(u)
				m.Owner = &owner
				findings.Addf("volume-owner-set", m.At, "", "an initContainer that runs as root gives %s to user %d, whose program insists on owning it", m.Target, *owner.User)
			}
		}
	}
}
