package transform

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
	"github.com/transship/transship/transform/names"
)

// bindUse is what is known about a local path that containers bind.
type bindUse struct {
	users   []string // services, each once, by name
	isClaim bool     // at least one mount makes it a volume, so all do: they would not see the same files otherwise
	code    string
}

// asBind returns a mount of type bind with all that its classification looks at.
func (u *unit) asBind(v types.ServiceVolumeConfig, own extension.Mount) bind {
	b := bind{unit: u, ServiceVolumeConfig: v, path: path.Clean(v.Source), own: own}
	b.file = u.in.Files[b.path]
	return b
}

// surveyBinds classifies every bind mount before the first becomes something: whoever binds the same path sees the same
// files on Docker, so all mounts of a path, and of paths below it, must become the same volume.
func (p *project) surveyBinds(all []*unit) {
	for _, u := range all {
		for i, v := range u.spec.Volumes {
			if c := p.storage.volumes[v.Source]; v.Type == types.VolumeTypeVolume && c != nil && !c.existing && c.isBind() {
				v.Type, v.Source = types.VolumeTypeBind, c.config.DriverOpts["device"]
			}
			if v.Type != types.VolumeTypeBind {
				continue
			}
			b := u.asBind(v, u.mountExtension(i))
			use := p.storage.sources[b.path]
			if use == nil {
				use = &bindUse{}
				p.storage.sources[b.path] = use
			}
			if !slices.Contains(use.users, u.name) {
				use.users = append(use.users, u.name)
			}
			if verdict := b.verdict(); verdict.fate == asClaim {
				use.isClaim, use.code = true, verdict.code
			}
		}
	}
}

// bind returns the mount of a host path.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
func (u *unit) bind(at diag.Path, v types.ServiceVolumeConfig, own extension.Mount) (mount, bool) {
	b := u.asBind(v, own)
	verdict := b.verdict()
	carried := verdict.fate == asConfigMap || verdict.fate == asSecret
	if b.claimRoot() != "" && carried && own.As != "configmap" && own.As != "secret" {
		verdict = b.partOfVolume(verdict)
	}
	if own.As == "pvc" || own.As == "emptydir" {
		if b.isFile() {
			u.reportf("mount-as", at, "mount the directory it is in", "%s is a file, and a volume is a directory: x-kubernetes: {as: %s} has no effect", b.shown(), own.As)
		}
	}
	if verdict.code != "" {
		u.report(verdict.code, at, verdict.message, verdict.help)
	}
	u.reportBindOptions(at, v, verdict.fate)
	m := mount{readOnly: v.ReadOnly, wish: b.wish(), inherited: true}
	switch verdict.fate {
	case asHostPath:
		return b.hostPath(at, m), true
	case asClaim:
		m.claim, m.subPath = b.claim(at)
		return m, true
	case asEmptyDir:
		m.own, m.volumes = "bind "+b.path, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
		return m, true
	case asConfigMap:
		return b.files(at, m, "ConfigMap")
	case asSecret:
		return b.files(at, m, "Secret")
	}
	return mount{}, false
}

// partOfVolume is the fate of local files that lie in a directory which has become a volume. A directory in it is a directory
// of the volume, so that all who mount it see the same files. A file stays a copy: the volume has no file of that name until
// somebody puts it there, and where a sub-path does not exist the kubelet makes a directory of it.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go, makeMounts
func (b bind) partOfVolume(v verdict) verdict {
	if b.isFile() {
		v.code, v.message = "bind-file-copy", fmt.Sprintf("%s lies in a directory that becomes a volume; %s is a read-only copy of what the file is now, and changes in the volume do not reach it", b.shown(), b.Target)
		v.help = "let the service read the file through a mount of the directory"
		if b.own.Writable {
			v.message = strings.Replace(v.message, "read-only ", "", 1)
		}
		return v
	}
	return verdict{
		asClaim, "bind-data", b.shown() + " is part of a volume that other mounts write to; what is in it now is not put there",
		"once a Pod runs, copy it with kubectl cp",
	}
}

// wish is the name of the volume in the Pod: what the last element of the path says.
func (b bind) wish() string {
	if base := path.Base(b.path); base != "/" && base != "." {
		return base
	}
	return path.Base(b.Target)
}

// claimRoot returns the topmost path that has become a volume and holds the source, or "".
func (b bind) claimRoot() string {
	root := ""
	for dir := b.path; dir != "/" && dir != "."; dir = path.Dir(dir) {
		if use := b.storage.sources[dir]; use != nil && use.isClaim {
			root = dir
		}
	}
	return root
}

// claim returns the claim of a host directory and the path of the source within it.
func (b bind) claim(at diag.Path) (*claim, string) {
	root := b.claimRoot()
	identity := "bind " + b.relative(root) // names may come of it, and those stay when the project is somewhere else
	if c := b.storage.claims[identity]; c != nil {
		return c, strings.TrimPrefix(strings.TrimPrefix(b.path, root), "/")
	}
	shown := b.relative(root)
	wish := strings.Trim(shown, "./")
	switch {
	case shown == ".":
		wish = b.in.Project.Name // of its directory, whose name may be another one elsewhere
	case wish == "" || path.IsAbs(shown):
		wish = path.Base(root)
	}
	c := &claim{component: wish, at: at}
	c.name = b.names.Claim("PersistentVolumeClaim", identity, normalLabel(wish), names.MaxLabel)
	b.storage.claims[identity] = c
	return c, strings.TrimPrefix(strings.TrimPrefix(b.path, root), "/")
}

// files returns the mount of local files that objects carry.
func (b bind) files(at diag.Path, m mount, kind string) (mount, bool) {
	if b.file == nil || b.file.Kind != source.Regular && b.file.Kind != source.Directory {
		return mount{}, false // a file that must be there and is not: the verdict has said so
	}
	use := b.storage.sources[b.path]
	base := path.Base(b.path)
	if b.path == path.Clean(b.in.Project.WorkingDir) {
		base = path.Base(b.Target)
	}
	wish, owner := b.dns+"-"+strings.Trim(base, "."), b.service
	if base == b.dns {
		wish = b.dns + "-config"
	}
	if use != nil && len(use.users) > 1 {
		wish, owner = strings.Trim(b.shown(), "./"), nil
		if wish == "" || strings.HasPrefix(b.shown(), "../") {
			wish = base
		}
	}
	c := b.fileContent(at, kind, b.path, wish, owner)
	m.content, m.readOnly = c, true
	m.items = c.items
	if b.own.Writable {
		m.readOnly, m.writable = b.ReadOnly, "writable "+b.service.path.String()+" "+b.Target
	}
	if b.file.Kind == source.Regular {
		m.file = c.items[0].Path
	}
	b.reportLargeContent(at, c)
	return m, true
}

// reportBindOptions tells of options that only a directory of the host can have.
func (u *unit) reportBindOptions(at diag.Path, v types.ServiceVolumeConfig, f fate) {
	if v.Bind == nil || f == asHostPath || f == leftOut {
		return
	}
	for _, option := range []struct{ key, value string }{{"propagation", v.Bind.Propagation}, {"recursive", v.Bind.Recursive}, {"selinux", v.Bind.SELinux}} {
		if option.value != "" {
			u.reportf("bind-option", at.Key("bind", option.key), "", "%s: %s does nothing here: no directory of a host is mounted", option.key, option.value)
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
func (b bind) hostPath(at diag.Path, m mount) mount {
	kind := b.hostPathType()
	m.volumes = []corev1.VolumeSource{{HostPath: &corev1.HostPathVolumeSource{Path: b.path, Type: &kind}}}
	recursive := ""
	if b.Bind != nil {
		recursive = b.Bind.Recursive
		switch b.Bind.Propagation {
		case types.PropagationRSlave, types.PropagationSlave:
			m.propagation = new(corev1.MountPropagationHostToContainer)
		case types.PropagationRShared, types.PropagationShared:
			if b.spec.Privileged {
				m.propagation = new(corev1.MountPropagationBidirectional)
			} else {
				b.report("bind-propagation", at.Key("bind", "propagation"), "mounts made in the container do not reach the node: the API server allows that to privileged containers only",
					"set privileged: true")
			}
		}
		if b.Bind.SELinux != "" {
			b.report("bind-option", at.Key("bind", "selinux"), "a path of the node is not relabelled for SELinux", "label it on the nodes")
		}
	}
	switch {
	case recursive == "disabled":
		b.report("bind-recursive", at.Key("bind", "recursive"), "mounts below the path are part of the mount: Kubernetes cannot leave them out", "")
	case recursive == "writable":
		m.recursive = new(corev1.RecursiveReadOnlyDisabled)
	case m.readOnly && recursive == "readonly":
		m.recursive = new(corev1.RecursiveReadOnlyEnabled)
	case m.readOnly && m.propagation == nil:
		m.recursive = new(corev1.RecursiveReadOnlyIfPossible)
	}
	if !b.options.KubeVersion.AtLeast(Version{1, 33}) || !m.readOnly {
		m.recursive = nil
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
	case isWithin(b.path, "/dev") && b.path != "/dev" && b.path != "/dev/shm" && b.path != "/dev/pts":
		return corev1.HostPathUnset
	case b.Bind != nil && !bool(b.Bind.CreateHostPath):
		return corev1.HostPathDirectory
	case b.path == "/" || slices.Contains(systemPaths, b.path):
		return corev1.HostPathDirectory
	case slices.ContainsFunc(systemPaths, func(dir string) bool { return isWithin(b.path, dir) }):
		return corev1.HostPathUnset
	}
	return corev1.HostPathDirectoryOrCreate
}
