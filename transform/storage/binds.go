package storage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
)

// bindUse is what is known about a local path that containers bind.
type bindUse struct {
	users   []string // services, each once, by name
	isClaim bool     // at least one mount makes it a volume, so all do: they would not see the same files otherwise
}

// binds is what is decided about bind mounts before the first becomes something.
type binds struct {
	sources   map[string]*bindUse                  // who binds which local path
	decisions map[*input.Container][]*bindDecision // by the index of the item of volumes; nil for what is no bind mount
}

// asBind returns a mount of type bind with all that its decision looks at.
func asBind(p *input.Project, u *input.Container, v types.ServiceVolumeConfig, own extension.Mount) bind {
	b := bind{project: p, container: u, ServiceVolumeConfig: v, path: path.Clean(v.Source), own: own}
	b.file = p.Files[b.path]
	if v.Volume != nil && v.Volume.Subpath != "" { // of a volume that is a directory of the project
		b.file = fileAt(p.Files, b.path)
	}
	return b
}

// fileAt returns what lies at a path: what was read there, or the part of a directory above it that was read.
func fileAt(files source.Files, at string) *source.File {
	if f := files[at]; f != nil {
		return f
	}
	for dir := path.Dir(at); dir != "/" && dir != "."; dir = path.Dir(dir) {
		whole := files[dir]
		if whole == nil {
			continue
		}
		if whole.Kind != source.Directory {
			return nil
		}
		part := &source.File{Kind: source.Missing}
		for _, e := range whole.Entries {
			full := path.Join(dir, e.Path)
			if full == at {
				return &e.File
			}
			if source.Within(full, at) {
				part.Kind, part.Size = source.Directory, part.Size+e.Size
				e.Path = strings.TrimPrefix(full, at+"/")
				part.Entries = append(part.Entries, e)
			}
		}
		return part
	}
	return nil
}

// isEmpty reports whether nothing lies at the source yet.
func (b bind) isEmpty() bool {
	return b.file != nil && (b.file.Kind == source.Missing || b.file.Kind == source.Directory && !slices.ContainsFunc(b.file.Entries, isKept))
}

// surveyBinds classifies every bind mount before the first becomes something: whoever binds the same path sees the same
// files on Docker, so all mounts of a path, and of paths below it, must become the same volume.
func (d *decider) surveyBinds() binds {
	all := binds{sources: map[string]*bindUse{}, decisions: map[*input.Container][]*bindDecision{}}
	for _, u := range d.containers {
		all.decisions[u] = make([]*bindDecision, len(u.Spec.Volumes))
		for i := range u.Spec.Volumes {
			v := d.translated(u.Spec.Volumes[i])
			if v.Type != types.VolumeTypeBind {
				continue
			}
			b := asBind(d.project, u, v, d.project.Mount(u, i))
			use := all.sources[b.path]
			if use == nil {
				use = &bindUse{}
				all.sources[b.path] = use
			}
			if !slices.Contains(use.users, u.Service.Name) {
				use.users = append(use.users, u.Service.Name)
			}
			decision := b.decide()
			all.decisions[u][i] = &decision
			use.isClaim = use.isClaim || decision.fate == asClaim
		}
	}
	return all
}

// translated returns an item of volumes as the bind mount that it is, where the driver options of its volume make it one.
func (d *decider) translated(v types.ServiceVolumeConfig) types.ServiceVolumeConfig {
	if c := d.volumes[v.Source]; v.Type == types.VolumeTypeVolume && c != nil && !c.Existing && isBind(c) {
		v.Type, v.Source = types.VolumeTypeBind, c.Config.DriverOpts["device"]
		if v.Volume != nil && v.Volume.Subpath != "" {
			v.Source = path.Join(v.Source, path.Clean("/"+v.Volume.Subpath))
		}
	}
	return v
}

// bind returns the mount of a host path.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
func (d *decider) bind(u *input.Container, at diag.Path, v types.ServiceVolumeConfig, decision bindDecision, own extension.Mount) (plan.Mount, bool) {
	b := asBind(d.project, u, v, own)
	carried := decision.fate == asConfigMap || decision.fate == asSecret
	if d.binds.claimRoot(b) != "" && carried && own.As != "configmap" && own.As != "secret" {
		decision = b.partOfVolume(decision)
	}
	if own.As == "pvc" || own.As == "emptydir" {
		if b.isFile() {
			d.findings.Addf("mount-as", at, "mount the directory it is in", "%s is a file, and a volume is a directory: x-kubernetes: {as: %s} has no effect", b.shown(), own.As)
		}
	}
	if decision.code != "" {
		d.findings.Add(decision.code, at, decision.message, decision.help)
	}
	d.reportBindOptions(u, at, v, decision.fate)
	m := plan.Mount{ReadOnly: v.ReadOnly, Wish: b.wish(), Inherited: true}
	switch decision.fate {
	case asHostPath:
		return d.hostPath(b, at, m), true
	case asClaim:
		m.Claim, m.SubPath = d.bindClaim(b, at)
		return m, true
	case asEmptyDir:
		m.Own, m.Volumes = "bind "+b.path, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
		return m, true
	case asConfigMap:
		return d.bindFiles(b, at, m, "ConfigMap")
	case asSecret:
		return d.bindFiles(b, at, m, "Secret")
	}
	return plan.Mount{}, false
}

// partOfVolume is the fate of local files that lie in a directory which has become a volume. A directory in it is a directory
// of the volume, so that all who mount it see the same files. A file stays a copy: the volume has no file of that name until
// somebody puts it there, and where a sub-path does not exist the kubelet makes a directory of it.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go, makeMounts
func (b bind) partOfVolume(v bindDecision) bindDecision {
	if b.isFile() {
		v.code, v.message = "bind-file-copy", fmt.Sprintf("%s lies in a directory that becomes a volume; %s is a read-only copy of what the file is now, and changes in the volume do not reach it", b.shown(), b.Target)
		v.help = "let the service read the file through a mount of the directory"
		if b.own.Writable {
			v.message = strings.Replace(v.message, "read-only ", "", 1)
		}
		return v
	}
	return bindDecision{
		asClaim, "bind-data", b.shown() + " is part of a volume that other mounts write to; what is in it now is not put there",
		b.fillRemedy(),
	}
}

// wish is the name of the volume in the Pod: what the last element of the path says.
func (b bind) wish() string {
	base := path.Base(strings.ReplaceAll(b.path, `\`, "/"))
	if base == "/" || base == "." || b.path == path.Clean(b.project.Compose.WorkingDir) { // whose name may be another one elsewhere
		return path.Base(b.Target)
	}
	return base
}

// claimRoot returns the topmost path that has become a volume and holds the source, or "".
func (all binds) claimRoot(b bind) string {
	root := ""
	for dir := b.path; dir != "/" && dir != "."; dir = path.Dir(dir) {
		if use := all.sources[dir]; use != nil && use.isClaim {
			root = dir
		}
	}
	return root
}

// bindClaim returns the claim of a host directory and the path of the source within it.
func (d *decider) bindClaim(b bind, at diag.Path) (*plan.Claim, string) {
	root := d.binds.claimRoot(b)
	identity := "bind " + d.project.Relative(root) // names may come of it, and those stay when the project is somewhere else
	if c := d.claims[identity]; c != nil {
		return c, strings.TrimPrefix(strings.TrimPrefix(b.path, root), "/")
	}
	shown := d.project.Relative(root)
	wish := strings.Trim(shown, "./")
	switch {
	case shown == ".":
		wish = d.project.Compose.Name // of its directory, whose name may be another one elsewhere
	case wish == "" || path.IsAbs(shown) || isWindowsPath(shown):
		wish = path.Base(strings.ReplaceAll(root, `\`, "/"))
	}
	c := &plan.Claim{Component: wish, At: at}
	c.Name = d.names.Registry.Claim("PersistentVolumeClaim", identity, normalLabel(wish), names.MaxLabel)
	d.claims[identity] = c
	return c, strings.TrimPrefix(strings.TrimPrefix(b.path, root), "/")
}

// bindFiles returns the mount of local files that objects carry.
func (d *decider) bindFiles(b bind, at diag.Path, m plan.Mount, kind string) (plan.Mount, bool) {
	if b.file == nil || b.file.Kind != source.Regular && b.file.Kind != source.Directory {
		return plan.Mount{}, false // a file that must be there and is not: the verdict has said so
	}
	use := d.binds.sources[b.path]
	base := path.Base(b.path)
	if b.path == path.Clean(d.project.Compose.WorkingDir) {
		base = path.Base(b.Target)
	}
	wish, owner := d.names.DNS(b.container.Service)+"-"+strings.Trim(base, "."), b.container.Service
	if base == d.names.DNS(b.container.Service) {
		wish = d.names.DNS(b.container.Service) + "-config"
	}
	if use != nil && len(use.users) > 1 {
		wish, owner = strings.Trim(b.shown(), "./"), nil
		if wish == "" || strings.HasPrefix(b.shown(), "../") {
			wish = base
		}
	}
	c := d.fileContent(at, kind, b.path, b.file, wish, owner)
	m.Content, m.ReadOnly = c, true
	m.Items = c.Items
	if b.own.Writable {
		m.ReadOnly, m.Writable = b.ReadOnly, "writable "+b.container.Service.Path.String()+" "+b.Target
	}
	if b.file.Kind == source.Regular {
		m.File = c.Items[0].Path
	}
	d.reportLargeContent(at, c)
	return m, true
}

// reportBindOptions tells of options that only a directory of the host can have.
func (d *decider) reportBindOptions(u *input.Container, at diag.Path, v types.ServiceVolumeConfig, f fate) {
	if v.Bind == nil || f == asHostPath || f == leftOut || f == builtIn {
		return
	}
	for _, option := range []struct{ key, value string }{{"propagation", v.Bind.Propagation}, {"recursive", v.Bind.Recursive}, {"selinux", v.Bind.SELinux}} {
		if option.value != "" {
			d.findings.Addf("bind-option", at.Key("bind", option.key), "", "%s: %s does nothing here: no directory of a host is mounted", option.key, option.value)
		}
	}
}

// hostPath returns the mount of a path of the node.
//
// The type makes the kubelet check what is there; Docker's create_host_path is DirectoryOrCreate. Docker makes a read-only
// bind mount read-only for the mounts below it as well, where the kernel can; Kubernetes has to be asked. Propagation in
// Kubernetes is always recursive.
// Sources: https://docs.docker.com/engine/storage/bind-mounts/,
// https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
func (d *decider) hostPath(b bind, at diag.Path, m plan.Mount) plan.Mount {
	kind := b.hostPathType()
	m.Volumes = []corev1.VolumeSource{{HostPath: &corev1.HostPathVolumeSource{Path: b.path, Type: &kind}}}
	recursive := ""
	if b.Bind != nil {
		recursive = b.Bind.Recursive
		switch b.Bind.Propagation {
		case types.PropagationRSlave, types.PropagationSlave:
			m.Propagation = new(corev1.MountPropagationHostToContainer)
		case types.PropagationRShared, types.PropagationShared:
			if b.container.Spec.Privileged {
				m.Propagation = new(corev1.MountPropagationBidirectional)
			} else {
				d.findings.Add("bind-propagation", at.Key("bind", "propagation"), "mounts made in the container do not reach the node: the API server allows that to privileged containers only",
					"set privileged: true")
			}
		}
		if b.Bind.SELinux != "" {
			d.findings.Add("bind-option", at.Key("bind", "selinux"), "a path of the node is not relabelled for SELinux", "label it on the nodes")
		}
	}
	switch {
	case recursive == "disabled":
		d.findings.Add("bind-recursive", at.Key("bind", "recursive"), "mounts below the path are part of the mount: Kubernetes cannot leave them out", "")
	case recursive == "writable":
		m.Recursive = new(corev1.RecursiveReadOnlyDisabled)
	case m.ReadOnly && recursive == "readonly":
		m.Recursive = new(corev1.RecursiveReadOnlyEnabled)
	case m.ReadOnly && m.Propagation == nil:
		m.Recursive = new(corev1.RecursiveReadOnlyIfPossible)
	}
	if !d.project.Options.KubeVersion.AtLeast(input.Version{Major: 1, Minor: 33}) || !m.ReadOnly {
		m.Recursive = nil
	}
	return m
}

// nodeFiles are the host paths of which the type is known without a look at the host.
var nodeFiles = map[string]corev1.HostPathType{
	"/etc/localtime": corev1.HostPathFile, "/etc/timezone": corev1.HostPathFile, "/etc/machine-id": corev1.HostPathFile,
	"/etc/hostname": corev1.HostPathFile, "/etc/hosts": corev1.HostPathFile, "/etc/resolv.conf": corev1.HostPathFile, "/etc/passwd": corev1.HostPathFile,
	"/etc/group": corev1.HostPathFile, "/etc/os-release": corev1.HostPathFile, "/dev/null": corev1.HostPathCharDev, "/dev/kmsg": corev1.HostPathCharDev,
	"/dev/fuse": corev1.HostPathCharDev, "/dev/net/tun": corev1.HostPathCharDev, "/dev/kvm": corev1.HostPathCharDev,
}

func (b bind) hostPathType() corev1.HostPathType {
	if kind, known := nodeFiles[b.path]; known {
		return kind
	}
	switch {
	case strings.HasSuffix(b.path, ".sock"):
		return corev1.HostPathSocket
	case b.file != nil && b.file.Kind == source.Regular:
		return corev1.HostPathFile
	case b.file != nil && b.file.Kind != source.Missing && !b.file.IsDir && b.file.Kind != source.Directory:
		return corev1.HostPathUnset // something that is no directory, or nobody could tell
	case source.Within(b.path, "/dev") && b.path != "/dev" && b.path != "/dev/shm" && b.path != "/dev/pts":
		return corev1.HostPathUnset
	case b.Bind != nil && !bool(b.Bind.CreateHostPath):
		return corev1.HostPathDirectory
	case b.path == "/" || slices.Contains(systemPaths, b.path):
		return corev1.HostPathDirectory
	case slices.ContainsFunc(systemPaths, func(dir string) bool { return source.Within(b.path, dir) }):
		return corev1.HostPathUnset
	}
	return corev1.HostPathDirectoryOrCreate
}
