package network

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/texts"
	"github.com/transship/transship/transform/workload"
)

// inference finds ports that the file does not declare.
type inference struct {
	proxies   proxies.Routes
	workloads *workload.Workloads
	names     *naming.Names
	findings  *report.Findings
	ports     Ports // grows
}

// inferPorts adds the ports that the file does not declare and that something else gives away: the image, the texts of
// the peers, the service's own healthcheck. Each is reported with its source.
func (d *inference) inferPorts(s *input.Service) {
	for _, text := range imagePorts(s) {
		if d.workloads.Pod(s).IsFinite() && d.names.MentionedBy(s) == "" {
			break // a Job runs something else than the server of its image, and nobody asks it
		}
		number, protocol, _ := strings.Cut(text, "/")
		if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= 65535 {
			d.inferPort(s, input.Port{Number: int32(n), Protocol: input.ProtocolOf(protocol), Known: true, Inferred: "the image exposes it (" + s.Facts.Source + ")"})
		}
	}
	if len(s.Facts.Ports) > 0 && !d.workloads.Pod(s).IsFinite() {
		for _, m := range movedPorts(s) {
			d.inferPort(s, input.Port{Number: m.number, Protocol: corev1.ProtocolTCP, Known: true, Inferred: fmt.Sprintf("%s tells the program to listen there", m.at)})
		}
	}
	for _, r := range d.proxies[s] {
		if r.Port != 0 {
			d.inferPort(s, input.Port{Number: r.Port, Protocol: corev1.ProtocolTCP, Known: true, Inferred: fmt.Sprintf("%s is told to send requests there by %s", r.Proxy, r.At)})
		}
	}
	for _, n := range d.names.OfService(s) {
		for _, m := range d.names.Mentions(n.Name) {
			d.inferMentioned(s, m)
		}
	}
	d.inferChecked(s)
}

// imagePorts returns the ports that the image exposes, none when a shell is told what to run instead of the program of the
// image: who waits for a port that nothing opens waits for ever, and the name of a service without known ports leads to
// its Pods, where every port works. What the project builds itself says what it opens.
func imagePorts(s *input.Service) []string {
	if slices.ContainsFunc(slices.Concat(s.Config.Entrypoint, s.Config.Command), input.IsSentinel) || s.Config.Build == nil && runsScript(s) {
		return nil
	}
	return exposedPorts(s)
}

// runsScript reports whether a shell is told what to run.
func runsScript(s *input.Service) bool {
	run := slices.Concat(s.Config.Entrypoint, s.Config.Command)
	return len(run) > 1 && input.IsShell(run[0]) && strings.HasPrefix(run[1], "-") && strings.HasSuffix(run[1], "c")
}

// inferPort adds a port unless its number is known already, whatever its protocol: a text that names host and port does
// not say which protocol it means.
func (d *inference) inferPort(s *input.Service, x input.Port) {
	for _, member := range d.workloads.NetworkMembers(d.workloads.NetworkOwner(s)) {
		if slices.ContainsFunc(d.ports.own[member], func(have input.Port) bool {
			return have.Number == x.Number && (have.Protocol == x.Protocol || have.Inferred == "" || member != s)
		}) {
			return
		}
	}
	d.addPort(s, x)
}

// addPort adds a port and reports it with what gives it away.
func (d *inference) addPort(s *input.Service, x input.Port) {
	d.ports.own[s] = append(d.ports.own[s], x)
	if x.Known && s.Facts.Locked {
		return // the image was read: nothing is guessed
	}
	if d.workloads.NetworkOwner(s).NetworkMode == "host" && d.names.MentionedBy(s) == "" && !d.names.IsPointedTo(s) {
		return // in the network of the node nothing is made of it, but for a name that peers use
	}
	d.findings.Addf("port-inferred", s.Path, "declare it with `expose` if it is right, so that nothing depends on guessing",
		"port %d/%s is taken to be open: %s", x.Number, strings.ToLower(string(x.Protocol)), x.Inferred)
}

// inferMentioned adds the port with which a text names the service: name:port, the default port of a URL's scheme, or the
// variable X_PORT beside X_HOST. A scheme alone says nothing in the service's own texts: there it is for users.
func (d *inference) inferMentioned(s *input.Service, m naming.Mention) {
	isPeer := d.workloads.Pod(m.By) != d.workloads.Pod(s)
	if isPeer && d.inferDatagrams(s, m) {
		return
	}
	if m.Beside != 0 && isPeer {
		d.inferPort(s, input.Port{Number: m.Beside, Protocol: corev1.ProtocolTCP, Inferred: fmt.Sprintf("%s names it", m.At)})
		return
	}
	if !m.Host {
		return
	}
	x := input.Port{Number: m.Port, Protocol: corev1.ProtocolTCP, Inferred: fmt.Sprintf("%s names it", m.At)}
	if m.Datagrams == texts.OnlyDatagrams {
		x.Protocol = corev1.ProtocolUDP
	}
	if x.Number == 0 && isPeer {
		if number, variable := m.PortVariable(); number != 0 && !isHostSide(s, number) {
			at := m.At.Parent().Key(variable)
			if m.At[len(m.At)-1] != m.Variable { // its image has both
				at = m.At
			}
			x.Number, x.Inferred = number, fmt.Sprintf("%s says so", at)
		}
	}
	if x.Number == 0 && isPeer && !m.Unknown {
		x.Number = texts.SchemePort(m.Scheme)
		x.Inferred = fmt.Sprintf("it is the port of %s:// in %s", m.Scheme, m.At)
	}
	if x.Number != 0 {
		d.inferPort(s, x)
	}
	if m.Second != 0 {
		x.Number = m.Second
		d.inferPort(s, x)
	}
}

// checkTest returns the words of the healthcheck of a service, and where they stand.
func checkTest(s *input.Service) (test []string, at diag.Path) {
	if h := s.Config.HealthCheck; h != nil && (len(h.Test) > 0 || h.Disable) {
		return h.Test, s.Key("healthcheck", "test")
	}
	if check := s.ImageCheck(); check != nil {
		return check.Test, s.Path
	}
	return nil, nil
}

// checkedPort is a port of its own container that the healthcheck of a service asks.
type checkedPort struct {
	number int32
	scheme string // of the URL that names it, or ""
	at     diag.Path
}

// checkedPorts returns the ports that the healthcheck of a service asks on localhost.
func checkedPorts(s *input.Service) []checkedPort {
	test, at := checkTest(s)
	text := strings.Join(test, " ")
	var list []checkedPort
	for _, m := range texts.Find(text, "", func(name string) bool { return name == "localhost" || name == "127.0.0.1" || name == "0.0.0.0" }) {
		number := m.Port
		if number == 0 && m.Scheme != "" && !m.Unknown {
			number = texts.SchemePort(m.Scheme)
		}
		if number == 0 {
			number = portBehindSpace(text[m.End:])
		}
		if number != 0 {
			list = append(list, checkedPort{number, m.Scheme, at})
		}
	}
	return list
}

// inferChecked adds the ports that the service's own healthcheck asks on localhost.
func (d *inference) inferChecked(s *input.Service) {
	for _, c := range checkedPorts(s) {
		d.inferPort(s, input.Port{Number: c.number, Protocol: corev1.ProtocolTCP, Inferred: fmt.Sprintf("%s asks there", c.at)})
	}
}

// portBehindSpace reads the port in "nc -z localhost 8080".
func portBehindSpace(after string) int32 {
	word, _, _ := strings.Cut(strings.TrimLeft(after, " "), " ")
	if !strings.HasPrefix(after, " ") || len(word) < 2 {
		return 0
	}
	if n, err := strconv.Atoi(word); err == nil && n >= 1 && n <= 65535 {
		return int32(n)
	}
	return 0
}

// inferSaid adds the ports that nothing but variables name, where others are known: without any, the name leads to all.
func (d *inference) inferSaid(s *input.Service) {
	if !slices.ContainsFunc(d.ports.own[s], func(x input.Port) bool { return x.Known }) {
		return
	}
	for _, v := range d.ports.told.said(s) {
		d.inferPort(s, input.Port{Number: v.number, Protocol: corev1.ProtocolTCP, Inferred: fmt.Sprintf("%s says so, and a peer has the same number", v.at)})
	}
}

// inferDatagrams adds the port to which a peer sends datagrams: over UDP, also where the file has it over TCP, which is what `ports: ["514:514"]`
// says and hardly ever what is meant. On Docker a container is open to its peers over both. Where the peer says no port, the usual ones of
// such protocols that the service has over TCP are meant. It reports whether nothing but datagrams is sent.
func (d *inference) inferDatagrams(s *input.Service, m naming.Mention) (nothingElse bool) {
	number := mentionedPort(s, m)
	if !m.Host && !m.Bare || m.Datagrams == texts.NoDatagrams && (m.Scheme != "" || !texts.IsDatagramPort(number)) {
		return false
	}
	nothingElse = m.Datagrams == texts.OnlyDatagrams
	if number != 0 {
		d.inferDatagram(s, m, number)
		return nothingElse
	}
	for _, x := range slices.Clone(d.ports.own[s]) {
		if x.Protocol == corev1.ProtocolTCP && texts.IsDatagramPort(x.Number) {
			d.inferDatagram(s, m, x.Number)
		}
	}
	return nothingElse
}

func (d *inference) inferDatagram(s *input.Service, m naming.Mention, number int32) {
	for _, member := range d.workloads.NetworkMembers(d.workloads.NetworkOwner(s)) {
		if slices.ContainsFunc(d.ports.own[member], func(have input.Port) bool { return have.Number == number && have.Protocol == corev1.ProtocolUDP }) {
			return
		}
	}
	why := "%s may send datagrams there"
	if m.Datagrams == texts.OnlyDatagrams {
		why = "%s sends datagrams there"
	}
	d.addPort(s, input.Port{Number: number, Protocol: corev1.ProtocolUDP, Inferred: fmt.Sprintf(why, m.At)})
}
