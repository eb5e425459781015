package network

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
)

// Settings by which a program is told of ports that it opens while it works: for the data of passive FTP, for the objects of Java's RMI, for relays
// of TURN, for media. Sources: https://security.appspot.com/vsftpd/vsftpd_conf.html (pasv_min_port), https://download.pureftpd.org/pub/pure-ftpd/doc/README
// (PassivePortRange), http://www.proftpd.org/docs/directives/linked/config_ref_PassivePorts.html, https://github.com/coturn/coturn/blob/master/README.turnserver (min-port),
// https://docs.oracle.com/en/java/javase/21/management/monitoring-and-management-using-jmx-technology.html (jmxremote.rmi.port),
// https://docs.asterisk.org/Configuration/Core-Configuration/RTP/ (rtpstart)
var (
	rangeName = pattern.New(`(?i)(^|_)((pasv|passive)(_\w+)*_?ports?(_\w+)?|(min|max)_?ports?|ports?_?(min|max|range|start|end)|port_?range_?(start|end)|rtp_?(start|end|range))$`).Holding("port", "rtp")
	rangeWord = pattern.New(`(?i)(?:^|[\s"'])(?:--?)?(?:\w+[_-])*(?:(?:min|max)[_-]?port|ports?[_-]?(?:min|max|range)(?:[_-]?(?:start|end|min|max))?|passive-?port-?range|passive-?ports|rtp(?:start|end))\s*[=:\s]\s*["']?(\d{2,5})(?:[\s:,-]+(\d{2,5}))?`).Holding("port", "rtp")
	rmiPort   = pattern.New(`jmxremote\.(?:rmi\.)?port=(\d{2,5})|java\.rmi\.server\.port=(\d{2,5})`).Holding("port=")
	numbers   = pattern.New(`\d{2,5}`)
)

// furtherSchemes are those of addresses at which a program is asked for another port. Sources: RFC 959 (PASV), RFC 5766 (allocations of TURN), RFC 3261 and
// RFC 4566 (media of SIP), RFC 2326 (RTSP), https://docs.oracle.com/javase/8/docs/technotes/guides/rmi/ (an object has a port of its own)
var furtherSchemes = []string{"ftp", "ftps", "ftpes", "turn", "turns", "sip", "sips", "rmi", "rtsp"}

// furtherNumbers are the ports of such protocols, where the image does not say what it exposes: FTP, the mappers of RPC, RMI, STUN and TURN, SIP.
var furtherNumbers = map[int32]string{21: "FTP", 111: "RPC", 135: "RPC", 1099: "RMI", 3478: "TURN", 5349: "TURN", 5060: "SIP", 5061: "SIP"}

// opensFurther says what tells that a program opens ports by itself that are not among the known ones, "" if nothing does. exposes tells that the image
// says what it opens.
func opensFurther(p *input.Project, n *naming.Names, s *input.Service, known map[int32]bool, exposes bool) string {
	unknown := func(list ...string) bool {
		return slices.ContainsFunc(list, func(text string) bool {
			number, err := strconv.Atoi(text)
			return err == nil && number > 0 && number <= 65535 && !known[int32(number)]
		})
	}
	said := []string{strings.Join(slices.Concat(s.Config.Entrypoint, s.Config.Command), " ")}
	for _, name := range sorted.Keys(s.Config.Environment) {
		value := s.Config.Environment[name]
		if value == nil {
			continue
		}
		if rangeName.MatchString(name) && unknown(numbers.Regexp().FindAllString(*value, -1)...) {
			return fmt.Sprintf("%s names ports that its program opens while it works", s.Key("environment", name))
		}
		said = append(said, *value)
	}
	words := strings.Join(append(said, p.SettingsText(s)), "\n")
	for _, form := range []*pattern.Pattern{rangeWord, rmiPort} {
		for _, m := range form.FindAllStringSubmatch(words, -1) {
			if unknown(m[1:]...) {
				return "its settings name ports that its program opens while it works"
			}
		}
	}
	if exposes || isRanged(known) || strings.Contains(words, "jmxremote.rmi.port=") {
		return ""
	}
	if strings.Contains(words, "jmxremote.port=") {
		return "its settings turn on JMX, which gives its callers another port"
	}
	for _, name := range namesOf(n, s) {
		for _, m := range n.Mentions(name) {
			if m.By != s && slices.Contains(furtherSchemes, m.Scheme) {
				return fmt.Sprintf("%s calls it with %s, in which a program tells its callers further ports", m.At, m.Scheme)
			}
		}
	}
	for _, number := range sorted.Keys(known) {
		if protocol := furtherNumbers[number]; protocol != "" {
			return fmt.Sprintf("port %d is that of %s, in which a program tells its callers further ports", number, protocol)
		}
	}
	return ""
}

// isRanged reports whether ports that follow one another are known: the file has those that a program opens by itself.
func isRanged(known map[int32]bool) bool {
	count := 0
	for number := range known {
		if known[number+1] && known[number+2] && number >= 1024 {
			count++
		}
	}
	return count > 0
}

// furtherPorts matches the images of programs whose clients in the project call other ports than those that people publish for themselves.
// Sources: https://nacos.io/docs/v2/upgrading/2.0.0-upgrading/ (the port of gRPC is that of HTTP and 1000), https://docs.datalust.co/docs/api-ingestion,
// https://weaviate.io/developers/weaviate/client-libraries, https://skywalking.apache.org/docs/main/latest/en/setup/backend/backend-expose/,
// https://pulsar.apache.org/docs/next/administration-stateless/, https://docs.tdengine.com/, https://doris.apache.org/docs/install/,
// https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/, https://spark.apache.org/docs/latest/security.html#configuring-ports-for-network-security
var furtherPorts = pattern.New(`(?i)(^|/)([\w.]+-)*(nacos|seq|weaviate|skywalking|oap|seata|pulsar|tdengine|milvus|emqx|vernemq|hivemq|flink|spark|doris|starrocks|ignite|hazelcast|couchbase|aerospike|dgraph|janusgraph|orientdb|eventstore|temporal|zeebe|camunda|ydb|tikv|pd|tidb|nebula|rocketmq|graylog|logstash|splunk|livekit|jitsi|freeswitch|asterisk|kurento|mediamtx|srs|zlmediakit|openldap|freeipa|samba|gitlab|gitlab-ce|gitlab-ee)([-_]?(server|standalone|all|core|broker|community|enterprise|ce|ee|oap-server|oap|fe|be|graphd|metad|storaged|namesrv|jobmanager|taskmanager|master|worker|db|auto-setup))*(:|@|$)`).Holding("nacos", "seq", "weaviate", "skywalking", "oap", "seata", "pulsar", "tdengine", "milvus", "emqx", "vernemq", "hivemq", "flink", "spark", "doris", "starrocks", "ignite", "hazelcast", "couchbase", "aerospike", "dgraph", "janusgraph", "orientdb", "eventstore", "temporal", "zeebe", "camunda", "ydb", "tikv", "pd", "tidb", "nebula", "rocketmq", "graylog", "logstash", "splunk", "livekit", "jitsi", "freeswitch", "asterisk", "kurento", "mediamtx", "srs", "zlmediakit", "openldap", "freeipa", "samba", "gitlab")

// programDoubt says why the program of a service may use ports that nobody names, "" if nothing tells so.
func programDoubt(p *input.Project, n *naming.Names, s *input.Service, known map[int32]bool, exposes bool) string {
	switch {
	case !exposes && identityOf(p, s) == TellsPeers:
		return "its program tells its peers the name of its host, and uses ports that only it knows"
	case !exposes && furtherPorts.MatchAny(s.ImageNames()):
		return "the clients of its program use further ports than those that it usually publishes"
	}
	return opensFurther(p, n, s, known, exposes)
}
