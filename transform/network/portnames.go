package network

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/texts"
)

// tablePorts are the protocols behind the ports of the images in the built-in table. A number that the table has for several
// protocols, or whose program may speak TLS or not, is not in it.
// Source: the IANA registry of service names and port numbers, and the documentation of the images.
var tablePorts = map[int32]string{
	22: "ssh", 80: "http", 443: "https", 1025: "smtp", 1883: "mqtt", 2019: "http", 2181: "zookeeper", 2368: "http", 3000: "http", 3306: "mysql", 4222: "nats",
	5000: "http", 5432: "postgres", 5601: "http", 5671: "amqps", 5672: "amqp", 5984: "http", 6379: "redis", 7474: "http", 7687: "bolt", 8025: "http",
	8080: "http", 8086: "http", 8123: "http", 8222: "http", 8443: "https", 8500: "http", 9042: "cassandra", 9090: "http", 9092: "kafka",
	11211: "memcached", 15672: "http", 27017: "mongo",
}

// schemeNames are the names that ports get from URL schemes. Service meshes read them as the protocol, so a scheme of which
// the protocol of the connection is not certain is not in it.
// Source: https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
var schemeNames = map[string]string{
	"http": "http", "ws": "http", "https": "https", "wss": "https", "grpc": "grpc", "ldap": "ldap", "ldaps": "ldaps", "smtp": "smtp", "smtps": "smtps",
	"postgres": "postgres", "postgresql": "postgres", "postgis": "postgres", "pgsql": "postgres", "mysql": "mysql", "mysql2": "mysql", "mariadb": "mysql",
	"redis": "redis", "valkey": "redis", "mongodb": "mongo", "mongo": "mongo", "cassandra": "cassandra", "amqp": "amqp", "amqps": "amqps",
	"nats": "nats", "mqtt": "mqtt", "mqtts": "mqtts", "stomp": "stomp", "kafka": "kafka", "memcached": "memcached", "memcache": "memcached",
	"bolt": "bolt", "neo4j": "bolt", "rtsp": "rtsp", "rtmp": "rtmp",
}

// protocolOf returns the application protocol of a TCP port behind the name of a service, "" where it is not certain: the file
// says it, every URL that leads to the port has the same scheme, or the built-in table knows the image.
func (d *inference) protocolOf(s *input.Service, x input.Port) string {
	if x.Protocol != corev1.ProtocolTCP {
		return ""
	}
	if name := portName(strings.ToLower(x.AppProtocol[strings.LastIndex(x.AppProtocol, "/")+1:])); name != "" {
		return name
	}
	if said, agree := d.spokenTo(s, x.Number); said != "" || !agree {
		return said
	}
	for _, member := range d.workloads.NetworkMembers(s) {
		row, known := member.ImageRow()
		if !known || member.Build() != nil {
			continue
		}
		for _, text := range row.Ports {
			if text == fmt.Sprintf("%d/tcp", x.Number) {
				return tablePorts[x.Number]
			}
		}
	}
	return ""
}

// spokenTo returns the protocol of the URLs that lead to a port, and whether they agree on one.
func (d *inference) spokenTo(s *input.Service, number int32) (protocol string, agree bool) {
	var schemes []string
	for _, member := range d.workloads.NetworkMembers(s) {
		for _, c := range checkedPorts(member) {
			if c.number == number && c.scheme != "" {
				schemes = append(schemes, c.scheme)
			}
		}
	}
	for _, n := range d.names.OfService(s) {
		for _, m := range d.names.Mentions(n.Name) {
			port := m.Port
			if port == 0 && !m.Unknown {
				port = texts.SchemePort(m.Scheme)
			}
			if m.Scheme != "" && port == number {
				schemes = append(schemes, m.Scheme)
			}
		}
	}
	for _, scheme := range schemes {
		base, _, _ := strings.Cut(strings.ToLower(scheme), "+")
		said := schemeNames[base]
		if said == "" || protocol != "" && protocol != said {
			return "", false
		}
		protocol = said
	}
	return protocol, true
}

// nameFor returns the name of a port that the file gives none: that of its protocol, with the number where another port has it
// already, else the number.
func (d *inference) nameFor(s *input.Service, x input.Port, taken map[string]bool, isBoth bool) string {
	if protocol := d.protocolOf(s, x); protocol != "" && !taken[protocol] {
		return protocol
	} else if numbered := fmt.Sprintf("%s-%d", protocol, x.Number); protocol != "" && len(numbered) <= names.MaxPortName && !taken[numbered] {
		return numbered
	}
	name := fmt.Sprintf("p-%d", x.Number)
	if x.Protocol != corev1.ProtocolTCP || isBoth {
		name += "-" + strings.ToLower(string(x.Protocol))
	}
	return name
}
