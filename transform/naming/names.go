// Package naming decides what everything is called: which names Docker resolves, where the texts of a project use them, which
// Service answers to each, and which names have to change.
package naming

import (
	"slices"
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// Names is what this room decides about a project.
type Names struct {
	Registry  *names.Registry            // of all objects; whoever names an object asks it
	Aliases   map[string]Alias           // names that are not just that of one service, by the name of their Service
	PodLabels map[*workload.Pod][]string // by which the Services of aliases find Pods
	Local     []Mention                  // of localhost and of the Docker host

	project   *input.Project
	workloads *workload.Workloads
	dns       map[*input.Service]string
	own       map[*input.Service][]DNSName
	mentions  mentions
	changed   map[string]change
	pointed   map[*input.Service]bool // which findings say to name in place of the Docker host
}

// namer decides on names. What it looks at is complete when it is made.
type namer struct {
	project   *input.Project
	workloads *workload.Workloads
	findings  *report.Findings
	registry  *names.Registry
	own       map[*input.Service][]DNSName
	mentions  mentions
	pointed   map[*input.Service]bool // grows
	unseen    []*input.Service        // of which nothing tells what program they run
}

// Decide names the services of a project and finds where its texts use names.
func Decide(p *input.Project, w *workload.Workloads, findings *report.Findings) *Names {
	d := &namer{project: p, workloads: w, findings: findings, registry: names.NewRegistry(), own: map[*input.Service][]DNSName{}, pointed: map[*input.Service]bool{}, unseen: unseenPrograms(p)}
	for _, s := range p.Services {
		d.own[s] = d.collectNames(s)
	}
	d.addStackNames()
	d.mentions = d.findMentions()
	dns := d.assignServiceNames()
	aliases := d.decideAliases(dns)
	d.reportLocalNames(dns)
	changed := d.collectChanges(dns)
	d.reportBuiltNames(changed, dns)
	return &Names{
		Registry: d.registry, Aliases: aliases, PodLabels: podLabels(w, aliases), Local: d.mentions.local,
		project: p, workloads: w, dns: dns, own: d.own, mentions: d.mentions, changed: changed, pointed: d.pointed,
	}
}

// DNS returns the name of a service's workload, container and Service.
func (n *Names) DNS(s *input.Service) string { return n.dns[s] }

// PodName returns the name of the workload whose Pods run a service.
func (n *Names) PodName(s *input.Service) string { return n.dns[n.workloads.Pod(s).Main] }

// OfService returns the names under which Docker resolves a service.
func (n *Names) OfService(s *input.Service) []DNSName { return n.own[s] }

// Mentions returns where a name is mentioned.
func (n *Names) Mentions(name string) []Mention { return n.mentions.of[strings.ToLower(name)] }

// MentionedBy returns the name of a peer that uses a name of the service where a host stands, or "".
func (n *Names) MentionedBy(s *input.Service) string {
	for _, own := range n.own[s] {
		for _, m := range n.Mentions(own.Name) {
			if m.Host && m.By != s {
				return m.By.Name
			}
		}
	}
	return ""
}

// IsPointedTo reports whether a text of a peer has a port of the Docker host that a service has, so that a finding says to use the name of that.
func (n *Names) IsPointedTo(s *input.Service) bool { return n.pointed[s] }

// IsUsed reports whether somebody needs a name.
func (n *Names) IsUsed(name DNSName) bool { return n.mentions.isUsed(n.workloads, name) }

// IsAskedFor reports whether a text of a peer has a name where a host stands, or as a word: who asks for it is then told the new one.
func (n *Names) IsAskedFor(name DNSName) bool {
	return slices.ContainsFunc(n.Mentions(name.Name), func(m Mention) bool {
		return n.workloads.Pod(m.By) != n.workloads.Pod(name.Service) && (m.Host || m.Name == name.Name && !namesDatabase(m.Variable, m.Before, true))
	})
}

// NamedNetworks returns the networks on which a service answers to its own name.
func (n *Names) NamedNetworks(s *input.Service) []string {
	return namedNetworks(n.workloads, s)
}

// ServiceFor returns the name of the Service that answers to a name of Docker's DNS, given in lower case.
func (n *Names) ServiceFor(name string) string { return dnsOf(n.project, n.Registry, n.dns, name) }

// Rewriter returns what replaces the names that have to change in the texts of the project.
func (n *Names) Rewriter(findings *report.Findings) *Rewriter {
	return &Rewriter{dns: n.dns, changed: n.changed, keep: n.project.Options.KeepNames, findings: findings}
}

func dnsOf(p *input.Project, registry *names.Registry, dns map[*input.Service]string, name string) string {
	if known := registry.Name("service", name); known != "" {
		return known
	}
	for _, s := range p.Services {
		if strings.EqualFold(s.WishedName(), name) {
			return dns[s]
		}
	}
	return names.ServiceLabel(name)
}

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
