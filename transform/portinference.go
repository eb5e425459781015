package transform

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/texts"
)

// inferPorts adds the ports that the file does not declare and that something else gives away: the image, the texts of
// the peers, the service's own healthcheck. Each is reported with its source.
func (s *service) inferPorts() {
	for _, text := range s.imagePorts() {
		number, protocol, _ := strings.Cut(text, "/")
		if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= 65535 {
			s.inferPort(port{number: int32(n), protocol: protocolOf(protocol), inferred: "the image exposes it (" + s.facts.Source + ")"})
		}
	}
	for _, n := range s.ownNames() {
		for _, m := range s.mentionsOf(n.name) {
			s.inferMentioned(m)
		}
	}
	s.inferChecked()
}

// imagePorts returns the ports that the image exposes, none when a shell is told what to run instead of the program of the
// image: who waits for a port that nothing opens waits for ever, and the name of a service without known ports leads to
// its Pods, where every port works. What the project builds itself says what it opens.
func (s *service) imagePorts() []string {
	run := slices.Concat(s.config.Entrypoint, s.config.Command)
	if s.config.Build == nil && len(run) > 1 && isShell(run[0]) && strings.HasPrefix(run[1], "-") && strings.HasSuffix(run[1], "c") {
		return nil
	}
	return s.facts.Ports
}

// inferPort adds a port unless its number is known already, whatever its protocol: a text that names host and port does
// not say which protocol it means.
func (s *service) inferPort(x port) {
	for _, member := range s.networkOwner().networkMembers() {
		if slices.ContainsFunc(member.ports, func(have port) bool {
			return have.number == x.number && (have.protocol == x.protocol || have.inferred == "" || member != s)
		}) {
			return
		}
	}
	s.ports = append(s.ports, x)
	s.reportf("port-inferred", s.path, "declare it with `expose` if it is right, so that nothing depends on guessing",
		"port %d/%s is taken to be open: %s", x.number, strings.ToLower(string(x.protocol)), x.inferred)
}

// inferMentioned adds the port with which a text names the service: name:port, the default port of a URL's scheme, or the
// variable X_PORT beside X_HOST. A scheme alone says nothing in the service's own texts: there it is for users.
func (s *service) inferMentioned(m mention) {
	isPeer := m.by.pod != s.pod
	if m.Beside != 0 && isPeer {
		s.inferPort(port{number: m.Beside, protocol: corev1.ProtocolTCP, inferred: fmt.Sprintf("%s names it", m.at)})
		return
	}
	if !m.Host {
		return
	}
	x := port{number: m.Port, protocol: corev1.ProtocolTCP, inferred: fmt.Sprintf("%s names it", m.at)}
	if strings.Contains(m.Scheme, "udp") {
		x.protocol = corev1.ProtocolUDP
	}
	if x.number == 0 && isPeer {
		if number, variable := m.portVariable(); number != 0 && !s.isHostSide(number) {
			x.number, x.inferred = number, fmt.Sprintf("%s says so", m.at.Parent().Key(variable))
		}
	}
	if x.number == 0 && isPeer {
		x.number = texts.SchemePort(m.Scheme)
		x.inferred = fmt.Sprintf("it is the port of %s:// in %s", m.Scheme, m.at)
	}
	if x.number != 0 {
		s.inferPort(x)
	}
	if m.Second != 0 {
		x.number = m.Second
		s.inferPort(x)
	}
}

// isHostSide reports whether a number is the host's side of a published port: a variable that all services share, such as
// DB_PORT in .env, often holds that one, and nothing listens on it in the container.
func (s *service) isHostSide(number int32) bool {
	return slices.ContainsFunc(s.config.Ports, func(p types.ServicePortConfig) bool {
		return p.Published == strconv.Itoa(int(number)) && p.Target != uint32(number)
	})
}

// portVariable returns the value and the name of X_PORT for a mention in X_HOST.
func (m mention) portVariable() (number int32, name string) {
	for _, suffix := range []string{"HOSTNAME", "HOST", "SERVER", "ADDRESS", "ADDR"} {
		base, found := strings.CutSuffix(strings.ToUpper(m.variable), suffix)
		if !found {
			continue
		}
		environment := m.by.config.Environment
		for _, name := range sortedKeys(environment) {
			value := environment[name]
			if value == nil || strings.ToUpper(name) != base+"PORT" {
				continue
			}
			if n, err := strconv.Atoi(*value); err == nil && n >= 1 && n <= 65535 {
				return int32(n), name
			}
		}
	}
	return 0, ""
}

// inferChecked adds the ports that the service's own healthcheck asks on localhost.
func (s *service) inferChecked() {
	test, at := []string(nil), s.key("healthcheck", "test")
	if s.facts.Healthcheck != nil {
		test, at = s.facts.Healthcheck.Test, s.path
	}
	if h := s.config.HealthCheck; h != nil && (len(h.Test) > 0 || h.Disable) {
		test, at = h.Test, s.key("healthcheck", "test")
	}
	text := strings.Join(test, " ")
	for _, m := range texts.Find(text, "", func(name string) bool { return name == "localhost" || name == "127.0.0.1" || name == "0.0.0.0" }) {
		number := m.Port
		if number == 0 && m.Scheme != "" {
			number = texts.SchemePort(m.Scheme)
		}
		if number == 0 {
			number = portBehindSpace(text[m.End:])
		}
		if number != 0 {
			s.inferPort(port{number: number, protocol: corev1.ProtocolTCP, inferred: fmt.Sprintf("%s asks there", at)})
		}
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
