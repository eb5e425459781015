package transform

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/transship/transship/source"
)

// dataFileName matches files that programs write: databases, certificates that are renewed, logs.
var dataFileName = regexp.MustCompile(`(?i)\.(db|db3|sqlite|sqlite3|mdb|log|pid|lock|rdb|aof)$|^acme\.json$`)

// dataName matches directories that hold what a service has written.
var dataName = regexp.MustCompile(`(?i)^(.*[-_.])?(data|database|db|dbdata|storage|uploads?|media|logs?|cache|tmp|temp|backups?|dumps?|volumes?|persist(ent|ence)?|blobs?|letsencrypt|acme|downloads?)([-_.].*)?$`)

// configName matches files that are written by people and read by programs.
var configName = regexp.MustCompile(`(?i)\.(conf|cnf|cfg|ini|ya?ml|toml|properties|xml|sql|sh|html?|crt|cert|cer|pem|key|env|tpl|tmpl|template|j2|htpasswd|hcl|rules|md|txt)$|^(config|settings)(\..*)?\.json$|^(readme|\.gitkeep|\.gitignore|\.keep)$`)

// codeName matches source code.
var codeName = regexp.MustCompile(`(?i)\.(rb|py|jsx?|tsx?|mjs|go|php|java|kt|scala|rs|c|cc|cpp|h|hpp|cs|fs|exs?|erl|vue|svelte|swift|prisma|proto)$`)

// keyName matches files whose content is a secret.
var keyName = regexp.MustCompile(`(?i)\.(key|pem|p12|pfx|jks|keystore|kdbx|keytab)$|^\.erlang\.cookie$|^id_(rsa|dsa|ecdsa|ed25519)$|^\.?htpasswd$|\.htpasswd$|secret|^\.env($|\.)|\.env$|passw(or)?d|credentials?($|\.)|^\.(pgpass|netrc|npmrc|pypirc|my\.cnf)$`)

// publicName matches files that keyName takes for secrets although everybody may read them.
var publicName = regexp.MustCompile(`(?i)\.(pub|crt|example|sample|dist|template)$|^\.env\.(example|sample|dist|template)$`)

// isKeyMaterial reports whether a file of this name belongs in a Secret.
func isKeyMaterial(name string) bool {
	base := path.Base(name)
	return keyName.MatchString(base) && !publicName.MatchString(base)
}

// dataFile: one file cannot have a volume of its own, and a ConfigMap cannot be written to.
func dataFile(b bind) (verdict, bool) {
	if b.file.Kind != source.Regular && (b.file.Kind != source.TooLarge || b.file.IsDir) {
		return verdict{}, false
	}
	if !b.writable() || b.own.Writable || !dataFileName.MatchString(path.Base(b.path)) {
		return verdict{}, false
	}
	return verdict{
		leftOut, "bind-data-file", fmt.Sprintf("%s is a file that the service writes, and no volume holds a single file; the mount is left out, so what is written to %s is lost with the container", b.shown(), b.Target),
		"mount the directory it is in, or choose x-kubernetes: {writable: true} for a copy that the service may change",
	}, true
}

// regularFile: a file is configuration, or a secret.
func regularFile(b bind) (verdict, bool) {
	switch {
	case b.file.Kind == source.Regular && len(b.file.Data) <= maxObjectBytes:
		return b.asFiles(isKeyMaterial(b.path)), true
	case b.file.Kind == source.Regular, b.file.Kind == source.TooLarge && !b.file.IsDir:
		return b.tooLarge(b.shown() + " is larger than the 1 MiB that an object can hold"), true
	}
	return verdict{}, false
}

// placeholder matches files that are there because git keeps no empty directory.
var placeholder = regexp.MustCompile(`^\.(git)?(keep|ignore|empty|placeholder)$`)

// isKept reports whether an entry of a directory is more than a sign that the directory is wanted.
func isKept(e source.Entry) bool {
	return e.Kind != source.Regular || !placeholder.MatchString(path.Base(e.Path))
}

// dataDirectory: a directory that is empty, or that a service writes to, is a volume.
func dataDirectory(b bind) (verdict, bool) {
	if b.file.Kind == source.Directory && !slices.ContainsFunc(b.file.Entries, isKept) {
		return verdict{asClaim, "bind-volume", b.shown() + " is empty here, so it becomes a new volume", ""}, true
	}
	if !b.writable() || !b.holdsData() {
		return verdict{}, false
	}
	return verdict{
		asClaim, "bind-data", b.shown() + " becomes a new volume; what is in the directory now is not put into it",
		"once a Pod runs: kubectl cp " + b.shown() + "/. <pod>:" + b.Target,
	}, true
}

// holdsData reports whether a directory is one that the service writes its data to: because of what the image is known to
// keep there, because of its name, or because of files that only programs write.
func (b bind) holdsData() bool {
	for _, dir := range b.facts.DataDirs {
		if isWithin(b.Target, dir) || isWithin(dir, b.Target) {
			return true
		}
	}
	if strings.HasSuffix(b.Target, "initdb.d") || isWithin(path.Clean(b.in.Project.WorkingDir), b.path) {
		return false
	}
	config := b.file.Kind == source.Directory
	for _, e := range b.file.Entries {
		switch name := path.Base(e.Path); {
		case codeName.MatchString(name):
			return false
		case dataFileName.MatchString(name):
			return true
		case !configName.MatchString(name):
			config = false
		}
	}
	if config || isWithin(b.Target, "/etc") && b.fitsObjects() { // what people have put there, whatever they call it here
		return false
	}
	return dataName.MatchString(path.Base(b.path)) || isWithin(b.Target, "/var/lib") || isWithin(b.Target, "/data") || isWithin(b.Target, "/var/log")
}

// sourceCode: a directory that is built into the image is mounted to edit it while developing; the image has it already.
func sourceCode(b bind) (verdict, bool) {
	build := b.config.Build
	if build == nil || build.Context == "" || !path.IsAbs(build.Context) {
		return verdict{}, false
	}
	context := path.Clean(build.Context)
	copied, known := b.isCopied()
	whole := isWithin(context, b.path)
	part := copied && isWithin(b.path, context)
	if !whole && !part || known && !copied && b.fitsObjects() {
		return verdict{}, false
	}
	if !whole && b.fitsObjects() && !b.hasCode() { // configuration, which may differ from what was built in
		return verdict{}, false
	}
	return verdict{
		leftOut, "dev-source", fmt.Sprintf("%s is source code that is built into the image; the mount is left out and %s is what the image has", b.shown(), b.Target),
		"build the image from the current source",
	}, true
}

// isCopied reports whether the image takes the target, or what is below it, from its build context, and whether that is known.
func (b bind) isCopied() (copied, known bool) {
	dirs := slices.Clone(b.facts.CopyTargets)
	for _, dir := range []string{b.facts.WorkingDir, b.spec.WorkingDir} {
		if dir != "" && dir != "/" {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range dirs {
		if isWithin(b.Target, dir) || isWithin(dir, b.Target) {
			return true, true
		}
	}
	return false, len(b.facts.CopyTargets) > 0
}

func (b bind) hasCode() bool {
	return slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool { return codeName.MatchString(path.Base(e.Path)) })
}

// directoryOfFiles: any other directory is carried if it is small.
func directoryOfFiles(b bind) (verdict, bool) {
	if !b.fitsObjects() {
		return b.tooLarge(fmt.Sprintf("%s %s", b.shown(), b.extent())), true
	}
	return b.asFiles(slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool { return e.Kind == source.Regular && isKeyMaterial(e.Path) })), true
}

func (b bind) fitsObjects() bool {
	return b.file.Kind == source.Directory && b.file.Size <= maxDirectoryBytes && len(b.file.Entries) <= maxDirectoryFiles &&
		!slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool { return e.Kind == source.TooLarge })
}

func (b bind) extent() string {
	if b.file.Kind == source.TooLarge && b.file.Problem != "" {
		return "is too large: " + b.file.Problem
	}
	return fmt.Sprintf("has %d files and %d KiB, more than an object can hold", len(b.file.Entries), b.file.Size>>10)
}

func (b bind) tooLarge(what string) verdict {
	help := "build it into the image, mount it as an image volume (type: image), or choose x-kubernetes: {as: pvc} and copy it there"
	if b.isFile() {
		help = "build it into the image, or mount the directory it is in with x-kubernetes: {as: pvc} and copy it there"
	}
	return verdict{leftOut, "bind-too-large", fmt.Sprintf("%s; the mount is left out and %s is what the image has%s", what, b.Target, b.lost()), help}
}

// asFiles is the verdict for files that objects carry.
func (b bind) asFiles(keys bool) verdict {
	v := verdict{fate: asConfigMap}
	object := "ConfigMap"
	if keys {
		v.fate, object = asSecret, "Secret"
	}
	if b.writable() && !b.own.Writable {
		v.code = "bind-read-only"
		v.message = fmt.Sprintf("%s becomes a %s, which nobody can write to: a program that changes %s fails", b.shown(), object, b.Target)
		v.help = "mount it with :ro if nothing writes to it; x-kubernetes: {writable: true} in the long form of the mount gives the program a copy to change"
	}
	return v
}

// problem says why a path has no content, as the predicate of a sentence.
func (b bind) problem() string {
	switch {
	case b.file == nil:
		return "was not read"
	case b.file.Kind == source.Missing:
		return "does not exist"
	case b.file.Problem != "":
		return "cannot be read: " + b.file.Problem
	}
	return "cannot be read"
}

// isFile reports whether the source is known to be no directory.
func (b bind) isFile() bool {
	return b.file != nil && (b.file.Kind == source.Regular || (b.file.Kind == source.TooLarge || b.file.Kind == source.Special) && !b.file.IsDir)
}

// isInProject reports whether the source lies in the project directory.
func (b bind) isInProject() bool { return isWithin(b.path, path.Clean(b.in.Project.WorkingDir)) }

// shown is the source as a user would write it.
func (b bind) shown() string { return b.relative(b.path) }

// relative returns a path as it is written in a compose file, from the project directory: what people read is to be the
// same wherever the project lies.
func (p *project) relative(file string) string {
	root := path.Clean(p.in.Project.WorkingDir)
	switch {
	case file == root:
		return "."
	case isWithin(file, root):
		return "./" + strings.TrimPrefix(strings.TrimPrefix(file, root), "/")
	}
	var up strings.Builder
	for dir := path.Dir(root); strings.Count(dir, "/") > 1; dir = path.Dir(dir) {
		if up.WriteString("../"); file == dir {
			return strings.TrimSuffix(up.String(), "/")
		} else if isWithin(file, dir) {
			return up.String() + strings.TrimPrefix(strings.TrimPrefix(file, dir), "/")
		}
	}
	return file
}

// isWithin reports whether a path is a directory or lies below it.
func isWithin(file, dir string) bool {
	return file == dir || dir == "/" || strings.HasPrefix(file, strings.TrimSuffix(dir, "/")+"/")
}
