package network

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/workload"
)

// hostVariable matches the variables with the host of a server, underscored a host that no Service can be called as, and underscoredURL one in an address.
var (
	hostVariable   = pattern.New(`(?i)(^|_)(host|host_?name|server|address|addr)$`).Holding("host", "server", "addr")
	underscored    = pattern.New(`^[a-zA-Z][\w-]*_[\w-]*$`).Holding("_")
	underscoredURL = pattern.New(`://(?:[^/@\s]*@)?([a-zA-Z][\w-]*_[\w-]*)(?::\d+)?(?:[/?]|$)`).Holding("_")
)

// reportForeignNames reports the hosts with underscores that a service on a network of other projects is told, and that no service of this one has as its name: the
// service of the other project that is meant has another name in a cluster.
func (d *services) reportForeignNames(s *input.Service) {
	if !slices.ContainsFunc(d.workloads.Networks(s), d.project.IsShared) {
		return
	}
	isOwn := func(host string) bool {
		return slices.ContainsFunc(d.project.Services, func(other *input.Service) bool {
			return slices.ContainsFunc(d.names.OfService(other), func(n naming.DNSName) bool { return strings.EqualFold(n.Name, host) })
		})
	}
	for _, variable := range sorted.Keys(s.Config.Environment) {
		value := s.Config.Environment[variable]
		if value == nil {
			continue
		}
		host := ""
		if hostVariable.MatchString(variable) && underscored.MatchString(*value) {
			host = *value
		} else if m := underscoredURL.FindStringSubmatch(*value); m != nil {
			host = m[1]
		}
		if host == "" || isOwn(host) {
			continue
		}
		d.findings.Addf("name-unresolvable", s.Key("environment", variable), "write the name that the service of the other project has in its namespace, such as "+names.ServiceLabel(strings.ToLower(host))+".NAMESPACE",
			"no service of this project is called %s, and no Service can be: a service of another project that is meant has another name in a cluster", host)
	}
}

// askedHost finds the hosts that a text asks for: in an address, or as the value of a key for a server with its port.
var askedHost = pattern.New(`(?i)(?:https?|amqps?|rediss?|mongodb|postgres(?:ql)?|mysql|nats|grpcs?|tcp|wss?)://(?:[^/@\s"']*@)?([a-z][a-z0-9-]*)(?::\d+)?(?:[/?"'\s;,}]|$)|(?:^|[\s{"',-])(?:host|target|server|upstream)["']?\s*[:=]\s*["']?([a-z][a-z0-9-]*):\d{2,5}\b`).Holding("://", "host", "target", "server", "upstream")

// asksElsewhere returns the first service on a network that asks for a host which nobody in the project is, and that host; nil if none does. On Docker it is
// a container of another project on the network.
func asksElsewhere(p *input.Project, w *workload.Workloads, key string) (s *input.Service, host string) {
	own := namesOnDocker(p)
	for _, s := range p.Services {
		if !slices.Contains(w.Networks(s), key) {
			continue
		}
		texts := []string{p.MountedText(s)}
		for _, name := range sorted.Keys(s.Config.Environment) {
			if value := s.Config.Environment[name]; value != nil && !naming.TellsOthers(name) {
				texts = append(texts, *value)
			}
		}
		for _, text := range texts {
			for _, m := range askedHost.FindAllStringSubmatch(text, maxAsked) {
				if host := m[1] + m[2]; strings.Contains(host, "-") && !own[host] {
					return s, host
				}
			}
		}
	}
	return nil, ""
}

// namesOnDocker returns the names of the machine itself and of all services of a project, as Docker resolves them.
func namesOnDocker(p *input.Project) map[string]bool {
	own := map[string]bool{"localhost": true}
	for _, s := range p.Services {
		own[s.Name], own[s.Config.ContainerName], own[s.Config.Hostname] = true, true, true
		for _, network := range s.Config.Networks {
			if network != nil {
				for _, alias := range network.Aliases {
					own[alias] = true
				}
			}
		}
		for _, link := range slices.Concat(s.Config.Links, s.Config.ExternalLinks) {
			_, alias, _ := strings.Cut(link, ":")
			own[alias] = true
		}
		for name := range s.Config.ExtraHosts {
			own[name] = true
		}
	}
	return own
}

// maxAsked is how many hosts of one text are looked at.
const maxAsked = 50
