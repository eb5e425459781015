package network

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// Identity is why a program must not be called otherwise from Pod to Pod.
type Identity int

// Why a program must keep its host name.
const (
	NoIdentity  Identity = iota // it need not
	KeepsData                   // RabbitMQ keeps its data below a directory of its node name, rabbit@HOST
	ReplicaSet                  // rs.initiate() writes the host name into the configuration of the set, which clients ask for its members
	TellsClient                 // Kafka tells its clients its host name where no other one is written
	KeepsLogs                   // an image of Kafka keeps its data in kafka-logs-HOST
	TellsPeers                  // the members of a cluster are told to each other by their host names
)

// The images of the programs that call themselves by their host name. Tools for them have other last words.
// Sources: https://www.rabbitmq.com/docs/clustering#node-names, https://www.mongodb.com/docs/manual/reference/method/rs.initiate/,
// https://kafka.apache.org/documentation/#brokerconfigs_advertised.listeners, https://github.com/wurstmeister/kafka-docker (start-kafka.sh),
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-common/core-default.xml, https://druid.apache.org/docs/latest/configuration/ (druid.host),
// https://storm.apache.org/releases/current/Setting-up-a-Storm-cluster.html (storm.local.hostname), https://github.com/apache/nifi (start.sh),
// https://dev.mysql.com/doc/refman/8.4/en/group-replication-adding-instances.html (report_host),
// https://docs.spring.io/spring-cloud-netflix/reference/spring-cloud-netflix.html (eureka.instance.hostname),
// https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/logging-tasks.html#serving-logs-from-workers-and-triggerer
var (
	rabbitImage = pattern.New(`(?i)(^|/)([\w.]+-)*rabbitmq(-(server|alpine|management|ha))*(:|@|$)`).Holding("rabbitmq")
	kafkaImage  = pattern.New(`(?i)(^|/)([\w.]+-)*kafka(-native|-server)?(:|@|$)`).Holding("kafka")
	mongoImage  = pattern.New(`(?i)(^|/)([\w.]+-)*(mongo|mongodb|mongod|psmdb|percona-server-mongodb)(-(community|enterprise))?(-server)?(:|@|$)`).Holding("mongo", "psmdb")
	mongoWord   = pattern.New(`(^|[\s/])mongod(\s|$)`).Holding("mongod")
	replSet     = pattern.New(`--replSet(=|\s|$)`).Holding("--replset")
	oldKafka    = pattern.New(`(?i)(^|/)wurstmeister/kafka(:|@|$)`).Holding("wurstmeister/kafka")
	peersImage  = pattern.New(`(?i)(^|/)([\w.]+-)*(hadoop|hbase|druid|storm|nifi|accumulo)(-(namenode|datanode|resourcemanager|nodemanager|historyserver|base|master|regionserver|hbase-master|hbase-regionserver|runner))*(:|@|$)`).
			Holding("hadoop", "hbase", "druid", "storm", "nifi", "accumulo")
	airflowImage   = pattern.New(`(?i)(^|/)([\w.]+-)*airflow(:|@|$)`).Holding("airflow")
	airflowProgram = pattern.New(`(^|\s)(celery\s+worker|worker|triggerer|scheduler)(\s|$)`)
	mysqlImage     = pattern.New(`(?i)(^|/)([\w.]+-)*(mysql|mysql-server|percona|percona-server)(:|@|$)`).Holding("mysql", "percona")
	replSetName    = pattern.New(`(?m)^\s*(replSetName\s*:|replSet\s*=)`).Holding("replset")
	groupMember    = pattern.New(`group[-_]replication[-_]`).Holding("replication")
)

// rabbitData are the directories in which RabbitMQ keeps the directory of its node.
var rabbitData = []string{"/var/lib/rabbitmq", "/var/lib/rabbitmq/mnesia", "/bitnami/rabbitmq", "/bitnami/rabbitmq/mnesia"}

// identityOf returns why the program of a service must keep its host name.
func identityOf(p *input.Project, s *input.Service) Identity {
	words := strings.Join(slices.Concat(s.Config.Entrypoint, s.Config.Command), " ")
	image := s.ImageNames()
	switch {
	case keepsRabbitData(s) && !says(s, "RABBITMQ_NODENAME") && !says(s, "RABBITMQ_NODE_NAME"):
		return KeepsData
	case replSet.MatchString(words) && (mongoImage.MatchAny(image) || mongoWord.MatchString(words)),
		says(s, "MONGODB_REPLICA_SET_MODE") && !says(s, "MONGODB_ADVERTISE"),
		mongoImage.MatchAny(image) && replSetName.MatchString(p.SettingsText(s)):
		return ReplicaSet
	case kafkaImage.MatchAny(image) && !says(s, "ADVERTISED") && !strings.Contains(words, "advertised") && !slices.ContainsFunc(s.Config.Volumes, isSettings):
		return TellsClient
	case oldKafka.MatchAny(image) && keeps(s, "/kafka") && !says(s, "KAFKA_LOG_DIRS"):
		return KeepsLogs
	case peersImage.MatchAny(image), airflowImage.MatchAny(image) && airflowProgram.MatchString(words) && !says(s, "HOSTNAME_CALLABLE"),
		(s.Facts.RegistryClient != "" && s.Build() != nil || startsAfterRegistry(p, s)) && !says(s, "PREFER_IP") && !says(s, "PREFERIP"),
		isTemplated(words), isTemplated(p.SettingsText(s)),
		isOfConsul(s) && !says(s, "PREFER_IP") && !says(s, "PREFERIP") && !says(s, "DISCOVERY_HOSTNAME"),
		says(s, "EUREKA_CLIENT") && !says(s, "PREFER_IP") && !says(s, "PREFERIP") && !says(s, "EUREKA_INSTANCE_HOSTNAME"),
		isGroupMember(words), mysqlImage.MatchAny(image) && isGroupMember(p.SettingsText(s)):
		return TellsPeers
	}
	return NoIdentity
}

// registryName matches the names of registries in which programs of Spring enter themselves.
var registryName = pattern.New(`(?i)eureka|(^|[-_/])(service-?)?(registry|discovery)-?(server|service)(:|@|$)`).Holding("eureka", "registry", "discovery")

// startsAfterRegistry reports whether a service of which nobody knows what its image runs starts after a registry of services.
func startsAfterRegistry(p *input.Project, s *input.Service) bool {
	if _, known := s.ImageRow(); known {
		return false
	}
	for name := range s.Config.DependsOn {
		if other := p.ByName[name]; other != nil && (registryName.MatchString(name) || registryName.MatchString(other.Config.Image)) {
			return true
		}
	}
	return false
}

// ownAddress matches an address with the name of the host that a script is to write into it.
var ownAddress = pattern.New(`://(?:\$\(\s*hostname(?:\s+-[fs])?\s*\)|\x60hostname(?:\s+-[fs])?\x60|\$\{?HOSTNAME\}?|[{_%@<]*(?:\w+__)?(?:HOST_?NAME)[}_%@>]*):\d`).Holding("hostname", "host_name")

// isTemplated reports whether words or settings have an address of the program under the name of its host, which it then tells others.
func isTemplated(text string) bool { return ownAddress.MatchString(text) }

// isGroupMember reports whether words or settings make a member of a replication group of MySQL that tells its peers its host name.
func isGroupMember(text string) bool {
	return groupMember.MatchString(text) && !strings.Contains(text, "report")
}

// isOfConsul reports whether a service is a program of Spring that enters itself in Consul or ZooKeeper, by the name of its host.
// Source: https://docs.spring.io/spring-cloud-consul/reference/discovery.html (prefer-ip-address)
func isOfConsul(s *input.Service) bool {
	for name, value := range s.Config.Environment {
		if value != nil && strings.ToUpper(name) == "SPRING_CONFIG_IMPORT" && strings.Contains(*value, "consul:") {
			return true
		}
	}
	return says(s, "SPRING_CLOUD_CONSUL") || says(s, "SPRING_CLOUD_ZOOKEEPER")
}

// says reports whether a service has a variable with a value whose name holds a word.
func says(s *input.Service, word string) bool {
	for name, value := range s.Config.Environment {
		if value != nil && *value != "" && strings.Contains(strings.ToUpper(name), word) {
			return true
		}
	}
	return false
}

// isSettings reports whether a mount is a file of settings, which may say what variables do not.
func isSettings(v types.ServiceVolumeConfig) bool { return strings.HasSuffix(v.Target, ".properties") }

// keepsRabbitData reports whether a service is a RabbitMQ whose data outlives the Pod.
func keepsRabbitData(s *input.Service) bool {
	return keeps(s, rabbitData...) || rabbitImage.MatchAny(s.ImageNames()) && keeps(s, "/bitnami")
}

// keeps reports whether a service mounts something that outlives its Pod at one of some directories.
func keeps(s *input.Service, dirs ...string) bool {
	return slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool {
		return (v.Type == types.VolumeTypeVolume && v.Source != "" || v.Type == types.VolumeTypeBind) && slices.Contains(dirs, path.Clean(v.Target))
	})
}
