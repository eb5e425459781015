package network

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/workload"
)

// portVariable is a variable of a service whose value is a port: RPC_PORT: 5001.
type portVariable struct {
	name   string
	number int32
	at     diag.Path
}

// How variables for the ports of other programs, for outside and for tools are called, those of a program for its own, and words that only end like ports.
var (
	foreignPort = pattern.New(`smtp|mail|imap|pop3|ldap|db|database|sql|postgres|pg|maria|mongo|redis|valkey|cache|rabbit|amqp|mqtt|broker|kafka|zookeeper|elastic|opensearch|influx|` +
		`clickhouse|cassandra|neo4j|minio|s3|ftp|ssh|proxy|otel|otlp|jaeger|zipkin|statsd|gelf|graylog|logstash|syslog|consul|vault|eureka|etcd|nats|debug|inspect|prof|metric|health|jmx|reload|hmr|publi|external|outside|host|forward|remote|client`)
	listenPort = pattern.New(`^(?:(?:g?rpc|https?|rest|api|ws|server|service|app|listen|tcp)_?)?port$`).Holding("port")
	noPort     = pattern.New(`(?:sup|ex|im|re|pass|trans|air|view)port$`).Holding("port")
	noLetters  = pattern.New(`[^a-z]+`)
)

// toldPorts is what variables that are called like ports say in a project.
type toldPorts struct {
	project   *input.Project
	workloads *workload.Workloads
	of        map[*input.Service][]portVariable
	by        map[int32][]*input.Service // who has a variable with the number
	known     map[int32][]*input.Service // who has the port, as far as the file and the images say
	outside   map[int32]bool             // what the file publishes, to another port of a container
	words     map[*input.Service][]string
	after     map[string][]*input.Service // what calledAfter found
}

// newToldPorts reads the variables of a project. ports are what the file and the images say.
func newToldPorts(p *input.Project, w *workload.Workloads, ports map[*input.Service][]input.Port) *toldPorts {
	t := &toldPorts{
		project: p, workloads: w, of: map[*input.Service][]portVariable{}, by: map[int32][]*input.Service{}, known: map[int32][]*input.Service{},
		outside: map[int32]bool{}, words: map[*input.Service][]string{}, after: map[string][]*input.Service{},
	}
	for _, s := range p.Services {
		t.of[s] = portVariables(s)
		for _, v := range t.of[s] {
			if list := t.by[v.number]; len(list) == 0 || list[len(list)-1] != s {
				t.by[v.number] = append(list, s)
			}
		}
		for _, x := range ports[s] {
			if x.Known {
				t.known[x.Number] = append(t.known[x.Number], s)
			}
		}
		for _, x := range s.Config.Ports {
			if n, err := strconv.Atoi(x.Published); err == nil && uint32(n) != x.Target {
				t.outside[int32(n)] = true
			}
		}
	}
	return t
}

// said returns the ports of a service that nothing but variables name: its own and one of a peer have the same number, as where the peer puts the
// name of the service together while it runs. The variables are not those of what another service has, or of what is outside.
func (t *toldPorts) said(s *input.Service) []portVariable {
	_, isListed := s.ImageRow()
	if isListed && s.Build() == nil || t.workloads.Pod(s).IsFinite() {
		return nil
	}
	var list []portVariable
	for _, own := range t.of[s] {
		if len(t.by[own.number]) < 2 || t.outside[own.number] || slices.Contains(t.known[own.number], s) || leadsElsewhere(s, own.name, s) {
			continue
		}
		owners := t.calledAfter(own.name)
		if len(owners) == 0 && isForeign(own.name, s) || len(owners) > 0 && !slices.Contains(owners, s) {
			continue
		}
		isOther := func(o *input.Service) bool { return t.workloads.Pod(o) != t.workloads.Pod(s) }
		isTaken := len(owners) == 0 && slices.ContainsFunc(t.known[own.number], isOther) &&
			(!listenPort.MatchString(strings.ToLower(own.name)) || !t.project.Wrote(s.Key("environment", own.name)))
		if slices.ContainsFunc(t.by[own.number], func(peer *input.Service) bool {
			return isOther(peer) && meet(t.project, peer, s) && t.tellsPort(peer, s, own, isTaken)
		}) {
			list = append(list, own)
		}
	}
	return list
}

// tellsPort reports whether a peer has a variable with the number of a port that a service has too. isTaken tells that another service has the
// number, so that the variable has to be called after this one.
func (t *toldPorts) tellsPort(peer, s *input.Service, own portVariable, isTaken bool) bool {
	return slices.ContainsFunc(t.of[peer], func(v portVariable) bool {
		if v.number != own.number || leadsElsewhere(peer, v.name, s) {
			return false
		}
		if owners := t.calledAfter(v.name); len(owners) > 0 {
			return slices.Contains(owners, s)
		}
		return !isTaken && !isForeign(v.name, s)
	})
}

// portVariables returns the variables of a service that are called like ports and have the number of one.
func portVariables(s *input.Service) []portVariable {
	var list []portVariable
	add := func(name, value string, at diag.Path) {
		lower := strings.ToLower(name)
		if n, err := strconv.Atoi(value); err == nil && n > 9 && n <= 65535 && strings.HasSuffix(lower, "port") && !noPort.MatchString(lower) {
			list = append(list, portVariable{name, int32(n), at})
		}
	}
	for _, name := range sorted.Keys(s.Config.Environment) {
		if value := s.Config.Environment[name]; value != nil {
			add(name, *value, s.Key("environment", name))
		}
	}
	for _, name := range sorted.Keys(s.Facts.Env) {
		if _, isSet := s.Config.Environment[name]; !isSet && s.Build() != nil {
			add(name, s.Facts.Env[name], s.Key("build"))
		}
	}
	return list
}

// calledAfter returns the services after which a variable is called, those with the longest names: MASTERNODE_RPC_PORT after masternode-1 and
// masternode-2, and not after node. Where it has the name of none, a word of the name will do: ORDER_PORT after shop-order.
func (t *toldPorts) calledAfter(variable string) []*input.Service {
	letters := noLetters.ReplaceAllString(strings.TrimSuffix(strings.ToLower(variable), "port"), "")
	if letters == "" {
		return nil
	}
	if found, ok := t.after[letters]; ok {
		return found
	}
	var named, partly []*input.Service
	longest := 0
	for _, s := range t.project.Services {
		words := t.wordsOf(s)
		whole := strings.Join(words, "")
		switch {
		case len(whole) >= 3 && len(whole) >= longest && strings.Contains(letters, whole):
			if len(whole) > longest {
				named, longest = nil, len(whole)
			}
			named = append(named, s)
		case slices.ContainsFunc(words, func(word string) bool { return len(word) >= 4 && strings.Contains(letters, word) }):
			partly = append(partly, s)
		}
	}
	if len(named) == 0 {
		named = partly
	}
	t.after[letters] = named
	return named
}

// wordsOf returns the words in the name of a service, of letters only.
func (t *toldPorts) wordsOf(s *input.Service) []string {
	if words, ok := t.words[s]; ok {
		return words
	}
	t.words[s] = strings.FieldsFunc(strings.ToLower(s.Name), func(r rune) bool { return r < 'a' || r > 'z' })
	return t.words[s]
}

// isForeign reports whether the name of a variable says that the port is that of another program than a service.
func isForeign(variable string, s *input.Service) bool {
	word := foreignPort.FindString(strings.ToLower(variable))
	return word != "" && !strings.Contains(strings.ToLower(s.Name), word)
}

// leadsElsewhere reports whether the host that belongs to a variable for a port is another one than a service: SMTP_HOST beside SMTP_PORT.
func leadsElsewhere(by *input.Service, variable string, s *input.Service) bool {
	base := strings.ToLower(variable[:len(variable)-len("port")])
	for name, value := range by.Config.Environment {
		rest, found := strings.CutPrefix(strings.ToLower(name), base)
		if !found || value == nil || *value == "" || !slices.Contains([]string{"host", "hostname", "server", "address", "addr", "url", "uri", "endpoint", "ip"}, rest) {
			continue
		}
		isOwn := by == s && (isLoopback(strings.ToLower(*value)) || slices.Contains([]string{"0.0.0.0", "::", "*", s.Config.Hostname}, *value))
		if !isOwn && !strings.Contains(*value, s.Name) && (s.Config.ContainerName == "" || !strings.Contains(*value, s.Config.ContainerName)) {
			return true
		}
	}
	return false
}
