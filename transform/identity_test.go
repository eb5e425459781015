package transform

import "testing"

func TestProgramsKeepTheirHostName(t *testing.T) {
	const kept = "x"
	for name, c := range map[string]struct{ service, want string }{
		"RabbitMQ with a volume":         {`{image: rabbitmq:4, volumes: ["vol:/var/lib/rabbitmq"]}`, kept},
		"of another image":               {`{image: a, volumes: ["vol:/var/lib/rabbitmq/mnesia"]}`, kept},
		"only its cookie is mounted":     {`{image: rabbitmq:4, volumes: ["./c:/var/lib/rabbitmq/.erlang.cookie"]}`, ""},
		"RabbitMQ without a volume":      {`{image: rabbitmq:4}`, ""},
		"its node has a name":            {`{image: rabbitmq:4, environment: {RABBITMQ_NODENAME: rabbit@localhost}, volumes: ["vol:/var/lib/rabbitmq"]}`, ""},
		"another host name":              {`{image: rabbitmq:4, hostname: other, volumes: ["vol:/var/lib/rabbitmq"]}`, "other"},
		"several of them":                {`{image: rabbitmq:4, scale: 2, volumes: ["vol:/var/lib/rabbitmq"]}`, ""},
		"the network of the host":        {`{image: rabbitmq:4, network_mode: host, volumes: ["vol:/var/lib/rabbitmq"]}`, ""},
		"a replica set":                  {`{image: "mongo:8", command: --replSet=rs0}`, kept},
		"in another image":               {`{image: a, command: [mongod, --replSet, rs0]}`, kept},
		"a single MongoDB":               {`{image: "mongo:8"}`, ""},
		"Bitnami's replica set":          {`{image: bitnami/mongodb, environment: {MONGODB_REPLICA_SET_MODE: primary}}`, kept},
		"that is told its name":          {`{image: bitnami/mongodb, environment: {MONGODB_REPLICA_SET_MODE: primary, MONGODB_ADVERTISED_HOSTNAME: db.example.com}}`, ""},
		"Kafka":                          {`{image: bitnami/kafka, environment: {KAFKA_CFG_LISTENERS: "PLAINTEXT://:9092"}}`, kept},
		"that is told its name too":      {`{image: a/cp-kafka, environment: {KAFKA_ADVERTISED_LISTENERS: "PLAINTEXT://k.example.com:9092"}}`, ""},
		"with a file of settings":        {`{image: a/kafka, volumes: ["./server.properties:/opt/kafka/config/server.properties"]}`, ""},
		"a group in a mounted file":      {`{image: "mysql:8.4", configs: [{source: group, target: /etc/mysql/conf.d/group.cnf}]}`, kept},
		"a group under another name":     {`{image: "mysql:8.4", configs: [{source: told, target: /etc/mysql/conf.d/group.cnf}]}`, ""},
		"a replica set in a file":        {`{image: "mongo:8", command: [--config, /etc/mongod.conf], configs: [{source: set, target: /etc/mongod.conf}]}`, kept},
		"a file that nobody reads":       {`{image: "mongo:8", configs: [{source: set, target: /etc/mongod.conf}]}`, ""},
		"a page about Kafka":             {`{image: a/kafka-ui}`, ""},
		"an exporter of RabbitMQ's data": {`{image: a/rabbitmq-exporter}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  x: "+c.service+"\nvolumes: {vol: {}}\nconfigs: {group: {content: 'group_replication_group_seeds=a:33061'}, told: {content: \"group_replication_group_seeds=a:33061\\nreport_host=x.example.com\"}, set: {content: 'replSet = rs0'}}\n")
			if got := podNamed(t, r, "x").Spec.Hostname; got != c.want {
				t.Errorf("the Pod is called %q, want %q", got, c.want)
			}
			if said := hasCode(r, "own-name"); said != (c.want == kept) {
				t.Errorf("said: %v: %v", said, codes(r))
			}
		})
	}
}

// A member of a replica set looks for itself, before it is ready, under the name that the set was made with.
func TestMemberIsCalledAsTheSetCallsIt(t *testing.T) {
	for init, want := range map[string]string{"db-one": "db-one", "x": "x", "elsewhere": "x"} {
		r := convertYAML(t, `
services:
  x: {image: "mongo:8", container_name: db-one, command: [--replSet, rs0]}
  init: {image: "mongo:8", restart: "no", command: [mongosh, --host, "`+init+`:27017"]}
`)
		if got := podNamed(t, r, "x").Spec.Hostname; got != want {
			t.Errorf("the set says %s: the Pod is called %q, want %q", init, got, want)
		}
	}
}
