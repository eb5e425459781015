package images

import "slices"

// kafkaData is the log directory of the images that do not say otherwise.
var kafkaData = []string{"/var/lib/kafka/data"}

// rabbitmq is the row about some tags of RabbitMQ, which starts as root and becomes the user of that name.
func rabbitmq(tags, folder string, user Owner, more ...string) Image {
	return Image{
		Repositories: []string{"docker.io/library/rabbitmq"},
		Tags:         tags,
		Source:       "https://github.com/docker-library/rabbitmq/blob/master/4.0/" + folder + "/Dockerfile",
		Ports:        slices.Sorted(slices.Values(append(more, "4369/tcp", "5671/tcp", "5672/tcp", "15691/tcp", "15692/tcp", "25672/tcp"))), Process: root,
		Volumes: []string{"/var/lib/rabbitmq"}, DataDirs: []string{"/var/lib/rabbitmq"}, DataVariables: []string{"RABBITMQ_MNESIA_DIR", "RABBITMQ_MNESIA_BASE"}, ContentDirs: []string{"/etc/rabbitmq"}, Shell: true,
		Users: []User{{"rabbitmq", user}},
	}
}

// messaging are brokers and coordination services.
var messaging = []Image{
	rabbitmq("management.*alpine", "alpine/management", Owner{100, 101}, "15671/tcp", "15672/tcp"),
	rabbitmq("management", "ubuntu/management", Owner{999, 999}, "15671/tcp", "15672/tcp"),
	rabbitmq("alpine", "alpine", Owner{100, 101}),
	rabbitmq("", "ubuntu", Owner{999, 999}),
	{
		Repositories: []string{"docker.io/library/nats"},
		Tags:         `alpine`,
		Source:       "https://github.com/nats-io/nats-docker/blob/main/2.10.x/alpine3.22/Dockerfile",
		Ports:        []string{"4222/tcp", "6222/tcp", "8222/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/library/nats"},
		Source:       "https://github.com/nats-io/nats-docker/blob/main/2.10.x/scratch/Dockerfile",
		Ports:        []string{"4222/tcp", "6222/tcp", "8222/tcp"}, Process: root,
	},
	{
		Repositories: []string{"docker.io/redpandadata/redpanda", "docker.redpanda.com/redpandadata/redpanda", "docker.io/vectorized/redpanda"},
		Source:       "https://github.com/redpanda-data/helm-charts/blob/main/charts/redpanda/values.yaml",
		User:         "redpanda", Process: &Owner{101, 101}, DataDirs: []string{"/var/lib/redpanda/data"}, ContentDirs: []string{"/etc/redpanda"}, Shell: true,
		Users: []User{{"redpanda", Owner{101, 101}}},
	},
	{
		Repositories: []string{"docker.io/apache/kafka"},
		Source:       "https://github.com/apache/kafka/blob/trunk/docker/jvm/Dockerfile",
		Ports:        []string{"9092/tcp"}, User: "appuser", Process: &Owner{1000, 1000}, Volumes: []string{"/etc/kafka/secrets", "/mnt/shared/config", "/var/lib/kafka/data"},
		DataDirs: []string{"/tmp/kraft-combined-logs"}, DataVariables: []string{"KAFKA_LOG_DIRS", "KAFKA_LOG_DIR"}, Shell: true, EmptyDirs: []string{"/tmp/kraft-combined-logs", "/tmp/kafka-logs", "/var/lib/kafka/data"},
		Users: []User{{"appuser", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/confluentinc/cp-kafka", "docker.io/confluentinc/cp-server"},
		Source:       "https://github.com/confluentinc/kafka-images/blob/master/kafka/Dockerfile.ubi8",
		Ports:        []string{"9092/tcp"}, User: "appuser", Process: &Owner{1000, 1000}, Volumes: []string{"/etc/kafka/secrets", "/var/lib/kafka/data"},
		DataDirs: kafkaData, DataVariables: []string{"KAFKA_LOG_DIRS"}, Shell: true, EmptyDirs: kafkaData, Users: []User{{"appuser", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/debezium/connect", "quay.io/debezium/connect"},
		Source:       "https://github.com/debezium/container-images/blob/main/connect/3.0/Dockerfile",
		Ports:        []string{"8083/tcp", "8778/tcp", "9092/tcp"}, User: "kafka", Process: &Owner{1001, 1001},
		ContentDirs: []string{"/kafka/bin", "/kafka/connect", "/kafka/libs"}, Shell: true, Users: []User{{"kafka", Owner{1001, 1001}}},
	},
	{
		Repositories: []string{"docker.io/confluentinc/cp-zookeeper"},
		Source:       "https://github.com/confluentinc/kafka-images/blob/master/zookeeper/Dockerfile.ubi8",
		Ports:        []string{"2181/tcp", "2888/tcp", "3888/tcp"}, User: "appuser", Process: &Owner{1000, 1000},
		Volumes:  []string{"/etc/zookeeper/secrets", "/var/lib/zookeeper/data", "/var/lib/zookeeper/log"},
		DataDirs: []string{"/var/lib/zookeeper/data", "/var/lib/zookeeper/log"}, Shell: true, Users: []User{{"appuser", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/library/eclipse-mosquitto"},
		Source:       "https://github.com/eclipse-mosquitto/mosquitto/blob/master/docker/2.0-openssl/Dockerfile",
		Ports:        []string{"1883/tcp"}, Process: root, Volumes: []string{"/mosquitto/data", "/mosquitto/log"}, DataDirs: []string{"/mosquitto/data"},
		ContentDirs: []string{"/mosquitto/config"}, Shell: true, Users: []User{{"mosquitto", Owner{1883, 1883}}},
	},
	{
		Repositories: []string{"docker.io/library/zookeeper"},
		Source:       "https://github.com/31z4/zookeeper-docker/blob/master/3.9.4/Dockerfile",
		Ports:        []string{"2181/tcp", "2888/tcp", "3888/tcp", "8080/tcp"}, Process: root, Volumes: []string{"/data", "/datalog", "/logs"},
		DataDirs: []string{"/data", "/datalog"}, DataVariables: []string{"ZOO_DATA_DIR"}, Shell: true, Users: []User{{"zookeeper", Owner{1000, 1000}}},
	},
	{
		Repositories: []string{"docker.io/hashicorp/consul", "docker.io/library/consul"},
		Source:       "https://github.com/hashicorp/docker-consul/blob/master/0.X/Dockerfile",
		Ports: []string{
			"8300/tcp", "8301/tcp", "8301/udp", "8302/tcp", "8302/udp", "8500/tcp", "8600/tcp", "8600/udp",
		},
		Process: root, Volumes: []string{"/consul/data"}, DataDirs: []string{"/consul/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/hashicorp/vault", "docker.io/library/vault"},
		Source:       "https://github.com/hashicorp/vault/blob/main/Dockerfile",
		Ports:        []string{"8200/tcp"}, Process: root, Volumes: []string{"/vault/file", "/vault/logs"}, DataDirs: []string{"/vault/file"}, Shell: true,
	},
}

// bitnami returns the row of one of Bitnami's images, which are made alike: user 1001 in the group root, data below /bitnami.
// Source: https://github.com/bitnami/containers
func bitnami(name string, data string, ports ...string) Image {
	row := Image{
		Repositories: []string{"docker.io/bitnami/" + name, "docker.io/bitnamilegacy/" + name},
		Source:       "https://github.com/bitnami/containers/tree/main/bitnami/" + name,
		Ports:        ports, User: "1001", Process: &Owner{1001, 0}, Shell: true,
	}
	if data != "" {
		row.DataDirs, row.DataVariables = []string{data}, bitnamiVariables
	}
	return row
}

// since returns a row that is about some tags only.
func since(tags string, row Image) Image {
	row.Tags = tags
	return row
}

// bitnamiVariables move the data of Bitnami's images; those of MySQL, MariaDB and MongoDB have no such variable or one of another name.
// Source: the scripts rootfs/opt/bitnami/scripts/<name>-env.sh in https://github.com/bitnami/containers
var bitnamiVariables = []string{"POSTGRESQL_DATA_DIR", "PGDATA", "REDIS_DATA_DIR", "CASSANDRA_DATA_DIR", "KAFKA_CFG_LOG_DIRS", "ZOO_DATA_DIR", "RABBITMQ_MNESIA_DIR", "RABBITMQ_MNESIA_BASE"}

var bitnamiImages = []Image{
	bitnami("postgresql", "/bitnami/postgresql", "5432/tcp"),
	bitnami("mysql", "/bitnami/mysql", "3306/tcp"),
	bitnami("mariadb", "/bitnami/mariadb", "3306/tcp"),
	bitnami("mongodb", "/bitnami/mongodb", "27017/tcp"),
	bitnami("redis", "/bitnami/redis", "6379/tcp"),
	bitnami("kafka", "/bitnami/kafka", "9092/tcp"),
	bitnami("zookeeper", "/bitnami/zookeeper", "2181/tcp", "2888/tcp", "3888/tcp", "8080/tcp"),
	bitnami("rabbitmq", "/bitnami/rabbitmq", "4369/tcp", "5551/tcp", "5552/tcp", "5671/tcp", "5672/tcp", "15671/tcp", "15672/tcp", "25672/tcp"),
	bitnami("elasticsearch", "/bitnami/elasticsearch/data", "9200/tcp", "9300/tcp"),
	bitnami("opensearch", "/bitnami/opensearch/data", "9200/tcp", "9300/tcp"),
	bitnami("cassandra", "/bitnami/cassandra", "7000/tcp", "9042/tcp"),
	bitnami("etcd", "/bitnami/etcd", "2379/tcp", "2380/tcp"),
	since(`^(latest|202[3-9]|20[3-9]\d)`, bitnami("minio", "/bitnami/minio", "9000/tcp", "9001/tcp")), // before that it kept them in /data
	bitnami("influxdb", "/bitnami/influxdb", "8086/tcp", "8088/tcp"),
	bitnami("clickhouse", "/bitnami/clickhouse", "8123/tcp", "9000/tcp"),
	bitnami("valkey", "/bitnami/valkey", "6379/tcp"),
	bitnami("openldap", "/bitnami/openldap", "1389/tcp", "1636/tcp"),
	bitnami("neo4j", "/bitnami/neo4j", "7474/tcp", "7473/tcp", "7687/tcp"),
	bitnami("mariadb-galera", "/bitnami/mariadb", "3306/tcp", "4444/tcp", "4567/tcp", "4568/tcp"),
	bitnami("postgresql-repmgr", "/bitnami/postgresql", "5432/tcp"),
	bitnami("nginx", "", "8080/tcp", "8443/tcp"),
	bitnami("wordpress", "/bitnami/wordpress", "8080/tcp", "8443/tcp"),
}
