package transform

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
)

// alias is a Service that answers for a name besides the services' own.
type alias struct {
	name      string // as the project spells it
	dns       string // of the Service
	providers []*service
	at        diag.Path
}

// change is a name that no Service can have and what stands for it.
type change struct {
	name    string   // as the project spells it
	to      string   // what texts are to say instead, "" if nothing can
	service *service // whose name it is
	source  nameSource
}

// isServiceName reports whether a Service can have a name, upper case aside, which DNS does not know.
func isServiceName(name string) bool {
	return len(validation.IsDNS1035Label(strings.ToLower(name))) == 0
}

// aliasNames returns the names that need a place in the registry besides those of services.
func (p *project) aliasNames(taken map[string]bool) []string {
	var list []string
	for _, n := range p.aliasCandidates() {
		if name := strings.ToLower(n.name); !taken[name] {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// aliasCandidates returns the names besides service names that a Service has to answer for: every alias and link, and the
// names of containers and hosts that a peer mentions. Names with dots cannot be those of a Service, nor is it safe to put
// another name in their place: most are domains of the internet.
func (p *project) aliasCandidates() []dnsName {
	p.findMentions()
	var list []dnsName
	for _, n := range p.dnsNames() {
		if strings.Contains(n.name, ".") || strings.EqualFold(n.name, n.service.name) && n.service.ext.Name == "" {
			continue
		}
		switch n.source {
		case nameOfAlias, nameOfLink:
			list = append(list, n)
		case nameOfContainer, nameOfHost:
			if p.isUsed(n) && isServiceName(n.name) {
				list = append(list, n)
			}
		case nameOfService: // only where kompose.service.name_override gives the Service another name
			if n.service.ext.Name != "" && p.isUsed(n) {
				list = append(list, n)
			}
		case nameOfInstance:
		}
	}
	return list
}

// isUsed reports whether somebody needs a name: it stands where a host does, also in texts of the service itself, which
// then tells others where it is to be found, or as a word in those of a peer.
func (p *project) isUsed(n dnsName) bool {
	return slices.ContainsFunc(p.mentionsOf(n.name), func(m mention) bool {
		return m.Host || m.by.pod != n.service.pod && m.Name == n.name
	})
}

// decideAliases decides which names need a Service of their own, which ones have to change, and which ones stand for
// different services at different places, which one namespace cannot express.
//
// Docker scopes a name to a network, and a link to one service; a Service name holds for the namespace.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#aliases
func (p *project) decideAliases() {
	byName := map[string][]dnsName{}
	for _, n := range p.aliasCandidates() {
		name := strings.ToLower(n.name)
		byName[name] = append(byName[name], n)
	}
	for _, s := range p.services { // a service answers to its name as well, when another one takes it as an alias
		name := strings.ToLower(s.name)
		if own := s.ownNames(); len(byName[name]) > 0 && s.ext.Name == "" && len(own) > 0 && own[0].source == nameOfService {
			byName[name] = append(byName[name], own[0])
		}
	}
	p.references.aliases = map[string]alias{}
	for _, name := range sortedKeys(byName) {
		a := newAlias(byName[name])
		if at, disputed := p.aliasConflict(byName[name], a.providers); disputed {
			p.reportf("alias-conflict", at, "give the services different names, or convert the networks into namespaces of their own",
				"%q means different services at different places (%s); in a namespace it can mean only one set of Pods", a.name, a.who())
		}
		a.dns = p.dnsOf(name)
		if len(a.providers) > 1 || !strings.EqualFold(a.providers[0].name, name) || a.providers[0].ext.Name != "" {
			p.references.aliases[a.dns] = a
		}
	}
	p.references.labels = map[*pod][]string{}
	for _, dns := range sortedKeys(p.references.aliases) {
		for _, s := range p.references.aliases[dns].providers {
			if labels := p.references.labels[s.pod]; !slices.Contains(labels, LabelAlias+dns) {
				p.references.labels[s.pod] = append(labels, LabelAlias+dns)
			}
		}
	}
	p.collectChanges()
}

func newAlias(list []dnsName) alias {
	a := alias{name: list[0].name, at: list[0].at}
	for _, n := range list {
		if !slices.Contains(a.providers, n.service) {
			a.providers = append(a.providers, n.service)
		}
	}
	slices.SortFunc(a.providers, func(x, y *service) int { return compareStrings(x.name, y.name) })
	return a
}

// who lists the services that answer to the alias.
func (a alias) who() string {
	var list []string
	for _, s := range a.providers {
		list = append(list, s.name)
	}
	return strings.Join(list, ", ")
}

// aliasConflict returns where a name is in dispute, and whether it is: a network knows only some of those who answer to
// it, and somebody is there to ask, or no network knows them all. A link holds for one service, so two links of one name
// to different services are always in dispute.
func (p *project) aliasConflict(list []dnsName, providers []*service) (diag.Path, bool) {
	if len(providers) < 2 {
		return nil, false
	}
	at := list[0].at
	on := map[string]map[*service]bool{}
	for _, n := range list {
		if n.source == nameOfLink {
			return n.at, true
		}
		for _, network := range n.networks {
			if on[network] == nil {
				on[network] = map[*service]bool{}
			}
			on[network][n.service] = true
		}
	}
	together := false
	for _, network := range sortedKeys(on) {
		if len(on[network]) == len(providers) {
			together = true
			continue
		}
		for _, s := range p.services {
			if !slices.Contains(providers, s) && slices.Contains(s.networkKeys(), network) {
				return at, true
			}
		}
	}
	return at, !together
}

// collectChanges lists the names that cannot stay as they are written.
func (p *project) collectChanges() {
	p.references.changed = map[string]change{}
	for _, n := range p.dnsNames() {
		name, to := strings.ToLower(n.name), n.service.dns
		switch {
		case n.source == nameOfInstance, p.names.Owner("service", name) != "": // the latter resolves as it is written
			continue
		case strings.Contains(n.name, ".") && n.source != nameOfService:
			to = ""
		case n.source == nameOfAlias || n.source == nameOfLink:
			to = p.dnsOf(name)
		case n.source != nameOfService && isServiceName(n.name): // nobody needs it
			continue
		}
		if _, known := p.references.changed[name]; !known {
			p.references.changed[name] = change{name: n.name, to: to, service: n.service, source: n.source}
		}
	}
}

// aliasLabels returns the labels by which the Services of aliases find the Pod.
func (b *pod) aliasLabels() map[string]string {
	labels := map[string]string{}
	for _, label := range b.references.labels[b] {
		labels[label] = "true"
	}
	return labels
}

// selector returns the labels of the Pods behind an alias.
func (a alias) selector(instance string) map[string]string {
	return map[string]string{LabelAlias + a.dns: "true", LabelInstance: instance}
}

// ports returns the ports of all who answer to an alias. Names of ports are unique within one service only.
func (a alias) ports() []port {
	var set portSet
	taken := map[string]bool{}
	for _, s := range a.providers {
		for _, x := range s.servicePorts() {
			if !set.add(x) {
				continue
			}
			last := &set.list[len(set.list)-1]
			if taken[x.name] {
				last.name = fmt.Sprintf("p-%d-%s", x.number, strings.ToLower(string(x.protocol)))
			}
			taken[last.name] = true
		}
	}
	return set.list
}
