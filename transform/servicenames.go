package transform

import (
	"strings"

	"github.com/transship/transship/transform/names"
)

// assignServiceNames gives every service the name of its workload, container and Service, and every alias that of its
// Service.
//
// Compose allows [a-zA-Z0-9._-] in any length, a Service must be an RFC 1035 label, and DNS knows no case. Names that are
// the same after normalization stay apart by a hash, except those that DNS cannot tell apart at all.
// Source: compose-go schema (^[a-zA-Z0-9._-]+$), k8s.io/apimachinery/pkg/util/validation.
func (p *project) assignServiceNames() {
	taken, owner := map[string]bool{}, map[string]*service{}
	all := make([]string, 0, len(p.services))
	folded := map[string]*service{}
	for _, s := range p.services {
		wish := s.wishedName()
		if other := folded[strings.ToLower(wish)]; other != nil {
			p.reportf("name-collision", s.path, "rename one of them",
				"%s and %s are both called %s, and DNS does not know case", other.name, s.name, strings.ToLower(wish))
		}
		folded[strings.ToLower(wish)] = s
		taken[strings.ToLower(wish)] = true
		owner[wish] = s
		all = append(all, wish)
	}
	all = append(all, p.aliasNames(taken)...)
	normal := func(identity string) string {
		if s := owner[identity]; s != nil {
			return s.workloadLabel(identity)
		}
		return names.ServiceLabel(identity)
	}
	// A hash after a collision keeps the name short enough for every kind.
	p.names.Assign("service", normal, names.MaxStatefulSet, all...)
	for _, s := range p.services {
		s.dns = p.names.Name("service", s.wishedName())
	}
}

// wishedName is the name that the objects of a service are made from: kompose.service.name_override or its own.
func (s *service) wishedName() string {
	if s.ext.Name != "" {
		return s.ext.Name
	}
	return s.name
}

// workloadLabel normalizes a name, as short as the kind of the workload demands.
func (s *service) workloadLabel(name string) string {
	label := names.ServiceLabel(name)
	if (s.kind == kindCronJob || s.kind == kindStatefulSet) && len(label) > names.MaxCronJob {
		label = names.WithHash(label, name, names.MaxCronJob)
	}
	return label
}

// dnsOf returns the name of the Service that answers to a name of Docker's DNS, given in lower case.
func (p *project) dnsOf(name string) string {
	if dns := p.names.Name("service", name); dns != "" {
		return dns
	}
	for _, s := range p.services {
		if strings.EqualFold(s.wishedName(), name) {
			return s.dns
		}
	}
	return names.ServiceLabel(name)
}
