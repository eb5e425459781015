package transform

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
)

// tmpfsMounts returns the mounts of `tmpfs`.
//
// Docker's default options are rw, noexec, nosuid, nodev and mode 1777; an emptyDir in memory is rw and 0777, so everything
// can be written as before, and programs in it can be executed. Both count as memory of the container.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#tmpfs,
// https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
func (u *unit) tmpfsMounts() []mount {
	var mounts []mount
	for i, text := range u.spec.Tmpfs {
		at := u.at.Key("tmpfs").Index(i)
		target, options, _ := strings.Cut(text, ":")
		if !path.IsAbs(target) || path.Clean(target) == "/" {
			u.reportf("mount-target", at, "use an absolute path below the root of the container", "%q cannot be mounted on: it is left out", target)
			continue
		}
		m := u.memory(at, path.Clean(target), nil)
		for option := range strings.SplitSeq(options, ",") {
			u.tmpfsOption(at, &m, strings.TrimSpace(option))
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// memory returns the mount of an emptyDir in memory.
func (u *unit) memory(at diag.Path, target string, size *resource.Quantity) mount {
	return mount{
		at: at, target: target, wish: "tmpfs-" + strings.Trim(target, "/"), own: "tmpfs " + u.path.String() + " " + target,
		volumes: []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory, SizeLimit: size}}},
	}
}

// tmpfsOption applies one option of a tmpfs mount, or tells that it cannot be had.
func (u *unit) tmpfsOption(at diag.Path, m *mount, option string) {
	key, value, _ := strings.Cut(option, "=")
	switch key {
	case "", "rw", "exec", "suid", "dev", "relatime", "noatime", "defaults", "nodiratime":
	case "ro":
		m.readOnly = true
	case "size":
		m.volumes[0].EmptyDir.SizeLimit = tmpfsSize(value)
		if m.volumes[0].EmptyDir.SizeLimit == nil {
			u.reportf("tmpfs-option", at, "write the size in bytes, k, m or g", "size=%s has no counterpart: %s has no limit of its own", value, m.target)
		}
	case "mode":
		mode, err := strconv.ParseUint(value, 8, 32)
		if err != nil || mode != 0o1777 && mode != 0o777 {
			u.reportTmpfsMode(at, m.target, value)
		}
	case "uid", "gid":
		u.reportf("tmpfs-option", at, "", "%s has no counterpart: %s belongs to root, and everybody may write to it", option, m.target)
	case "noexec", "nosuid", "nodev":
		u.reportf("tmpfs-option", at, "", "%s has no counterpart: %s is mounted without it", option, m.target)
	default:
		u.reportf("tmpfs-option", at, "", "the option %s of %s has no counterpart and is left out", option, m.target)
	}
}

// reportTmpfsMode tells that a mode is not set: an emptyDir is 0777, and the field that would change that is not GA in any
// release.
func (u *unit) reportTmpfsMode(at diag.Path, target, mode string) {
	u.reportf("tmpfs-mode", at, "if it must not be open to all, let the program make a directory of its own below it",
		"mode %s cannot be set: everybody in the Pod may write to %s", mode, target)
}

// tmpfsSize returns the size of a tmpfs as tmpfs(5) writes it, nil for a share of the memory or for what is no size.
func tmpfsSize(text string) *resource.Quantity {
	var bytes types.UnitBytes
	if err := bytes.DecodeMapstructure(text); err != nil || bytes <= 0 {
		return nil
	}
	return resource.NewQuantity(int64(bytes), resource.BinarySI)
}

// longTmpfs returns the mount of a volume of type tmpfs.
func (u *unit) longTmpfs(at diag.Path, v types.ServiceVolumeConfig) mount {
	m := u.memory(at, v.Target, nil)
	m.readOnly = v.ReadOnly
	if v.Tmpfs == nil {
		return m
	}
	if v.Tmpfs.Size > 0 {
		m.volumes[0].EmptyDir.SizeLimit = resource.NewQuantity(int64(v.Tmpfs.Size), resource.BinarySI)
	}
	mode := int64(v.Tmpfs.Mode)
	u.reportDecimalMode(at.Key("tmpfs", "mode"), mode)
	if mode != 0 && mode != 0o1777 && mode != 0o777 && mode != 1777 && mode != 777 {
		u.reportTmpfsMode(at.Key("tmpfs", "mode"), v.Target, "0"+strconv.FormatInt(mode, 8))
	}
	return m
}

// sharedMemory returns the mount of /dev/shm, which has 64 MiB on both sides unless shm_size says otherwise. On Docker the
// services of one IPC namespace see one /dev/shm, that of the service which owns the namespace; the containers of a Pod
// do so only while none of them mounts one of its own. What the container mounts there itself, Docker mounts instead.
// Spec: https://docs.docker.com/reference/cli/docker/container/run/#ipc
func (u *unit) sharedMemory(others []mount) []mount {
	at, owner := u.at.Key("shm_size"), u.ipcOwner()
	size, without := u.spec.ShmSize, ""
	switch {
	case owner.config.Ipc == "host":
		without = "the node's"
	case owner != u.service:
		without = "that of " + owner.name
	}
	if size > 0 && without != "" {
		u.reportf("shm-size", at, "", "shm_size has no effect: with ipc: %s, /dev/shm is %s", u.spec.Ipc, without)
	}
	if owner != u.service {
		size = owner.config.ShmSize
	}
	if size <= 0 || owner.config.Ipc == "host" {
		return nil
	}
	if i := slices.IndexFunc(others, func(m mount) bool { return m.target == "/dev/shm" }); i >= 0 {
		u.reportf("shm-size", at, "remove one of the two", "shm_size has no effect: /dev/shm is what %s mounts", others[i].at)
		return nil
	}
	if limit := u.memoryLimit(); limit > 0 && size >= limit {
		u.reportf("shm-size", at, "raise the memory limit, or lower shm_size", "what lies in /dev/shm counts towards the memory limit, %s, which is no larger than shm_size: the container ends when it is full",
			bytesQuantity(limit))
	}
	m := u.memory(at, "/dev/shm", resource.NewQuantity(int64(size), resource.BinarySI))
	m.wish, m.own = "shm", "shm "+owner.path.String()
	return []mount{m}
}

// ipcOwner returns the service whose IPC namespace a container uses: its own as a rule.
func (u *unit) ipcOwner() *service {
	owner := u.service
	for range u.byName { // as many steps as there are services, should they name each other in a circle
		next := u.byName[strings.TrimPrefix(owner.config.Ipc, "service:")]
		if next == nil || !strings.HasPrefix(owner.config.Ipc, "service:") {
			break
		}
		owner = next
	}
	return owner
}
