package naming

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/transform/input"
)

// reportMeetings reports the services in the network of the host that meet at a port of localhost: all of them have the loopback of the one machine
// on Docker, and that of their own node each here.
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
	told := map[*input.Service]bool{}
	for _, m := range d.mentions.local {
		number := strconv.Itoa(int(m.Port))
		if m.By.NetworkMode != "host" || m.Port == 0 || told[m.By] || isDockerHost(strings.ToLower(m.Name)) || slices.Contains(m.At, "healthcheck") {
			continue
		}
		if _, is := ports[number]; is { // told as a published port
			continue
		}
		word := regexp.MustCompile(`(^|[^\d.])` + number + `([^\d.]|$)`)
		peer := slices.IndexFunc(onHost, func(s *input.Service) bool {
			return s != m.By && d.workloads.Pod(s) != d.workloads.Pod(m.By) && slices.ContainsFunc(d.texts(s), func(t place) bool { return word.MatchString(t.text) })
		})
		if peer < 0 {
			continue
		}
		told[m.By] = true
		d.findings.Addf("localhost-shared", m.At, "leave out network_mode: host and use the names of the services; or give both the same x-kubernetes.group, which runs them in one Pod",
			"%s and %s meet at %s:%s on the Docker host; here each has the localhost of its own node, which may be another one", m.By.Name, onHost[peer].Name, m.Name, number)
	}
}
