package binds

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/databases"
)

// dataFileName matches files that programs write: databases, certificates that are renewed, logs.
var dataFileName = pattern.New(`(?i)\.(db|db3|sqlite|sqlite3|mdb|log|pid|lock|rdb|aof)$|^acme\.json$`)

// versionsName matches files in which tools of languages write down the versions of libraries: they belong to the source.
var versionsName = pattern.New(`(?i)^(Pipfile|Gemfile|Cargo|Podfile|mix|pubspec|poetry|composer|symfony|yarn|uv|pdm|deno|bun|flake|pixi)\.lock$`).Holding(".lock")

// isWritten reports whether a file is one that programs write, by its name.
func isWritten(name string) bool {
	return dataFileName.MatchString(name) && !versionsName.MatchString(name)
}

// passingName matches those of them that a program makes anew whenever it starts: nobody misses a copy that is gone with the Pod.
var passingName = pattern.New(`(?i)\.(log|pid|lock)$`).Holding(".log", ".pid", ".lock")

// isDataFile reports whether a file is one that programs write, by its name, or as it is a database of SQLite.
// Source: https://www.sqlite.org/fileformat.html#magic_header_string
func isDataFile(name string, f source.File) bool {
	return isWritten(path.Base(name)) || bytes.HasPrefix(f.Data, []byte("SQLite format 3\x00"))
}

// logName matches the files of logs.
var logName = pattern.New(`(?i)\.log(\.\d+|\.gz)?$`).Holding(".log")

// dataName matches directories that hold what a service has written.
var dataName = pattern.New(`(?i)^(.*[-_.])?(data|database|db|dbdata|storage|uploads?|media|logs?|cache|tmp|temp|backups?|dumps?|volumes?|persist(ent|ence)?|blobs?|letsencrypt|acme|downloads?)([-_.].*)?$`)

// copyBeforeStart says how to fill a claim for a program that keeps running: one that starts on an empty claim may make everything anew.
const copyBeforeStart = "copy the files through a Pod that mounts the claim before the program starts for the first time; where it runs already, scale the workload to 0 for that"

// fillRemedy says how to put what is in the directory into the volume. Every word is safe to follow: files are never copied under a
// program that runs. Files that are here can be carried by a ConfigMap instead.
func (b Bind) fillRemedy() string {
	if databases.IsKeptIn(b.Container, b.Target, b.File) {
		return "dump the database where it runs now and restore the dump into the new one: files that are copied under a running database destroy it"
	}
	if IsReadOnce(b.Target) {
		return "create the claim, copy the files through a Pod that mounts it, and only then start the database, which reads them once, when it makes its data; or put the directory into the project, and a ConfigMap carries it"
	}
	restart := b.Container.Service.Config.Restart
	once := b.Container.Service.Config.Deploy == nil && (restart == "" || restart == "no")
	isOutside := b.File == nil || b.File.Kind == source.Outside // of which no object carries anything
	switch {
	case once && (b.IsEmpty() || isOutside):
		return "create the claim, copy the files through a Pod that mounts it, and only then start the program, which may run but once"
	case once && b.fitsObjects():
		return "create the claim, copy the files through a Pod that mounts it, and only then start the program, which may run but once; or choose x-kubernetes: {seed: true} in the long form of the mount, which puts these files into the new volume, or {as: configmap} where nothing writes to them"
	case once:
		return "create the claim, copy the files through a Pod that mounts it, and only then start the program, which may run but once"
	case b.IsEmpty() || isOutside:
		return copyBeforeStart
	}
	if !b.fitsObjects() {
		return copyBeforeStart
	}
	return "copy the files through a Pod that mounts the claim before the program starts for the first time; where it runs already, scale the workload to 0 for that; or choose x-kubernetes: {seed: true} in the long form of the mount, which puts these files into the new volume, or {as: configmap} where nothing writes to them"
}

// IsReadOnce reports whether a directory is one of those that databases read once, when they make their data.
func IsReadOnce(target string) bool { return strings.HasSuffix(path.Clean(target), "initdb.d") }

// configName matches files that are written by people and read by programs.
var configName = pattern.New(`(?i)\.(conf|config|configuration|cnf|cfg|ini|jsonc|json5|lua|alloy|river|vcl|rego|cue|acl|zone|ldif|graphql|service|list|map|types|policy|xsl|xsd|dtd|css|ya?ml|toml|properties|xml|sql|sh|html?|crt|cert|cer|pem|key|env|tpl|tmpl|template|j2|htpasswd|hcl|rules|md|txt)$|^(config|settings)(\..*)?\.json$|^(readme|caddyfile|corefile|\.gitkeep|\.gitignore|\.keep)$`)

// codeName matches source code.
var codeName = pattern.New(`(?i)\.(rb|py|jsx?|tsx?|mjs|go|php|java|kt|scala|rs|c|cc|cpp|h|hpp|cs|fs|exs?|erl|vue|svelte|swift|prisma|proto)$`)

// keyName matches files whose content is a secret.
var keyName = pattern.New(`(?i)\.(key|pem|p12|pfx|jks|keystore|kdbx|keytab)$|^\.erlang\.cookie$|^id_(rsa|dsa|ecdsa|ed25519)$|^\.?htpasswd$|\.htpasswd$|secret|^\.env($|\.)|\.env$|passw(or)?d|credentials?($|\.)|^\.(pgpass|netrc|npmrc|pypirc|my\.cnf)$|(^|[-_.])keyfile([-_.]|$)|^jwt[-_.]?(hex|secret)|^pgpass$`).Holding(".key", ".pem", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".keytab", ".erlang", "id_", "htpasswd", "secret", ".env", "passw", "credential", "pgpass", ".netrc", ".npmrc", ".pypirc", ".my.cnf", "keyfile", "jwt")

// publicName matches files that keyName takes for secrets although everybody may read them.
var publicName = pattern.New(`(?i)\.(pub|crt|example|sample|dist|template)$|^\.env\.(example|sample|dist|template)$`)

// isKeyMaterial reports whether a file of this name belongs in a Secret.
func isKeyMaterial(name string) bool {
	base := path.Base(name)
	return keyName.MatchString(base) && !publicName.MatchString(base)
}

// dataFile: one file cannot have a volume of its own, and a ConfigMap cannot be written to.
func dataFile(b Bind) (Decision, bool) {
	if b.File.Kind != source.Regular && (b.File.Kind != source.TooLarge || b.File.IsDir) {
		return Decision{}, false
	}
	if !b.writable() || b.Own.Writable || !isDataFile(b.Path, *b.File) {
		return Decision{}, false
	}
	help := ownDirectory
	if passingName.MatchString(b.Path) {
		help = "mount the directory it is in, or choose x-kubernetes: {writable: true} in the long form of the mount for a copy that the service may change and that is gone with the Pod"
	}
	return Decision{
		LeftOut, "bind-data-file", fmt.Sprintf("%s is a file that the service writes, and no volume holds a single file; the mount is left out, so what is written to %s is lost with the container", b.Shown(), b.Target),
		help,
	}, true
}

// ownDirectory says where a single file that must stay can lie.
const ownDirectory = "let the file lie in a directory of its own, mount a named volume there, and copy the file into it before the program starts"

// losesData returns the file among those of a writable copy that must stay, as a user would write it, and where the program has it; "" if
// there is none.
func (b Bind) losesData() (file, target string) {
	if !b.writable() || !b.Own.Writable || b.File == nil {
		return "", ""
	}
	if b.IsFile() && isDataFile(b.Path, *b.File) && !passingName.MatchString(b.Path) {
		return b.Shown(), b.Target
	}
	for _, e := range b.File.Entries {
		if e.Kind == source.Regular && isDataFile(e.Path, e.File) && !passingName.MatchString(e.Path) {
			return path.Join(b.Shown(), e.Path), path.Join(b.Target, e.Path)
		}
	}
	return "", ""
}

// tellingLoss returns a decision by which files are carried, with what is to be said where the program gets a copy of data.
func (b Bind) tellingLoss(v Decision) Decision {
	if file, target := b.losesData(); file != "" {
		v.Code, v.Help = "bind-data-file", ownDirectory
		v.Message = fmt.Sprintf("%s is a file that the service writes, and the program gets a copy of it: what is written to %s is lost with the Pod", file, target)
	}
	return v
}

// regularFile: a file is configuration, or a secret.
func regularFile(b Bind) (Decision, bool) {
	switch {
	case b.masks():
		return Decision{Fate: AsConfigMap}, true
	case b.File.Kind == source.Regular && len(b.File.Data) <= MaxObjectBytes:
		return b.asFiles(isKeyMaterial(b.Path) || isKeyMaterial(b.Target) || b.isPrivate(), b.project.SecretIn(b.Path, b.File.Data)), true
	case b.File.Kind == source.Regular, b.File.Kind == source.TooLarge && !b.File.IsDir:
		return b.tooLarge(b.Shown() + " is larger than the 1 MiB that an object can hold"), true
	}
	return Decision{}, false
}

// placeholder matches files that are there because git keeps no empty directory.
var placeholder = pattern.New(`^\.(git)?(keep|ignore|empty|placeholder|attributes)$|^\.editorconfig$`)

// isKept reports whether an entry of a directory is more than a sign that the directory is wanted.
func isKept(e source.Entry) bool {
	return e.Kind != source.Regular || !placeholder.MatchString(path.Base(e.Path))
}

// dataDirectory: a directory that is empty, or that a service writes to, is a volume.
func dataDirectory(b Bind) (Decision, bool) {
	if b.File.Kind == source.Directory && !slices.ContainsFunc(b.File.Entries, isKept) {
		if b.isExchange() {
			return Decision{AsClaim, "bind-exchange", b.Shown() + " is empty here, so it becomes a new volume: what people put into the directory or look for there no more meets the program", b.exchangeRemedy()}, true
		}
		return Decision{AsClaim, "bind-volume", b.Shown() + " is empty here, so it becomes a new volume", ""}, true
	}
	if !b.writable() && b.holdsLogs() {
		return Decision{
			AsClaim, "bind-data", b.Shown() + " holds logs, which another program writes; it becomes a new volume, and what is in the directory now is not put into it",
			"let what writes the logs mount the same directory; what runs elsewhere cannot write into a volume of the cluster",
		}, true
	}
	if !b.writable() || !b.holdsData() {
		return Decision{}, false
	}
	return Decision{
		AsClaim, "bind-data", b.Shown() + " becomes a new volume; what is in the directory now is not put into it",
		b.fillRemedy(),
	}, true
}

// exchanged matches directories by which people exchange files with a program.
var exchanged = pattern.New(`(?i)^([\w.]*[-_])?(in|inputs?|inbox|incoming|imports?|drop(box|zone|s|-?folder)?|dock|consume|watch(ed)?|ingest(ion)?|exports?|out|outputs?|outbox|outgoing|results?|books|movies|shows|tv|music|photos|videos|downloads?)$`)

// isExchange reports whether people exchange files with a program by a directory, by its names on both sides: what the image keeps for itself is none.
func (b Bind) isExchange() bool {
	isOwn := slices.ContainsFunc(b.Container.Service.Facts.DataDirs, func(dir string) bool { return source.Within(b.Target, dir) || source.Within(dir, b.Target) })
	return !isOwn && exchanged.MatchString(path.Base(b.Path)) && (exchanged.MatchString(path.Base(b.Target)) || dataName.MatchString(path.Base(b.Target)))
}

// exchangeRemedy says how files come into a volume and out of it.
func (b Bind) exchangeRemedy() string {
	return fmt.Sprintf("kubectl cp copies files into %s of its Pod, and from there", b.Target)
}

// holdsData reports whether a directory is one that the service writes its data to: because of what the image is known to
// keep there, because of its name, or because of files that only programs write.
func (b Bind) holdsData() bool {
	if slices.Contains(writtenDirectories, b.Target) {
		return true
	}
	for _, dir := range b.Container.Service.Facts.DataDirs {
		if source.Within(b.Target, dir) && (b.Target == dir || !b.isWritten()) || source.Within(dir, b.Target) {
			return true
		}
	}
	if IsReadOnce(b.Target) || source.Within(b.project.Directory(), b.Path) {
		return false
	}
	config := b.File.Kind == source.Directory
	named := false // a file whose name says that it is configuration
	for _, e := range b.File.Entries {
		switch name := path.Base(e.Path); {
		case codeName.MatchString(name):
			return false
		case isWritten(name):
			return true
		case configName.MatchString(name):
			named = true
		case !strings.HasSuffix(name, ".json") || !source.IsText(e.Data): // which people write, and programs as well
			config = false
		}
	}
	if config && named || source.Within(b.Target, "/etc") && b.fitsObjects() { // what people have put there, whatever they call it here
		return false
	}
	return dataName.MatchString(path.Base(b.Path)) || source.Within(b.Target, "/var/lib") || source.Within(b.Target, "/data") || source.Within(b.Target, "/var/log")
}

// holdsLogs reports whether a directory has nothing but logs.
func (b Bind) holdsLogs() bool {
	isLog := func(e source.Entry) bool { return logName.MatchString(path.Base(e.Path)) }
	return slices.ContainsFunc(b.File.Entries, isLog) && !slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool { return e.Kind == source.Regular && isKept(e) && !isLog(e) })
}

// isWritten reports whether a directory has nothing but texts that people write, such as dashboards that a program is to load.
func (b Bind) isWritten() bool {
	return b.fitsObjects() && !slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool {
		return e.Kind == source.Regular && isKept(e) && (!source.IsText(e.Data) || !configName.MatchString(path.Base(e.Path)) && path.Ext(e.Path) != ".json")
	})
}

// sourceCode: a directory that is built into the image is mounted to edit it while developing; the image has it already. Only a
// Dockerfile that copies that very directory there proves it: WORKDIR copies nothing.
func sourceCode(b Bind) (Decision, bool) {
	build := b.Container.Service.Build()
	if build == nil || !slices.Contains(b.Container.Service.Facts.Paths[path.Clean(b.Target)].CopiedFrom, b.Path) {
		return Decision{}, false
	}
	if b.fitsObjects() && !b.hasCode() && b.Path != path.Clean(build.Context) { // configuration, which may differ from what was built in
		return Decision{}, false
	}
	if missed := b.keptOut(); len(missed) > 0 {
		return Decision{
			BuiltIn, "dev-source", fmt.Sprintf("%s is source code that is built into the image; the mount is left out, %s is what the image has, without %s, which .dockerignore keeps out, and what is written there is lost with the container", b.Shown(), b.Target, report.Enumerate(missed, 4)),
			"give the program what it needs of that by env_file, configs or secrets; build the image from the current source",
		}, true
	}
	return Decision{
		BuiltIn, "dev-source", fmt.Sprintf("%s is source code that is built into the image; the mount is left out, %s is what the image has, and what is written there is lost with the container", b.Shown(), b.Target),
		"build the image from the current source",
	}, true
}

// keptOut returns the files of settings that the mount of a whole build context has and the image has not. What Compose reads itself is none.
func (b Bind) keptOut() []string {
	s := b.Container.Service
	if b.Path != path.Clean(s.Build().Context) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Facts.KeptOut), func(name string) bool {
		file := path.Join(b.Path, name)
		return name == ".env" && b.Path == b.project.Directory() || slices.ContainsFunc(s.Config.EnvFiles, func(e types.EnvFile) bool { return path.Clean(e.Path) == file })
	})
}

func (b Bind) hasCode() bool {
	return slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool { return codeName.MatchString(path.Base(e.Path)) })
}

// directoryOfFiles: any other directory is carried if it is small.
func directoryOfFiles(b Bind) (Decision, bool) {
	if !b.fitsObjects() {
		return b.tooLarge(fmt.Sprintf("%s %s", b.Shown(), b.extent())), true
	}
	holds := ""
	for i := 0; i < len(b.File.Entries) && holds == ""; i++ {
		holds = b.project.SecretIn(b.File.Entries[i].Path, b.File.Entries[i].Data)
	}
	return b.asFiles(slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool { return e.Kind == source.Regular && isKeyMaterial(e.Path) }) || b.isPrivate(), holds), true
}

func (b Bind) fitsObjects() bool {
	return b.File.Kind == source.Directory && b.File.Size <= maxDirectoryBytes && len(b.File.Entries) <= maxDirectoryFiles &&
		!slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool { return e.Kind == source.TooLarge })
}

func (b Bind) extent() string {
	if b.File.Kind == source.TooLarge && b.File.Problem != "" {
		return "is too large: " + b.File.Problem
	}
	return fmt.Sprintf("has %d files and %d KiB, more than an object can hold", len(b.File.Entries), b.File.Size>>10)
}

func (b Bind) tooLarge(what string) Decision {
	help := "build it into the image, mount it as an image volume (type: image), or choose x-kubernetes: {as: pvc} and copy it there"
	if b.IsFile() {
		help = "build it into the image, or mount the directory it is in with x-kubernetes: {as: pvc} and copy it there"
	}
	return Decision{LeftOut, "bind-too-large", fmt.Sprintf("%s; the mount is left out and %s is what the image has%s", what, b.Target, b.lost()), help}
}

// Problem says why a path has no content, as the predicate of a sentence. file is what was read there, or nil.
func Problem(file *source.File) string {
	switch {
	case file == nil:
		return "was not read"
	case file.Kind == source.Missing:
		return "does not exist"
	case file.Problem != "":
		return "cannot be read: " + file.Problem
	}
	return "cannot be read"
}

// IsFile reports whether the source is known to be no directory.
func (b Bind) IsFile() bool {
	return b.File != nil && (b.File.Kind == source.Regular || (b.File.Kind == source.TooLarge || b.File.Kind == source.Special) && !b.File.IsDir)
}

// isInProject reports whether the source lies in the project directory.
func (b Bind) isInProject() bool { return source.Within(b.Path, b.project.Directory()) }

// Shown is the source as a user would write it.
func (b Bind) Shown() string { return b.project.Relative(b.Path) }
