package storage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
)

// Limits of what a bind mount may put into objects: a ConfigMap holds 1 MiB (source: API validation, MaxSecretSize), and a
// directory of more files than this is not configuration.
const (
	maxObjectBytes    = 1 << 20
	maxDirectoryBytes = 900 << 10
	maxDirectoryFiles = 200
)

// bind is a bind mount under classification.
type bind struct {
	types.ServiceVolumeConfig
	project   *input.Project
	container *input.Container
	path      string       // absolute, cleaned
	file      *source.File // nil: the loader did not look there
	own       extension.Mount
}

// fate is what becomes of a bind mount.
type fate uint8

const (
	leftOut fate = iota
	builtIn      // left out, because the image is built with it
	asHostPath
	asConfigMap // or a Secret, if the files look like keys
	asSecret
	asClaim
	asEmptyDir
)

// bindDecision is the fate of a bind mount and what to tell about it; without a code there is nothing to tell.
type bindDecision struct {
	fate
	code, message, help string
}

// bindRules is the decision table for bind mounts; the first rule that has a verdict wins.
//
// A bind mount shows a container what lies on the one host. A cluster has many nodes and none of them has the project's
// files, so the question is what the files are for: configuration is carried in objects, data gets a volume, source code is in
// the image already, and the host itself is not there.
var bindRules = []func(bind) (bindDecision, bool){
	chosenMount,
	engineSocket,
	timeZoneFile,
	systemPath,
	pathOutside,
	pathUnknown,
	missingSource,
	dataFile,
	regularFile,
	dataDirectory,
	sourceCode,
	directoryOfFiles,
}

// decide applies the table.
func (b bind) decide() bindDecision {
	for _, rule := range bindRules {
		if v, ok := rule(b); ok {
			return v
		}
	}
	return bindDecision{leftOut, "bind-unread", b.shown() + " cannot be carried; the mount is left out", "choose with x-kubernetes.as on the volume"}
}

func (b bind) writable() bool { return !b.ReadOnly }

// chosenMount: x-kubernetes.as on the mount decides.
func chosenMount(b bind) (bindDecision, bool) {
	switch b.own.As {
	case "pvc":
		return bindDecision{fate: asClaim}, !b.isFile()
	case "emptydir":
		return bindDecision{fate: asEmptyDir}, !b.isFile()
	case "hostpath":
		return bindDecision{asHostPath, "hostpath-chosen", b.path + " of the node is mounted, as x-kubernetes says: each node has its own, and Pod Security baseline forbids it", ""}, true
	case "configmap", "secret":
		if b.file == nil || b.file.Kind != source.Regular && b.file.Kind != source.Directory {
			return bindDecision{leftOut, "missing-file", fmt.Sprintf("%s is to become a %s but %s", b.shown(), b.own.As, b.problem()), "put the file there"}, true
		}
		if b.own.As == "secret" {
			return bindDecision{fate: asSecret}, true
		}
		return bindDecision{fate: asConfigMap}, true
	}
	return bindDecision{}, false
}

// engineSockets end the paths of the sockets of container engines.
var engineSockets = []string{"docker.sock", "containerd.sock", "podman.sock", "crio.sock", "docker_engine"}

// engineSocket: a cluster has no Docker API, and the socket of a node's runtime would hand over the node.
func engineSocket(b bind) (bindDecision, bool) {
	if !slices.Contains(engineSockets, path.Base(strings.ReplaceAll(b.path, `\`, "/"))) {
		return bindDecision{}, false
	}
	return bindDecision{
		leftOut, "docker-socket", fmt.Sprintf("%s is left out: a cluster has no Docker socket, and the service will not find one at %s", b.path, b.Target),
		"use the Kubernetes API with a ServiceAccount (Traefik, Portainer and others have a Kubernetes provider); build images with BuildKit or Kaniko",
	}, true
}

// timeZoneFile: nodes run in UTC as a rule, and a variable says it better.
func timeZoneFile(b bind) (bindDecision, bool) {
	if b.path != "/etc/localtime" && b.path != "/etc/timezone" && !strings.HasPrefix(b.path, "/usr/share/zoneinfo") {
		return bindDecision{}, false
	}
	if b.project.Options.Allows("hostpath") {
		return bindDecision{asHostPath, "hostpath-allowed", b.path + " of the node is mounted", ""}, true
	}
	if zone, set := b.container.Spec.Environment["TZ"]; set && zone != nil {
		return bindDecision{leftOut, "timezone-variable", b.path + " of the host is left out: TZ says which time zone the service is in", ""}, true
	}
	return bindDecision{
		leftOut, "timezone-file", b.path + " of the host is left out; the service runs in the time zone of its image, usually UTC",
		"set the variable TZ, such as TZ=Europe/Paris",
	}, true
}

// systemPaths are directories that belong to the host. What lies below them belongs to it as well.
var systemPaths = []string{
	"/proc", "/sys", "/dev", "/var/log", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/lib/modules", "/usr/lib/modules",
	"/etc", "/run", "/var/run", "/boot", "/usr", "/lib", "/lib64", "/bin", "/sbin",
}

// systemPath: mounting the host's own directories is for agents that belong on every node.
func systemPath(b bind) (bindDecision, bool) {
	within := func(dir string) bool { return source.Within(b.path, dir) }
	if b.path != "/" && !slices.ContainsFunc(systemPaths, within) || b.isInProject() {
		return bindDecision{}, false
	}
	if b.project.Options.Allows("hostpath") {
		return bindDecision{
			asHostPath, "hostpath-allowed",
			b.path + " of the node is mounted: each node has its own, and Pod Security baseline forbids it",
			"deploy: {mode: global} runs the service on every node",
		}, true
	}
	return bindDecision{
		leftOut, "hostpath", fmt.Sprintf("%s belongs to the host; the mount is left out and %s is what the image has", b.path, b.Target),
		"--allow=hostpath mounts the node's path; deploy: {mode: global} runs the service on every node",
	}, true
}

// pathOutside: what lies outside the project is not part of it, and often belongs to one person or one server.
func pathOutside(b bind) (bindDecision, bool) {
	if b.file != nil && b.file.Kind != source.Outside || b.file == nil && b.isInProject() {
		return bindDecision{}, false
	}
	if b.project.Options.Allows("hostpath") {
		return bindDecision{
			asHostPath, "hostpath-allowed",
			b.shown() + " of the node is mounted: each node has its own, and it starts empty where the path does not exist", "",
		}, true
	}
	if isWindowsPath(b.path) && !b.looksLikeFile() {
		return bindDecision{
			asClaim, "bind-data", b.path + " is a directory of Windows that cannot be looked at here; it becomes a new volume, and what is in the directory is not put into it", b.fillRemedy(),
		}, true
	}
	if b.file != nil && b.file.IsDir && path.IsAbs(b.path) && !b.isInProject() {
		return bindDecision{
			asClaim, "bind-data", b.shown() + " lies outside the project; it becomes a new volume, and what is in the directory now is not put into it", b.fillRemedy(),
		}, true
	}
	where, help := "lies outside the project", "move it into the project, choose x-kubernetes: {as: pvc} on the volume, or mount the node's path with --allow=hostpath"
	switch {
	case !path.IsAbs(b.path) && !isWindowsPath(b.path):
		where = "is a relative path, which Compose takes from the project only with driver: local and o: bind"
		help = "write driver: local, or mount the directory without a named volume"
	case b.isInProject():
		where, help = "is a symbolic link that leads out of the project", strings.Replace(help, "it into", "what it leads to into", 1)
	}
	return bindDecision{
		leftOut, "bind-outside-project", fmt.Sprintf("%s %s; the mount is left out and %s is what the image has%s", b.shown(), where, b.Target, b.lost()), help,
	}, true
}

// pathUnknown: nothing is said about content that was not, or cannot be, read.
func pathUnknown(b bind) (bindDecision, bool) {
	if b.file != nil && b.file.Kind != source.Special && b.file.Kind != source.Unreadable {
		return bindDecision{}, false
	}
	return bindDecision{
		leftOut, "bind-unread", fmt.Sprintf("%s %s; the mount is left out", b.shown(), b.problem()),
		"make it readable, or choose with x-kubernetes.as on the volume",
	}, true
}

// missingSource: Docker makes a directory where nothing is, also where a file was meant.
func missingSource(b bind) (bindDecision, bool) {
	if b.file.Kind != source.Missing {
		return bindDecision{}, false
	}
	if b.Bind != nil && !bool(b.Bind.CreateHostPath) {
		return bindDecision{leftOut, "missing-file", b.shown() + " does not exist and create_host_path is false: Docker refuses to start the service", "put the file there"}, true
	}
	if b.looksLikeFile() {
		return bindDecision{
			leftOut, "bind-missing-file", b.shown() + " does not exist; Docker would make a directory of that name, which is hardly what is meant; the mount is left out",
			"put the file there",
		}, true
	}
	return bindDecision{asClaim, "bind-volume", b.shown() + " does not exist here, so it becomes a new volume", ""}, true
}

// fileNames are names of files, without an extension that tells them from directories.
var fileNames = []string{"Caddyfile", "Corefile", "Dockerfile", "Makefile", "Procfile", "Gemfile", "Jenkinsfile", "crontab", "hosts", "passwd", "shadow", "htpasswd", "krb5.keytab"}

// looksLikeFile reports whether the name of a path that does not exist is that of a file, going by both ends of the mount: what
// nobody may write to is hardly a directory for data.
func (b bind) looksLikeFile() bool {
	source, target := path.Base(strings.ReplaceAll(b.path, `\`, "/")), path.Base(strings.ReplaceAll(b.Target, `\`, "/"))
	if slices.Contains(fileNames, source) || slices.Contains(fileNames, target) {
		return true
	}
	hasExtension := path.Ext(source) != "" && !strings.HasSuffix(source, ".d")
	return hasExtension && (path.Ext(target) != "" || b.ReadOnly && !strings.HasPrefix(source, "."))
}

// lost says what becomes of the writes to a mount that is left out.
func (b bind) lost() string {
	if b.writable() {
		return ", and what is written there is lost with the container"
	}
	return ""
}
