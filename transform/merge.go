package transform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
)

// grouping is a partition of the services.
type grouping struct {
	order []*service
	set   map[*service]int
}

func newGrouping(services []*service) *grouping {
	g := &grouping{order: services, set: map[*service]int{}}
	for i, s := range services {
		g.set[s] = i
	}
	return g
}

func (g *grouping) merge(a, b *service) {
	from, to := g.set[a], g.set[b]
	for s, set := range g.set {
		if set == from {
			g.set[s] = to
		}
	}
}

// sets returns the parts, each by name, in the order of their first members.
func (g *grouping) sets() [][]*service {
	at := map[int]int{}
	var list [][]*service
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

// checkMerge reports what the members of a Pod want differently although a Pod has it only once. What the main service
// says is taken.
func (b *pod) checkMerge() {
	b.reportPlainSidecars()
	for _, s := range b.members[1:] {
		at := s.mergePath()
		s.reportf("pod-merged", at, "kubectl exec -c and kubectl logs -c choose the container",
			"%s runs as a container in the Pod of %s: the two are scheduled, scaled, updated and restarted as one", s.name, b.main.name)
		refuse := func(key, format string, args ...any) {
			s.reportf("network-merge", s.key(key), "give both the same value, or the services Pods of their own",
				"%s shares the Pod of %s, but %s", s.name, b.main.name, fmt.Sprintf(format, args...))
		}
		if s.config.GetScale() != b.main.config.GetScale() {
			refuse("scale", "wants %d replicas where %s has %d", s.config.GetScale(), b.main.name, b.main.config.GetScale())
		}
		if s.ext.Kind != "" && s.ext.Kind != b.main.ext.Kind {
			refuse("x-kubernetes", "is to be a %s of its own", s.ext.Kind)
		}
		if deployMode(s) != deployMode(b.main) {
			refuse("deploy", "has the deploy.mode %s where %s has %s", deployMode(s), b.main.name, deployMode(b.main))
		}
		if s.networkOwner() != s {
			s.checkBorrowedNetwork()
		} else {
			b.checkSharedNetwork(s, refuse)
		}
	}
}

func deployMode(s *service) string {
	if s.config.Deploy == nil || s.config.Deploy.Mode == "" {
		return "replicated"
	}
	return s.config.Deploy.Mode
}

// mergePath returns the key that puts a service into the Pod of another one.
func (s *service) mergePath() diag.Path {
	if joins := s.plainJoins(); len(joins) > 0 {
		return s.key(joins[0].key)
	}
	return s.path
}

// checkBorrowedNetwork reports the settings of a network that a service does not have: Docker refuses them together with
// network_mode: service:NAME.
func (s *service) checkBorrowedNetwork() {
	owner := s.networkOwner().name
	for _, k := range []struct {
		key string
		set bool
	}{
		{"ports", len(s.config.Ports) > 0},
		{"hostname", s.config.Hostname != ""},
		{"dns", len(s.config.DNS) > 0},
		{"dns_search", len(s.config.DNSSearch) > 0},
		{"dns_opt", len(s.config.DNSOpts) > 0},
		{"extra_hosts", len(s.config.ExtraHosts) > 0},
		{"networks", len(s.config.Networks) > 0},
	} {
		if k.set {
			s.reportf("network-merge", s.key(k.key), "move it to "+owner+", whose network it is",
				"%s lives in the network of %s, where it cannot have %s of its own: Docker refuses the two together", s.name, owner, k.key)
		}
	}
}

// checkSharedNetwork reports what goes wrong when services with networks of their own come into one: Docker lets two
// containers that share only processes or IPC listen on the same port, a Pod does not.
func (b *pod) checkSharedNetwork(s *service, refuse func(key, format string, args ...any)) {
	if s.networkMode() != b.main.networkMode() {
		refuse("network_mode", "has another network_mode")
	}
	if !slices.Equal(s.networkKeys(), b.main.networkKeys()) {
		s.reportf("pod-networks", s.key("networks"), "put the services on the same networks, or into Pods of their own",
			"%s and %s share one Pod, which is then a member of the networks of both: %s", s.name, b.main.name,
			strings.Join(b.networkKeys(), ", "))
	}
	for _, other := range b.members {
		if other == s || other.networkOwner() == s || other.name > s.name && other != b.main {
			continue
		}
		for _, x := range s.declaredPorts() {
			for _, y := range other.declaredPorts() {
				if x.number == y.number && x.protocol == y.protocol {
					refuse("ports", "both listen on port %d: the containers of a Pod have one network", x.number)
				}
			}
		}
	}
}
