package transform

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
)

// nameSource says which key gives a service a name.
type nameSource string

const (
	nameOfService   nameSource = "service"
	nameOfContainer nameSource = "container_name"
	nameOfHost      nameSource = "hostname"
	nameOfAlias     nameSource = "alias"
	nameOfLink      nameSource = "link"
	nameOfInstance  nameSource = "instance" // <project>-<service>-<n>
)

// dnsName is a name that Docker resolves to the containers of a service.
type dnsName struct {
	name     string
	service  *service
	source   nameSource
	at       diag.Path
	networks []string // where it answers, sorted
}

// dnsNames returns every name that Docker resolves in the project: what the services are called, and what links call
// them.
func (p *project) dnsNames() []dnsName {
	var list []dnsName
	for _, s := range p.services {
		list = append(list, s.ownNames()...)
		list = append(list, s.linkNames()...)
	}
	return list
}

// ownNames returns the names under which Docker resolves a service: on each of its networks the service name, aliases,
// the names of its containers and their host name. A container that lives in another one's network, in the host's or
// in none has no name there.
// Source: docker/compose pkg/compose/create.go (aliases of an endpoint), moby daemon/container_operations.go
// (buildEndpointDNSNames).
func (s *service) ownNames() []dnsName {
	if _, known := s.references.own[s]; !known {
		if s.references.own == nil {
			s.references.own = map[*service][]dnsName{}
		}
		s.references.own[s] = s.collectNames()
	}
	return s.references.own[s]
}

func (s *service) collectNames() []dnsName {
	all := s.networkKeys()
	if s.networkOwner() != s || len(all) == 0 {
		return nil
	}
	var list []dnsName
	add := func(name string, source nameSource, at diag.Path, networks []string) {
		if name != "" && len(networks) > 0 {
			list = append(list, dnsName{name: name, service: s, source: source, at: at, networks: networks})
		}
	}
	add(s.name, nameOfService, s.path, s.namedNetworks())
	for _, network := range sortedKeys(s.config.Networks) {
		if c := s.config.Networks[network]; c != nil {
			for i, alias := range c.Aliases {
				add(alias, nameOfAlias, s.key("networks", network, "aliases").Index(i), []string{network})
			}
		}
	}
	add(s.config.ContainerName, nameOfContainer, s.key("container_name"), all)
	add(s.config.Hostname, nameOfHost, s.key("hostname"), all)
	if s.config.Hostname != "" && s.config.DomainName != "" {
		add(s.config.Hostname+"."+s.config.DomainName, nameOfHost, s.key("domainname"), all)
	}
	if s.config.ContainerName == "" {
		for n := 1; n <= min(max(s.config.GetScale(), 1), 20); n++ {
			for _, separator := range []string{"-", "_"} {
				add(strings.Join([]string{s.in.Project.Name, s.name, strconv.Itoa(n)}, separator), nameOfInstance, s.path, all)
			}
		}
	}
	return list
}

// namedNetworks returns the networks on which a service answers to its own name.
func (s *service) namedNetworks() []string {
	return slices.DeleteFunc(slices.Clone(s.networkKeys()), func(key string) bool {
		return !s.config.Networks[key].ServiceNameAliasEnabled()
	})
}

// linkNames returns the names that a service gives others by links; on Docker they answer for this service alone.
func (s *service) linkNames() []dnsName {
	var list []dnsName
	for i, link := range s.config.Links {
		name, alias, _ := strings.Cut(link, ":")
		target := s.byName[name]
		if target == nil || alias == "" || alias == name {
			continue
		}
		list = append(list, dnsName{
			name: alias, service: target.networkOwner(), source: nameOfLink, at: s.key("links").Index(i), networks: s.networkKeys(),
		})
	}
	for i, link := range s.config.ExternalLinks {
		name, alias, found := strings.Cut(link, ":")
		if target := s.containerNamed(name); target != nil && found && alias != name {
			list = append(list, dnsName{
				name: alias, service: target.networkOwner(), source: nameOfLink, at: s.key("external_links").Index(i), networks: s.networkKeys(),
			})
		}
	}
	return list
}
