package workload

import (
	"cmp"
	"slices"
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// group is the services of one Pod.
type group struct {
	main    *input.Service
	members []*input.Service // main first
	first   map[*input.Service]bool
}

// groups is every group of a project and what follows from it.
type groups struct {
	list  []*group // by the name of the main service
	of    map[*input.Service]*group
	owner map[*input.Service]*input.Service // whose network namespace a service lives in
}

// groupServices decides whose containers share a Pod: one Pod a service, except where network_mode, pid or ipc names another
// service, or x-kubernetes.group puts services together.
//
// `network_mode: service:x` gives two containers one network namespace, so that they meet on localhost and leave through
// the same interface: emitted as two Pods, localhost would be empty and the traffic would go round a VPN. Containers share
// namespaces in Kubernetes only inside one Pod, which is then scheduled, scaled and updated as one.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#network_mode,
// https://kubernetes.io/docs/concepts/workloads/pods/#how-pods-manage-multiple-containers
func groupServices(p *input.Project, findings *report.Findings) *groups {
	partition := newPartition(p.Services)
	for _, s := range p.Services {
		for _, j := range namedJoins(p, s, findings) {
			if mayJoin(s, j, len(p.Services), findings) {
				partition.merge(s, j.Target)
			}
		}
	}
	all := &groups{of: map[*input.Service]*group{}, owner: map[*input.Service]*input.Service{}}
	for _, members := range partition.sets() {
		g := newGroup(members)
		all.list = append(all.list, g)
		for _, s := range members {
			all.of[s] = g
		}
	}
	for _, s := range p.Services {
		all.owner[s] = all.networkOwner(s, len(p.Services))
	}
	slices.SortFunc(all.list, func(x, y *group) int { return cmp.Compare(x.main.Name, y.main.Name) })
	checkMerges(p, all, findings)
	return all
}

// newGroup orders the members of a Pod: the main one, then the others in the order in which they have to start.
func newGroup(members []*input.Service) *group {
	g := &group{main: mainMember(members), first: neededFirst(members)}
	depth := map[*input.Service]int{}
	for _, s := range members {
		depth[s] = startDepth(members, g.first, s, len(members))
	}
	g.members = members
	slices.SortStableFunc(g.members, func(x, y *input.Service) int {
		return cmp.Or(compareBool(y == g.main, x == g.main), cmp.Compare(depth[x], depth[y]), cmp.Compare(x.Name, y.Name))
	})
	return g
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// namedJoins returns the services whose namespaces a service shares, and reports the keys that name none of the project.
func namedJoins(p *input.Project, s *input.Service, findings *report.Findings) []input.Join {
	var list []input.Join
	for _, k := range s.NamespaceKeys() {
		kind, name, found := strings.Cut(k.Value, ":")
		target := s.Joined(k.Key)
		switch {
		case !found:
		case target != nil:
			list = append(list, input.Join{Key: k.Key, Target: target})
		case kind == "container":
			findings.Addf("container-ref", s.Key(k.Key), "make it a service of the project and write service:NAME",
				"%s belongs to a container outside the project, which no Pod can join", k.Value)
		case kind == "service":
			findings.Addf("network-merge", s.Key(k.Key), "name a service of the project that is enabled by the active profiles",
				"%s is not among the converted services, so the container cannot share its Pod", name)
		}
	}
	if s.Ext.Group != "" {
		for _, other := range p.Services {
			if other != s && other.Ext.Group == s.Ext.Group {
				list = append(list, input.Join{Key: "x-kubernetes", Target: other})
				break
			}
		}
	}
	return list
}

// mayJoin reports whether a service can live in the Pod of another one at all.
func mayJoin(s *input.Service, j input.Join, services int, findings *report.Findings) bool {
	var reason string
	switch {
	case s.Job != nil || j.Target.Job != nil:
		reason = "a job ends and a service does not; one Pod cannot do both"
	case j.Target.Config.Provider != nil:
		reason = j.Target.Name + " is run by a provider, not as a container"
	case leadsBack(s, j, services):
		reason = "the services name each other in a circle"
	default:
		return true
	}
	findings.Add("network-merge", s.Key(j.Key), s.Name+" cannot share the Pod of "+j.Target.Name+": "+reason, "give the service a network of its own")
	return false
}

// leadsBack reports whether following a key from one service to the next ends where it began.
func leadsBack(s *input.Service, j input.Join, services int) bool {
	if j.Key == "x-kubernetes" {
		return false
	}
	at := j.Target
	for range services {
		if at == s {
			return true
		}
		if at = at.Joined(j.Key); at == nil {
			return false
		}
	}
	return false
}

// mainMember returns the member that gives a Pod its name: the one that joins no other; of several, the one that others
// join, then the first by name.
func mainMember(members []*input.Service) *input.Service {
	joined := map[*input.Service]int{}
	for _, s := range members {
		for _, j := range s.Joins {
			joined[j.Target]++
		}
	}
	return slices.MinFunc(members, func(x, y *input.Service) int {
		return cmp.Or(cmp.Compare(len(x.Joins), len(y.Joins)), cmp.Compare(joined[y], joined[x]), cmp.Compare(x.Name, y.Name))
	})
}

func (g *groups) networkOwner(s *input.Service, services int) *input.Service {
	at := s
	for range services {
		target := at.Joined("network_mode")
		if target == nil || g.of[target] != g.of[at] {
			return at
		}
		at = target
	}
	return at
}

// neededFirst returns the members that another member starts after.
func neededFirst(members []*input.Service) map[*input.Service]bool {
	needed := map[*input.Service]bool{}
	if len(members) == 1 {
		return needed
	}
	for range members { // who is needed first may need others before it
		grown := false
		for _, s := range members {
			if !needed[s] && slices.ContainsFunc(members, func(m *input.Service) bool { return m != s && startsAfter(needed, m, s) }) {
				needed[s], grown = true, true
			}
		}
		if !grown {
			break
		}
	}
	return needed
}

// startsAfter reports whether another member of the Pod must run before a service does: it waits until that one is healthy,
// or it depends on it and starts early itself. Early start the containers that others need first, and hooks, which are
// initContainers: they would find the Pod's network without the VPN that another member makes of it.
func startsAfter(needed map[*input.Service]bool, s, other *input.Service) bool {
	if s.Awaits(other) {
		return true
	}
	_, depends := s.Config.DependsOn[other.Name]
	return depends && (len(s.Config.PreStart) > 0 || needed[s])
}

// startDepth is how many members of the Pod have to start, one after the other, before this one does.
func startDepth(members []*input.Service, needed map[*input.Service]bool, s *input.Service, limit int) int {
	deepest := 0
	for _, m := range members {
		if m != s && limit > 0 && startsAfter(needed, s, m) {
			deepest = max(deepest, 1+startDepth(members, needed, m, limit-1))
		}
	}
	return deepest
}

// partition is a division of the services into sets.
type partition struct {
	order []*input.Service
	set   map[*input.Service]int
}

func newPartition(services []*input.Service) *partition {
	g := &partition{order: services, set: map[*input.Service]int{}}
	for i, s := range services {
		g.set[s] = i
	}
	return g
}

func (g *partition) merge(a, b *input.Service) {
	from, to := g.set[a], g.set[b]
	for s, set := range g.set {
		if set == from {
			g.set[s] = to
		}
	}
}

// sets returns the parts, each by name, in the order of their first members.
func (g *partition) sets() [][]*input.Service {
	at := map[int]int{}
	var list [][]*input.Service
	for _, s := range g.order {
		i, found := at[g.set[s]]
		if !found {
			i = len(list)
			at[g.set[s]] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], s)
	}
	return list
}
