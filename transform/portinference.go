package transform

import (
	"slices"
	"strconv"
	"strings"
)

// inferPorts adds the ports that the file does not declare and that something else gives away: the image, the texts of
// the peers, the service's own healthcheck. Each is reported with its source.
func (s *service) inferPorts() {
	for _, text := range s.facts.Ports {
		number, protocol, _ := strings.Cut(text, "/")
		if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= 65535 {
			s.inferPort(port{number: int32(n), protocol: protocolOf(protocol), inferred: s.facts.Source})
		}
	}
}

// inferPort adds a port unless its number is known already, whatever its protocol: a text that names host and port does
// not say which protocol it means.
func (s *service) inferPort(x port) {
	owner := s.networkOwner()
	for _, member := range owner.networkMembers() {
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
