package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/storage/databases"
)

// programDirectories are where images keep programs and their configuration, as the Filesystem Hierarchy Standard and the
// Dockerfiles of the languages have it; a volume there is rarely meant to be empty. What lies below them is theirs as well.
var programDirectories = []string{"/app", "/bin", "/code", "/etc", "/lib", "/opt", "/sbin", "/srv/http", "/usr", "/var/solr", "/var/www"}

// dataWords match the last word of directories that are for data although they lie in a place for programs.
var dataWords = pattern.New(`(?i)(^|[-_.])(data|db|logs?|cache|tmp|temp|uploads?|media|storage|backups?|state|sessions?|run|files|store|volumes?|downloads?|exports?|imports?|repositor(y|ies))$`).Holding("data", "db", "log", "cache", "tmp", "temp", "upload", "media", "storage", "backup", "state", "session", "run", "files", "store", "volume", "download", "export", "import", "repositor")

// programWords match the last word of directories of a program wherever it lies, such as /pulsar/conf, and dataParents the places of data, in which
// programs make such directories themselves.
var (
	programWords = pattern.New(`(?i)^/[^/]+/(.*/)?((conf|configs?|etc|bin|libs?|www|html|htdocs|static|public|node_modules|vendor|site-packages)$|(src|templates)(/|$))`)
	dataParents  = pattern.New(`(?i)^/(data|config|storage|mnt|media|var/lib|var/opt|bitnami|home)(/|$)`)
	// debianCluster matches the directory of a database that the packages of Debian make when they are installed, in images of which the database is a part.
	debianCluster = pattern.New(`^/var/lib/postgresql/\d[\d.]*/\w+$`).Starting("/")
	// programAtHome matches those below the directory of a program in a home directory. What lies right in that of the program, such as
	// /home/app/web/static, programs fill themselves.
	programAtHome = pattern.New(`(?i)^/home/[^/]+/[^/]+/((.*/)?(apps?|src|dist|bin|libs?|node_modules|vendor|site-packages)|.*/(static|public|html|assets))$`).Starting("/")
)

// installedWords match the last word of directories into which a Dockerfile installs packages.
var installedWords = pattern.New(`/(node_modules|vendor|site-packages)$`)

// isProgramDirectory reports whether an image whose content is not known is likely to have files in a directory.
func isProgramDirectory(target string) bool {
	return target == "/home" || input.HomeOf(target) == target || // which have files from the first; what programs keep below them they make themselves
		slices.ContainsFunc(programDirectories, func(dir string) bool { return source.Within(target, dir) }) && !dataWords.MatchString(path.Base(target))
}

// programPath matches variables that name directories of programs, classes and plugins.
var programPath = pattern.New(`(?i)(^|_)((PLUGINS?|MODULES?|LIB|LIBRARY|BIN|SCRIPTS?)_(PATH|DIR)|CLASSPATH|NODE_PATH|PYTHONPATH)$|^PATH$`).Holding("path", "dir")

// namesPrograms reports whether a variable of a container names a directory in which its programs or their plugins lie.
func namesPrograms(u *input.Container, target string) bool {
	for name, value := range u.Spec.Environment {
		if value == nil || !programPath.MatchString(name) {
			continue
		}
		for dir := range strings.FieldsFuncSeq(*value, func(r rune) bool { return r == ',' || r == ':' }) {
			if path.Clean(strings.TrimSpace(dir)) == target {
				return true
			}
		}
	}
	return false
}

// mayHoldProgram reports whether nothing is known about a directory of the image in which programs mostly lie.
func mayHoldProgram(u *input.Container, target string) bool {
	content, _ := imageContent(u, path.Clean(target))
	if u.Facts.Paths[path.Clean(target)].OnlyMade && u.Service.Build() != nil {
		return false // what a base image has where a Dockerfile makes a directory is little
	}
	if content == source.Unknown && namesPrograms(u, path.Clean(target)) {
		return true
	}
	isKnown := u.IsImageKnown && (u.Service.Build() == nil || u.Facts.Locked || u.Facts.Paths[path.Clean(target)].Exists != source.Yes && !installedWords.MatchString(target))
	return content == source.Unknown && !isKnown && (isProgramDirectory(target) || isNamedAlike(u, target) || programWords.MatchString(target) && !dataParents.MatchString(target) || programAtHome.MatchString(target) || debianCluster.MatchString(target) && !databases.IsStore(u))
}

// isNamedAlike reports whether a directory at the root is called after the image, as that of a program which keeps all it has there, and not after
// data.
func isNamedAlike(u *input.Container, target string) bool {
	name, _, _ := strings.Cut(path.Base(u.Spec.Image), ":")
	first := strings.ToLower(strings.TrimPrefix(target, "/"))
	return !strings.Contains(first, "/") && !dataWords.MatchString(first) && !databases.MayKeep(u, target) && slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_.", r) }), func(word string) bool {
		return len(word) > 3 && strings.HasPrefix(first, word)
	})
}

// challenges matches the directories in which a client of ACME answers for a domain, and of which no image has any.
// Source: https://eff-certbot.readthedocs.io/en/stable/using.html#webroot
var challenges = pattern.New(`(?i)/(certbot|_?letsencrypt|acme-challenge|\.well-known)$`).Holding("certbot", "letsencrypt", "acme-challenge", ".well-known")

// imageContent returns whether the image of a container has anything in a directory, and what speaks for it.
func imageContent(u *input.Container, target string) (content source.Answer, evidence string) {
	facts := u.Facts
	if source.Within(target, "/etc/letsencrypt") || challenges.MatchString(target) { // certificates are made where the image runs
		return source.No, ""
	}
	switch found, looked := facts.Paths[target]; {
	case slices.ContainsFunc(slices.Concat(facts.ContentDirs, facts.CopyTargets), func(dir string) bool { return source.Within(dir, target) }):
		return source.Yes, found.Evidence
	case looked && found.Content != source.Unknown:
		return found.Content, found.Evidence
	case looked && found.Exists == source.No, looked && found.OnlyMade && u.Service.StartsPlain() && !u.IsHook:
		return source.No, ""
	case u.IsImageKnown:
		return listedContent(u, target), ""
	}
	if program := startedBelow(u, target); program != "" {
		return source.Likely, program
	}
	return source.Unknown, ""
}

// startedBelow returns the program below a directory that an image starts by itself, "" if it starts none there.
func startedBelow(u *input.Container, target string) string {
	for _, words := range [][]string{u.Facts.Entrypoint, u.Facts.Cmd} {
		if len(words) > 0 && path.IsAbs(words[0]) && path.Clean(words[0]) != target && source.Within(path.Clean(words[0]), target) {
			return path.Clean(words[0])
		}
	}
	return ""
}

// variableData matches the directories that packages make for a program and give to its user, as the Filesystem Hierarchy Standard has them.
var variableData = pattern.New(`^/(var/)?(log|lib|cache|spool|run)/([^/]+)$`).Holding("log", "lib", "cache", "spool", "run")

// isOfUser reports whether a directory most likely belongs to the user that the program of a known image becomes, or to everybody: a new volume
// on Docker has the owner and the mode of the directory of the image.
func isOfUser(u *input.Container, target string) bool {
	if input.IsTemporary(target) {
		return true
	}
	at := variableData.FindStringSubmatch(target)
	if at == nil {
		return false
	}
	return slices.ContainsFunc(u.Service.ListedUsers(), func(name string) bool {
		return len(name) > 2 && strings.Contains(at[3], name) || name == "www-data" && at[3] == "apache2"
	})
}

// keysDirectory matches directories for keys and certificates, which no image brings.
var keysDirectory = pattern.New(`(?i)/(certs?|certificates?|keys?|ssl|tls|secrets)$`)

// listedContent returns whether an image of which the main directories are known has anything in a directory. Those lists are not
// complete: what lies below a directory with content may have content as well, and a shell that finds none copies none. Where the image keeps data it has none before it runs.
func listedContent(u *input.Container, target string) source.Answer {
	holds := func(dir string) bool { return source.Within(target, dir) }
	switch {
	case !u.Facts.Locked && isOfUser(u, target) && !slices.ContainsFunc(slices.Concat(u.Facts.DataDirs, u.Facts.Volumes), holds):
		return source.Likely
	case u.Facts.Locked || keysDirectory.MatchString(target) || dataWords.MatchString(path.Base(target)) ||
		slices.ContainsFunc(slices.Concat(u.Facts.DataDirs, u.Facts.Volumes), holds):
		return source.No
	case slices.ContainsFunc(u.ListedContent(), holds): // what a Dockerfile copies is looked at path by path
		return source.Likely
	case isProgramDirectory(target), u.Service.Build() != nil && installedWords.MatchString(target):
		return source.Unknown
	}
	return source.No
}
