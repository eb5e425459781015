package network

import (
	"slices"
	"strings"

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

// reportDatastores warns of data stores that become reachable from outside the cluster.
func reportDatastores(list []publication, help string, findings *report.Findings) {
	for _, x := range list {
		if store := datastorePorts[x.target]; store != "" {
			findings.Addf("datastore-public", x.at, help, "port %d, on which %s listens, is reachable from outside the cluster", x.target, store)
		}
	}
}

// reportPublicStores warns of the data stores of a service that becomes reachable, unless its load balancer lets in some addresses only.
func reportPublicStores(s *input.Service, list []publication, findings *report.Findings) {
	help := "x-kubernetes: {publish: none} leaves it inside, where kubectl port-forward and transship up reach it"
	switch s.PublishType {
	case input.PublishLoadBalancer:
		if isRestricted(s) {
			return
		}
		help += "; or name who may connect in x-kubernetes.publish.loadBalancerSourceRanges"
	case input.PublishNodePort:
		help += "; who may connect is up to the firewall of the nodes"
	}
	reportDatastores(list, help, findings)
}

// isRestricted reports whether the load balancer of a service does not let everybody in.
func isRestricted(s *input.Service) bool {
	ranges := s.PublishWishes().SourceRanges
	return len(ranges) > 0 && !slices.ContainsFunc(ranges, func(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), "/0") })
}
