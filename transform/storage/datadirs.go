package storage

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
)

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
	{"INFLUXDB3_DB_DIR", pattern.New(`influx`)},
	{"INFLUXDB_IOX_DB_DIR", pattern.New(`influx`)},
	{"CLICKHOUSE_DATA_DIR", pattern.New(`clickhouse`)},
	{"GF_PATHS_DATA", pattern.New(`grafana`)},
	{"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", pattern.New(`registry`)},
	{"PERSISTENCE_DATA_PATH", pattern.New(`weaviate`)},
	{"RABBITMQ_MNESIA_DIR", pattern.New(`rabbitmq`)},
	{"RABBITMQ_MNESIA_BASE", pattern.New(`rabbitmq`)},
	{"DATA_FOLDER", pattern.New(`vaultwarden`)},
	{"N8N_USER_FOLDER", pattern.New(`n8n`)},
	{"PGDATA", postgresProgram},
	{"DATADIR", pattern.New(`kartoza/postgis`)},
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
	{pattern.New(`(?:^|\s)(?:-sd|--?store_dir)(?:=|\s+)(/[^\s"']+)`).Holding("-sd", "store_dir"), pattern.New(`nats`)},
	{pattern.New(`(?:^|\s)--?data-dir(?:=|\s+)(/[^\s"']+)`).Holding("-data-dir"), pattern.New(`etcd|consul|nats|influx`)},
	{pattern.New(`(?:^|\s)server\s+(?:--?[\w-]+(?:=\S+|\s+["']?:\d+["']?)?\s+)*(/[^\s"'{:]+)(?:\s|$)`).Holding("server"), pattern.New(`minio`)},
	{pattern.New(`(?:^|\s)--?storageDataPath(?:=|\s+)(/[^\s"']+)`).Holding("storagedatapath"), pattern.New(`victoria`)},
	{pattern.New(`(?:^|\s)--storage\.tsdb\.path=(/[^\s"']+)`).Holding("--storage.tsdb.path="), pattern.New(`prometheus`)},
	{pattern.New(`(?:^|\s)(?:-l|--location)(?:=|\s+)(/[^\s"']+)`).Holding("-l", "--location"), pattern.New(`azurite`)},
}

// toldData matches the options by which many programs are told where to keep their data. Those of dataOptions move that of a known one.
var toldData = pattern.New(`(?:^|\s)--?(?:datadir|data-dir|data\.dir|data-path|storage\.path|storage-path|dbpath|db-path)(?:=|\s+)["']?(/[\w./-]+)`).Holding("data", "storage", "db")

// toldName matches the variables by which programs are told so, and toldPlace where data mostly lies: elsewhere an image may have what it only reads.
var (
	toldName  = pattern.New(`(?i)(^|[._-])(data|metadata|storage)[._-]?(dirs?|directory|path|root|home)$`).Holding("dir", "path", "root", "home")
	toldPlace = pattern.New(`^/(data|storage|srv|mnt|var/lib|var/opt|var/data|bitnami)/?`).Starting("/")
)

// toldDirectory returns the directory in which a container is told to keep its data and where it is told so, "" if it is told none or one for what does not last.
func toldDirectory(u *input.Container) (dir string, at diag.Path) {
	for _, from := range startTexts(u) {
		if m := toldData.FindStringSubmatch(from.text); m != nil {
			if dir := path.Clean(m[1]); dir != "/" && !passing.MatchString(dir) {
				return dir, u.At.Key(from.key)
			}
			return "", nil
		}
	}
	for _, name := range sorted.Keys(u.Spec.Environment) {
		value := u.Spec.Environment[name]
		if value == nil || !toldName.MatchString(name) || !toldPlace.MatchString(*value) || strings.ContainsAny(*value, " $") {
			continue
		}
		first, _, _ := strings.Cut(*value, ",")
		if dir := path.Clean(first); strings.Count(dir, "/") > 0 && !passing.MatchString(dir) {
			return dir, u.At.Key("environment", name)
		}
	}
	return "", nil
}

// movedDirs returns where variables or options of the container move the data of its program, and the key that does it.
func movedDirs(u *input.Container) (dirs []string, at diag.Path) {
	program := strings.ToLower(strings.Join(slices.Concat(u.Service.Facts.DataDirs, u.ImageNames()), " "))
	for _, v := range dataVariables {
		name, value, keys := v.name, u.Spec.Environment[v.name], []string{"environment", v.name}
		if built, set := u.Service.Facts.Env[v.name]; set && value == nil { // ENV of the Dockerfile
			value, keys = &built, []string{"image"}
		}
		if value == nil || !v.program.MatchString(program) || !mayRead(u, name) {
			continue
		}
		for dir := range strings.SplitSeq(*value, ",") {
			if dir = path.Clean(strings.TrimSpace(dir)); path.IsAbs(dir) && dir != "/" {
				dirs = append(dirs, dir)
			}
		}
		if len(dirs) > 0 {
			return dirs, u.At.Key(keys...)
		}
	}
	for _, from := range startTexts(u) {
		for _, o := range dataOptions {
			if m := o.option.FindStringSubmatch(from.text); m != nil && o.program.MatchString(program) && path.Clean(m[1]) != "/" {
				return []string{path.Clean(m[1])}, u.At.Key(from.key)
			}
		}
	}
	if apacheKafka.MatchAny(u.ImageNames()) && configuresKafka(u) {
		return []string{"/tmp/kafka-logs"}, u.At.Key("environment")
	}
	return nil, nil
}

// startText is what a container is started with, as one line, and the key of the service that says it.
type startText struct{ key, text string }

// startTexts returns the command and the entrypoint of a container, those of the Dockerfile of the project where the service has none of its own.
func startTexts(u *input.Container) []startText {
	texts := []startText{{"command", strings.Join(u.Spec.Command, " ")}, {"entrypoint", strings.Join(u.Spec.Entrypoint, " ")}}
	if u.Service.Build() != nil && len(u.Spec.Entrypoint) == 0 {
		words := u.Facts.Entrypoint
		if len(u.Spec.Command) == 0 {
			words = slices.Concat(words, u.Facts.Cmd)
		}
		texts = append(texts, startText{"build", strings.Join(words, " ")})
	}
	return texts
}

// apacheKafka matches the image of Kafka that has no place of its own for data once variables configure it: it is that of the program then.
// Source: https://github.com/apache/kafka/blob/trunk/core/src/main/scala/kafka/docker/KafkaDockerWrapper.scala (prepareServerConfigs)
var apacheKafka = pattern.New(`(^|/)apache/kafka(-native)?(:|@|$)`).Holding("kafka")

// configuresKafka reports whether variables of a container become settings of a Kafka server.
func configuresKafka(u *input.Container) bool {
	for name, value := range u.Spec.Environment {
		if strings.HasPrefix(name, "KAFKA_") && value != nil && !notOfKafka.MatchString(name) {
			return true
		}
	}
	return false
}

// notOfKafka matches the variables that are not.
var notOfKafka = pattern.New(`^KAFKA_(VERSION|HEAP_OPTS?|OPTS|JMX_\w+|JVM_\w+|GC_\w+|LOG4J_\w+|TOOLS_\w+)$`).Starting("K")

// mayRead reports whether a container may read a variable that moves data: of an image whose directories the built-in table has, it is known which
// variables it reads; a script that is started in its place, or that names the variable, reads others.
func mayRead(u *input.Container, variable string) bool {
	row, known := u.Service.ImageRow()
	if !known || len(row.DataDirs) == 0 || slices.Contains(row.DataVariables, variable) || startsScript(u) {
		return true
	}
	told := func(t source.ImageText) bool { return strings.Contains(t.Text, variable) }
	return strings.Contains(strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " "), variable) || slices.ContainsFunc(u.Facts.Texts, told)
}

// startsScript reports whether the words by which a container is started name a script, of which nobody knows what it reads.
func startsScript(u *input.Container) bool {
	isMounted := func(word string) bool {
		return slices.ContainsFunc(u.Spec.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == word })
	}
	return slices.ContainsFunc(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), func(word string) bool { return path.Ext(word) == ".sh" || isMounted(word) })
}

// dataDirs returns the directories in which a container keeps data: where variables move them to, else those of its image.
func dataDirs(u *input.Container) []string {
	if dirs, _ := movedDirs(u); len(dirs) > 0 {
		return dirs
	}
	return u.Service.Facts.DataDirs
}

// idleWord matches the words of a script that only keeps its container running.
var idleWord = pattern.New(`^(while|until|for|true|false|do|done|sleep|tail|echo|exec|infinity|-f|-F|dev|null|\d+[smhd]?)$`)

// withoutHosts returns the words of a script without those that are told as hosts: -h redis-server.
func withoutHosts(words []string) []string {
	var kept []string
	for i, word := range words {
		if i == 0 || words[i-1] != "-h" && words[i-1] != "--host" {
			kept = append(kept, word)
		}
	}
	return kept
}

// startsServer reports whether an entrypoint is the server of an image, or a shell that is told to start it, by words of its own or by the command.
func startsServer(entrypoint, command []string) bool {
	words := slices.Concat(entrypoint, command)
	if serverCall.MatchString(strings.Join(words, " ")) {
		return true
	}
	if input.IsShell(path.Base(entrypoint[0])) {
		return slices.ContainsFunc(withoutHosts(programsIn(words[1:])), serverProgram.MatchString) && !slices.ContainsFunc(programsIn(words[1:]), clientProgram.MatchString)
	}
	return serverProgram.MatchString(strings.TrimSuffix(path.Base(entrypoint[0]), ".sh"))
}

// serverCall matches how servers are started whose names alone may also be those of hosts.
var serverCall = pattern.New(`(?:^|[\s;&|"'(/])(?:minio\s+server|weed\s+(?:server|master|volume|filer)|cockroach\s+start\S*|consul\s+agent|vault\s+server|neo4j\s+console|influxd|arangod|gitea\s+web|registry\s+serve)(?:\s|["']|$)`).
	Holding("minio", "weed", "cockroach", "consul", "vault", "neo4j", "influxd", "arangod", "gitea", "registry")

// programsIn returns the words of a script that may be programs.
func programsIn(words []string) []string {
	return strings.FieldsFunc(strings.Join(words, " "), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' })
}

// keepsElsewhere reports whether the arguments of a server name the directories of its data, and this is none of them, as in
// `minio server http://minio{1...4}/data{1...2}`. The value of an option that does not speak of data, and a file, are no such directories.
func keepsElsewhere(u *input.Container, dir string) bool {
	args := u.Spec.Command
	if call := programCall(u); len(call) > 0 {
		args = slices.Concat([]string{path.Base(call[0])}, call[1:])
	}
	var places []string
	for i, arg := range args {
		option, _, _ := strings.Cut(arg, "=")
		isPlace := path.IsAbs(arg) && path.Ext(arg) == "" || strings.Contains(arg, "://") && (!strings.HasPrefix(arg, "-") || beforeData.MatchString(option))
		if isPlace && (i == 0 || !strings.HasPrefix(args[i-1], "-") || beforeData.MatchString(args[i-1])) {
			places = append(places, arg)
		}
	}
	return len(places) > 0 && !path.IsAbs(args[0]) && !slices.ContainsFunc(places, func(arg string) bool { return strings.HasSuffix(path.Clean(arg), dir) })
}

// beforeData matches the options whose value is a directory of data, or that have none, so that the directory stands behind them.
var beforeData = pattern.New(`(?i)(data|db|dir|path|store|storage|logs?)s?$|^--(quiet|anonymous|json|no-compat|insecure)$|=`)

// clientProgram matches the programs in images of databases and queues that talk to a server and keep nothing themselves;
// serverProgram matches what starts a server, where a script uses both.
var (
	clientProgram = pattern.New(`^(psql|pg_(dump|dumpall|restore|isready|basebackup)|createdb|dropdb|mysql|mariadb|mongo|mongosh|mc|redis-sentinel|kafka-(topics|configs|acls|console-.*)(\.sh)?|sleep|tail|true|s3|webdav|.*(-cli|ctl|dump|import|export|restore|admin|check|-benchmark|-certutil|-certgen|-keystore|-plugin|-users|-keys|-reset-password|-setup-passwords))$`).Holding("psql", "pg_", "createdb", "dropdb", "mysql", "mariadb", "mongo", "mc", "sentinel", "kafka-", "sleep", "tail", "true", "s3", "webdav", "-cli", "ctl", "dump", "import", "export", "restore", "admin", "check", "-benchmark", "-cert", "-keystore", "-plugin", "-users", "-keys", "-reset-password", "-setup-passwords")
	serverProgram = pattern.New(`^(docker-entrypoint|postgres|mysqld|mysqld_safe|mariadbd|mongod|mongos|sqlservr|influxd|arangod|[a-z]+-server|elasticsearch|run\.sh|kc\.sh|kafka-server-start(\.sh)?|zkServer\.sh)$`)
)

// passing matches directories for what need not be kept.
var passing = pattern.New(`^/(tmp|run|dev)(/|$)|^/var/(run|cache|log|tmp)(/|$)|/(node_modules|\.?cache|logs?|te?mp|scratch)$`)

// isKept reports whether what a program writes into a directory reaches a mount: one at the directory or above it, or a volume below it
// in which the data is.
func isKept(u *input.Container, mounts []plan.Mount, dir string) bool {
	return slices.ContainsFunc(mounts, func(m plan.Mount) bool {
		return source.Within(dir, m.Target) || source.Within(m.Target, dir) && isVolume(m) && keepsBelow(u, dir, m)
	})
}

// dataBelow matches directories below those of the data in which all of it is: of RabbitMQ, of old versions of Elasticsearch, of the roles of Pulsar, and of Bitnami.
var dataBelow = pattern.New(`/(mnesia|nodes)(/|$)|^/pulsar/data/(zookeeper|bookkeeper)(/|$)|^/bitnami/[^/]+/data(/|$)`)

// keepsBelow reports whether a mount below a directory in which a program keeps its data has that data: what variables move there, or what is
// known to lie there, as where PostgreSQL makes its database. A database is more than one of the directories in it.
func keepsBelow(u *input.Container, dir string, m plan.Mount) bool {
	if !slices.Contains(u.Service.Facts.DataDirs, dir) || dataBelow.MatchString(m.Target) || slices.Contains(u.EmptyDirectories(), m.Target) {
		return true
	}
	moved, _ := movedDirs(u)
	return slices.ContainsFunc(moved, func(to string) bool { return source.Within(to, m.Target) })
}

// isVolume reports whether a mount is a claim or memory, not files of the project.
func isVolume(m plan.Mount) bool { return m.Claim != nil || len(m.Volumes) > 0 && m.Own != "" }
