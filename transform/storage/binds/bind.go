package binds

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
)

// Bind is a bind mount and what its fate depends on.
type Bind struct {
	types.ServiceVolumeConfig
	project   *input.Project
	Container *input.Container
	Path      string          // absolute, cleaned
	File      *source.File    // nil: the loader did not look there
	Own       extension.Mount // what x-kubernetes says about the mount
}

// Of returns a mount of type bind with all that its decision looks at.
func Of(p *input.Project, u *input.Container, v types.ServiceVolumeConfig, own extension.Mount) Bind {
	b := Bind{project: p, Container: u, ServiceVolumeConfig: v, Path: path.Clean(v.Source), Own: own}
	b.File = p.Files[b.Path]
	if b.masks() {
		b.File = &source.File{Kind: source.Regular}
	}
	if b.followsLinks() {
		b.Own.Writable = true
	}
	if b.Own.As == "" && b.keepsDataBeside() {
		b.Own.Seed = true
	}
	if v.Volume != nil && v.Volume.Subpath != "" { // of a volume that is a directory of the project
		b.File = input.FileAt(p.Files, b.Path)
	}
	return b
}

// masks reports whether a mount puts the null device over a file, which is then empty: there is nothing to read in it.
func (b Bind) masks() bool {
	return b.Path == "/dev/null" && !slices.Contains(ownDevices, path.Clean(b.Target))
}

// walkers are the programs that look for files in a directory and in all below it, and find each of a ConfigMap several times, or an endless way: the
// files lie in a directory called after the time, to which ..data leads, and files and directories at the
// top are links into that. A copy has none of them.
//
// Sources: find_path_from_directory of https://github.com/apache/airflow/blob/main/airflow-core/src/airflow/utils/file.py,
// https://documentation.red-gate.com/fd/locations-184127530.html (scanned recursively), https://docs.liquibase.com/reference-guide/changelog-attributes/includeall,
// https://github.com/cube-js/cube/blob/master/packages/cubejs-backend-shared/src/FileRepository.ts
var walkers = []struct{ image, dir *pattern.Pattern }{
	{pattern.New(`(?i)(^|/)([\w.]+-)*airflow(:|@|$)`).Holding("airflow"), pattern.New(`/(dags|plugins)$`)},
	{pattern.New(`(?i)(^|/)[\w.-]*flyway`).Holding("flyway"), pattern.New(`^/`)},
	{pattern.New(`(?i)(^|/)[\w.-]*liquibase`).Holding("liquibase"), pattern.New(`^/`)},
	{pattern.New(`(?i)(^|/)cube(js)?/|(^|/)cube(:|@|$)`).Holding("cube"), pattern.New(`/(model|schema)$`)},
}

// byName matches the images of programs that open the files of their settings by name or pattern, links or not.
var byName = pattern.New(`(?i)nginx|openresty|httpd|apache|caddy|haproxy|traefik|prometheus|alertmanager|redis|valkey|postgres|mysql|mariadb|rabbitmq|mosquitto|logstash|filebeat|fluent|vector|otel|opentelemetry|loki|promtail`)

// resolving matches the files of languages that take the place to which a link leads for the place of a file, and climbing what such a file asks for above
// its directory. Sources: https://nodejs.org/api/cli.html#--preserve-symlinks, https://www.php.net/manual/en/language.constants.magic.php (__DIR__),
// https://docs.ruby-lang.org/en/master/Kernel.html#method-i-require_relative
var (
	resolving = pattern.New(`(?i)\.(js|mjs|cjs|ts|jsx|tsx|php|rb)$`)
	climbing  = pattern.New(`(?m)(?:require|import|from|include|__DIR__|__dirname|require_relative)[^\n]*?["'/]((?:\.\./)+)`).Holding("../")
)

// followsLinks reports whether a program walks through the directory that is mounted, links and all, or asks for files above it from where the links lead.
func (b Bind) followsLinks() bool {
	if b.File == nil || b.File.Kind != source.Directory {
		return false
	}
	if b.isWalked() {
		return true
	}
	isByName := byName.MatchAny(b.Container.ImageNames()) || b.hasMountBelow() // where the files are mounted one by one, as no links
	levels := 0
	if path.Base(b.Target) == "provisioning" { // Grafana opens the directories at the top by their names
		levels = 1
	}
	return slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool {
		if e.Kind == source.Regular && isKept(e) && strings.Count(e.Path, "/") > levels && !isByName { // who walks does not follow the link to the directory
			return true
		}
		if e.Kind != source.Regular || !resolving.MatchString(e.Path) {
			return false
		}
		depth := strings.Count(e.Path, "/")
		return slices.ContainsFunc(climbing.FindAllStringSubmatch(string(e.Data), -1), func(m []string) bool { return len(m[1])/len("../") > depth })
	})
}

// dataSetting matches the lines of settings that say where a program keeps its data, or what it writes itself.
var dataSetting = pattern.New(`(?im)^\s*["']?[\w.-]*(?:data[_.-]?(?:dir|directory|path)|db[_.-]?path|storage[_.-]?(?:dir|path)|upload[_.-]?(?:dir|path)|log[_.-]?file|pid[_.-]?file)["']?\s*[:=]\s*["']?(/[^\s"',;]+)`).
	Holding("data", "db", "storage", "upload", "log", "pid")

// keepsDataBeside reports whether the files of a directory that the program may write to say that it writes there.
func (b Bind) keepsDataBeside() bool {
	if b.File == nil || b.File.Kind != source.Directory || b.ReadOnly {
		return false
	}
	return slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool {
		if e.Kind != source.Regular || !source.IsText(e.Data) || len(e.Data) > maxSettings {
			return false
		}
		return slices.ContainsFunc(dataSetting.FindAllStringSubmatch(string(e.Data), -1), func(m []string) bool { return source.Within(path.Clean(m[1]), path.Clean(b.Target)) })
	})
}

// maxSettings is the size of the largest file that is read as settings.
const maxSettings = 256 << 10

// hasMountBelow reports whether something else is mounted below the target.
func (b Bind) hasMountBelow() bool {
	return slices.ContainsFunc(b.Container.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
		target := path.Clean(v.Target)
		return target != path.Clean(b.Target) && source.Within(target, path.Clean(b.Target))
	})
}

// isWalked reports whether one of the known walkers reads the directory.
func (b Bind) isWalked() bool {
	for _, w := range walkers {
		if w.image.MatchAny(b.Container.ImageNames()) && w.dir.MatchString(path.Clean(b.Target)) {
			return true
		}
	}
	return false
}

// IsEmpty reports whether nothing lies at the source yet.
func (b Bind) IsEmpty() bool {
	return b.File != nil && (b.File.Kind == source.Missing || b.File.Kind == source.Directory && !slices.ContainsFunc(b.File.Entries, isKept))
}

// PartOfVolume is the fate of local files that lie in a directory which has become a volume. A directory in it is a directory
// of the volume, so that all who mount it see the same files. A file stays a copy: the volume has no file of that name until
// somebody puts it there, and where a sub-path does not exist the kubelet makes a directory of it.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go, makeMounts
func (b Bind) PartOfVolume(v Decision) Decision {
	if b.IsFile() {
		v.Code, v.Message = "bind-file-copy", fmt.Sprintf("%s lies in a directory that becomes a volume; %s is a read-only copy of what the file is now, and changes in the volume do not reach it", b.Shown(), b.Target)
		v.Help = "let the service read the file through a mount of the directory"
		if b.Own.Writable {
			v.Message = strings.Replace(v.Message, "read-only ", "", 1)
		}
		return v
	}
	return Decision{
		AsClaim, "bind-data", b.Shown() + " is part of a volume that other mounts write to; what is in it now is not put there",
		b.fillRemedy(),
	}
}

// Wish is the name of the volume in the Pod: what the last element of the path says.
func (b Bind) Wish() string {
	base := path.Base(strings.ReplaceAll(b.Path, `\`, "/"))
	if base == "/" || base == "." || b.Path == path.Clean(b.project.Compose.WorkingDir) { // whose name may be another one elsewhere
		return path.Base(b.Target)
	}
	return base
}
