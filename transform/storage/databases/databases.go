// Package databases knows where databases keep their files.
package databases

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// directories are where the usual databases keep their files, whatever the image is called, of those that refuse a
// directory with lost+found in it. Sources: https://www.postgresql.org/docs/current/creating-cluster.html (initdb),
// https://dev.mysql.com/doc/refman/8.4/en/data-directory-initialization.html, https://kafka.apache.org/documentation/ (log.dirs).
var directories = []string{
	"/var/lib/postgresql/data", "/var/lib/pgsql/data", "/var/lib/mysql", "/var/lib/mariadb", "/var/lib/percona", "/var/lib/kafka/data", "/var/lib/kafka",
	"/kafka", "/tmp/kafka-logs", "/tmp/kraft-combined-logs", "/bitnami/kafka/data",
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
	return !moved && (slices.Contains(directories, target) || versioned.MatchString(target))
}

// usual and images match the directories and images of databases.
var (
	usual = pattern.New(`^/(data/db|var/lib/(postgresql|mysql|mariadb|mongodb?|redis|cassandra|couchdb|influxdb2?|clickhouse|neo4j|elasticsearch|opensearch|arangodb3|rethinkdb|cockroach)|var/opt/mssql|opt/couchdb/data|cockroach|usr/share/(elasticsearch|opensearch)/data)(/|$)`).
		Holding("data/db", "postgresql", "mysql", "mariadb", "mongo", "redis", "cassandra", "couchdb", "influxdb", "clickhouse", "neo4j", "elasticsearch", "opensearch", "arangodb3", "rethinkdb", "cockroach", "mssql")
	images = pattern.New(`(?i)(^|/)[\w.-]*(postgres|pgvector|timescale|postgis|mysql|mariadb|percona|mongo|cassandra|scylla|couchdb|influxdb|clickhouse|neo4j|elasticsearch|opensearch|cockroach|mssql|redis|valkey|etcd)[\w.-]*(:|@|$)`)
)

// beside matches directories that are mounted into databases and hold none: dumps, what is run at the first start, settings.
var beside = pattern.New(`(?i)(^|[/_.-])(backups?|dumps?|exports?|imports?|snapshots?|archives?|wal|logs?|initdb\.d|init|seeds?|fixtures?|sql|scripts?|conf(ig)?(\.d)?|certs?|ssl|tls|plugins?|tmp|run)/?$|^/(etc|run|tmp)(/|$)`)

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
	if IsDirectory(c, target) || holdsMoved(c, target) || usual.MatchString(target) || images.MatchString(c.Spec.Image) && !beside.MatchString(target) && !isElsewhere(c, target) {
		return true
	}
	return file != nil && slices.ContainsFunc(file.Entries, func(e source.Entry) bool {
		return slices.Contains([]string{"PG_VERSION", "ibdata1", "WiredTiger", "mysql.ibd", "redis.rdb", "dump.rdb"}, e.Path)
	})
}
