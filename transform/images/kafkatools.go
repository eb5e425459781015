package images

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// The tools of Kafka and ZooKeeper have the ending .sh where they come from the archive of the Apache project, and none in the packages of Confluent.
// Each image has them in a place of its own, which PATH names or not.
var (
	kafkaTool     = pattern.New(`^(kafka-[a-z-]+|zookeeper-(shell|server-start|server-stop|security-migration)|connect-(standalone|distributed|mirror-maker))(\.sh)?$`).Starting("kzc")
	zookeeperTool = pattern.New(`^zk(Server|Cli|Cleanup|TxnLogToolkit)(\.sh)?$`).Starting("z")
)

// toolPlace is where the images of some repositories have such tools, and which they are.
type toolPlace struct {
	repositories []string
	tools        *pattern.Pattern
	dir          string           // where they are; "" is nowhere
	others       *pattern.Pattern // a further directory where they are
	ending       string           // what their names end with
	onPath       bool             // whether PATH names the directory
}

// toolPlaces are the images of which that is known. Sources: https://github.com/confluentinc/cp-docker-images/issues/737 (in PATH, without .sh, and nothing
// in /opt), https://github.com/apache/kafka/blob/trunk/docker/jvm/Dockerfile (PATH is that of the image of Java),
// https://github.com/apache/kafka/blob/trunk/docker/native/Dockerfile and https://github.com/ozangunalp/kafka-native/issues/192 (no tools),
// https://github.com/bitnami/containers/blob/main/bitnami/kafka/3.4/debian-12/Dockerfile, https://github.com/wurstmeister/kafka-docker/blob/master/Dockerfile,
// https://github.com/devshawn/kafka-shell/issues/18 (neither has names without .sh), https://github.com/debezium/container-images/blob/main/kafka/3.0/Dockerfile,
// https://github.com/31z4/zookeeper-docker, https://github.com/apache/zookeeper/tree/master/bin, https://github.com/apache/kafka/tree/trunk/bin
var toolPlaces = []toolPlace{
	{confluent("cp-kafka", "cp-server", "cp-enterprise-kafka", "cp-zookeeper", "cp-kafka-connect", "cp-kafka-connect-base", "cp-server-connect", "confluent-local"), kafkaTool, "/usr/bin", pattern.New(`^/bin$`), "", true},
	{[]string{"docker.io/apache/kafka"}, kafkaTool, "/opt/kafka/bin", nil, ".sh", false},
	{[]string{"docker.io/apache/kafka-native", "quay.io/ogunalp/kafka-native"}, kafkaTool, "", nil, "", false},
	{[]string{"docker.io/bitnami/kafka", "docker.io/bitnamilegacy/kafka", "docker.io/bitnamisecure/kafka"}, kafkaTool, "/opt/bitnami/kafka/bin", nil, ".sh", true},
	{[]string{"docker.io/wurstmeister/kafka"}, kafkaTool, "/opt/kafka/bin", pattern.New(`^/opt/kafka_[^/]+/bin$`), ".sh", true},
	{[]string{"docker.io/debezium/kafka", "quay.io/debezium/kafka"}, kafkaTool, "/kafka/bin", nil, ".sh", false},
	{[]string{"docker.io/library/zookeeper"}, zookeeperTool, "/apache-zookeeper/bin", pattern.New(`^/(apache-)?zookeeper-[^/]+/bin$`), ".sh", true},
}

func confluent(names ...string) []string {
	for i, name := range names {
		names[i] = "docker.io/confluentinc/" + name
	}
	return names
}

// placeOf returns where an image has a tool of Kafka or ZooKeeper, and whether that is known.
func placeOf(repository, tool string) (toolPlace, bool) {
	i := slices.IndexFunc(toolPlaces, func(p toolPlace) bool {
		return slices.Contains(p.repositories, repository) && p.tools.MatchString(path.Base(tool))
	})
	if i < 0 {
		return toolPlace{}, false
	}
	return toolPlaces[i], true
}

// lacks reports whether a tool cannot be started as it is written. A path below the directory in which a container works is not judged.
func (p toolPlace) lacks(tool string) bool {
	if strings.Contains(tool, "/") && !path.IsAbs(tool) {
		return p.dir == ""
	}
	name := path.Base(tool)
	if p.dir == "" || strings.HasSuffix(name, ".sh") != (p.ending == ".sh") {
		return true
	}
	if !path.IsAbs(tool) {
		return !p.onPath
	}
	dir := path.Dir(path.Clean(tool))
	return dir != p.dir && (p.others == nil || !p.others.MatchString(dir))
}

// Instead returns how a tool of Kafka or ZooKeeper that an image lacks under a name is called there, "" if that is not known.
func Instead(reference, tool string) string {
	repository, _ := split(reference)
	p, known := placeOf(repository, tool)
	if !known || p.dir == "" {
		return ""
	}
	name := strings.TrimSuffix(path.Base(tool), ".sh") + p.ending
	if p.onPath {
		return name
	}
	return path.Join(p.dir, name)
}
