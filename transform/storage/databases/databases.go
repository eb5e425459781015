// Package databases knows where databases keep their files.
package databases

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// directories are where the usual databases keep their files, whatever the image is called, of those that refuse a
// directory with lost+found in it. Sources: https://www.postgresql.org/docs/current/creating-cluster.html (initdb),
// https://dev.mysql.com/doc/refman/8.4/en/data-directory-initialization.html, https://kafka.apache.org/documentation/ (log.dirs),
// https://go2docs.graylog.org/current/setting_up_graylog/server.conf.html (message_journal_dir).
var directories = []string{
	"/var/lib/postgresql/data", "/var/lib/pgsql/data", "/var/lib/mysql", "/var/lib/mariadb", "/var/lib/percona", "/var/lib/kafka/data", "/var/lib/kafka",
	"/var/lib/edgedb/data", "/var/lib/gel/data", "/kafka", "/tmp/kafka-logs", "/tmp/kraft-combined-logs", "/bitnami/kafka/data", "/usr/share/graylog/data/journal", "/var/lib/graylog-server/journal",
}

// versioned matches those directories of PostgreSQL that packages and images name after its version or the user's home.
var versioned = pattern.New(`^(/var/lib/(pgsql|postgresql)/[\d.]+/(data|main)|/home/postgres/pgdata/data|/var/lib/pgsql/data|/pgdata)$`).
	Holding("postgres", "pgsql", "pgdata")

// dataOption matches the options by which the servers of these databases are told their directory.
var dataOption = pattern.New(`(?:^|\s)(?:--datadir|--data-directory|-D|--pgdata|data_directory)[= ]["']?(/[^\s"']+)`).
	Holding("data", "-d")

// variables name the directory of such a database.
var variables = []string{"PGDATA", "MYSQL_DATADIR", "MYSQL_DATA_DIR", "MARIADB_DATA_DIR", "KAFKA_LOG_DIRS", "KAFKA_LOG_DIR", "KAFKA_CFG_LOG_DIRS"}

// IsDirectory reports whether a database that wants an empty directory starts in the target of a mount.
func IsDirectory(u *input.Container, target string) bool {
	moved := false
	for _, name := range variables {
		if value := u.Spec.Environment[name]; value != nil && *value != "" {
			moved = true
			if slices.Contains(strings.Split(*value, ","), target) {
				return true
			}
		}
	}
	if m := dataOption.FindStringSubmatch(strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")); m != nil {
		return path.Clean(m[1]) == target
	}
	return !moved && (slices.Contains(directories, target) || versioned.MatchString(target) || isLikelyDirectory(u, target))
}

// emptiness matches what a script asks to learn whether a directory is empty, or does only in an empty one.
// Source: https://github.com/MystenLabs/sui/blob/main/crates/sui/src/sui_commands.rs (sui start, sui genesis)
var emptiness = pattern.New(`\bls -(?:A|1A|A1)\b|\bgit clone\b|\bcreate-project\b|\bcompgen -G\b|\s-empty\b|(?:^|[\s;&|/])sui (?:start|genesis)\b`).Holding("ls -", "git clone", "create-project", "compgen", "-empty", "sui ")

// AsksForEmptiness reports whether the command of a container, or a script that is built into its image, asks whether a directory is empty, or takes all that
// is in the target of a mount: cp fails at a directory among the files.
func AsksForEmptiness(u *input.Container, target string) bool {
	asks := func(text string) bool {
		_, behind, takesAll := strings.Cut(text, target+"/*")
		return emptiness.MatchString(text) || takesAll && (behind == "" || strings.ContainsRune(" \t\n;&|)\"'", rune(behind[0])))
	}
	if asks(strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " ")) {
		return true
	}
	return slices.ContainsFunc(u.Facts.Texts, func(t source.ImageText) bool { return path.Ext(t.Place) != ".conf" && asks(t.Text) })
}

// wanting matches the images of databases that want an empty directory, called the way their directories are too.
var (
	wanting     = pattern.New(`(?i)(^|/)[\w.-]*(postgres|postgis|pgvector|timescale|citus|mysql|mariadb|percona|kafka)[\w.-]*(:|@|$)`).Holding("postgres", "postgis", "pgvector", "timescale", "citus", "mysql", "mariadb", "percona", "kafka")
	wantingName = pattern.New(`(?i)/(pg[-_]?data|postgres(ql)?|pgsql|mysql|mariadb|kafka|kafka[-_]logs|(postgres(ql)?|mysql|mariadb|kafka)[-_]?data)$`).
			Holding("pg", "postgres", "mysql", "mariadb", "kafka")
	otherName = pattern.New(`(?i)^/(run|var/run|etc|tmp|var/log)/|mongo`).Holding("/", "mongo")
)

// isLikelyDirectory reports whether a database that wants an empty directory may start in the target of a mount, by the name of its
// image or of the directory: of neither anything else is known. A directory of the volume in place of its root is right in any case.
func isLikelyDirectory(u *input.Container, target string) bool {
	if u.IsImageKnown || len(u.Service.Facts.DataDirs) > 0 {
		return false
	}
	if wantingName.MatchString(target) && !otherName.MatchString(target) {
		return true
	}
	wantsEmpty := func(image string) bool {
		name, _, _ := strings.Cut(image, "@")
		return wanting.MatchString(name) && !otherName.MatchString(name) && !tools.MatchString(path.Base(name))
	}
	return MayKeep(u, target) && (slices.ContainsFunc(u.ImageNames(), wantsEmpty) || IsInitialized(u.Service))
}

// usual and images match the directories and images of databases.
var (
	usual = pattern.New(`^/(data/db|var/lib/(postgresql|mysql|mariadb|mongodb?|redis|cassandra|couchdb|influxdb2?|clickhouse|neo4j|elasticsearch|opensearch|arangodb3|rethinkdb|cockroach)|var/opt/mssql|opt/couchdb/data|cockroach|usr/share/(elasticsearch|opensearch)/data)(/|$)`).
		Holding("data/db", "postgresql", "mysql", "mariadb", "mongo", "redis", "cassandra", "couchdb", "influxdb", "clickhouse", "neo4j", "elasticsearch", "opensearch", "arangodb3", "rethinkdb", "cockroach", "mssql")
	images = pattern.New(`(?i)(^|/)[\w.-]*(postgres|pgvector|timescale|postgis|mysql|mariadb|percona|mongo|cassandra|scylla|couchdb|influxdb|clickhouse|neo4j|elasticsearch|opensearch|cockroach|mssql|redis|valkey|etcd)[\w.-]*(:|@|$)`).
		Holding("postgres", "pgvector", "timescale", "postgis", "mysql", "mariadb", "percona", "mongo", "cassandra", "scylla", "couchdb", "influxdb", "clickhouse", "neo4j", "elasticsearch", "opensearch", "cockroach", "mssql", "redis", "valkey", "etcd")
)

// stores match the images of programs that are there to keep data, beside those of the usual databases, and tools the images of what
// only talks to one.
var (
	stores = pattern.New(`(?i)(^|[/_-])(citus|arangodb|couchbase|dgraph|meilisearch|typesense|minio(?:[._-]|\b)|rethinkdb|surrealdb|questdb|ravendb|orientdb|firebird|solr|qdrant|weaviate|milvus|immudb|keydb|tarantool|loki|tempo|mimir|victoria-?(metrics|logs)|activemq|artemis|rabbitmq|kafka|pulsar|openldap|zookeeper|azure-sql-edge)[\w.-]*(:|@|$)`).
		Holding("citus", "arangodb", "couchbase", "dgraph", "meilisearch", "typesense", "minio", "rethinkdb", "surrealdb", "questdb", "ravendb", "orientdb", "firebird", "solr", "qdrant", "weaviate", "milvus", "immudb", "keydb", "tarantool", "loki", "tempo", "mimir", "victoria", "activemq", "artemis", "rabbitmq", "kafka", "pulsar", "openldap", "zookeeper", "azure-sql-edge")
	tools = pattern.New(`(?i)(^|[/_.-])(exporters?|fluentd?|fluent-?bit|logstash|telegraf|flyway|liquibase|wait(-?for)?|express|commander|insight|backups?|\w*admin|clients?|cli|ui|gui|web|webui|console|dashboards?|\w*proxy|(dynamic-)?certs?|router|balancer|operator|init|seed(er)?|migrat(e|or|ion|ions)|sync|tools?|utils?|(pg|mysql|mongo)?bouncer|pgpool|adapter|connect(or)?|(file|metric|heart)?beat|sentinel|curator|dump|restore|tests?|setup|head|bench(mark)?|mirror|maker|rest|postgrest|registry|monitor|agent|manager|topics?|docs|mcp|etl|apps?|api|examples?|demo|samples?|consumer|producer|reader|writer|loader|worker|dbt|canary|query|http|meta|vulture|\w*honeypot)([_.:@-]|$)`)
)

// IsStore reports whether the image of a container is made to keep data: it is called after a database, a search engine or a queue and
// not after a tool for one.
func IsStore(c *input.Container) bool {
	isStore := func(image string) bool {
		name, _, _ := strings.Cut(image, "@")
		return (images.MatchString(name) || stores.MatchString(name)) && !tools.MatchString(path.Base(name))
	}
	return slices.ContainsFunc(c.ImageNames(), isStore) && !IsPart(c)
}

// IsPart reports whether a container is told to be one part of a program of several.
func IsPart(c *input.Container) bool {
	return partOf.MatchString(strings.Join(slices.Concat(c.Spec.Entrypoint, c.Spec.Command), " "))
}

// partOf matches the option by which one part of a program is started, as of Loki and Tempo: most parts keep nothing.
var partOf = pattern.New(`(^|\s)-?-target=`).Holding("-target=")

// initialized are the variables by which databases are made at their first start, by the ports that these listen on.
var initialized = map[uint32][]string{
	5432: {"POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"}, 27017: {"MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_DATABASE"},
	3306: {"MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE", "MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ROOT_PASSWORD"},
}

// asksServer matches the variables that tell a program of the server of a database, and ownHost values that are the program's own host.
var (
	asksServer = pattern.New(`(?i)^((db|database|postgres\w*|pg|mysql|mariadb|mongo\w*)_?(host|hostname|server|url|uri)|[a-z_]*database_url)$`)
	ownHost    = pattern.New(`localhost|127\.0\.0\.1|0\.0\.0\.0|^/`)
)

// IsInitialized reports whether a service is a database by its port and the variables that make one, and is told of no other one.
func IsInitialized(s *input.Service) bool {
	for name, value := range s.Config.Environment {
		if value != nil && *value != "" && asksServer.MatchString(name) && !ownHost.MatchString(*value) {
			return false
		}
	}
	return slices.ContainsFunc(s.Config.Ports, func(p types.ServicePortConfig) bool {
		return slices.ContainsFunc(initialized[p.Target], func(name string) bool { return s.Config.Environment[name] != nil })
	})
}

// MayKeep reports whether a program whose directories are not known may keep its data in the target of a mount: its name says so, or it
// lies where data mostly lies, or the program is told of it. In /config the images of LinuxServer keep everything.
func MayKeep(c *input.Container, target string) bool {
	switch {
	case target == "/config":
		return true
	case IsBeside(target):
		return false
	case usual.MatchString(target) || likelyRoot.MatchString(target) || likelyName.MatchString(target):
		return true
	}
	told := func(text string) bool { return strings.Contains(text, target) }
	for _, value := range c.Spec.Environment {
		if value != nil && told(*value) {
			return true
		}
	}
	return slices.ContainsFunc(slices.Concat(c.Spec.Entrypoint, c.Spec.Command), told)
}

// IsBeside reports whether a directory is mounted into databases for other things than their data.
func IsBeside(target string) bool { return beside.MatchString(target) || path.Ext(target) != "" }

// likelyRoot and likelyName match directories in which programs keep data: those of the system and of images that are made alike, and those with a word
// for data or the name of a database among theirs.
var (
	likelyRoot = pattern.New(`(?i)^/(var/(lib|opt|db|data|spool)|bitnami|mnt|srv|storage|volume\d*)(/|$)`).Starting("/")
	likelyName = pattern.New(`(?i)(data|storage|store|state|(^|[-_./])db|database|volumes?|pg|postgres|sql|maria|mongo|redis|valkey|kafka|cassandra|scylla|couch|influx|clickhouse|neo4j|elastic|opensearch|cockroach|etcd|rabbit|mnesia|solr|qdrant|milvus|loki|tempo|mimir|victoria|index|indices|journal|persist\w*|ldap|slapd)(\d|[-_.]\w+)*(/|$)`).Holding("data", "stor", "state", "db", "volume", "pg", "postgres", "sql", "maria", "mongo", "redis", "valkey", "kafka", "cassandra", "scylla", "couch", "influx", "clickhouse", "neo4j", "elastic", "opensearch", "cockroach", "etcd", "rabbit", "mnesia", "solr", "qdrant", "milvus", "loki", "tempo", "mimir", "victoria", "index", "indices", "journal", "persist", "ldap", "slapd")
)

// kept matches the last word of directories whose content people want to keep.
var kept = pattern.New(`(?i)(^|[-_.])(data|db|databases?|uploads?|media|storage|backups?|state|repositor(y|ies)|mysql|postgres(ql)?|mongo(db)?)$`)

// IsForData reports whether the name of a directory tells that its content is to be kept.
func IsForData(target string) bool {
	return kept.MatchString(path.Base(target)) || usual.MatchString(target)
}

// beside matches directories that are mounted into databases and hold none: dumps, what is run at the first start, settings.
var beside = pattern.New(`(?i)(^|[/_.-])(backups?|dumps?|exports?|imports?|snapshots?|archives?|wal|logs?|initdb\.d|init|seeds?|fixtures?|sql|scripts?|conf(ig|iguration)?(\.d)?|certs?|certificates|ssl|tls|plugins?|extensions?|modules?|licenses?|secrets?|templates?|tmp|run)/?$|^/(etc|run|tmp|usr/local/share)(/|$)`).Holding("backup", "dump", "export", "import", "snapshot", "archive", "wal", "log", "init", "seed", "fixture", "sql", "script", "conf", "cert", "ssl", "tls", "plugin", "extension", "module", "license", "secret", "template", "tmp", "run", "etc", "usr/local/share")

// isElsewhere reports whether the image is known to keep its data in another directory than the target of a mount.
func isElsewhere(c *input.Container, target string) bool {
	dirs := c.Service.Facts.DataDirs
	return len(dirs) > 0 && !slices.ContainsFunc(dirs, func(dir string) bool { return source.Within(dir, target) || source.Within(target, dir) })
}

// holdsMoved reports whether a variable moves the files of a database to a directory below the target of a mount.
func holdsMoved(c *input.Container, target string) bool {
	return slices.ContainsFunc(variables, func(name string) bool {
		value := c.Spec.Environment[name]
		return value != nil && slices.ContainsFunc(strings.Split(*value, ","), func(dir string) bool { return target != "/" && source.Within(path.Clean(dir), target) })
	})
}

// IsUsual reports whether a directory is one in which a well-known database keeps its files.
func IsUsual(target string) bool { return usual.MatchString(target) }

// IsKeptIn reports whether a database keeps its files at the target of a mount: by what the target and the image are called, or by
// the files that lie at the source. file may be nil.
func IsKeptIn(c *input.Container, target string, file *source.File) bool {
	if source.Within(target, "/run") || source.Within(target, "/var/run") { // sockets
		return false
	}
	if IsDirectory(c, target) || holdsMoved(c, target) || usual.MatchString(target) || images.MatchAny(c.ImageNames()) && !beside.MatchString(target) && !isElsewhere(c, target) {
		return true
	}
	return file != nil && slices.ContainsFunc(file.Entries, func(e source.Entry) bool {
		return slices.Contains([]string{"PG_VERSION", "ibdata1", "WiredTiger", "mysql.ibd", "redis.rdb", "dump.rdb"}, e.Path)
	})
}
