package binds

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// HostPath returns the mount of a path of the node.
//
// The type makes the kubelet check what is there; Docker's create_host_path is DirectoryOrCreate. Docker makes a read-only
// bind mount read-only for the mounts below it as well, where the kernel can; Kubernetes has to be asked. Propagation in
// Kubernetes is always recursive.
// Sources: https://docs.docker.com/engine/storage/bind-mounts/,
// https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
func (b Bind) HostPath(at diag.Path, m plan.Mount, findings *report.Findings) plan.Mount {
	kind := b.hostPathType()
	m.Volumes = []corev1.VolumeSource{{HostPath: &corev1.HostPathVolumeSource{Path: b.Path, Type: &kind}}}
	recursive := ""
	if b.Bind != nil {
		recursive = b.Bind.Recursive
		switch b.Bind.Propagation {
		case types.PropagationRSlave, types.PropagationSlave:
			m.Propagation = new(corev1.MountPropagationHostToContainer)
		case types.PropagationRShared, types.PropagationShared:
			if b.Container.Spec.Privileged {
				m.Propagation = new(corev1.MountPropagationBidirectional)
			} else {
				findings.Add("bind-propagation", at.Key("bind", "propagation"), "mounts made in the container do not reach the node: the API server allows that to privileged containers only",
					"set privileged: true")
			}
		}
		if b.Bind.SELinux != "" {
			findings.Add("bind-option", at.Key("bind", "selinux"), "a path of the node is not relabelled for SELinux", "label it on the nodes")
		}
	}
	switch {
	case recursive == "disabled":
		findings.Add("bind-recursive", at.Key("bind", "recursive"), "mounts below the path are part of the mount: Kubernetes cannot leave them out", "")
	case recursive == "writable":
		m.Recursive = new(corev1.RecursiveReadOnlyDisabled)
	case m.ReadOnly && recursive == "readonly":
		m.Recursive = new(corev1.RecursiveReadOnlyEnabled)
	case m.ReadOnly && m.Propagation == nil:
		m.Recursive = new(corev1.RecursiveReadOnlyIfPossible)
	}
	if !b.project.Options.KubeVersion.AtLeast(input.Version{Major: 1, Minor: 33}) || !m.ReadOnly {
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

func (b Bind) hostPathType() corev1.HostPathType {
	if kind, known := nodeFiles[b.Path]; known {
		return kind
	}
	switch {
	case strings.HasSuffix(b.Path, ".sock"):
		return corev1.HostPathSocket
	case b.File != nil && b.File.Kind == source.Regular:
		return corev1.HostPathFile
	case b.File != nil && b.File.Kind != source.Missing && !b.File.IsDir && b.File.Kind != source.Directory:
		return corev1.HostPathUnset // something that is no directory, or nobody could tell
	case source.Within(b.Path, "/dev") && b.Path != "/dev" && b.Path != "/dev/shm" && b.Path != "/dev/pts":
		return corev1.HostPathUnset
	case b.Bind != nil && !bool(b.Bind.CreateHostPath):
		return corev1.HostPathDirectory
	case b.Path == "/" || slices.Contains(systemPaths, b.Path):
		return corev1.HostPathDirectory
	case belongsToHost(b.Path):
		return corev1.HostPathUnset
	}
	return corev1.HostPathDirectoryOrCreate
}
