package network

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// Ports is on which ports each service is reachable for its peers.
type Ports struct {
	own       map[*input.Service][]input.Port
	workloads *workload.Workloads
	unread    []input.Unread // the mounts of settings that may name any port
	told      *toldPorts
	makers    makers
}

// decidePorts decides on which ports each service is reachable for its peers: what the file declares, then what can be
// inferred.
//
// On Docker every port of a container is open to its networks, declared or not; a ClusterIP Service forwards only what it
// lists. Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#expose,
// https://kubernetes.io/docs/concepts/services-networking/service/
func decidePorts(p *input.Project, w *workload.Workloads, n *naming.Names, asked proxies.Routes, findings *report.Findings) Ports {
	ports := Ports{own: map[*input.Service][]input.Port{}, workloads: w, unread: input.UnreadOf(p), makers: newMakers(p, w)}
	for _, s := range p.Services {
		ports.own[s] = slices.Clone(s.Ports)
	}
	ports.told = newToldPorts(p, w, ports.own)
	i := &inference{proxies: asked, workloads: w, names: n, findings: findings, ports: ports}
	for _, s := range p.Services {
		i.inferPorts(s)
	}
	for _, s := range p.Services {
		i.inferSaid(s)
	}
	for _, s := range p.Services {
		if w.NetworkOwner(s) == s {
			i.name(s)
		}
	}
	return ports
}

// Of returns the ports of the service's own container.
func (p Ports) Of(s *input.Service) []input.Port { return p.own[s] }

// Behind returns the ports under the name of a service: its own and those of the services that share its network namespace,
// which peers can reach under its name only.
func (p Ports) Behind(s *input.Service) []input.Port {
	var set input.PortSet
	for _, member := range p.workloads.NetworkMembers(s) {
		for _, x := range p.own[member] {
			set.Add(x)
		}
	}
	return set.List
}

// FirstKnown returns the number of the first TCP port that the file or the image of a service names, or 0. Ports that are only
// inferred from texts do not count: nothing may depend on a guess.
func (p Ports) FirstKnown(s *input.Service) int32 {
	for _, x := range p.own[s] {
		if x.Protocol == corev1.ProtocolTCP && x.Known {
			return x.Number
		}
	}
	return 0
}

// name gives every port behind the name of a service a name that no other has. Names that the file gives come first.
func (d *inference) name(s *input.Service) {
	p := d.ports
	all := p.Behind(s)
	protocols := map[int32]int{}
	for _, x := range all {
		protocols[x.Number]++
	}
	named, taken := map[input.PortKey]string{}, map[string]bool{}
	for _, x := range all {
		if name := portName(x.Name); name != "" && !taken[name] {
			taken[name] = true
			named[x.Key()] = name
		}
	}
	for _, x := range all {
		if named[x.Key()] != "" {
			continue
		}
		name := d.nameFor(s, x, taken, protocols[x.Number] > 1)
		taken[name] = true
		named[x.Key()] = name
	}
	for _, member := range p.workloads.NetworkMembers(s) {
		for i := range p.own[member] {
			x := &p.own[member][i]
			x.Name = named[x.Key()]
		}
	}
}

// portName makes an IANA service name (RFC 6335: at most 15 of a-z, 0-9 and single dashes, with a letter) from the free
// text that Compose allows, or "" where nothing is left of it.
func portName(text string) string {
	if text == "" {
		return ""
	}
	label := names.Normalize(text, len(text)+1)
	for strings.Contains(label, "--") {
		label = strings.ReplaceAll(label, "--", "-")
	}
	if len(label) > names.MaxPortName {
		label = strings.TrimRight(label[:names.MaxPortName], "-")
	}
	if !strings.ContainsAny(label, "abcdefghijklmnopqrstuvwxyz") || strings.Trim(text, "-_. ") == "" {
		return ""
	}
	return label
}
