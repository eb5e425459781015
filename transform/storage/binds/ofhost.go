package binds

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// engineSockets end the paths of the sockets of container engines.
var engineSockets = []string{"docker.sock", "containerd.sock", "podman.sock", "crio.sock", "docker_engine"}

// IsEngineSocket reports whether a path is that of the socket of a container engine.
func IsEngineSocket(file string) bool {
	return slices.Contains(engineSockets, path.Base(strings.ReplaceAll(file, `\`, "/")))
}

// engineSocket: a cluster has no Docker API, and the socket of a node's runtime would hand over the node.
func engineSocket(b Bind) (Decision, bool) {
	if !IsEngineSocket(b.Path) {
		return Decision{}, false
	}
	return Decision{
		LeftOut, "docker-socket", fmt.Sprintf("%s is left out: a cluster has no Docker socket, and the service will not find one at %s", b.Path, b.Target),
		"use the Kubernetes API with a ServiceAccount (Traefik, Portainer and others have a Kubernetes provider); build images with BuildKit or Kaniko",
	}, true
}

// timeZoneFile: nodes run in UTC as a rule, and a variable says it better.
func timeZoneFile(b Bind) (Decision, bool) {
	if b.Path != "/etc/localtime" && b.Path != "/etc/timezone" && !strings.HasPrefix(b.Path, "/usr/share/zoneinfo") {
		return Decision{}, false
	}
	if b.project.Options.Allows("hostpath") {
		return Decision{AsHostPath, "hostpath-allowed", b.Path + " of the node is mounted", ""}, true
	}
	if zone, set := b.Container.Spec.Environment["TZ"]; set && zone != nil && *zone != "" {
		return Decision{LeftOut, "timezone-variable", b.Path + " of the host is left out: TZ says which time zone the service is in", ""}, true
	}
	return Decision{
		LeftOut, "timezone-file", b.Path + " of the host is left out; the service runs in the time zone of its image, usually UTC",
		"set the variable TZ, such as TZ=Europe/Paris",
	}, true
}

// sharedMemory: who mounts the shared memory of the host wants a large one, which a Pod can have of its own.
func sharedMemory(b Bind) (Decision, bool) {
	if b.Path != "/dev/shm" || path.Clean(b.Target) != "/dev/shm" || b.project.Options.Allows("hostpath") {
		return Decision{}, false
	}
	if b.Container.Spec.ShmSize > 0 {
		return Decision{LeftOut, "shm-size", "/dev/shm of the host is left out: the service has one of its own, of the size that shm_size says", ""}, true
	}
	return Decision{
		AsMemory, "shm-size", "/dev/shm of the host becomes memory of the Pod, which has no size of its own: it counts towards the memory limit of the containers, and is not shared with other Pods",
		"shm_size: 1gb in place of the mount says how large it may become",
	}, true
}

// systemPaths are directories that belong to the host. What lies below them belongs to it as well.
var systemPaths = []string{
	"/proc", "/sys", "/dev", "/var/log", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/lib/modules", "/usr/lib/modules",
	"/etc", "/run", "/var/run", "/boot", "/usr", "/lib", "/lib64", "/bin", "/sbin",
}

// hostSockets match the places outside of those directories in which programs of the host have their sockets: of X11, of the agents of SSH, of
// PulseAudio, of D-Bus, of WSL. Sources: https://www.x.org/releases/current/doc/man/man7/X.7.xhtml, ssh-agent(1),
// https://www.freedesktop.org/wiki/Software/PulseAudio/, https://github.com/microsoft/wslg#wslg-architecture-overview
var hostSockets = pattern.New(`^/tmp/(\.(X11|ICE|XIM|font|Test)-unix|ssh-\w+|pulse-[\w-]+|dbus-\w+|com\.apple\.launchd\.\w+)(/|$)|^/mnt/wslg(/|$)`).Starting("/").Holding("-unix", "/ssh-", "/pulse-", "/dbus-", "com.apple", "wslg")

// belongsToHost reports whether a path is one of the directories of the host, or lies in one.
func belongsToHost(file string) bool {
	return slices.ContainsFunc(systemPaths, func(dir string) bool { return source.Within(file, dir) }) || hostSockets.MatchString(file)
}

// isLocal reports whether a path is a directory that people make below /usr/local, where the system has a few of its own. Source: the
// Filesystem Hierarchy Standard, 4.9.
func isLocal(file string) bool {
	name, found := strings.CutPrefix(file, "/usr/local/")
	name, _, _ = strings.Cut(name, "/")
	return found && !slices.Contains([]string{"", "bin", "etc", "games", "include", "lib", "man", "sbin", "share", "src"}, name)
}

// ownDevices are the devices that every container has. Source: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#default-devices
var ownDevices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}

// ownDevice: a device that the container has anyway. The one for random numbers under the name of the other is there because it once made
// programs wait.
func ownDevice(b Bind) (Decision, bool) {
	if !slices.Contains(ownDevices, b.Path) || !slices.Contains(ownDevices, path.Clean(b.Target)) {
		return Decision{}, false
	}
	return Decision{LeftOut, "bind-own-device", b.Path + " of the host is left out: every container has such a device of its own", ""}, true
}

// isPlaced reports whether a directory below /etc is one that people have made for the data of a program, as /etc/shop/db at /data/db: it is not on
// this machine, the program may write to it, and has it elsewhere.
func (b Bind) isPlaced() bool {
	return strings.HasPrefix(b.Path, "/etc/") && strings.Count(b.Path, "/") > 2 && !strings.HasPrefix(b.Path, "/etc/ssl/") && !strings.HasPrefix(b.Path, "/etc/pki/") &&
		b.File != nil && b.File.Kind == source.Missing && b.writable() && !b.looksLikeFile() && !source.Within(path.Clean(b.Target), "/etc")
}

// systemPath: mounting the host's own directories is for agents that belong on every node.
func systemPath(b Bind) (Decision, bool) {
	if b.masks() || b.isPlaced() {
		return Decision{}, false
	}
	if b.Path != "/" && !belongsToHost(b.Path) || b.isInProject() || isLocal(b.Path) && !b.looksLikeFile() {
		return Decision{}, false
	}
	if b.project.Options.Allows("hostpath") {
		return Decision{
			AsHostPath, "hostpath-allowed",
			b.Path + " of the node is mounted: each node has its own, and Pod Security baseline forbids it",
			"deploy: {mode: global} runs the service on every node",
		}, true
	}
	return Decision{
		LeftOut, "hostpath", fmt.Sprintf("%s belongs to the host; the mount is left out and %s is what the image has", b.Path, b.Target),
		"--allow=hostpath mounts the node's path; deploy: {mode: global} runs the service on every node",
	}, true
}
