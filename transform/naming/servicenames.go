package naming

import (
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/workload"
)

// assignServiceNames gives every service the name of its workload, container and Service, and every alias that of its
// Service.
//
// Compose allows [a-zA-Z0-9._-] in any length, a Service must be an RFC 1035 label, and DNS knows no case. Names that are
// the same after normalization stay apart by a hash, except those that DNS cannot tell apart at all.
// Source: compose-go schema (^[a-zA-Z0-9._-]+$), k8s.io/apimachinery/pkg/util/validation.
func (d *namer) assignServiceNames() map[*input.Service]string {
	taken, owner := map[string]bool{}, map[string]*input.Service{}
	all := make([]string, 0, len(d.project.Services))
	folded := map[string]*input.Service{}
	for _, s := range d.project.Services {
		wish := s.WishedName()
		if other := folded[strings.ToLower(wish)]; other != nil {
			d.findings.Addf("name-collision", s.Path, "rename one of them",
				"%s and %s are both called %s, and DNS does not know case", other.Name, s.Name, strings.ToLower(wish))
		}
		folded[strings.ToLower(wish)] = s
		taken[strings.ToLower(wish)] = true
		owner[wish] = s
		all = append(all, wish)
	}
	all = append(all, d.aliasNames(taken)...)
	normal := func(identity string) string {
		if s := owner[identity]; s != nil {
			return d.workloadLabel(s, identity)
		}
		return names.ServiceLabel(identity)
	}
	// A hash after a collision keeps the name short enough for every kind.
	d.registry.Assign("service", normal, names.MaxStatefulSet, all...)
	dns := map[*input.Service]string{}
	for _, s := range d.project.Services {
		dns[s] = d.registry.Name("service", s.WishedName())
	}
	return dns
}

// workloadLabel normalizes a name, as short as the kind of the workload demands.
func (d *namer) workloadLabel(s *input.Service, name string) string {
	label := names.ServiceLabel(name)
	b := d.workloads.Pod(s)
	if b.Main == s && (b.Kind == workload.CronJob || b.Kind == workload.StatefulSet) && len(label) > names.MaxCronJob {
		label = names.WithHash(label, name, names.MaxCronJob)
	}
	return label
}
