package network

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// ownNames knows how Pods find themselves under the names of their services.
type ownNames struct {
	workloads *workload.Workloads
	names     *naming.Names
	forms     forms
	inCircle  map[*input.Service]bool // whose healthchecks ask a service that needs them
}

// isClustered reports whether Pods have to reach each other by the name of the service before they are ready, as members of a
// cluster do: the service names itself, or it and a peer name each other. Docker's DNS never depends on health; a Service
// leads to ready Pods only, and neither would ever become ready. Web addresses of the service itself do not count, which are for
// users, save in the healthcheck. A healthcheck that goes through a proxy, which needs the service, is such a circle too. Nor does a single Pod that finds itself by its own host name, behind an address that is not its own.
// Source: https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
func (d *ownNames) isClustered(s *input.Service, form plan.Form) bool {
	names := func(a, b *input.Service) bool {
		for _, n := range d.names.OfService(b) {
			if a == b && form == plan.ClusterIP && strings.EqualFold(n.Name, d.ownHostName(d.workloads.Pod(s))) {
				continue
			}
			for _, m := range d.names.Mentions(n.Name) {
				if m.By == a && (m.Host && (a != b || m.Scheme != "http" && m.Scheme != "https") || a == b && (isChecked(m) || isListed(m))) {
					return true
				}
			}
		}
		return false
	}
	if names(s, s) {
		return true
	}
	if s.HasHealthcheck() && (isMember(s) && d.names.MentionedBy(s) != "" || d.inCircle[s]) {
		return true
	}
	for _, n := range d.names.OfService(s) {
		for _, m := range d.names.Mentions(n.Name) {
			if m.Host && m.By != s && m.By.Config.Image == s.Config.Image && names(s, m.By) && names(m.By, s) {
				return true
			}
		}
	}
	return false
}

// memberWord finds what makes a program a member of a set in which another one puts it together, and what asks for the health of that set: before
// it is made no member is healthy. Sources: https://www.mongodb.com/docs/manual/reference/method/rs.initiate/, https://redis.io/docs/latest/commands/cluster-info/,
// https://galeracluster.com/library/documentation/galera-parameters.html, https://dev.mysql.com/doc/refman/8.4/en/group-replication-options.html
var memberWord = pattern.New(`(?i)--replset|--configsvr|--shardsvr|cluster-enabled|wsrep[_-]|--initial-cluster|group_replication|\brs\.(status|hello|conf|initiate)\b|\bcluster\s+(info|nodes)\b|cluster_state`).
	Holding("replset", "svr", "wsrep", "cluster", "group_replication", "rs.")

// isMember reports whether a service is a member of a set that is put together after it has started, by another one.
func isMember(s *input.Service) bool {
	words := slices.Concat(s.Config.Entrypoint, s.Config.Command)
	if h := s.Config.HealthCheck; h != nil {
		words = append(words, h.Test...)
	}
	return memberWord.MatchString(strings.Join(words, " "))
}

// ownHostName returns the name that leads the programs of the Pod to the Pod itself, through /etc/hosts; "" where several Pods
// are made of the template, or where that file is the node's.
func (d *ownNames) ownHostName(b *workload.Pod) string {
	if b.HasReplicas() || b.Main.NetworkMode == "host" || b.Kind != workload.Deployment && b.Kind != workload.BarePod {
		return ""
	}
	if b.Main.Config.Hostname != "" {
		return b.Main.Config.Hostname
	}
	label, _ := d.ownName(b)
	return label
}

// readyService returns the Service <name>-ready for those who wait for a service whose own name answers at all times.
func (d *services) readyService(s *input.Service, name string, form plan.Form, selector map[string]string, ports []input.Port) plan.Service {
	o := d.service(s, plan.MetaOf(s, d.names.DNS(s), name), form, selector, ports)
	o.PublishNotReady = false
	d.findings.Addf("ready-service", s.Path, "", "the name %s leads to Pods that are not ready yet, as on Docker: it is asked for before; %s is the name for those who wait for one that is", s.Name, name)
	return o
}

// ownName returns the host name that makes a program find itself under the name its texts have for it, and where they
// have it; or "".
//
// On Docker the name of a service leads its only container to its own address. In a cluster it leads to the address of the
// Service, which nothing in the Pod can listen on, and which answers nothing before the Pod is ready: a program that
// binds to its own name ends, and one that checks its health by its own name never becomes ready. The host name of a Pod
// stands in its /etc/hosts, which is asked first. Several Pods cannot do with one name: on Docker it leads to all of
// the containers. A name that a healthcheck has bare, as in pg_isready -h db, is a host too.
// Source: https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/
func (d *ownNames) ownName(b *workload.Pod) (label string, at diag.Path) {
	s := b.Main
	if b.Kind != workload.Deployment && b.Kind != workload.BarePod || b.HasReplicas() || !d.forms.hasService(s) || s.NetworkMode == "host" { // whose name is the node's
		return "", nil
	}
	for _, n := range d.names.OfService(s) {
		for _, m := range d.names.Mentions(n.Name) {
			if !m.Host && !isChecked(m) && !isListed(m) || d.workloads.Pod(m.By) != b {
				continue
			}
			label = strings.ToLower(n.Name)
			if n.Source == naming.OfService {
				label = d.names.DNS(s)
			}
			if len(validation.IsDNS1123Label(label)) == 0 {
				return label, m.At
			}
		}
	}
	return "", nil
}

// findsItself reports whether the name of the service leads the programs of the Pod to the Pod itself.
func (d *ownNames) findsItself(b *workload.Pod) bool {
	if b.Main.Config.Hostname != "" {
		return b.Main.Config.Hostname == d.names.DNS(b.Main)
	}
	label, _ := d.ownName(b)
	return label == d.names.DNS(b.Main)
}

// isListed reports whether a name stands bare where a program is told the members of its cluster, or what it announces: CASSANDRA_SEEDS: c1,c2. It
// compares what it finds there with its own address.
func isListed(m naming.Mention) bool {
	return m.Bare && (joins.MatchString(m.Variable+" "+m.Before) || isAnnounced(m))
}

// isChecked reports whether a healthcheck asks the host of this name, with a port or, as in pg_isready -h db, without one.
func isChecked(m naming.Mention) bool {
	return (m.Host || m.Bare) && slices.Contains(m.At, "healthcheck")
}
