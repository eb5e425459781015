package images

import "fmt"

// Postgres moved its data directory with version 18: a directory of the version below the one that is mounted.
var (
	postgresOld = []string{"/var/lib/postgresql/data"}
	postgresNew = []string{"/var/lib/postgresql"}
	// postgresDirs are where initdb works, of all versions.
	postgresDirs = append(postgresVersions(18, 30, "docker"), postgresOld...)
	// debianDirs are those of the packages of Debian.
	debianDirs = append(postgresVersions(10, 30, "main"), "/var/lib/postgresql/9.3/main", "/var/lib/postgresql/9.4/main", "/var/lib/postgresql/9.5/main", "/var/lib/postgresql/9.6/main")
)

func postgresVersions(first, last int, cluster string) []string {
	var dirs []string
	for version := first; version <= last; version++ {
		dirs = append(dirs, fmt.Sprintf("/var/lib/postgresql/%d/%s", version, cluster))
	}
	return dirs
}

// postgres returns the row of one flavour of the Postgres images, and of those that add extensions to them.
func postgres(tags, source string, data []string, user Owner) Image {
	return Image{
		Repositories: []string{"docker.io/library/postgres", "docker.io/pgvector/pgvector"},
		Tags:         tags, Source: source, Ports: []string{"5432/tcp"}, Process: root, Volumes: data, DataDirs: data, Shell: true,
		DataVariables: []string{"PGDATA"}, EmptyDirs: postgresDirs, EmptyDirVariable: "PGDATA", OwnsEmptyDirs: true, Users: []User{{"postgres", user}},
	}
}

// withScripts returns the row of images that are built on those of Postgres and have scripts for the first start.
func withScripts(row Image, repositories ...string) Image {
	row.Repositories, row.ContentDirs = repositories, []string{"/docker-entrypoint-initdb.d"}
	return row
}

// postgis returns the row of one flavour of the PostGIS images.
// Source: https://github.com/postgis/docker-postgis/blob/master/Dockerfile.template (10_postgis.sh)
func postgis(tags, source string, data []string, user Owner) Image {
	return withScripts(postgres(tags, source, data, user), "docker.io/postgis/postgis", "docker.io/imresamu/postgis")
}

// mdillon returns a row of the PostGIS images that ended with version 11 of Postgres.
func mdillon(tags string, user Owner) Image {
	row := postgres(tags, "https://github.com/postgis/docker-postgis/blob/master/README.md", postgresOld, user)
	return withScripts(row, "docker.io/mdillon/postgis")
}

// timescale returns a row of the images of TimescaleDB, which are built on those of Postgres for Alpine.
func timescale(tags string, data []string) Image {
	row := postgres(tags, "https://github.com/timescale/timescaledb-docker/blob/main/Dockerfile", data, Owner{70, 70})
	return withScripts(row, "docker.io/timescale/timescaledb")
}

// databases are servers that keep data.
var databases = []Image{
	mdillon(`alpine`, Owner{70, 70}),
	mdillon(``, Owner{999, 999}),
	postgres(`^(\d+\.\d+\.\d+-)?(pg)?(9|1[0-7])([.-].*|(beta|rc)\d)?-alpine`, "https://github.com/docker-library/postgres/blob/master/17/alpine3.22/Dockerfile", postgresOld, Owner{70, 70}),
	postgres(`^(\d+\.\d+\.\d+-)?(pg)?(9|1[0-7])([.-]|(beta|rc)\d|$)`, "https://github.com/docker-library/postgres/blob/master/17/bookworm/Dockerfile", postgresOld, Owner{999, 999}),
	postgres(`alpine`, "https://github.com/docker-library/postgres/blob/master/18/alpine3.22/Dockerfile", postgresNew, Owner{70, 70}),
	postgres(``, "https://github.com/docker-library/postgres/blob/master/18/bookworm/Dockerfile", postgresNew, Owner{999, 999}),
	postgis(`^(\d+\.\d+\.\d+-)?(pg)?(9|1[0-7])([.-].*|(beta|rc)\d)?-alpine`, "https://github.com/docker-library/postgres/blob/master/17/alpine3.22/Dockerfile", postgresOld, Owner{70, 70}),
	postgis(`^(\d+\.\d+\.\d+-)?(pg)?(9|1[0-7])([.-]|(beta|rc)\d|$)`, "https://github.com/docker-library/postgres/blob/master/17/bookworm/Dockerfile", postgresOld, Owner{999, 999}),
	postgis(`alpine`, "https://github.com/docker-library/postgres/blob/master/18/alpine3.22/Dockerfile", postgresNew, Owner{70, 70}),
	postgis(``, "https://github.com/docker-library/postgres/blob/master/18/bookworm/Dockerfile", postgresNew, Owner{999, 999}),
	timescale(`(^|-)pg(9|1[0-7])(\D|$)`, postgresOld),
	timescale(``, postgresNew),
	{ // PGDATA or DATADIR moves the data
		Repositories: []string{"docker.io/kartoza/postgis"},
		Source:       "https://github.com/kartoza/docker-postgis/blob/develop/scripts/env-data.sh",
		Ports:        []string{"5432/tcp"}, Process: root, Volumes: postgresNew, DataDirs: postgresNew, DataVariables: []string{"PGDATA", "DATADIR"}, Shell: true, EmptyDirs: debianDirs, EmptyDirVariable: "DATADIR",
	},
	{
		Repositories: []string{"docker.io/sameersbn/postgresql"},
		Source:       "https://github.com/sameersbn/docker-postgresql/blob/master/Dockerfile",
		Ports:        []string{"5432/tcp"}, Process: root, DataDirs: postgresNew, Shell: true, EmptyDirs: debianDirs,
	},
	{
		Repositories: []string{"docker.io/yobasystems/alpine-mariadb"},
		Source:       "https://github.com/yobasystems/alpine-mariadb/blob/master/alpine-mariadb-amd64/Dockerfile",
		Ports:        []string{"3306/tcp"}, Process: root, Volumes: []string{"/var/lib/mysql"}, DataDirs: []string{"/var/lib/mysql"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/mysql"},
		Source:       "https://github.com/docker-library/mysql/blob/master/8.4/Dockerfile.oracle",
		Ports:        []string{"3306/tcp", "33060/tcp"}, Process: root, Volumes: []string{"/var/lib/mysql"}, DataDirs: []string{"/var/lib/mysql"}, ContentDirs: []string{"/etc/mysql"}, Shell: true,
		EmptyDirs: []string{"/var/lib/mysql"}, Users: []User{{"mysql", Owner{999, 999}}},
	},
	{ // its entrypoint makes certificates, user and database only where it finds the directories empty
		Repositories: []string{"docker.io/cockroachdb/cockroach"},
		Source:       "https://github.com/cockroachdb/cockroach/blob/master/build/deploy/cockroach.sh",
		Ports:        []string{"26257/tcp", "8080/tcp"}, Process: root, DataDirs: []string{"/cockroach/cockroach-data"}, Shell: true,
		EmptyDirs: []string{"/cockroach/cockroach-data", "/cockroach/certs"},
	},
	{
		Repositories: []string{"docker.io/rqlite/rqlite"},
		Source:       "https://github.com/rqlite/rqlite/blob/master/Dockerfile",
		Volumes:      []string{"/rqlite/file"}, DataDirs: []string{"/rqlite/file"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/manticoresearch/manticore"},
		Source:       "https://github.com/manticoresoftware/docker/blob/master/Dockerfile",
		Volumes:      []string{"/var/lib/manticore"}, DataDirs: []string{"/var/lib/manticore"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/chrislusf/seaweedfs"},
		Source:       "https://github.com/seaweedfs/seaweedfs/blob/master/docker/Dockerfile.go_build",
		Volumes:      []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"mcr.microsoft.com/mssql/server"},
		Tags:         `^(2017|vNext)`,
		Source:       "https://learn.microsoft.com/sql/linux/sql-server-linux-docker-container-security",
		Ports:        []string{"1433/tcp"}, Process: root, DataDirs: []string{"/var/opt/mssql"}, Shell: true,
	},
	{
		Repositories: []string{"mcr.microsoft.com/mssql/server"},
		Source:       "https://learn.microsoft.com/sql/linux/sql-server-linux-docker-container-security",
		Ports:        []string{"1433/tcp"}, User: "mssql", Process: &Owner{10001, 10001}, DataDirs: []string{"/var/opt/mssql"}, Shell: true,
		Users: []User{{"mssql", Owner{10001, 10001}}},
	},
	{
		Repositories: []string{"docker.io/library/mariadb"},
		Tags:         `ubi`,
		Source:       "https://github.com/MariaDB/mariadb-docker/blob/master/main-ubi/Dockerfile",
		Ports:        []string{"3306/tcp"}, User: "mysql", Process: &Owner{999, 999}, Volumes: []string{"/var/lib/mysql"}, DataDirs: []string{"/var/lib/mysql"},
		ContentDirs: []string{"/etc/mysql"}, Shell: true, EmptyDirs: []string{"/var/lib/mysql"}, Users: []User{{"mysql", Owner{999, 999}}},
	},
	{
		Repositories: []string{"docker.io/library/mariadb"},
		Source:       "https://github.com/MariaDB/mariadb-docker/blob/master/main/Dockerfile",
		Ports:        []string{"3306/tcp"}, Process: root, Volumes: []string{"/var/lib/mysql"}, DataDirs: []string{"/var/lib/mysql"}, ContentDirs: []string{"/etc/mysql"}, Shell: true,
		EmptyDirs: []string{"/var/lib/mysql"},
	},
	{
		Repositories: []string{"docker.io/library/mongo"},
		Source:       "https://github.com/docker-library/mongo/blob/master/8.2/Dockerfile",
		Ports:        []string{"27017/tcp"}, Process: root, Volumes: []string{"/data/configdb", "/data/db"}, DataDirs: []string{"/data/db"}, Shell: true,
		Users: []User{{"mongodb", Owner{999, 999}}},
	},
	{
		Repositories: []string{"docker.io/library/redis"},
		Tags:         `alpine`,
		Source:       "https://github.com/docker-library/redis/blob/master/7.4-rc/alpine/Dockerfile",
		Ports:        []string{"6379/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"redis", Owner{999, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/redis"},
		Source:       "https://github.com/docker-library/redis/blob/master/7.4-rc/debian/Dockerfile",
		Ports:        []string{"6379/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"redis", Owner{999, 999}}},
	},
	{
		Repositories: []string{"docker.io/valkey/valkey", "ghcr.io/valkey-io/valkey"},
		Tags:         `alpine`,
		Source:       "https://github.com/valkey-io/valkey-container/blob/mainline/unstable/alpine/Dockerfile",
		Ports:        []string{"6379/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"valkey", Owner{999, 1000}}},
	},
	{
		Repositories: []string{"docker.io/valkey/valkey", "ghcr.io/valkey-io/valkey"},
		Source:       "https://github.com/valkey-io/valkey-container/blob/mainline/unstable/debian/Dockerfile",
		Ports:        []string{"6379/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"valkey", Owner{999, 999}}},
	},
	{
		Repositories: []string{"docker.io/library/memcached"},
		Source:       "https://github.com/docker-library/memcached/blob/master/1/debian/Dockerfile",
		Ports:        []string{"11211/tcp"}, User: "memcache", Process: &Owner{11211, 11211}, Shell: true, Users: []User{{"memcache", Owner{11211, 11211}}},
	},
	{
		Repositories: []string{"docker.io/library/cassandra"},
		Source:       "https://github.com/docker-library/cassandra/blob/master/5.0/Dockerfile",
		Ports:        []string{"7000/tcp", "7001/tcp", "7199/tcp", "9042/tcp", "9160/tcp"}, Process: root,
		Volumes: []string{"/var/lib/cassandra"}, DataDirs: []string{"/var/lib/cassandra"}, ContentDirs: []string{"/etc/cassandra"}, Shell: true,
		Users: []User{{"cassandra", Owner{999, 999}}},
	},
	{
		Repositories: []string{"docker.io/library/couchdb", "docker.io/apache/couchdb"},
		Source:       "https://github.com/apache/couchdb-docker/blob/main/3.5.1/Dockerfile",
		Ports:        []string{"4369/tcp", "5984/tcp", "9100/tcp"}, Process: root, Volumes: []string{"/opt/couchdb/data"}, DataDirs: []string{"/opt/couchdb/data"},
		ContentDirs: []string{"/opt/couchdb/etc"}, Shell: true, Users: []User{{"couchdb", Owner{5984, 5984}}},
	},
	{ // latest is this version from April 2026 on: https://docs.influxdata.com/influxdb3/core/install/
		Repositories: []string{"docker.io/library/influxdb"},
		Tags:         `^(3([.-]|$)|core$|enterprise$)`,
		Source:       "https://github.com/influxdata/influxdata-docker/blob/master/influxdb/3.0-core/Dockerfile",
		Ports:        []string{"8181/tcp"}, User: "influxdb3", Process: &Owner{1500, 1500}, DataDirs: []string{"/var/lib/influxdb3"}, DataVariables: []string{"INFLUXDB_IOX_DB_DIR", "INFLUXDB3_DB_DIR"},
		Shell: true, Users: []User{{"influxdb3", Owner{1500, 1500}}},
	},
	{
		Repositories: []string{"docker.io/library/influxdb"},
		Tags:         `^2([.-]|$)`,
		Source:       "https://github.com/influxdata/influxdata-docker/blob/master/influxdb/2.7/Dockerfile",
		Ports:        []string{"8086/tcp"}, Process: root, Volumes: []string{"/etc/influxdb2", "/var/lib/influxdb2"}, DataDirs: []string{"/var/lib/influxdb2"}, DataVariables: []string{"INFLUXD_ENGINE_PATH"},
		Shell: true, Users: []User{{"influxdb", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/influxdb"},
		Tags:         `^1([.-]|$)`,
		Source:       "https://github.com/influxdata/influxdata-docker/blob/master/influxdb/1.8/Dockerfile",
		Ports:        []string{"8086/tcp"}, Volumes: []string{"/var/lib/influxdb"}, DataDirs: []string{"/var/lib/influxdb"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/clickhouse/clickhouse-server", "docker.io/library/clickhouse", "docker.io/yandex/clickhouse-server"},
		Source:       "https://github.com/ClickHouse/ClickHouse/blob/master/docker/server/Dockerfile.ubuntu",
		Ports:        []string{"8123/tcp", "9000/tcp", "9009/tcp"}, Process: root, Volumes: []string{"/var/lib/clickhouse"}, DataDirs: []string{"/var/lib/clickhouse"},
		ContentDirs: []string{"/etc/clickhouse-client", "/etc/clickhouse-server"}, Shell: true, Users: []User{{"clickhouse", Owner{101, 101}}},
	},
	{
		Repositories: []string{"docker.io/library/neo4j"},
		Source:       "https://github.com/neo4j/docker-neo4j-publish/blob/master/5.9.0/bullseye/community/Dockerfile",
		Ports:        []string{"7473/tcp", "7474/tcp", "7687/tcp"}, Process: root, Volumes: []string{"/data", "/logs"}, DataDirs: []string{"/data"}, DataVariables: []string{"NEO4J_server_directories_data"}, Shell: true,
		Users: []User{{"neo4j", Owner{7474, 7474}}},
	},
	{
		Repositories: []string{"docker.elastic.co/elasticsearch/elasticsearch", "docker.elastic.co/elasticsearch/elasticsearch-oss", "docker.io/library/elasticsearch", "docker.io/elastic/elasticsearch"},
		Source:       "https://github.com/elastic/elasticsearch/blob/main/distribution/docker/src/docker/Dockerfile",
		Ports:        []string{"9200/tcp", "9300/tcp"}, User: "elasticsearch:root", Process: &Owner{1000, 0}, DataDirs: []string{"/usr/share/elasticsearch/data"},
		DataVariables: []string{"path.data"},
		ContentDirs:   []string{"/usr/share/elasticsearch/config"}, Shell: true, Users: []User{{"elasticsearch", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.elastic.co/kibana/kibana", "docker.io/library/kibana", "docker.io/elastic/kibana"},
		Source:       "https://www.elastic.co/guide/en/kibana/current/docker.html",
		Ports:        []string{"5601/tcp"}, Process: &Owner{1000, 1000}, DataDirs: []string{"/usr/share/kibana/data"},
		ContentDirs: []string{"/usr/share/kibana/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/opensearchproject/opensearch", "public.ecr.aws/opensearchproject/opensearch"},
		Source:       "https://github.com/opensearch-project/opensearch-build/blob/main/docker/release/dockerfiles/opensearch.al2023.dockerfile",
		Ports:        []string{"9200/tcp", "9300/tcp", "9600/tcp", "9650/tcp"}, User: "1000", Process: &Owner{1000, 1000}, DataDirs: []string{"/usr/share/opensearch/data"},
		DataVariables: []string{"path.data"},
		ContentDirs:   []string{"/usr/share/opensearch/config"}, Shell: true, Users: []User{{"opensearch", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/minio/minio", "quay.io/minio/minio"},
		Source:       "https://github.com/minio/minio/blob/master/Dockerfile.release",
		Ports:        []string{"9000/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"},
	},
}
