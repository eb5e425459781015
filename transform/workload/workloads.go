// Package workload decides what runs the containers of a project: which services share a Pod, which kind of object makes the
// Pod, and who waits for whom.
package workload

import (
	"slices"
	"strings"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// Kind is the kind of object that runs a service's Pod.
type Kind string

// The kinds of workloads.
const (
	None        Kind = "" // no workload of its own: a provider, or a container in another service's Pod
	Deployment  Kind = "Deployment"
	StatefulSet Kind = "StatefulSet"
	DaemonSet   Kind = "DaemonSet"
	Job         Kind = "Job"
	CronJob     Kind = "CronJob"
	BarePod     Kind = "Pod"
)

// Pod is the Pod of a workload: its containers and what makes it.
type Pod struct {
	Main     *input.Service   // gives the workload its name
	Members  []*input.Service // main first, then the services that share the Pod, in the order in which they start
	Starters []*input.Service // the members, then the one-shots that are inlined into the Pod
	Kind     Kind

	first        map[*input.Service]bool // members that others start after
	withSidecars bool                    // the version of Kubernetes has sidecars
}

// Workloads is what this room decides about a project.
type Workloads struct {
	Pods []*Pod // by the name of their main service; Kind is None for what has no workload

	project    *input.Project
	podOf      map[*input.Service]*Pod
	owner      map[*input.Service]*input.Service
	dependents map[string][]Dependent
}

// Decide groups the services of a project into Pods and decides which object runs each Pod.
func Decide(p *input.Project, findings *report.Findings) *Workloads {
	groups := groupServices(p, findings)
	return decideKinds(p, groups, findings)
}

// Pod returns the Pod in which the container of a service runs.
func (w *Workloads) Pod(s *input.Service) *Pod { return w.podOf[s] }

// NetworkOwner returns the service whose network namespace a service lives in: its own, unless network_mode says otherwise.
// Peers on Docker know only the owner's name.
func (w *Workloads) NetworkOwner(s *input.Service) *input.Service { return w.owner[s] }

// NetworkMembers returns the services that live in the network namespace of a service, itself first.
func (w *Workloads) NetworkMembers(s *input.Service) []*input.Service {
	list := []*input.Service{s}
	for _, other := range w.podOf[s].Members {
		if other != s && w.owner[other] == s {
			list = append(list, other)
		}
	}
	return list
}

// Networks returns the networks that a service is on, sorted: those of the service whose network it uses.
func (w *Workloads) Networks(s *input.Service) []string { return w.project.OwnNetworks(w.owner[s]) }

// PodNetworks returns the networks of all members of a Pod, sorted.
func (w *Workloads) PodNetworks(b *Pod) []string {
	var keys []string
	for _, s := range b.Members {
		keys = append(keys, w.Networks(s)...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// IsInternalOnly reports whether every network of a service is internal: Docker then gives it no way to the outside.
func (w *Workloads) IsInternalOnly(s *input.Service) bool {
	keys := w.Networks(s)
	return len(keys) > 0 && !slices.ContainsFunc(keys, func(key string) bool { return !w.project.Network(key).Internal })
}

// HasNoNetwork reports whether Docker gives the containers of a service nothing but a loopback interface.
func (w *Workloads) HasNoNetwork(s *input.Service) bool { return w.owner[s].NetworkMode == "none" }

// IsFinite reports whether the Pod ends.
func (b *Pod) IsFinite() bool { return b.Kind == Job || b.Kind == CronJob }

// IsPolicied reports whether policies concern the Pod: those in the network of their node they do not.
func (b *Pod) IsPolicied() bool { return b.Kind != None && b.Main.NetworkMode != "host" }

// HasReplicas reports whether several Pods are made from the template.
func (b *Pod) HasReplicas() bool {
	for _, s := range b.Members {
		if s.Config.GetScale() > 1 || s.Ext.Autoscale != nil && s.Ext.Autoscale.Max > 1 {
			return true
		}
	}
	return false
}

// Containers returns every container of the Pod: those of its services, each before the hooks of its own. It is empty where
// the services have no workload.
func (b *Pod) Containers() []*input.Container {
	var all []*input.Container
	if b.Kind == None {
		return nil
	}
	for _, s := range b.Starters {
		all = append(all, s.Containers()...)
	}
	return all
}

// IsSidecar reports whether a member starts before the Pod's other containers and runs beside them: another member needs it
// first, which containers of one Pod can say only this way.
// Spec: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
func (b *Pod) IsSidecar(s *input.Service) bool { return b.withSidecars && b.first[s] }

// StartsBefore reports whether a member of the Pod is a sidecar, and has started when the one that depends on it does.
func (w *Workloads) StartsBefore(first, dependent *input.Service) bool {
	b := w.podOf[first]
	return b == w.podOf[dependent] && b.IsSidecar(first)
}

// Others names the members of the Pod besides a service.
func (b *Pod) Others(s *input.Service) string { return otherNames(b.Members, s) }

func otherNames(members []*input.Service, s *input.Service) string {
	var others []string
	for _, m := range members {
		if m != s {
			others = append(others, m.Name)
		}
	}
	return strings.Join(others, ", ")
}

// Dependents returns who depends on a service.
func (w *Workloads) Dependents(s *input.Service) []Dependent { return w.dependents[s.Name] }

// UserNamespaces is the version in which hostUsers: false and procMount became generally available (feature gates
// UserNamespacesSupport and ProcMountType).
var UserNamespaces = input.Version{Major: 1, Minor: 36}

// NeedsHostUsers returns the setting of a member for which the API server refuses a user namespace of the Pod's own, or "".
// Source: pkg/apis/core/validation of Kubernetes, validateHostUsers.
func (b *Pod) NeedsHostUsers() string {
	for _, m := range b.Members {
		switch {
		case m.NetworkMode == "host":
			return "network_mode: host"
		case m.Config.Pid == "host":
			return "pid: host"
		case m.Config.Ipc == "host":
			return "ipc: host"
		case m.Config.UserNSMode == "host":
			return "userns_mode: host"
		}
	}
	return ""
}
