package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
	"github.com/transship/transship/transform/storage/databases"
)

// anonymousVolume returns the mount of a volume without a name.
//
// Docker fills it from the image and keeps it while the container is restarted or re-created, until it is removed. An
// emptyDir starts empty and lives as long as the Pod. Where the image has something at that path, or may well have, a mount
// would only hide it: the container's own file system has the content and lives nearly as long. Below another mount nothing of
// the image can be seen, so the volume is what keeps the content there, as in the usual pair of .:/app and /app/node_modules.
func (d *mounting) anonymousVolume(u *input.Container, at diag.Path, v types.ServiceVolumeConfig, own extension.Mount) (plan.Mount, bool) {
	if v.Volume != nil && len(v.Volume.Labels) > 0 {
		d.findings.Addf("volume-labels", at.Key("volume", "labels"), "", "the labels of the volume at %s are left out: it has no object that could carry them", v.Target)
	}
	m := plan.Mount{ReadOnly: v.ReadOnly, Wish: path.Base(v.Target), Inherited: true}
	if own.As == "pvc" || d.outliving[u.Service.Name] {
		m.CopyWish = own.CopyUp
		return d.promoted(u, at, v.Target, m), true
	}
	above := d.mountAbove(u, v.Target)
	if own.As == "" && own.CopyUp == nil && !u.Spec.ReadOnly && above == "" {
		if has := d.binds.imageFills(u, v.Target); has || mayHoldProgram(u, v.Target) {
			d.reportLeftOut(at, v.Target, has)
			return plan.Mount{}, false
		}
	}
	m = ephemeral(u, at, v.Target, m, own.As != "", d.findings)
	m.CopyUp, m.Below, m.CopyWish = own.As == "" && (v.Volume == nil || !v.Volume.NoCopy), above, own.CopyUp
	return m, own.As != "" || !ownsItself(u, v.Target)
}

// reportLeftOut tells of an anonymous volume that would hide what the image has, or may have, at its place.
func (d *mounting) reportLeftOut(at diag.Path, target string, has bool) {
	isMade := madeByBuilds.MatchString(target)
	switch {
	case isMade && has:
		d.findings.Addf("anonymous-image", at, "", "the anonymous volume at %s is left out, so that what the image has there can be seen, as on Docker", target)
	case isMade:
		d.findings.Addf("anonymous-image", at, "", "the anonymous volume at %s is left out, so that what the image may have there can be seen, as on Docker", target)
	case has:
		d.findings.Addf("ephemeral-data", at, "mount a named volume there, which begins with the files of the image",
			"the anonymous volume at %s is left out, so that what the image has there can be seen: what is written there is lost whenever the container starts again, where Docker keeps it until the container is removed with its volumes", target)
	default:
		d.findings.Addf("ephemeral-data", at, "mount a named volume there, with x-kubernetes.copyUp where it is to begin with what the image has",
			"the anonymous volume at %s is left out, so that what the image may have there can be seen: what is written there is lost whenever the container starts again, where Docker keeps it until the container is removed with its volumes", target)
	}
}

// madeByBuilds matches directories that builds and package managers make: who writes an anonymous volume there wants to keep a mount above
// from hiding what the image has, not to keep data.
var madeByBuilds = pattern.New(`(?i)/(node_modules|bower_components|vendor|packages|site-packages|\.?venv|env|build|dist|target|out|obj|bin|lib|public|static|assets|__pycache__|coverage|cache|te?mp|logs?|\.[\w-]+)$`)

// ownsItself reports whether the program of an image insists on owning a directory and starts as another user than root: an emptyDir belongs
// to root, whoever may write there. What the container's own file system has at that place is the program's.
func ownsItself(u *input.Container, target string) bool {
	row, known := u.Service.ImageRow()
	user, _, _ := strings.Cut(u.Spec.User, ":")
	return known && row.OwnsEmptyDirs && user != "" && user != "0" && user != "root" && slices.Contains(u.EmptyDirectories(), target)
}

// mountAbove returns the target of a volume or bind mount of the container above a path, "" if there is none: below it nothing of
// the image can be seen. What is left out is no mount.
func (d *mounting) mountAbove(u *input.Container, target string) string {
	for i, v := range u.Spec.Volumes {
		above := path.Clean(v.Target)
		if above == target || !source.Within(target, above) {
			continue
		}
		switch v.Type {
		case types.VolumeTypeBind:
			if fate := d.binds.Decision(u, i).Fate; fate == binds.LeftOut || fate == binds.BuiltIn {
				continue
			}
		case types.VolumeTypeNamedPipe, types.VolumeTypeImage:
			continue
		case types.VolumeTypeVolume:
			if v.Source == "" {
				continue
			}
		}
		return above
	}
	return ""
}

// promoted returns the mount of an anonymous volume that must outlive its Pod or be seen by another.
func (d *mounting) promoted(u *input.Container, at diag.Path, target string, m plan.Mount) plan.Mount {
	identity := "anonymous " + u.Service.Path.String() + " " + target
	c, isNew := d.claims.of(d.names, identity, d.names.DNS(u.Service)+"-"+path.Base(target), at)
	if isNew {
		d.findings.Addf("anonymous-claim", at, "", "the anonymous volume at %s becomes the claim %s, which nothing removes with the Pod", target, c.Name)
	}
	m.Claim, m.CopyUp = c, true
	return m
}

// ephemeral returns the mount of an emptyDir for a volume without a name.
func ephemeral(u *input.Container, at diag.Path, target string, m plan.Mount, chosen bool, findings *report.Findings) plan.Mount {
	m.Own, m.Volumes = "anonymous "+u.Service.Path.String()+" "+target, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
	switch {
	case chosen:
	case slices.ContainsFunc(dataDirs(u), func(dir string) bool { return source.Within(dir, target) || source.Within(target, dir) }):
		findings.Addf("ephemeral-data", at, "mount a named volume there",
			"%s holds data and has no named volume: it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", target)
	case len(dataDirs(u)) == 0 && databases.IsForData(target):
		findings.Addf("ephemeral-data", at, "mount a named volume there",
			"%s is for data by its name and has no named volume: what is in it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", target)
	default:
		findings.Addf("anonymous-volume", at, "give the volume a name if what is in it must be kept", "the anonymous volume at %s lives as long as the Pod", target)
	}
	return m
}

// devServer matches commands that start a server whose data is in memory, unless an option names a file. Sources: https://docs.temporal.io/cli/server#start-dev
// (--db-filename), https://developer.hashicorp.com/consul/docs/reference/cli/agent#_dev, https://developer.hashicorp.com/vault/docs/commands/server#dev
var (
	devServer = pattern.New(`(^|\s)(server\s+start-dev|agent\s(?:.*\s)?-dev|server\s(?:.*\s)?-dev)(\s|$)`).Holding("-dev")
	devFile   = pattern.New(`(^|\s)(-f|--db-filename|-data-dir)(\s|=)`).Holding("-f", "--db-filename", "-data-dir")
)

// keepsInMemory reports whether the command of a container keeps all data in memory, so that it is gone on Docker as well.
func keepsInMemory(u *input.Container) bool {
	words := strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")
	return devServer.MatchString(words) && !devFile.MatchString(words)
}

// reportUnmountedStore reports a database of an image that is not known in which nothing is mounted for its data. Docker keeps what it
// writes as long as the container; a Pod is replaced whenever its node or its template changes.
func (d *mounting) reportUnmountedStore(u *input.Container, mounts []plan.Mount) {
	if u.IsHook || d.podOf[u].IsFinite() {
		return
	}
	if dir, at := toldDirectory(u); dir != "" && len(u.Service.Facts.DataDirs) == 0 {
		if !isKept(u, mounts, dir) && !d.isToldOther(u, at, dir) {
			d.findings.Addf("ephemeral-data", at, "mount a named volume there",
				"%s holds data and has no named volume: it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", dir)
		}
		return
	}
	facts := u.Service.Facts
	if keepsInMemory(u) {
		return
	}
	if u.IsHook || facts.Locked || len(facts.DataDirs) > 0 || len(facts.Volumes) > 0 || !d.runsImageDefault(u) || !databases.IsStore(u) && !databases.IsInitialized(u.Service) {
		return
	}
	if moved, _ := movedDirs(u); slices.ContainsFunc(moved, func(dir string) bool { return isKept(u, mounts, dir) }) {
		return
	}
	if len(u.Spec.Tmpfs) > 0 || d.mayHoldData(u) || slices.ContainsFunc(mounts, func(m plan.Mount) bool { return isVolume(m) && databases.MayKeep(u, m.Target) }) {
		return
	}
	d.findings.Addf("ephemeral-data", u.At.Key("image"), "mount a named volume where the program keeps its data; `transship lock` reads from the image which directories are volumes",
		"%s keeps data, by its image or its variables, and has no volume for it: it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed", u.Service.Name)
}

// isToldOther reports whether a variable that names a directory is meant for another service: one that has it as well mounts a volume there.
func (d *mounting) isToldOther(u *input.Container, at diag.Path, dir string) bool {
	variable := at[len(at)-1]
	return slices.ContainsFunc(d.project.Services, func(s *input.Service) bool {
		return s != u.Service && s.Config.Environment[variable] != nil && slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool { return path.Clean(v.Target) == dir })
	})
}

func isTold(u *input.Container) bool {
	dir, _ := toldDirectory(u)
	return dir != ""
}

// mayHoldData reports whether an item of volumes may hold the data of a program of which it is not known where it keeps it. Files that objects
// carry do not.
func (d *mounting) mayHoldData(u *input.Container) bool {
	for i, v := range u.Spec.Volumes {
		isCarried := false
		if v.Type == types.VolumeTypeBind {
			fate := d.binds.Decision(u, i).Fate
			isCarried = fate == binds.AsConfigMap || fate == binds.AsSecret
		}
		if !isCarried && databases.MayKeep(u, path.Clean(v.Target)) {
			return true
		}
	}
	return false
}

// besideData matches directories that programs have beside their data: fonts, certificates, what can be made again.
var besideData = pattern.New(`(?i)/(fonts?|certs?|certificates|ssl|tls|static|assets|locales?|ca-certificates|\.ssh)(/|$)`)

// ofUsers matches the names of directories for what users put in, wherever they lie.
var ofUsers = pattern.New(`(?i)/([\w-]*[-_])?(uploads?|media|data|storage|files|images|avatars|attachments|db|database)$`)

// isBeside reports whether what is mounted at a place is beside the data of a program, by the name of the place.
func isBeside(target string) bool {
	target = path.Clean(target)
	return passing.MatchString(target) || besideData.MatchString(target) && !ofUsers.MatchString(target)
}

// reportUnread reports a service that runs on and keeps nothing, of an image of which it is not known whether it declares volumes. Docker
// makes one for each, and keeps it while the container is made anew.
func (d *mounting) reportUnread(u *input.Container, mounts []plan.Mount) {
	facts := u.Service.Facts
	if u.IsHook || u.Service.Build() != nil || u.IsImageKnown || facts.Locked || facts.ConfigKnown || len(facts.Volumes)+len(facts.DataDirs) > 0 || d.podOf[u].IsFinite() ||
		isTold(u) || databases.IsStore(u) || databases.IsInitialized(u.Service) {
		return
	}
	isVolume := func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeVolume && !v.ReadOnly && !isBeside(v.Target)
	}
	if slices.ContainsFunc(mounts, func(m plan.Mount) bool { return isWritableClaim(m) && !isBeside(m.Target) }) || slices.ContainsFunc(u.Spec.Volumes, isVolume) {
		return
	}
	if i := slices.IndexFunc(mounts, isWritableClaim); i >= 0 {
		d.findings.Addf("image-unread", u.At.Key("image"), "mount a named volume where the program keeps data",
			"which volumes the image %s declares is not known, and what %s mounts at %s is beside its data: data that it keeps would be lost with its Pod", u.Service.Config.Image, u.Service.Name, mounts[i].Target)
		return
	}
	d.findings.Addf("image-unread", u.At.Key("image"), "mount a named volume where the program keeps data",
		"which volumes the image %s declares is not known, and %s mounts none: data that it keeps would be lost with its Pod", u.Service.Config.Image, u.Service.Name)
}
