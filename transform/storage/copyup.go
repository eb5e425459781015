package storage

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

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
	help := "x-kubernetes: {copyUp: true} in the long form of the mount copies it with a shell of the image, {copyUp: false} says that nothing is missing"
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
	case content == source.Unknown && m.Below != "" && !dataWords.MatchString(path.Base(m.Target)):
		findings.Addf("copy-up-likely", m.At, help, "below the mount at %s only this volume shows what the image has in %s; Docker copies it there, here the volume stays empty", m.Below, m.Target)
	}
	return false
}

// fills reports whether the image of a container fills a claim where no other has: it is known to have something there, and a shell.
func fills(u *input.Container, m plan.Mount) bool {
	if wish := m.Claim.Ext.CopyUp; wish != nil {
		return *wish && !hasNoShell(u)
	}
	content, _ := imageContent(u, m.Target)
	return m.CopyUp && !m.Claim.Existing && u.Facts.Shell && (content == source.Yes || content == source.Likely && m.Claim.Share == nil)
}

// filler is a container whose image fills a volume, and the place where it has the files.
type filler struct {
	container *input.Container
	mount     plan.Mount
}

// fillersOf returns what fills each volume, in the order of the containers.
func fillersOf(containers []*input.Container, mounts map[*input.Container][]plan.Mount) map[string][]filler {
	found := map[string][]filler{}
	for _, u := range containers {
		for _, m := range mounts[u] {
			if m.Claim != nil && m.Writable == "" && m.Filling == nil && fills(u, m) {
				found[volumeOf(m)] = append(found[volumeOf(m)], filler{u, m})
			}
		}
	}
	return found
}

// volumeOf names the volume of a mount, which is a directory of a claim.
func volumeOf(m plan.Mount) string { return m.Claim.Name + " " + m.SubPath }

// fillerBeside returns what another service fills a volume with, nil if none does.
func fillerBeside(u *input.Container, all []filler) *filler {
	i := slices.IndexFunc(all, func(f filler) bool { return f.container.Service != u.Service })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// filledBefore returns a service that a container's service depends on and whose image is certain to fill the volume: docker compose makes its
// container first, and copies nothing into a volume that has something.
func filledBefore(u *input.Container, all []filler) *filler {
	i := slices.IndexFunc(all, func(f filler) bool {
		content, _ := imageContent(f.container, f.mount.Target)
		_, depends := u.Service.Config.DependsOn[f.container.Service.Name]
		return depends && content == source.Yes && f.container.Spec.Image != u.Spec.Image
	})
	if i < 0 {
		return nil
	}
	return &all[i]
}

// seeds reports whether a claim must be filled from the image.
//
// Docker copies what the image has at the mount point into a named volume that is new; on Kubernetes the claim stays empty
// and hides it. The copy takes a container that runs a shell of the image as root, so it is made only where facts say that
// there is something to copy and a shell to do it with, or where the user says so.
// Source: https://docs.docker.com/engine/storage/volumes/#mounting-a-volume-over-existing-data
func seeds(u *input.Container, m plan.Mount, all []filler, findings *report.Findings) bool {
	if wish := m.Claim.Ext.CopyUp; wish != nil {
		if *wish && hasNoShell(u) {
			findings.Addf("copy-up-missing", m.At, noShellHelp, "x-kubernetes.copyUp copies what the image has in %s with a shell of the image, which has none: the new volume stays empty", m.Target)
			return false
		}
		return *wish && filledBefore(u, all) == nil
	}
	if !m.CopyUp || m.Claim.Existing { // what is there has its content already
		return false
	}
	help := "x-kubernetes: {copyUp: true} on the volume copies it with a shell of the image, {copyUp: false} says that nothing is missing"
	content, evidence := imageContent(u, m.Target)
	if evidence != "" {
		evidence = " (" + evidence + ")"
	}
	switch {
	case m.Claim.Share != nil && content != source.Yes: // a share that others keep has its content
	case content == source.No:
	case mayHoldProgram(u, m.Target):
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

// programDirectories are where images keep programs and their configuration, as the Filesystem Hierarchy Standard and the
// Dockerfiles of the languages have it; a volume there is rarely meant to be empty. What lies below them is theirs as well.
var programDirectories = []string{"/app", "/bin", "/code", "/etc", "/lib", "/opt", "/sbin", "/srv/http", "/usr", "/var/solr", "/var/www"}

// homeDirectory matches the directories of users, which have files from the first; what programs keep below them they make themselves.
var homeDirectory = pattern.New(`^/home(/[^/]+)?$`).Holding("/home")

// dataWords match the last word of directories that are for data although they lie in a place for programs.
var dataWords = pattern.New(`(?i)(^|[-_.])(data|db|logs?|cache|tmp|temp|uploads?|media|storage|backups?|state|sessions?|run|files|store|volumes?|downloads?|exports?|imports?|repositor(y|ies))$`)

// programWords match the last word of directories of a program wherever it lies, such as /pulsar/conf, and dataParents the places of data, in which
// programs make such directories themselves.
var (
	programWords = pattern.New(`(?i)^/[^/]+/(.*/)?(conf|config|etc|bin|libs?|www|html|htdocs|static|public|node_modules|vendor|site-packages)$`)
	dataParents  = pattern.New(`(?i)^/(data|config|storage|mnt|media|var/lib|var/opt|bitnami|home)(/|$)`)
)

// installedWords match the last word of directories into which a Dockerfile installs packages.
var installedWords = pattern.New(`/(node_modules|vendor|site-packages)$`)

// isProgramDirectory reports whether an image whose content is not known is likely to have files in a directory.
func isProgramDirectory(target string) bool {
	return homeDirectory.MatchString(target) ||
		slices.ContainsFunc(programDirectories, func(dir string) bool { return source.Within(target, dir) }) && !dataWords.MatchString(path.Base(target))
}

// programPath matches variables that name directories of programs, classes and plugins.
var programPath = pattern.New(`(?i)(^|_)(PLUGINS?_(PATH|DIR)|CLASSPATH|NODE_PATH|PYTHONPATH|PATH)$`)

// namesPrograms reports whether a variable of a container names a directory in which its programs or their plugins lie.
func namesPrograms(u *input.Container, target string) bool {
	for name, value := range u.Spec.Environment {
		if value == nil || !programPath.MatchString(name) {
			continue
		}
		for dir := range strings.FieldsFuncSeq(*value, func(r rune) bool { return r == ',' || r == ':' }) {
			if path.Clean(strings.TrimSpace(dir)) == target {
				return true
			}
		}
	}
	return false
}

// mayHoldProgram reports whether nothing is known about a directory of the image in which programs mostly lie.
func mayHoldProgram(u *input.Container, target string) bool {
	content, _ := imageContent(u, path.Clean(target))
	if content == source.Unknown && namesPrograms(u, path.Clean(target)) {
		return true
	}
	isKnown := u.IsImageKnown && (u.Service.Build() == nil || u.Facts.Locked || u.Facts.Paths[path.Clean(target)].Exists != source.Yes && !installedWords.MatchString(target))
	return content == source.Unknown && !isKnown && (isProgramDirectory(target) || programWords.MatchString(target) && !dataParents.MatchString(target))
}

// imageContent returns whether the image of a container has anything in a directory, and what speaks for it.
func imageContent(u *input.Container, target string) (content source.Answer, evidence string) {
	facts := u.Facts
	if source.Within(target, "/etc/letsencrypt") { // certificates are made where the image runs
		return source.No, ""
	}
	switch found, looked := facts.Paths[target]; {
	case slices.ContainsFunc(slices.Concat(facts.ContentDirs, facts.CopyTargets), func(dir string) bool { return source.Within(dir, target) }):
		return source.Yes, found.Evidence
	case looked && found.Content != source.Unknown:
		return found.Content, found.Evidence
	case looked && found.Exists == source.No:
		return source.No, ""
	case u.IsImageKnown:
		return listedContent(u, target), ""
	}
	return source.Unknown, ""
}

// keysDirectory matches directories for keys and certificates, which no image brings.
var keysDirectory = pattern.New(`(?i)/(certs?|certificates?|keys?|ssl|tls|secrets)$`)

// listedContent returns whether an image of which the main directories are known has anything in a directory. Those lists are not
// complete: what lies below a directory with content may have content as well, and a shell that finds none copies none. Where the image keeps data it has none before it runs.
func listedContent(u *input.Container, target string) source.Answer {
	holds := func(dir string) bool { return source.Within(target, dir) }
	switch {
	case u.Facts.Locked || keysDirectory.MatchString(target) || dataWords.MatchString(path.Base(target)) ||
		slices.ContainsFunc(slices.Concat(u.Facts.DataDirs, u.Facts.Volumes), holds):
		return source.No
	case slices.ContainsFunc(u.ListedContent(), holds): // what a Dockerfile copies is looked at path by path
		return source.Likely
	case isProgramDirectory(target), u.Service.Build() != nil && installedWords.MatchString(target):
		return source.Unknown
	}
	return source.No
}

// mustOwn reports whether the program of the image wants to own the directory of a claim and cannot: it does not start as
// root, and what fsGroup gives it is the group only. Postgres refuses such a directory.
// Source: https://github.com/docker-library/docs/blob/master/postgres/README.md (arbitrary --user notes)
func mustOwn(ids *users.Users, u *input.Container, m plan.Mount) bool {
	row, known := u.Service.ImageRow()
	uid := ids.Process(u).User
	return known && row.OwnsEmptyDirs && row.Shell && uid != nil && *uid != 0 && !m.ReadOnly && !m.Claim.Existing && !u.IsHook &&
		slices.Contains(u.EmptyDirectories(), m.Target)
}

// takesOwner reports whether a new volume needs the owner that the directory has in the image: it belongs to a user that is not
// root, and no group of the Pod gives it to the program, as that starts as root and becomes that user later, or as the number
// of its user is not known.
// Source: populateVolumes and copyExistingContents of the Docker Engine (daemon/create_unix.go, container/container_unix.go)
func takesOwner(ids *users.Users, u *input.Container, m plan.Mount) bool {
	if !m.CopyUp || m.ReadOnly || m.Claim.Existing || m.Claim.Share != nil || m.Claim.Ext.CopyUp != nil || !u.Facts.Shell || u.Service.Ext.FSGroup != nil ||
		slices.Contains(u.Facts.DataDirs, m.Target) {
		return false
	}
	found := u.Facts.Paths[m.Target]
	uid := ids.Process(u).User
	if uid == nil && u.StartsAsNamed() {
		return found.Exists == source.Yes || found.Exists == source.Likely
	}
	return (uid == nil || *uid == 0) && found.UID != nil && *found.UID != 0
}

// decideFilling decides which mounts an initContainer prepares before anything else sees them: a claim is filled with what
// the image has at its place, or given to the user of the program.
func decideFilling(containers []*input.Container, mounts map[*input.Container][]plan.Mount, w *workload.Workloads, ids *users.Users, findings *report.Findings) {
	seeded := map[string]bool{}
	fillers := fillersOf(containers, mounts)
	for _, u := range containers {
		for i := range mounts[u] {
			m := &mounts[u][i]
			switch {
			case m.Writable != "":
				owner := ids.Process(u)
				m.Owner = &owner
			case m.Filling != nil:
				owner := fillingOwner(containers, mounts, ids, m.Filling)
				m.Owner = &owner
			case m.Claim == nil:
				m.Seeded = m.CopyUp && seedsAnonymous(u, *m, findings)
			case seeds(u, *m, fillers[volumeOf(*m)], findings):
				identity := m.Claim.Name + " " + m.SubPath + " " + m.Target + " " + u.Service.Name
				m.Seeded = !seeded[identity]
				seeded[identity] = true
				reportEarlierWriter(u, *m, mounts, w, findings)
			case takesOwner(ids, u, *m):
				m.Seeded = true
				findings.Addf("volume-owner-set", m.At, "", "an initContainer that runs as root gives %s the owner that it has in the image, as Docker does with a new volume", m.Target)
			case mustOwn(ids, u, *m):
				owner := ids.Process(u)
				m.Owner = &owner
				findings.Addf("volume-owner-set", m.At, "", "an initContainer that runs as root gives %s to user %d, whose program insists on owning it", m.Target, *owner.User)
			}
		}
	}
}

// fillingOwner returns the user who is to own the files with which a volume begins, whichever Pod comes first: the first that may write there
// and is known.
func fillingOwner(containers []*input.Container, mounts map[*input.Container][]plan.Mount, ids *users.Users, filling *plan.Content) users.IDs {
	for _, u := range containers {
		for _, m := range mounts[u] {
			if owner := ids.Process(u); m.Filling == filling && !m.ReadOnly && owner.User != nil {
				return owner
			}
		}
	}
	return users.IDs{}
}

// reportEarlierWriter reports a service that writes to a volume before the image of another one has filled it. docker compose makes all
// containers, and fills their volumes, before it starts the first of them; here a Pod fills a volume when it starts, and only one
// in which nothing is. In one Pod the copy comes first.
func reportEarlierWriter(u *input.Container, m plan.Mount, mounts map[*input.Container][]plan.Mount, w *workload.Workloads, findings *report.Findings) {
	for _, name := range slices.Sorted(maps.Keys(u.Service.Config.DependsOn)) {
		d := u.Service.Config.DependsOn[name]
		i := slices.IndexFunc(w.Pods, func(b *workload.Pod) bool {
			return slices.ContainsFunc(b.Members, func(s *input.Service) bool { return s.Name == name })
		})
		if d.Condition == types.ServiceConditionStarted || i < 0 || w.Pods[i] == w.Pod(u.Service) || w.Pods[i].Kind == workload.None {
			continue
		}
		j := slices.IndexFunc(w.Pods[i].Members, func(s *input.Service) bool { return s.Name == name })
		first := w.Pods[i].Members[j].Container()
		writes := func(x plan.Mount) bool {
			content, _ := imageContent(first, x.Target)
			return x.Claim == m.Claim && !x.ReadOnly && content != source.Yes // or its own image fills the volume, as on Docker
		}
		if !slices.ContainsFunc(mounts[first], writes) {
			continue
		}
		help := "x-kubernetes: {group: …} with the same value at both puts them into one Pod, where the copy comes first"
		if d.Condition == types.ServiceConditionCompletedSuccessfully {
			help = fmt.Sprintf("x-kubernetes: {inline: true} on %s runs it in the Pod of %s, where the copy comes first", name, u.Service.Name)
		}
		findings.Addf("copy-up-order", m.At, help, "Docker fills the volume with what the image of %s has in %s before %s starts; here %s may be first, and nothing is copied into a volume that has something",
			u.Service.Name, m.Target, name, name)
	}
}
