package storage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// dataFileName matches files that programs write: databases, certificates that are renewed, logs.
var dataFileName = pattern.New(`(?i)\.(db|db3|sqlite|sqlite3|mdb|log|pid|lock|rdb|aof)$|^acme\.json$`)

// dataName matches directories that hold what a service has written.
var dataName = pattern.New(`(?i)^(.*[-_.])?(data|database|db|dbdata|storage|uploads?|media|logs?|cache|tmp|temp|backups?|dumps?|volumes?|persist(ent|ence)?|blobs?|letsencrypt|acme|downloads?)([-_.].*)?$`)

// fillRemedy says how to put what is in the directory into the volume. Every word is safe to follow: files are never copied under a
// program that runs.
func (b bind) fillRemedy() string {
	if b.isDatabase() {
		return "dump the database where it runs now and restore the dump into the new one: files that are copied under a running database destroy it"
	}
	return "scale the workload to 0, copy the files through a Pod that mounts the claim, and scale it back; or choose x-kubernetes: {as: configmap} for files that nothing writes to"
}

// isDatabase reports whether a database keeps its files at the target.
func (b bind) isDatabase() bool {
	if isDatabaseDirectory(b.container, b.Target) || databaseTarget.MatchString(b.Target) || databaseImage.MatchString(b.container.Spec.Image) {
		return true
	}
	return b.file != nil && slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool {
		return slices.Contains([]string{"PG_VERSION", "ibdata1", "WiredTiger", "mysql.ibd", "redis.rdb", "dump.rdb"}, e.Path)
	})
}

// databaseTarget and databaseImage match the directories and images of databases.
var (
	databaseTarget = pattern.New(`^/(data/db|var/lib/(postgresql|mysql|mariadb|mongodb?|redis|cassandra|couchdb|influxdb2?|clickhouse|neo4j|elasticsearch|opensearch|arangodb3|rethinkdb|cockroach)|var/opt/mssql|opt/couchdb/data|cockroach|usr/share/(elasticsearch|opensearch)/data)(/|$)`)
	databaseImage  = pattern.New(`(?i)(^|/)[\w.-]*(postgres|pgvector|timescale|postgis|mysql|mariadb|percona|mongo|cassandra|scylla|couchdb|influxdb|clickhouse|neo4j|elasticsearch|opensearch|cockroach|mssql|redis|valkey|etcd)[\w.-]*(:|@|$)`)
)

// configName matches files that are written by people and read by programs.
var configName = pattern.New(`(?i)\.(conf|config|configuration|cnf|cfg|ini|jsonc|json5|lua|vcl|rego|cue|acl|zone|ldif|graphql|service|list|map|types|policy|xsl|xsd|dtd|css|ya?ml|toml|properties|xml|sql|sh|html?|crt|cert|cer|pem|key|env|tpl|tmpl|template|j2|htpasswd|hcl|rules|md|txt)$|^(config|settings)(\..*)?\.json$|^(readme|\.gitkeep|\.gitignore|\.keep)$`)

// codeName matches source code.
var codeName = pattern.New(`(?i)\.(rb|py|jsx?|tsx?|mjs|go|php|java|kt|scala|rs|c|cc|cpp|h|hpp|cs|fs|exs?|erl|vue|svelte|swift|prisma|proto)$`)

// keyName matches files whose content is a secret.
var keyName = pattern.New(`(?i)\.(key|pem|p12|pfx|jks|keystore|kdbx|keytab)$|^\.erlang\.cookie$|^id_(rsa|dsa|ecdsa|ed25519)$|^\.?htpasswd$|\.htpasswd$|secret|^\.env($|\.)|\.env$|passw(or)?d|credentials?($|\.)|^\.(pgpass|netrc|npmrc|pypirc|my\.cnf)$`)

// publicName matches files that keyName takes for secrets although everybody may read them.
var publicName = pattern.New(`(?i)\.(pub|crt|example|sample|dist|template)$|^\.env\.(example|sample|dist|template)$`)

// isKeyMaterial reports whether a file of this name belongs in a Secret.
func isKeyMaterial(name string) bool {
	base := path.Base(name)
	return keyName.MatchString(base) && !publicName.MatchString(base)
}

// dataFile: one file cannot have a volume of its own, and a ConfigMap cannot be written to.
func dataFile(b bind) (bindDecision, bool) {
	if b.file.Kind != source.Regular && (b.file.Kind != source.TooLarge || b.file.IsDir) {
		return bindDecision{}, false
	}
	if !b.writable() || b.own.Writable || !dataFileName.MatchString(path.Base(b.path)) {
		return bindDecision{}, false
	}
	return bindDecision{
		leftOut, "bind-data-file", fmt.Sprintf("%s is a file that the service writes, and no volume holds a single file; the mount is left out, so what is written to %s is lost with the container", b.shown(), b.Target),
		"mount the directory it is in, or choose x-kubernetes: {writable: true} for a copy that the service may change",
	}, true
}

// regularFile: a file is configuration, or a secret.
func regularFile(b bind) (bindDecision, bool) {
	switch {
	case b.file.Kind == source.Regular && len(b.file.Data) <= maxObjectBytes:
		return b.asFiles(isKeyMaterial(b.path), b.project.SecretIn(b.file.Data)), true
	case b.file.Kind == source.Regular, b.file.Kind == source.TooLarge && !b.file.IsDir:
		return b.tooLarge(b.shown() + " is larger than the 1 MiB that an object can hold"), true
	}
	return bindDecision{}, false
}

// placeholder matches files that are there because git keeps no empty directory.
var placeholder = pattern.New(`^\.(git)?(keep|ignore|empty|placeholder)$`)

// isKept reports whether an entry of a directory is more than a sign that the directory is wanted.
func isKept(e source.Entry) bool {
	return e.Kind != source.Regular || !placeholder.MatchString(path.Base(e.Path))
}

// dataDirectory: a directory that is empty, or that a service writes to, is a volume.
func dataDirectory(b bind) (bindDecision, bool) {
	if b.file.Kind == source.Directory && !slices.ContainsFunc(b.file.Entries, isKept) {
		return bindDecision{asClaim, "bind-volume", b.shown() + " is empty here, so it becomes a new volume", ""}, true
	}
	if !b.writable() || !b.holdsData() {
		return bindDecision{}, false
	}
	return bindDecision{
		asClaim, "bind-data", b.shown() + " becomes a new volume; what is in the directory now is not put into it",
		b.fillRemedy(),
	}, true
}

// holdsData reports whether a directory is one that the service writes its data to: because of what the image is known to
// keep there, because of its name, or because of files that only programs write.
func (b bind) holdsData() bool {
	for _, dir := range b.container.Service.Facts.DataDirs {
		if source.Within(b.Target, dir) && !(b.Target != dir && b.isWritten()) || source.Within(dir, b.Target) {
			return true
		}
	}
	if strings.HasSuffix(b.Target, "initdb.d") || source.Within(b.project.Directory(), b.path) {
		return false
	}
	config := b.file.Kind == source.Directory
	named := false // a file whose name says that it is configuration
	for _, e := range b.file.Entries {
		switch name := path.Base(e.Path); {
		case codeName.MatchString(name):
			return false
		case dataFileName.MatchString(name):
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
	return dataName.MatchString(path.Base(b.path)) || source.Within(b.Target, "/var/lib") || source.Within(b.Target, "/data") || source.Within(b.Target, "/var/log")
}

// isWritten reports whether a directory has nothing but texts that people write, such as dashboards that a program is to load.
func (b bind) isWritten() bool {
	return b.fitsObjects() && !slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool {
		return e.Kind == source.Regular && isKept(e) && (!source.IsText(e.Data) || !configName.MatchString(path.Base(e.Path)) && path.Ext(e.Path) != ".json")
	})
}

// sourceCode: a directory that is built into the image is mounted to edit it while developing; the image has it already. Only a
// Dockerfile that copies that very directory there proves it: WORKDIR copies nothing.
func sourceCode(b bind) (bindDecision, bool) {
	if b.container.Service.Config.Build == nil || !slices.Contains(b.container.Service.Facts.Paths[path.Clean(b.Target)].CopiedFrom, b.path) {
		return bindDecision{}, false
	}
	if b.fitsObjects() && !b.hasCode() && b.path != path.Clean(b.container.Service.Config.Build.Context) { // configuration, which may differ from what was built in
		return bindDecision{}, false
	}
	return bindDecision{
		builtIn, "dev-source", fmt.Sprintf("%s is source code that is built into the image; the mount is left out and %s is what the image has", b.shown(), b.Target),
		"build the image from the current source",
	}, true
}

func (b bind) hasCode() bool {
	return slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool { return codeName.MatchString(path.Base(e.Path)) })
}

// directoryOfFiles: any other directory is carried if it is small.
func directoryOfFiles(b bind) (bindDecision, bool) {
	if !b.fitsObjects() {
		return b.tooLarge(fmt.Sprintf("%s %s", b.shown(), b.extent())), true
	}
	holds := ""
	for i := 0; i < len(b.file.Entries) && holds == ""; i++ {
		holds = b.project.SecretIn(b.file.Entries[i].Data)
	}
	return b.asFiles(slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool { return e.Kind == source.Regular && isKeyMaterial(e.Path) }), holds), true
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

func (b bind) tooLarge(what string) bindDecision {
	help := "build it into the image, mount it as an image volume (type: image), or choose x-kubernetes: {as: pvc} and copy it there"
	if b.isFile() {
		help = "build it into the image, or mount the directory it is in with x-kubernetes: {as: pvc} and copy it there"
	}
	return bindDecision{leftOut, "bind-too-large", fmt.Sprintf("%s; the mount is left out and %s is what the image has%s", what, b.Target, b.lost()), help}
}

// asFiles is the decision for files that objects carry: keys tells that their names are those of secrets, holds names a secret whose
// value stands in them.
func (b bind) asFiles(keys bool, holds string) bindDecision {
	v := bindDecision{fate: asConfigMap}
	object := "ConfigMap"
	if keys || holds != "" {
		v.fate, object = asSecret, "Secret"
	}
	if !keys && holds != "" {
		v.code, v.message = "content-secret", fmt.Sprintf("the value of %s stands in %s, so a Secret carries it", holds, b.shown())
		object += " (the value of " + holds + " stands there)"
	}
	switch {
	case !b.writable() || b.own.Writable:
	case b.isConfiguration():
		v.code, v.message = "bind-config", fmt.Sprintf("%s becomes a %s, which is read-only: the program reads it and cannot change it", b.shown(), object)
		v.help = "mount it with :ro, which says the same on Docker; x-kubernetes: {writable: true} in the long form of the mount gives the program a copy to change"
	default:
		v.code = "bind-read-only"
		v.message = fmt.Sprintf("%s becomes a %s, which nobody can write to: a program that changes %s fails", b.shown(), object, b.Target)
		v.help = "mount it with :ro if nothing writes to it; x-kubernetes: {writable: true} in the long form of the mount gives the program a copy to change"
	}
	return v
}

// isConfiguration reports whether files are such that people write and programs only read: a single file that is named as
// configuration, or a directory of such files at a place for configuration.
func (b bind) isConfiguration() bool {
	if b.isFile() {
		return configName.MatchString(path.Base(b.path)) || path.Ext(b.path) == ".json"
	}
	if !source.Within(b.Target, "/etc") && !strings.HasSuffix(b.Target, ".d") {
		return false
	}
	return !slices.ContainsFunc(b.file.Entries, func(e source.Entry) bool {
		return e.Kind == source.Regular && isKept(e) && !configName.MatchString(path.Base(e.Path)) && path.Ext(e.Path) != ".json"
	})
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
func (b bind) isInProject() bool { return source.Within(b.path, b.project.Directory()) }

// shown is the source as a user would write it.
func (b bind) shown() string { return b.project.Relative(b.path) }
