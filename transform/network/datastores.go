package network

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// datastorePorts are the ports on which the usual data stores listen.
var datastorePorts = map[int32]string{
	1433: "SQL Server", 1521: "Oracle", 2379: "etcd", 3306: "MySQL", 5432: "PostgreSQL", 5984: "CouchDB", 6379: "Redis", 7687: "Neo4j", 8086: "InfluxDB",
	9042: "Cassandra", 9200: "Elasticsearch", 9300: "Elasticsearch", 11211: "Memcached", 26257: "CockroachDB", 27017: "MongoDB",
}

// webStores are those of them that speak HTTP.
var webStores = []int32{5984, 8086, 9200}

// reportDatastore warns of a data store that becomes reachable from outside the cluster.
func reportDatastore(at diag.Path, target int32, help string, findings *report.Findings) {
	if store := datastorePorts[target]; store != "" && help != "" {
		findings.Addf("datastore-public", at, help, "port %d, on which %s listens, is reachable from outside the cluster", target, store)
	}
}

// storeHelp returns what helps against a data store that is reachable as the ports of a service are, "" where a load balancer lets in some
// addresses only.
func storeHelp(s *input.Service) string {
	help := "x-kubernetes: {publish: none} leaves it inside, where kubectl port-forward and transship up reach it"
	switch s.PublishType {
	case input.PublishLoadBalancer:
		if isRestricted(s) {
			return ""
		}
		help += "; or name who may connect in x-kubernetes.publish.loadBalancerSourceRanges"
	case input.PublishNodePort:
		help += "; who may connect is up to the firewall of the nodes"
	}
	return help
}

// isRestricted reports whether the load balancer of a service does not let everybody in.
func isRestricted(s *input.Service) bool {
	ranges := s.PublishWishes().SourceRanges
	return len(ranges) > 0 && !slices.ContainsFunc(ranges, func(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), "/0") })
}
