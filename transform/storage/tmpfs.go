package storage

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// tmpfsMounts returns the mounts of `tmpfs`.
//
// Docker's default options are rw, noexec, nosuid, nodev and mode 1777; an emptyDir in memory is rw and 0777, so everything
// can be written as before, and programs in it can be executed. Both count as memory of the container.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#tmpfs,
// https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
func tmpfsMounts(u *input.Container, findings *report.Findings) []plan.Mount {
	var mounts []plan.Mount
	for i, text := range u.Spec.Tmpfs {
		at := u.At.Key("tmpfs").Index(i)
		target, options, _ := strings.Cut(text, ":")
		if !path.IsAbs(target) || path.Clean(target) == "/" {
			findings.Addf("mount-target", at, "use an absolute path below the root of the container", "%q cannot be mounted on: it is left out", target)
			continue
		}
		m := memory(u, at, path.Clean(target), nil)
		for option := range strings.SplitSeq(options, ",") {
			tmpfsOption(at, &m, strings.TrimSpace(option), findings)
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// memory returns the mount of an emptyDir in memory.
func memory(u *input.Container, at diag.Path, target string, size *resource.Quantity) plan.Mount {
	return plan.Mount{
		At: at, Target: target, Wish: "tmpfs-" + strings.Trim(target, "/"), Own: "tmpfs " + u.Service.Path.String() + " " + target,
		Volumes: []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory, SizeLimit: size}}},
	}
}

// tmpfsOption applies one option of a tmpfs mount, or tells that it cannot be had.
func tmpfsOption(at diag.Path, m *plan.Mount, option string, findings *report.Findings) {
	key, value, _ := strings.Cut(option, "=")
	switch key {
	case "", "rw", "exec", "suid", "dev", "relatime", "noatime", "defaults", "nodiratime":
	case "ro":
		m.ReadOnly = true
	case "size":
		m.Volumes[0].EmptyDir.SizeLimit = tmpfsSize(value)
		if m.Volumes[0].EmptyDir.SizeLimit == nil {
			findings.Addf("tmpfs-option", at, "write the size in bytes, k, m or g", "size=%s has no counterpart: %s has no limit of its own", value, m.Target)
		}
	case "mode":
		mode, err := strconv.ParseUint(value, 8, 32)
		if err != nil || mode != 0o1777 && mode != 0o777 {
			reportTmpfsMode(at, m.Target, value, findings)
		}
	case "uid", "gid":
		findings.Addf("tmpfs-option", at, "", "%s has no counterpart: %s belongs to root, and everybody may write to it", option, m.Target)
	case "noexec", "nosuid", "nodev":
		findings.Addf("tmpfs-option", at, "", "%s has no counterpart: %s is mounted without it", option, m.Target)
	default:
		findings.Addf("tmpfs-option", at, "", "the option %s of %s has no counterpart and is left out", option, m.Target)
	}
}

// reportTmpfsMode tells that a mode is not set: an emptyDir is 0777, and the field that would change that is not GA in any
// release.
func reportTmpfsMode(at diag.Path, target, mode string, findings *report.Findings) {
	findings.Addf("tmpfs-mode", at, "if it must not be open to all, let the program make a directory of its own below it",
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
func longTmpfs(u *input.Container, at diag.Path, v types.ServiceVolumeConfig, findings *report.Findings) plan.Mount {
	m := memory(u, at, v.Target, nil)
	m.ReadOnly = v.ReadOnly
	if v.Tmpfs == nil {
		return m
	}
	if v.Tmpfs.Size > 0 {
		m.Volumes[0].EmptyDir.SizeLimit = resource.NewQuantity(int64(v.Tmpfs.Size), resource.BinarySI)
	}
	mode := int64(v.Tmpfs.Mode)
	reportDecimalMode(at.Key("tmpfs", "mode"), mode, findings)
	if mode != 0 && mode != 0o1777 && mode != 0o777 && mode != 1777 && mode != 777 {
		reportTmpfsMode(at.Key("tmpfs", "mode"), v.Target, "0"+strconv.FormatInt(mode, 8), findings)
	}
	return m
}

// sharedMemory returns the mount of /dev/shm, which has 64 MiB on both sides unless shm_size says otherwise. On Docker the
// services of one IPC namespace see one /dev/shm, that of the service which owns the namespace; the containers of a Pod
// do so only while none of them mounts one of its own. What the container mounts there itself, Docker mounts instead.
// Spec: https://docs.docker.com/reference/cli/docker/container/run/#ipc
func sharedMemory(p *input.Project, u *input.Container, others []plan.Mount, findings *report.Findings) []plan.Mount {
	at, owner := u.At.Key("shm_size"), ipcOwner(p, u)
	size, without := u.Spec.ShmSize, ""
	switch {
	case owner.Config.Ipc == "host":
		without = "the node's"
	case owner != u.Service:
		without = "that of " + owner.Name
	}
	if size > 0 && without != "" {
		findings.Addf("shm-size", at, "", "shm_size has no effect: with ipc: %s, /dev/shm is %s", u.Spec.Ipc, without)
	}
	if owner != u.Service {
		size = owner.Config.ShmSize
	}
	if size <= 0 || owner.Config.Ipc == "host" {
		return nil
	}
	if i := slices.IndexFunc(others, func(m plan.Mount) bool { return m.Target == "/dev/shm" }); i >= 0 {
		findings.Addf("shm-size", at, "remove one of the two", "shm_size has no effect: /dev/shm is what %s mounts", others[i].At)
		return nil
	}
	if limit := u.MemoryLimit(); limit > 0 && size >= limit {
		findings.Addf("shm-size", at, "raise the memory limit, or lower shm_size", "what lies in /dev/shm counts towards the memory limit, %s, which is no larger than shm_size: the container ends when it is full",
			input.Bytes(limit))
	}
	m := memory(u, at, "/dev/shm", resource.NewQuantity(int64(size), resource.BinarySI))
	m.Wish, m.Own = "shm", "shm "+owner.Path.String()
	return []plan.Mount{m}
}

// ipcOwner returns the service whose IPC namespace a container uses: its own as a rule.
func ipcOwner(p *input.Project, u *input.Container) *input.Service {
	owner := u.Service
	for range p.ByName { // as many steps as there are services, should they name each other in a circle
		next := p.ByName[strings.TrimPrefix(owner.Config.Ipc, "service:")]
		if next == nil || !strings.HasPrefix(owner.Config.Ipc, "service:") {
			break
		}
		owner = next
	}
	return owner
}
