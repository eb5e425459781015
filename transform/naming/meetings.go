package naming

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// reportMeetings reports the services in the network of the host that meet at a port of localhost: all of them have the loopback of the one machine
// on Docker, and that of their own node each here. Who has the port is one of them, also where it says so nowhere.
func (d *namer) reportMeetings(ports map[string]published) {
	var onHost []*input.Service
	for _, s := range d.project.Services {
		if s.NetworkMode == "host" {
			onHost = append(onHost, s)
		}
	}
	if len(onHost) < 2 {
		return
	}
	meetings, told := map[int32]meeting{}, map[[2]*input.Service]bool{}
	for _, m := range d.mentions.local {
		if !isMeeting(m) {
			continue
		}
		number := strconv.Itoa(int(m.Port))
		if p, is := ports[number]; is && p.service.NetworkMode != "host" { // told as a published port
			continue
		}
		place, known := meetings[m.Port]
		if !known {
			place = d.meetingAt(m.Port, onHost)
			meetings[m.Port] = place
		}
		peer := place.peerOf(m.By)
		if peer == nil || told[[2]*input.Service{m.By, peer}] || d.workloads.Pod(peer) == d.workloads.Pod(m.By) {
			continue
		}
		told[[2]*input.Service{m.By, peer}] = true
		together := report.Enumerate(place.names, len(place.names))
		help := "leave out network_mode: host and use the names of the services; or give all of " + together + " the same x-kubernetes.group, which runs them in one Pod"
		if place.owner == nil {
			help = "leave out network_mode: host and use the names of the services; or give all of " + together + ", and the one that listens there, the same x-kubernetes.group, which runs them in one Pod"
		}
		d.findings.Addf("localhost-shared", m.At, help,
			"%s and %s meet at %s:%s on the Docker host; here each has the localhost of its own node, which may be another one", m.By.Name, peer.Name, m.Name, number)
	}
}

// reportMachinePrograms reports the ports of localhost that a service in the network of the host asks for and that no service of the project has: those of
// programs of the machine that runs Docker.
func (d *namer) reportMachinePrograms(ports map[string]published) {
	told := map[*input.Service]map[int32]bool{} // and those on which it listens itself
	var onHost []*input.Service
	for _, s := range d.project.Services {
		if s.NetworkMode == "host" {
			onHost, told[s] = append(onHost, s), map[int32]bool{}
		}
	}
	for _, m := range d.mentions.local {
		if m.By.NetworkMode == "host" && listensItself(m.Variable, m.Before) {
			told[m.By][m.Port] = true
		}
	}
	for _, m := range d.mentions.local {
		if m.By.NetworkMode != "host" || m.Name == anyAddress || isDockerHost(strings.ToLower(m.Name)) || slices.Contains(m.At, "healthcheck") || TellsOthers(m.Variable) || listensItself(m.Variable, m.Before) {
			continue
		}
		number := d.askedPort(m)
		if _, found := atHost(ports, number); number == 0 || found || told[m.By][number] {
			continue
		}
		if place := d.meetingAt(number, onHost); place.owner != nil || place.peerOf(m.By) != nil {
			continue
		}
		told[m.By][number] = true
		d.findings.Addf("localhost-published", m.At, machineMeant,
			"%s:%d is a port that no service of the project is known to have: on Docker a program of the machine may answer there, here only %s itself can", m.Name, number, m.By.Name)
	}
}

// askedPort returns the port of a mention of localhost, or the usual one of what its variable or key is called after; 0 if neither is known.
func (d *namer) askedPort(m Mention) int32 {
	number := cmp.Or(m.Port, m.Beside)
	if number == 0 && !m.Unknown {
		number, _ = m.PortVariable()
	}
	for _, n := range usualPorts(m.Mention, m.Variable+" "+strings.TrimSpace(m.Before), number) {
		return n
	}
	return number
}

// isMeeting reports whether a mention is one of a port of the loopback of the Docker host.
func isMeeting(m Mention) bool {
	return m.By.NetworkMode == "host" && m.Port != 0 && m.Name != anyAddress && !isDockerHost(strings.ToLower(m.Name)) && !slices.Contains(m.At, "healthcheck")
}

// meeting is what is known about a port of the loopback of the Docker host.
type meeting struct {
	owner *input.Service   // who listens there, nil if that is not known
	all   []*input.Service // the owner and those that name the port, in the order of the services
	names []string         // their names
}

// peerOf returns whom a service meets: the one that listens there, else the first other one that names the port. The one that listens is met by
// the others, who say so themselves.
func (m meeting) peerOf(s *input.Service) *input.Service {
	if m.owner != nil && m.owner != s {
		return m.owner
	}
	i := slices.IndexFunc(m.all, func(other *input.Service) bool { return other != s })
	if i < 0 {
		return nil
	}
	return m.all[i]
}

// meetingAt finds who listens on a port of the Docker host, and who names it.
func (d *namer) meetingAt(port int32, onHost []*input.Service) meeting {
	number := strconv.Itoa(int(port))
	var naming, others []*input.Service // others name the port not only as one of localhost
	for _, s := range onHost {
		names, other := d.namesPort(s, number)
		if names {
			naming = append(naming, s)
		}
		if other {
			others = append(others, s)
		}
	}
	m := meeting{owner: d.listenerAt(number, onHost)}
	if m.owner == nil && len(others) == 1 {
		m.owner = others[0]
	}
	for _, s := range onHost {
		if s == m.owner || slices.Contains(naming, s) {
			m.all, m.names = append(m.all, s), append(m.names, s.Name)
		}
	}
	return m
}

// namesPort reports whether the texts of a service name a port, and whether one does so otherwise than to connect to it at localhost.
func (d *namer) namesPort(s *input.Service, number string) (names, other bool) {
	word := regexp.MustCompile(`(^|[^\d.])` + number + `([^\d.]|$)`)
	local := regexp.MustCompile(`(?i)(?:localhost|127\.0\.0\.1):` + number + `\b`)
	for _, t := range d.texts(s) {
		if word.MatchString(t.text) {
			names = true
			other = other || word.MatchString(local.ReplaceAllString(t.text, ""))
		}
	}
	return names, other
}

// listenerAt returns the service in the network of the host whose program listens on a port, by what a variable, an option, the settings, the file or the
// image says, in this order: a program that is told another port does not listen on that of its image.
func (d *namer) listenerAt(number string, onHost []*input.Service) *input.Service {
	setting := regexp.MustCompile(`(?im)(?:^|[\s"'{,.-])(?:\w+[_.-])?(?:listen[\w.-]*|bind[\w.-]*|(?:https?|server|web|app|api)[_.-]port)["']?(?:\s*[:=]\s*|\s+)["']?(?:[\w.*\[\]-]*:)?` + number + `\b`)
	for _, s := range onHost {
		if slices.Contains(toldPorts(s), number) || slices.ContainsFunc(d.texts(s), func(t place) bool { return setting.MatchString(t.text) }) {
			return s
		}
	}
	return hostListeners(d.project)[number].service
}
