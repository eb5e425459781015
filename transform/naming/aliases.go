package naming

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/workload"
)

// Alias is a Service that answers for a name besides the services' own.
type Alias struct {
	Name      string // as the project spells it
	DNS       string // of the Service
	Providers []*input.Service
	At        diag.Path
}

// change is a name that no Service can have and what stands for it.
type change struct {
	name    string         // as the project spells it
	to      string         // what texts are to say instead, "" if nothing can
	service *input.Service // whose name it is
	source  Source
}

// IsServiceName reports whether a Service can have a name, upper case aside, which DNS does not know.
func IsServiceName(name string) bool {
	return len(validation.IsDNS1035Label(strings.ToLower(name))) == 0
}

// aliasNames returns the names that need a place in the registry besides those of services.
func (d *namer) aliasNames(taken map[string]bool) []string {
	var list []string
	for _, n := range d.aliasCandidates() {
		if name := strings.ToLower(n.Name); !taken[name] {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// aliasCandidates returns the names besides service names that a Service has to answer for: every alias and link, and the
// names of containers and hosts that a peer mentions or, where its program is not known, may ask for. Names with dots cannot be those of a Service, nor is it safe to put
// another name in their place: most are domains of the internet.
func (d *namer) aliasCandidates() []DNSName {
	var list []DNSName
	for _, n := range d.dnsNames() {
		if strings.Contains(n.Name, ".") || strings.EqualFold(n.Name, n.Service.Name) && n.Service.Ext.Name == "" {
			continue
		}
		switch n.Source {
		case OfAlias, OfLink:
			list = append(list, n)
		case OfContainer, OfHost:
			if IsServiceName(n.Name) && (d.mentions.isUsed(d.workloads, n) || d.mayBeAskedUnseen(n)) {
				list = append(list, n)
			}
		case OfService: // only where kompose.service.name_override gives the Service another name
			if n.Service.Ext.Name != "" && d.mentions.isUsed(d.workloads, n) {
				list = append(list, n)
			}
		case OfInstance, OfDocker:
		}
	}
	return list
}

// isUsed reports whether somebody needs a name: it stands where a host does, also in texts of the service itself, which
// then tells others where it is to be found, or as a word in those of a peer.
func (m mentions) isUsed(w *workload.Workloads, n DNSName) bool {
	return slices.ContainsFunc(m.of[strings.ToLower(n.Name)], func(m Mention) bool {
		return m.Host || w.Pod(m.By) != w.Pod(n.Service) && m.Name == n.Name
	})
}

// mayBeAskedUnseen reports whether a program of which nothing is known may ask for the name of a container. The texts of the project tell whom its
// services ask; that of a service which no text names at all is in a program that is not here, or in another project on a network that they share, and which of its names
// that is, is not known.
// A server that is published and keeps no data is asked by users.
func (d *namer) mayBeAskedUnseen(n DNSName) bool {
	s := n.Service
	isShared := d.isOnSharedNetwork(n) && !isProxied(s)
	if n.Source != OfContainer || len(d.unseen) == 0 && !isShared {
		return false
	}
	row, _ := s.ImageRow()
	if !isShared && len(s.Config.Ports) > 0 && len(row.DataDirs) == 0 || len(s.Config.Expose)+len(s.Config.Ports)+len(s.Facts.Ports) == 0 {
		return false
	}
	for _, own := range d.own[s] {
		if slices.ContainsFunc(d.mentions.of[strings.ToLower(own.Name)], func(m Mention) bool { return m.By != s && (m.Host || m.Variable != "") }) { // not in prose
			return false
		}
	}
	return isShared || slices.ContainsFunc(d.unseen, func(peer *input.Service) bool {
		return d.workloads.Pod(peer) != d.workloads.Pod(s) &&
			slices.ContainsFunc(d.workloads.Networks(peer), func(network string) bool { return slices.Contains(n.Networks, network) })
	})
}

// isOnSharedNetwork reports whether a name holds on a network that other projects are on: whom their services ask, no text here tells.
func (d *namer) isOnSharedNetwork(n DNSName) bool {
	return slices.ContainsFunc(n.Networks, d.project.IsShared)
}

// isProxied reports whether the labels or the variables of a service tell a proxy to send requests to its address: nobody asks for its name then.
func isProxied(s *input.Service) bool {
	for key := range s.Config.Labels {
		if strings.HasPrefix(key, "traefik.") || key == "caddy" || strings.HasPrefix(key, "caddy_") {
			return true
		}
	}
	return s.Config.Environment["VIRTUAL_HOST"] != nil
}

// decideAliases decides which names need a Service of their own, which ones have to change, and which ones stand for
// different services at different places, which one namespace cannot express.
//
// Docker scopes a name to a network, and a link to one service; a Service name holds for the namespace.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#aliases
func (d *namer) decideAliases(dns map[*input.Service]string) map[string]Alias {
	byName := map[string][]DNSName{}
	for _, n := range d.aliasCandidates() {
		name := strings.ToLower(n.Name)
		byName[name] = append(byName[name], n)
	}
	for _, s := range d.project.Services { // a service answers to its name as well, when another one takes it as an alias
		name := strings.ToLower(s.Name)
		if own := d.own[s]; len(byName[name]) > 0 && s.Ext.Name == "" && len(own) > 0 && own[0].Source == OfService {
			byName[name] = append(byName[name], own[0])
		}
	}
	aliases := map[string]Alias{}
	for _, name := range sorted.Keys(byName) {
		a := newAlias(byName[name])
		if at, disputed := d.aliasConflict(byName[name], a.Providers); disputed {
			d.findings.Addf("alias-conflict", at, "give the services different names, or convert the networks into namespaces of their own",
				"%q means different services at different places (%s); in a namespace it can mean only one set of Pods", a.Name, a.Who())
		}
		a.DNS = dnsOf(d.project, d.registry, dns, name)
		if len(a.Providers) > 1 || !strings.EqualFold(a.Providers[0].Name, name) || a.Providers[0].Ext.Name != "" {
			aliases[a.DNS] = a
		}
	}
	return aliases
}

// podLabels returns the labels by which the Services of aliases find Pods, by Pod.
func podLabels(w *workload.Workloads, aliases map[string]Alias) map[*workload.Pod][]string {
	all := map[*workload.Pod][]string{}
	for _, dns := range sorted.Keys(aliases) {
		for _, s := range aliases[dns].Providers {
			if set := all[w.Pod(s)]; !slices.Contains(set, labels.Alias+dns) {
				all[w.Pod(s)] = append(set, labels.Alias+dns)
			}
		}
	}
	return all
}

func newAlias(list []DNSName) Alias {
	a := Alias{Name: list[0].Name, At: list[0].At}
	for _, n := range list {
		if !slices.Contains(a.Providers, n.Service) {
			a.Providers = append(a.Providers, n.Service)
		}
	}
	slices.SortFunc(a.Providers, func(x, y *input.Service) int { return cmp.Compare(x.Name, y.Name) })
	return a
}

// Who lists the services that answer to the alias.
func (a Alias) Who() string {
	var list []string
	for _, s := range a.Providers {
		list = append(list, s.Name)
	}
	return strings.Join(list, ", ")
}

// aliasConflict returns where a name is in dispute, and whether it is: a network knows only some of those who answer to
// it, and somebody is there to ask, or no network knows them all. A link holds for one service, so two links of one name
// to different services are always in dispute.
func (d *namer) aliasConflict(list []DNSName, providers []*input.Service) (diag.Path, bool) {
	if len(providers) < 2 {
		return nil, false
	}
	at := list[0].At
	on := map[string]map[*input.Service]bool{}
	for _, n := range list {
		if n.Source == OfLink {
			return n.At, true
		}
		for _, network := range n.Networks {
			if on[network] == nil {
				on[network] = map[*input.Service]bool{}
			}
			on[network][n.Service] = true
		}
	}
	together := false
	for _, network := range sorted.Keys(on) {
		if len(on[network]) == len(providers) {
			together = true
			continue
		}
		for _, s := range d.project.Services {
			if !slices.Contains(providers, s) && slices.Contains(d.workloads.Networks(s), network) {
				return at, true
			}
		}
	}
	return at, !together
}

// collectChanges lists the names that cannot stay as they are written.
func (d *namer) collectChanges(dns map[*input.Service]string) map[string]change {
	changed := map[string]change{}
	for _, n := range d.dnsNames() {
		name, to := strings.ToLower(n.Name), dns[n.Service]
		switch {
		case n.Source == OfInstance, d.registry.Owner("service", name) != "": // the latter resolves as it is written
			continue
		case strings.Contains(n.Name, ".") && n.Source != OfService:
			to = ""
		case n.Source == OfAlias || n.Source == OfLink:
			to = dnsOf(d.project, d.registry, dns, name)
		case n.Source != OfService && IsServiceName(n.Name): // nobody needs it
			continue
		}
		if _, known := changed[name]; !known {
			changed[name] = change{name: n.Name, to: to, service: n.Service, source: n.Source}
		}
	}
	return changed
}
