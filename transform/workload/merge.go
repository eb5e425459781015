package workload

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// checkMerges reports what the members of a Pod want differently although a Pod has it only once. What the main service
// says is taken.
func checkMerges(p *input.Project, all *groups, findings *report.Findings) {
	for _, g := range all.list {
		reportPlainSidecars(p, g, findings)
		for _, s := range g.members[1:] {
			checkMerge(p, all, g, s, findings)
		}
	}
}

func checkMerge(p *input.Project, all *groups, g *group, s *input.Service, findings *report.Findings) {
	findings.Addf("pod-merged", mergePath(s), "kubectl exec -c and kubectl logs -c choose the container",
		"%s runs as a container in the Pod of %s: the two are scheduled, scaled, updated and restarted as one", s.Name, g.main.Name)
	refuse := func(key, format string, args ...any) {
		findings.Addf("network-merge", s.Key(key), "give both the same value, or the services Pods of their own",
			"%s shares the Pod of %s, but %s", s.Name, g.main.Name, fmt.Sprintf(format, args...))
	}
	if s.Config.GetScale() != g.main.Config.GetScale() {
		refuse("scale", "wants %d replicas where %s has %d", s.Config.GetScale(), g.main.Name, g.main.Config.GetScale())
	}
	if s.Ext.Kind != "" && s.Ext.Kind != g.main.Ext.Kind {
		refuse("x-kubernetes", "is to be a %s of its own", s.Ext.Kind)
	}
	if deployMode(s) != deployMode(g.main) {
		refuse("deploy", "has the deploy.mode %s where %s has %s", deployMode(s), g.main.Name, deployMode(g.main))
	}
	if all.owner[s] != s {
		checkBorrowedNetwork(s, all.owner[s].Name, findings)
	} else {
		checkSharedNetwork(p, all, g, s, refuse, findings)
	}
}

func deployMode(s *input.Service) string {
	if s.Config.Deploy == nil || s.Config.Deploy.Mode == "" {
		return "replicated"
	}
	return s.Config.Deploy.Mode
}

// mergePath returns the key that puts a service into the Pod of another one.
func mergePath(s *input.Service) diag.Path {
	if len(s.Joins) > 0 {
		return s.Key(s.Joins[0].Key)
	}
	return s.Path
}

// checkBorrowedNetwork reports the settings of a network that a service does not have: Docker refuses them together with
// network_mode: service:NAME.
func checkBorrowedNetwork(s *input.Service, owner string, findings *report.Findings) {
	for _, k := range []struct {
		key string
		set bool
	}{
		{"ports", len(s.Config.Ports) > 0},
		{"hostname", s.Config.Hostname != ""},
		{"dns", len(s.Config.DNS) > 0},
		{"dns_search", len(s.Config.DNSSearch) > 0},
		{"dns_opt", len(s.Config.DNSOpts) > 0},
		{"extra_hosts", len(s.Config.ExtraHosts) > 0},
		{"networks", len(s.Config.Networks) > 0},
	} {
		if k.set {
			findings.Addf("network-merge", s.Key(k.key), "move it to "+owner+", whose network it is",
				"%s lives in the network of %s, where it cannot have %s of its own: Docker refuses the two together", s.Name, owner, k.key)
		}
	}
}

// checkSharedNetwork reports what goes wrong when services with networks of their own come into one: Docker lets two
// containers that share only processes or IPC listen on the same port, a Pod does not.
func checkSharedNetwork(p *input.Project, all *groups, g *group, s *input.Service, refuse func(key, format string, args ...any), findings *report.Findings) {
	if s.NetworkMode != g.main.NetworkMode {
		refuse("network_mode", "has another network_mode")
	}
	networks := func(s *input.Service) []string { return p.OwnNetworks(all.owner[s]) }
	if !slices.Equal(networks(s), networks(g.main)) {
		var union []string
		for _, m := range g.members {
			union = append(union, networks(m)...)
		}
		slices.Sort(union)
		findings.Addf("pod-networks", s.Key("networks"), "put the services on the same networks, or into Pods of their own",
			"%s and %s share one Pod, which is then a member of the networks of both: %s", s.Name, g.main.Name,
			strings.Join(slices.Compact(union), ", "))
	}
	for _, other := range g.members {
		if other == s || all.owner[other] == s || other.Name > s.Name && other != g.main {
			continue
		}
		for _, x := range s.Ports {
			for _, y := range other.Ports {
				if x.Key() == y.Key() {
					refuse("ports", "both listen on port %d: the containers of a Pod have one network", x.Number)
				}
			}
		}
	}
}

// sidecarsAreStable is the version whose restartable initContainers are generally available.
var sidecarsAreStable = input.Version{Major: 1, Minor: 33}

// reportPlainSidecars reports containers that others need first on versions of Kubernetes without sidecars.
func reportPlainSidecars(p *input.Project, g *group, findings *report.Findings) {
	for _, s := range g.members {
		if g.first[s] && !p.Options.KubeVersion.AtLeast(sidecarsAreStable) {
			findings.Addf("sidecar-version", s.Path, "let the programs try again, or convert for Kubernetes "+sidecarsAreStable.String()+" or later",
				"nothing makes the other containers and hooks of the Pod wait for %s: sidecars are stable from Kubernetes %s on", s.Name, sidecarsAreStable)
		}
	}
}
