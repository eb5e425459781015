package storage

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/databases"
	"github.com/transship/transship/transform/workload"
)

// volumesFrom returns the mounts that `volumes_from` takes from other services.
//
// Docker mounts what the other container mounts: volumes and bind mounts, anonymous volumes included, but neither
// tmpfs nor configs and secrets.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes_from
func (d *mounting) volumesFrom(u *input.Container) []plan.Mount {
	var mounts []plan.Mount
	for i, ref := range u.Spec.VolumesFrom {
		at := u.At.Key("volumes_from").Index(i)
		name, readOnly, isService := volumesFromService(ref)
		if !isService {
			d.findings.Addf("container-ref", at, "name a service of this project", "%s is a container outside the project; what it mounts is not known", ref)
			continue
		}
		other := d.project.ByName[name]
		if other == nil || d.podOf[other.Container()] == nil {
			d.findings.Addf("volumes-from-none", at, "", "nothing is taken from %s: no container of it is emitted", name)
			continue
		}
		mounts = overlay(mounts, inheritedMounts(d.mountsOf(other.Container()), readOnly))
		for _, from := range providers(d.project, other.Container()) {
			mounts = overlay(mounts, d.sourcesOf(u, from, at, readOnly))
		}
	}
	return mounts
}

// sourcesOf returns the mounts that one container takes from another where they are left out, because the image of that one is built with
// what they show.
func (d *mounting) sourcesOf(u, from *input.Container, at diag.Path, readOnly bool) []plan.Mount {
	var mounts []plan.Mount
	for _, inherited := range d.binds.Inherited(u, from) {
		v := inherited.ServiceVolumeConfig
		v.ReadOnly = v.ReadOnly || readOnly
		if m, ok := d.binds.bind(u, at, v, inherited.Decision, inherited.Own); ok {
			m.At, m.Target = at, path.Clean(v.Target)
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// providers returns a container and all whose mounts it takes, directly or through others, by `volumes_from`.
func providers(p *input.Project, u *input.Container) []*input.Container {
	list := []*input.Container{u}
	for i := 0; i < len(list); i++ {
		for _, ref := range list[i].Spec.VolumesFrom {
			name, _, isService := volumesFromService(ref)
			if other := p.ByName[name]; isService && other != nil && !slices.Contains(list, other.Container()) {
				list = append(list, other.Container())
			}
		}
	}
	return list
}

// volumesFromService reads an item of volumes_from: service[:ro], or container:name[:ro].
func volumesFromService(ref string) (name string, readOnly, isService bool) {
	if strings.HasPrefix(ref, types.ContainerPrefix) {
		return "", false, false
	}
	name, mode, _ := strings.Cut(ref, ":")
	return name, mode == "ro", true
}

// inheritedMounts returns the mounts that a container passes on to another.
func inheritedMounts(mounts []plan.Mount, readOnly bool) []plan.Mount {
	var inherited []plan.Mount
	for _, m := range mounts {
		if m.Inherited {
			m.ReadOnly = m.ReadOnly || readOnly
			m.CopyUp = false // the container that it comes from fills it
			inherited = append(inherited, m)
		}
	}
	return inherited
}

// outlivingVolumes finds the services whose anonymous volumes another Pod mounts: an emptyDir cannot leave its Pod.
func outlivingVolumes(p *input.Project, containers []*input.Container, podOf map[*input.Container]*workload.Pod) map[string]bool {
	outliving := map[string]bool{}
	for _, u := range containers {
		seen := map[string]bool{}
		var follow func(spec *types.ContainerSpec)
		follow = func(spec *types.ContainerSpec) {
			for _, ref := range spec.VolumesFrom {
				name, _, isService := volumesFromService(ref)
				other := p.ByName[name]
				if !isService || other == nil || seen[name] {
					continue
				}
				seen[name] = true
				if pod := podOf[other.Container()]; pod != nil && pod != podOf[u] {
					outliving[name] = true
				}
				follow(&other.Config.ContainerSpec)
			}
		}
		follow(u.Spec)
	}
	return outliving
}

// imageVolumes returns the mounts of the volumes that the image itself declares and nothing else is mounted on.
//
// Docker makes an anonymous volume for each. The container runtime of a node makes a directory that dies with the container,
// so data that the image is known to keep there would be gone after a crash: it gets at least an emptyDir.
func (d *mounting) imageVolumes(u *input.Container, others []plan.Mount) []plan.Mount {
	if u.IsHook {
		return nil
	}
	var mounts []plan.Mount
	for _, target := range u.Service.Facts.Volumes {
		target = path.Clean(target)
		if m, ok := d.below(others, target); ok {
			mounts = append(mounts, m)
			continue
		}
		if slices.ContainsFunc(others, func(m plan.Mount) bool {
			return source.Within(target, m.Target) || source.Within(m.Target, target) && keepsBelow(u, target, m)
		}) {
			continue
		}
		m := plan.Mount{At: u.At.Key("image"), Target: target, Wish: path.Base(target), Inherited: true}
		switch {
		case d.outliving[u.Service.Name]:
			mounts = append(mounts, d.promoted(u, m.At, target, m))
		case runsImageDefault(d.podOf, u) && (slices.Contains(dataDirs(u), target) || len(dataDirs(u)) == 0 && databases.IsForData(target)) && !keepsElsewhere(u, target):
			if m = ephemeral(u, m.At, target, m, false, d.findings); !ownsItself(u, target) {
				mounts = append(mounts, m)
			}
		case !d.podOf[u].IsFinite() && len(dataDirs(u)) == 0 && u.Service.DeclaresVolume(target) && !passing.MatchString(target) &&
			!slices.ContainsFunc(u.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
				return source.Within(path.Clean(v.Target), target) || source.Within(target, path.Clean(v.Target))
			}):
			d.findings.Addf("ephemeral-data", m.At, "mount a named volume there",
				"the Dockerfile makes a volume of %s, which has no name: what is in it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", target)
		default:
			d.findings.Addf("image-volume", m.At, "mount a named volume on it if what is in it must be kept", "the image declares a volume at %s, which lives as long as the container", target)
		}
	}
	mounts = append(mounts, d.undeclaredData(u, slices.Concat(others, mounts))...)
	return append(mounts, movedData(d.podOf, u, slices.Concat(others, mounts), d.findings)...)
}

// passing matches directories for what need not be kept.
var passing = pattern.New(`^/(tmp|run|dev)(/|$)|^/var/(run|cache|log|tmp)(/|$)|/(node_modules|\.?cache|logs?|te?mp|scratch)$`)

// below returns the mount of a volume that the image declares below a claim: a directory of the same claim. Docker makes a volume of its
// own for it, which it keeps, and so does the container runtime of a node, which throws it away with the container, so that the claim
// above would keep nothing. Source: https://github.com/containerd/containerd/blob/main/internal/cri/server/container_create.go (volumeMounts)
func (d *mounting) below(others []plan.Mount, target string) (plan.Mount, bool) {
	var above *plan.Mount
	for i, m := range others {
		switch {
		case source.Within(m.Target, target): // at the directory itself, or below it
			return plan.Mount{}, false
		case source.Within(target, m.Target) && (above == nil || source.Within(m.Target, above.Target)):
			above = &others[i]
		}
	}
	if above == nil || above.Claim == nil || above.ReadOnly {
		return plan.Mount{}, false
	}
	m := *above
	m.Target, m.Inherited, m.CopyUp = target, true, false
	m.SubPath = strings.TrimPrefix(path.Join(above.SubPath, strings.TrimPrefix(target, above.Target)), "/")
	d.findings.Addf("image-volume", above.At, "",
		"the image declares a volume at %s, below %s: here it is a directory of the same claim, so that it is kept; on Docker it is a volume of its own", target, above.Target)
	return m, true
}

// undeclaredData returns the mount of the directory in which a program keeps its data although its image declares no volume there and
// nothing is mounted. Docker keeps what is written there as long as the container, also when the program is started again; on a
// node a program that is started again finds the files of the image.
func (d *mounting) undeclaredData(u *input.Container, others []plan.Mount) []plan.Mount {
	facts := u.Service.Facts
	i := slices.IndexFunc(facts.DataDirs, func(dir string) bool { return !slices.Contains(facts.Volumes, dir) })
	if dirs, _ := movedDirs(u); i < 0 || len(dirs) > 0 || !runsImageDefault(d.podOf, u) || !keepsItself(u) ||
		slices.ContainsFunc(facts.DataDirs, func(dir string) bool { return isKept(u, others, dir) }) {
		return nil
	}
	if content, _ := imageContent(u, facts.DataDirs[i]); content >= source.Likely || isOtherScript(u) {
		return nil
	}
	m := plan.Mount{At: u.At.Key("image"), Target: facts.DataDirs[i], Wish: path.Base(facts.DataDirs[i]), Inherited: true}
	if d.outliving[u.Service.Name] {
		return []plan.Mount{d.promoted(u, m.At, m.Target, m)}
	}
	return []plan.Mount{ephemeral(u, m.At, m.Target, m, false, d.findings)}
}

// isOtherScript reports whether a container runs a script in which nothing tells of a server: it may make certificates or ask another one.
func isOtherScript(u *input.Container) bool {
	if len(u.Spec.Command) == 0 || !input.IsShell(path.Base(u.Spec.Command[0])) {
		return false
	}
	return !slices.ContainsFunc(strings.FieldsFunc(strings.Join(u.Spec.Command[1:], " "), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("/;&|'\"", r) }), serverProgram.MatchString)
}

// isKept reports whether what a program writes into a directory reaches a mount: one at the directory or above it, or a volume below it
// in which the data is.
func isKept(u *input.Container, mounts []plan.Mount, dir string) bool {
	return slices.ContainsFunc(mounts, func(m plan.Mount) bool {
		return source.Within(dir, m.Target) || source.Within(m.Target, dir) && isVolume(m) && keepsBelow(u, dir, m)
	})
}

// dataBelow matches directories below those of the data in which all of it is: of RabbitMQ, of old versions of Elasticsearch, of Bitnami, and of PostgreSQL,
// which had its data in /var/lib/postgresql/data before version 18.
var dataBelow = pattern.New(`/(mnesia|nodes)(/|$)|^/bitnami/[^/]+/data(/|$)|^/var/lib/postgresql/(data$|[\d.]+/)`)

// keepsBelow reports whether a mount below a directory in which a program keeps its data has that data: what variables move there, or what is
// known to lie there. A database is more than one of the directories in it.
func keepsBelow(u *input.Container, dir string, m plan.Mount) bool {
	if !slices.Contains(u.Service.Facts.DataDirs, dir) || dataBelow.MatchString(m.Target) {
		return true
	}
	moved, _ := movedDirs(u)
	return slices.ContainsFunc(moved, func(to string) bool { return source.Within(to, m.Target) })
}

// isVolume reports whether a mount is a claim or memory, not files of the project.
func isVolume(m plan.Mount) bool { return m.Claim != nil || len(m.Volumes) > 0 && m.Own != "" }

// otherStore are the variables that tell programs with a small database of their own to use another one.
var otherStore = pattern.New(`^(GF_DATABASE_(TYPE|URL|HOST)|KC_DB(_URL.*)?|DB_(VENDOR|ADDR))$`).Starting("GKD")

// keepsEntries match the images of programs that keep what people enter into them.
var keepsEntries = pattern.New(`(?i)(^|/)(grafana|keycloak|wordpress)[^/]*$`).Holding("grafana", "keycloak", "wordpress")

// keepsItself reports whether a program of a known image is there to keep data, or keeps what people enter into it and uses no other
// database for that. Certificates and the like are made again.
func keepsItself(u *input.Container) bool {
	if databases.IsStore(u) {
		return true
	}
	for variable, value := range u.Spec.Environment {
		if otherStore.MatchString(variable) && value != nil && !strings.HasPrefix(*value, "dev-") && *value != "sqlite3" && !strings.EqualFold(*value, "h2") {
			return false
		}
	}
	return keepsEntries.MatchAny(u.ImageNames()) &&
		!slices.ContainsFunc(u.Spec.Command, func(arg string) bool { return strings.HasPrefix(arg, "--db=") || arg == "--db" })
}

// dataVariables move the data of a program to another directory, and program matches the names and data directories of its images.
// A variable that many services share, as an env_file has it, means nothing to the others.
var dataVariables = []struct {
	name    string
	program *pattern.Pattern
}{
	{"POSTGRESQL_DATA_DIR", postgresProgram},
	{"ETCD_DATA_DIR", pattern.New(`etcd`)},
	{"ZOO_DATA_DIR", pattern.New(`zookeeper`)},
	{"REDIS_DATA_DIR", pattern.New(`redis|valkey`)},
	{"MONGO_DATA_DIR", pattern.New(`mongo`)},
	{"NEO4J_server_directories_data", pattern.New(`neo4j`)},
	{"CASSANDRA_DATA_DIR", pattern.New(`cassandra`)},
	{"path.data", pattern.New(`elastic|opensearch|logstash`)},
	{"INFLUXD_ENGINE_PATH", pattern.New(`influx`)},
	{"CLICKHOUSE_DATA_DIR", pattern.New(`clickhouse`)},
	{"GF_PATHS_DATA", pattern.New(`grafana`)},
	{"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", pattern.New(`registry`)},
	{"RABBITMQ_MNESIA_DIR", pattern.New(`rabbitmq`)},
	{"PGDATA", postgresProgram},
	{"MYSQL_DATADIR", mysqlProgram},
	{"MYSQL_DATA_DIR", mysqlProgram},
	{"MARIADB_DATA_DIR", mysqlProgram},
	{"KAFKA_LOG_DIRS", kafkaProgram},
	{"KAFKA_LOG_DIR", kafkaProgram},
	{"KAFKA_CFG_LOG_DIRS", kafkaProgram},
}

var (
	postgresProgram = pattern.New(`postg|pgsql|pgvector|timescale`)
	mysqlProgram    = pattern.New(`mysql|maria|percona`)
	kafkaProgram    = pattern.New(`kafka|cp-server`)
)

// dataOptions are the options by which servers are told where to keep their data.
var dataOptions = []struct {
	option  *pattern.Pattern
	program *pattern.Pattern
}{
	{pattern.New(`(?:^|\s)--datadir(?:=|\s+)(/[^\s"']+)`).Holding("--datadir"), mysqlProgram},
	{pattern.New(`(?:^|\s)(?:-D\s*|--pgdata(?:=|\s+)|(?:-c\s*|--)data[_-]directory=)(/[^\s"']+)`).Holding("-d", "--pgdata", "data_directory=", "data-directory="), postgresProgram},
	{pattern.New(`(?:^|\s)--dbpath(?:=|\s+)(/[^\s"']+)`).Holding("--dbpath"), pattern.New(`mongo`)},
	{pattern.New(`(?:^|\s)--dir\s+["']?(/[^\s"']+)`).Holding("--dir"), pattern.New(`redis|valkey`)},
	{pattern.New(`(?:^|\s)--?data-dir(?:=|\s+)(/[^\s"']+)`).Holding("-data-dir"), pattern.New(`etcd|consul|nats`)},
	{pattern.New(`(?:^|\s)server\s+(?:--?[\w-]+(?:=\S+|\s+["']?:\d+["']?)?\s+)*(/[^\s"'{:]+)(?:\s|$)`).Holding("server"), pattern.New(`minio`)},
	{pattern.New(`(?:^|\s)--storage\.tsdb\.path=(/[^\s"']+)`).Holding("--storage.tsdb.path="), pattern.New(`prometheus`)},
}

// movedDirs returns where variables or options of the container move the data of its program, and the key that does it.
func movedDirs(u *input.Container) (dirs []string, at diag.Path) {
	program := strings.ToLower(strings.Join(slices.Concat(u.Service.Facts.DataDirs, u.ImageNames()), " "))
	for _, v := range dataVariables {
		name, value := v.name, u.Spec.Environment[v.name]
		if value == nil || !v.program.MatchString(program) {
			continue
		}
		for dir := range strings.SplitSeq(*value, ",") {
			if dir = path.Clean(strings.TrimSpace(dir)); path.IsAbs(dir) && dir != "/" {
				dirs = append(dirs, dir)
			}
		}
		if len(dirs) > 0 {
			return dirs, u.At.Key("environment", name)
		}
	}
	command := strings.Join(u.Spec.Command, " ")
	for _, o := range dataOptions {
		if m := o.option.FindStringSubmatch(command); m != nil && o.program.MatchString(program) && path.Clean(m[1]) != "/" {
			return []string{path.Clean(m[1])}, u.At.Key("command")
		}
	}
	return nil, nil
}

// dataDirs returns the directories in which a container keeps data: where variables move them to, else those of its image.
func dataDirs(u *input.Container) []string {
	if dirs, _ := movedDirs(u); len(dirs) > 0 {
		return dirs
	}
	return u.Service.Facts.DataDirs
}

// movedData returns the mounts of directories that variables move data of a known program to and that nothing else is mounted
// on.
func movedData(podOf map[*input.Container]*workload.Pod, u *input.Container, others []plan.Mount, findings *report.Findings) []plan.Mount {
	dirs, at := movedDirs(u)
	if len(dirs) == 0 || len(u.Service.Facts.DataDirs) == 0 || !runsImageDefault(podOf, u) {
		return nil
	}
	var mounts []plan.Mount
	for _, dir := range dirs {
		if slices.ContainsFunc(others, func(m plan.Mount) bool { return source.Within(m.Target, dir) || source.Within(dir, m.Target) }) {
			continue
		}
		mounts = append(mounts, ephemeral(u, at, dir, plan.Mount{At: at, Target: dir, Wish: path.Base(dir), Inherited: true}, false, findings))
	}
	return mounts
}

// runsImageDefault reports whether the container runs the program that the image is made for, not a tool that happens to be
// in it, such as a dump of a database.
func runsImageDefault(podOf map[*input.Container]*workload.Pod, u *input.Container) bool {
	if len(u.Spec.Entrypoint) > 0 || u.Service.StartsAnother() || podOf[u].Kind == workload.Job || podOf[u].Kind == workload.CronJob {
		return false
	}
	if len(u.Spec.Command) == 0 || strings.HasPrefix(u.Spec.Command[0], "-") {
		return true
	}
	if first := path.Base(u.Spec.Command[0]); !input.IsShell(first) {
		return !clientProgram.MatchString(first)
	}
	programs := strings.FieldsFunc(strings.Join(u.Spec.Command[1:], " "), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' })
	return slices.ContainsFunc(programs, serverProgram.MatchString) || !slices.ContainsFunc(programs, clientProgram.MatchString)
}

// keepsElsewhere reports whether the arguments of a server name the directories of its data, and this is none of them, as in
// `minio server http://minio{1...4}/data{1...2}`.
func keepsElsewhere(u *input.Container, dir string) bool {
	places := slices.DeleteFunc(slices.Clone(u.Spec.Command), func(arg string) bool { return !path.IsAbs(arg) && !strings.Contains(arg, "://") })
	return len(places) > 0 && !path.IsAbs(u.Spec.Command[0]) && !slices.ContainsFunc(places, func(arg string) bool { return strings.HasSuffix(path.Clean(arg), dir) })
}

// clientProgram matches the programs in images of databases and queues that talk to a server and keep nothing themselves;
// serverProgram matches what starts a server, where a script uses both.
var (
	clientProgram = pattern.New(`^(psql|pg_(dump|dumpall|restore|isready|basebackup)|createdb|dropdb|mysql|mariadb|mongo|mongosh|mc|kafka-(topics|configs|acls|console-.*)(\.sh)?|.*(-cli|ctl|dump|import|export|restore|admin|check|-benchmark))$`)
	serverProgram = pattern.New(`^(docker-entrypoint|postgres|mysqld|mysqld_safe|mariadbd|mongod|mongos|[a-z]+-server|elasticsearch|run\.sh|kc\.sh)$`)
)
