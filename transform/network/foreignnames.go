package network

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
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
