// Package binds decides what becomes of bind mounts: of directories and files that lie on the one host Docker runs on.
package binds

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// Limits of what a bind mount may put into objects: a ConfigMap holds 1 MiB (source: API validation, MaxSecretSize), and a
// directory of more files than this is not configuration.
const (
	MaxObjectBytes    = 1 << 20
	maxDirectoryBytes = 900 << 10
	maxDirectoryFiles = 200
)

// Fate is what becomes of a bind mount.
type Fate uint8

// The fates of bind mounts.
const (
	LeftOut Fate = iota
	BuiltIn      // left out, because the image is built with it
	AsHostPath
	AsConfigMap // or a Secret, if the files look like keys
	AsSecret
	AsClaim
	AsEmptyDir
	AsMemory
)

// Decision is the fate of a bind mount and what to tell about it; without a code there is nothing to tell.
type Decision struct {
	Fate
	Code, Message, Help string
}

// The codes of files of which the program gets a copy to change.
const (
	copied         = "bind-copy"
	copiedForModes = "bind-copy-modes"
)

// GivesCopy reports whether the program gets a copy of the files, which it may change.
func (v Decision) GivesCopy() bool { return v.Code == copied || v.Code == copiedForModes }

// isOfMachine reports whether a mount is left out, or is one of the node for which nobody chose that: it shows nothing of the project.
func (v Decision) isOfMachine() bool {
	return v.Fate == LeftOut || v.Fate == AsHostPath && v.Code != "hostpath-chosen"
}

// rules is the decision table for bind mounts; the first rule that decides wins.
//
// A bind mount shows a container what lies on the one host. A cluster has many nodes and none of them has the project's
// files, so the question is what the files are for: configuration is carried in objects, data gets a volume, source code is in
// the image already, and the host itself is not there.
var rules = []func(Bind) (Decision, bool){
	chosenMount,
	engineSocket,
	timeZoneFile,
	sharedMemory,
	ownDevice,
	systemPath,
	builtFromOutside,
	pathOutside,
	pathUnknown,
	missingSource,
	dataFile,
	regularFile,
	dataDirectory,
	sourceCode,
	directoryOfFiles,
}

// Decide applies the table.
func (b Bind) Decide() Decision {
	for _, rule := range rules {
		if v, ok := rule(b); ok {
			return v
		}
	}
	return Decision{LeftOut, "bind-unread", b.Shown() + " cannot be carried; the mount is left out", "choose with x-kubernetes.as on the volume"}
}

func (b Bind) writable() bool { return !b.ReadOnly }

// chosenMount: x-kubernetes.as on the mount decides.
func chosenMount(b Bind) (Decision, bool) {
	if b.Own.Seed && (b.Own.As == "" || b.Own.As == "pvc") && !b.IsFile() {
		return b.seeded(), true
	}
	switch b.Own.As {
	case "pvc":
		return Decision{Fate: AsClaim}, !b.IsFile()
	case "emptydir":
		return Decision{Fate: AsEmptyDir}, !b.IsFile()
	case "hostpath":
		return Decision{AsHostPath, "hostpath-chosen", b.Path + " of the node is mounted, as x-kubernetes says: each node has its own, and Pod Security baseline forbids it", ""}, true
	case "configmap", "secret":
		if b.File == nil || b.File.Kind != source.Regular && b.File.Kind != source.Directory {
			return Decision{LeftOut, "missing-file", fmt.Sprintf("%s is to become a %s but %s", b.Shown(), b.Own.As, Problem(b.File)), "put the file there"}, true
		}
		if b.Own.As == "secret" {
			return b.tellingLoss(Decision{Fate: AsSecret}), true
		}
		return b.tellingLoss(Decision{Fate: AsConfigMap}), true
	}
	return Decision{}, false
}

// seeded is the decision on a directory that becomes a claim which begins with its files.
func (b Bind) seeded() Decision {
	switch {
	case b.File == nil || b.IsEmpty():
		return Decision{AsClaim, "bind-volume", b.Shown() + " has no files here, so it becomes a new volume", ""}
	case !b.fitsObjects():
		what := b.extent()
		if b.File.Kind == source.Outside {
			what = "lies outside the project"
		}
		return Decision{AsClaim, "bind-data", fmt.Sprintf("%s %s: it becomes a new volume, and what is in the directory now is not put into it", b.Shown(), what), b.fillRemedy()}
	}
	return Decision{AsClaim, "bind-seed", b.Shown() + " becomes a new volume that begins with its files: they are copied into it while it is empty, and later changes to them do not reach it", ""}
}

// Seeds reports whether the claim of the directory begins with its files, and whether those belong in a Secret.
func (b Bind) Seeds() (seeds, secret bool) {
	if !b.Own.Seed || b.IsFile() || b.seeded().Code != "bind-seed" {
		return false, false
	}
	v, _ := directoryOfFiles(b)
	return true, v.Fate == AsSecret
}

// isOfWindows reports whether the source is a relative path of Windows, which nobody can follow on another system.
func (b Bind) isOfWindows() bool {
	return b.Container.IsWindows() && strings.Contains(b.Path, `\`) && (b.File == nil || b.File.Kind == source.Missing)
}

// writtenOutside matches directories that programs write to, by their names alone: what lies outside the project is not looked into. Those that
// often have source as well, such as db of Rails and storage of Laravel, are not among them.
var writtenOutside = pattern.New(`(?i)^(.*[-_.])?(data|dbdata|uploads?|media|logs?|backups?|dumps?|downloads?)$`)

// builtFromOutside: a build context may lie above the project, and the image has what its Dockerfile copies from there. Data that a Dockerfile copies
// with all the rest is no source.
func builtFromOutside(b Bind) (Decision, bool) {
	if b.File == nil || b.File.Kind != source.Outside {
		return Decision{}, false
	}
	if b.writable() && b.File.IsDir && writtenOutside.MatchString(path.Base(b.Path)) && writtenOutside.MatchString(path.Base(b.Target)) {
		return Decision{}, false
	}
	return sourceCode(b)
}

// pathOutside: what lies outside the project is not part of it, and often belongs to one person or one server.
func pathOutside(b Bind) (Decision, bool) {
	if !b.isOfWindows() && (b.File != nil && b.File.Kind != source.Outside || b.File == nil && b.isInProject()) {
		return Decision{}, false
	}
	if b.project.Options.Allows("hostpath") {
		return Decision{
			AsHostPath, "hostpath-allowed",
			b.Shown() + " of the node is mounted: each node has its own, and it starts empty where the path does not exist", "",
		}, true
	}
	if (input.IsWindowsPath(b.Path) || b.isOfWindows()) && !b.looksLikeFile() {
		return Decision{
			AsClaim, "bind-data", b.Shown() + " is a directory of Windows that cannot be looked at here; it becomes a new volume, and what is in the directory is not put into it",
			copyBeforeStart,
		}, true
	}
	if b.File != nil && b.File.IsDir && path.IsAbs(b.Path) && !b.isInProject() {
		return Decision{
			AsClaim, "bind-data", b.Shown() + " lies outside the project; it becomes a new volume, and what is in the directory now is not put into it", b.fillRemedy(),
		}, true
	}
	where, help := "lies outside the project", "move it into the project, choose x-kubernetes: {as: pvc} in the long form of the mount, or mount the node's path with --allow=hostpath"
	if b.looksLikeFile() {
		help = "move it into the project, or mount the node's path with --allow=hostpath"
	}
	switch {
	case !path.IsAbs(b.Path) && !input.IsWindowsPath(b.Path):
		where = "is a relative path, which Compose takes from the project only with driver: local and o: bind"
		help = "write driver: local, or mount the directory without a named volume"
	case b.isInProject():
		where = "is a symbolic link that leads out of the project"
		help = "move what it leads to into the project, choose x-kubernetes: {as: pvc} in the long form of the mount, or mount the node's path with --allow=hostpath"
	}
	return Decision{
		LeftOut, "bind-outside-project", fmt.Sprintf("%s %s; the mount is left out and %s is what the image has%s", b.Shown(), where, b.Target, b.lost()), help,
	}, true
}

// pathUnknown: nothing is said about content that was not, or cannot be, read.
func pathUnknown(b Bind) (Decision, bool) {
	if b.File != nil && b.File.Kind != source.Special && b.File.Kind != source.Unreadable {
		return Decision{}, false
	}
	return Decision{
		LeftOut, "bind-unread", fmt.Sprintf("%s %s; the mount is left out", b.Shown(), Problem(b.File)),
		"make it readable, or choose with x-kubernetes.as on the volume",
	}, true
}

// missingSource: Docker makes a directory where nothing is, also where a file was meant.
func missingSource(b Bind) (Decision, bool) {
	if b.File.Kind != source.Missing {
		return Decision{}, false
	}
	if b.Bind != nil && !bool(b.Bind.CreateHostPath) {
		return Decision{LeftOut, "missing-file", b.Shown() + " does not exist and create_host_path is false: Docker refuses to start the service", "put the file there"}, true
	}
	isElsewhere := path.IsAbs(b.Path) && !b.isInProject()
	switch {
	case b.isOfMissingContext():
		return Decision{
			BuiltIn, "dev-source", fmt.Sprintf("%s is not here and belongs to what the image is built from, so it is taken for source code; the mount is left out, %s is what the image has, and what is written there is lost with the container", b.Shown(), b.Target),
			"convert where the sources are; if it is data, choose x-kubernetes: {as: pvc} in the long form of the mount",
		}, true
	case b.looksLikeFile() && isElsewhere:
		return Decision{
			LeftOut, "bind-missing-file", b.Shown() + " is not on this machine, so its content is not carried; the mount is left out",
			"copy it into the project and mount it from there, or make the directory if it is one",
		}, true
	case b.looksLikeFile():
		return Decision{
			LeftOut, "bind-missing-file", b.Shown() + " does not exist; Docker would make a directory of that name, which is hardly what is meant; the mount is left out",
			"put the file there, or make the directory if it is one",
		}, true
	case isElsewhere:
		return Decision{
			AsClaim, "bind-elsewhere", b.Shown() + " is not on this machine, so it becomes a new volume; what it may hold where Docker runs is not put into it", b.fillRemedy(),
		}, true
	}
	if b.isExchange() {
		return Decision{AsClaim, "bind-exchange", b.Shown() + " does not exist here, so it becomes a new volume: what people put into the directory or look for there no more meets the program", b.exchangeRemedy()}, true
	}
	return Decision{AsClaim, "bind-volume", b.Shown() + " does not exist here, so it becomes a new volume", ""}, true
}

// isOfMissingContext reports whether what is mounted is the directory that the image is built from, which is not here, or lies in it and is not called as
// data is.
func (b Bind) isOfMissingContext() bool {
	build := b.Container.Service.Build()
	if build == nil || !b.Container.Service.Facts.ContextMissing || !source.Within(b.Path, path.Clean(build.Context)) {
		return false
	}
	return b.Path == path.Clean(build.Context) || !dataName.MatchString(path.Base(b.Path)) && !dataName.MatchString(path.Base(b.Target))
}

// fileNames are names of files, without an extension that tells them from directories.
var fileNames = []string{
	"Caddyfile", "Corefile", "Dockerfile", "Makefile", "Procfile", "Gemfile", "Jenkinsfile", "crontab", "hosts", "passwd", "group", "shadow", "htpasswd", "krb5.keytab",
	"known_hosts", "authorized_keys", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
}

// filesOfTools are files that programs of the command line keep in the home directory, by the end of their paths.
var filesOfTools = pattern.New(`(^|/)\.(aws/(credentials|config)|kube/config|ssh/config|docker/config)$`)

// fileEnding matches the endings of files that are no configuration, and dotFile the names of files that begin with a dot. What else
// follows a dot is as likely part of the name of a directory: packs.dev, example.com, .cache.
var (
	fileEnding = pattern.New(`(?i)\.(json|jsonl|ndjson|csv|tsv|xlsx?|sqlite3?|db|mdb|mmdb|dat|bin|dump|bak|rdb|aof|gz|tgz|tar|bz2|xz|zst|zip|7z|[jwe]ar|py|ipynb|[mc]?js|jsx|tsx?|rb|pl|php|go|java|groovy|ps1|bat|cmd|exe|so|dll|wasm|p12|pfx|p7b|jks|keystore|truststore|keytab|der|csr|pub|asc|gpg|kdbx|lic(en[cs]e)?|log|pid|sock(et)?|lock|iso|img|qcow2|vmdk|svg|png|jpe?g|gif|webp|ico|ttf|woff2?|pdf|proto|tf|tfvars|nix|ovpn|conf\.\w+|parquet|onnx|gguf|safetensors|h5)$`)
	dotFile    = pattern.New(`(?i)^\.(env(\..*)?|[\w-]+rc|[\w-]+(config|ignore|passwd|pass|history)|bash_\w+|profile|netrc|my\.cnf|erlang\.cookie)$`)
)

// looksLikeFile reports whether the name of a path that does not exist is that of a file, going by both ends of the mount: what
// nobody may write to is hardly a directory for data.
func (b Bind) looksLikeFile() bool {
	source, target := path.Base(strings.ReplaceAll(b.Path, `\`, "/")), path.Base(strings.ReplaceAll(b.Target, `\`, "/"))
	if b.isToldAsFile() {
		return true
	}
	if slices.Contains(fileNames, source) || slices.Contains(fileNames, target) || filesOfTools.MatchString(b.Path) || filesOfTools.MatchString(b.Target) {
		return true
	}
	isNamed := configName.MatchString(source) || fileEnding.MatchString(source) || dotFile.MatchString(source)
	return isNamed && (path.Ext(target) != "" || b.ReadOnly && !strings.HasPrefix(source, "."))
}

// lost says what becomes of the writes to a mount that is left out.
func (b Bind) lost() string {
	if b.writable() {
		return ", and what is written there is lost with the container"
	}
	return ""
}
