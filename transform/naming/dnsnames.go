package naming

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/workload"
)

// Source says which key gives a service a name.
type Source string

// The keys that give a service a name.
const (
	OfService   Source = "service"
	OfContainer Source = "container_name"
	OfHost      Source = "hostname"
	OfAlias     Source = "alias"
	OfLink      Source = "link"
	OfInstance  Source = "instance" // <project>-<service>-<n>
	OfDocker    Source = "docker"   // <service>.<network>, and tasks.<service> and <stack>_<service> of Swarm
)

// DNSName is a name that Docker resolves to the containers of a service.
type DNSName struct {
	Name     string
	Service  *input.Service
	Source   Source
	At       diag.Path
	Networks []string // where it answers, sorted
}

// dnsNames returns every name that Docker resolves in the project: what the services are called, and what links call
// them.
func (d *namer) dnsNames() []DNSName {
	list := make([]DNSName, 0, 4*len(d.project.Services))
	for _, s := range d.project.Services {
		list = append(list, d.own[s]...)
		list = append(list, d.linkNames(s)...)
	}
	return list
}

// collectNames returns the names under which Docker resolves a service: on each of its networks the service name, aliases,
// the names of its containers and their host name, each also with the name of the network behind it. A container that lives in another one's network, in the host's or
// in none has no name there. That of one in the host's is kept, which leads to its node where a text has it. On Docker's default bridge only links give names.
// Source: docker/compose pkg/compose/create.go (aliases of an endpoint), moby daemon/container_operations.go
// (buildEndpointDNSNames).
func (d *namer) collectNames(s *input.Service) []DNSName {
	all := d.workloads.Networks(s)
	switch {
	case d.workloads.NetworkOwner(s) != s:
		return nil
	case s.NetworkMode == "host": // as a Service can have it: Docker knows neither
		return []DNSName{{Name: names.ServiceLabel(s.WishedName()), Service: s, Source: OfService, At: s.Path, Networks: all}}
	case s.IsOnOldBridge() && d.linksByName(s):
		return []DNSName{{Name: s.Name, Service: s, Source: OfService, At: s.Path, Networks: all}}
	case len(all) == 0, s.IsOnOldBridge():
		return nil
	}
	var list []DNSName
	add := func(name string, source Source, at diag.Path, networks []string) {
		if name != "" && len(networks) > 0 {
			list = append(list, DNSName{Name: name, Service: s, Source: source, At: at, Networks: networks})
		}
	}
	add(s.Name, OfService, s.Path, namedNetworks(d.workloads, s))
	for _, network := range sorted.Keys(s.Config.Networks) {
		if c := s.Config.Networks[network]; c != nil {
			for i, alias := range c.Aliases {
				add(alias, OfAlias, s.Key("networks", network, "aliases").Index(i), []string{network})
			}
		}
	}
	add(s.Config.ContainerName, OfContainer, s.Key("container_name"), all)
	add(s.Config.Hostname, OfHost, s.Key("hostname"), all)
	if s.Config.Hostname != "" && s.Config.DomainName != "" {
		add(s.Config.Hostname+"."+s.Config.DomainName, OfHost, s.Key("domainname"), all)
	}
	for _, network := range namedNetworks(d.workloads, s) {
		for _, name := range []string{s.Name, s.Config.ContainerName} {
			if onDocker := d.project.Compose.Networks[network].Name; name != "" && onDocker != "" {
				add(name+"."+onDocker, OfDocker, s.Path, []string{network})
			}
		}
	}
	add("tasks."+s.Name, OfDocker, s.Path, all)
	if s.Config.ContainerName == "" {
		for n := 1; n <= min(max(s.Config.GetScale(), 1), 20); n++ {
			for _, separator := range []string{"-", "_"} {
				add(strings.Join([]string{d.project.Compose.Name, s.Name, strconv.Itoa(n)}, separator), OfInstance, s.Path, all)
			}
		}
	}
	return list
}

// linksByName reports whether a service on Docker's default bridge has a link to another one there, under the name of that.
// Sources: https://docs.docker.com/engine/network/links/, docker/compose pkg/compose/create.go (Links of HostConfig, with every network mode)
func (d *namer) linksByName(target *input.Service) bool {
	return slices.ContainsFunc(d.project.Services, func(s *input.Service) bool {
		return s.IsOnOldBridge() && slices.ContainsFunc(s.Config.Links, func(link string) bool {
			name, alias, _ := strings.Cut(link, ":")
			return name == target.Name && (alias == "" || alias == name)
		})
	})
}

// IsLinked reports whether a name of its own leads to a service on Docker's default bridge, where only links give names.
func (n *Names) IsLinked(s *input.Service) bool { return s.IsOnOldBridge() && len(n.own[s]) > 0 }

// namedNetworks returns the networks on which a service answers to its own name.
func namedNetworks(w *workload.Workloads, s *input.Service) []string {
	return slices.DeleteFunc(slices.Clone(w.Networks(s)), func(key string) bool {
		return !s.Config.Networks[key].ServiceNameAliasEnabled()
	})
}

// linkNames returns the names that a service gives others by links; on Docker they answer for this service alone.
func (d *namer) linkNames(s *input.Service) []DNSName {
	var list []DNSName
	for i, link := range s.Config.Links {
		name, alias, _ := strings.Cut(link, ":")
		target := d.project.ByName[name]
		if target == nil || alias == "" || alias == name {
			continue
		}
		list = append(list, DNSName{
			Name: alias, Service: d.workloads.NetworkOwner(target), Source: OfLink, At: s.Key("links").Index(i), Networks: d.workloads.Networks(s),
		})
	}
	for i, link := range s.Config.ExternalLinks {
		name, alias, found := strings.Cut(link, ":")
		target := d.project.ContainerNamed(name)
		if target == nil {
			target = d.project.ByName[name]
		}
		if target != nil && found && alias != name {
			list = append(list, DNSName{
				Name: alias, Service: d.workloads.NetworkOwner(target), Source: OfLink, At: s.Key("external_links").Index(i), Networks: d.workloads.Networks(s),
			})
		}
	}
	for _, name := range sorted.Keys(s.Config.ExtraHosts) {
		for _, address := range s.Config.ExtraHosts[name] {
			target := serviceAt(d.project, address)
			if target == nil || strings.EqualFold(target.Name, name) || slices.ContainsFunc(d.own[target], func(n DNSName) bool { return strings.EqualFold(n.Name, name) }) {
				continue
			}
			list = append(list, DNSName{
				Name: name, Service: d.workloads.NetworkOwner(target), Source: OfLink, At: s.Key("extra_hosts", name), Networks: d.workloads.Networks(target),
			})
		}
	}
	return list
}
