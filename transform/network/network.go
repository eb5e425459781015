// Package network decides how the services of a project find each other and how they are reached from outside: their ports,
// the Services that answer to their names, routes, and the policies that keep networks apart.
package network

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// Network is what this room decides about a project.
type Network struct {
	Ports      Ports
	Services   []plan.Service
	Ingresses  []plan.Ingress
	HTTPRoutes []plan.HTTPRoute
	Policies   []plan.NetworkPolicy

	decider *decider
}

// decider decides on the network of a project. Everything in it is complete when it is made.
type decider struct {
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	findings  *report.Findings
	ports     Ports
	forms     map[*input.Service]plan.Form
	ready     map[*input.Service]string // the names that answer only while a Pod is ready, where they are not those of the services
	labels    map[string]string         // the labels of the members of networks, by key
	policed   bool                      // NetworkPolicies keep the networks apart
}

// Decide decides on the network of a project.
func Decide(p *input.Project, w *workload.Workloads, n *naming.Names, findings *report.Findings) *Network {
	d := &decider{project: p, workloads: w, names: n, findings: findings, ports: decidePorts(p, w, n, findings)}
	d.forms = d.decideForms()
	d.ready = d.nameReadyServices()
	d.labels = d.nameNetworks()
	d.policed = d.hasPolicies()
	result := &Network{Ports: d.ports, Services: d.services(), decider: d}
	outside := d.publish()
	result.Services = append(result.Services, outside.services...)
	result.Ingresses, result.HTTPRoutes = outside.ingresses, outside.routes
	result.Policies = d.policies()
	return result
}

// decideForms decides what kind of Service each service has, if any.
func (d *decider) decideForms() map[*input.Service]plan.Form {
	forms := map[*input.Service]plan.Form{}
	for _, s := range d.project.Services {
		forms[s] = d.form(s)
	}
	return forms
}

// nameReadyServices names the Services <name>-ready, for those who wait for a service whose own name answers at all times.
func (d *decider) nameReadyServices() map[*input.Service]string {
	ready := map[*input.Service]string{}
	for _, b := range d.workloads.Pods {
		if b.Kind == workload.None {
			continue
		}
		for _, w := range d.workloads.Waits(b) {
			s := d.workloads.NetworkOwner(w.Target)
			if !w.Job && ready[s] == "" && d.isClustered(s, d.forms[s]) {
				ready[s] = d.names.Registry.Claim("service", "ready "+s.Name, names.Normalize(d.names.DNS(s)+"-ready", names.MaxLabel), names.MaxLabel)
			}
		}
	}
	return ready
}

// Form returns what answers for the name of a service.
func (n *Network) Form(s *input.Service) plan.Form { return n.decider.forms[s] }

// HasService reports whether the name of a service resolves to its Pods.
func (n *Network) HasService(s *input.Service) bool { return n.decider.hasService(s) }

// ReadyName returns the name that answers only while a Pod of the service is ready.
func (n *Network) ReadyName(s *input.Service) string {
	if name := n.decider.ready[s]; name != "" {
		return name
	}
	return n.decider.names.DNS(s)
}

// OwnName returns the host name that makes a program find itself under the name its texts have for it, and where they have
// it; or "".
func (n *Network) OwnName(b *workload.Pod) (label string, at diag.Path) { return n.decider.ownName(b) }

// FindsItself reports whether the name of the service leads the programs of the Pod to the Pod itself.
func (n *Network) FindsItself(b *workload.Pod) bool { return n.decider.findsItself(b) }

// PodLabels returns the labels by which policies find the Pod.
func (n *Network) PodLabels(b *workload.Pod) map[string]string { return n.decider.networkLabels(b) }

// ContainerPorts returns the ports of a service's container. They document; the container is reachable on others as well. The
// exceptions are host ports, which the scheduler keeps apart.
func (n *Network) ContainerPorts(s *input.Service) []corev1.ContainerPort {
	ports := n.Ports.Of(s)
	if len(ports) > plan.ManyPorts {
		return nil
	}
	var list []corev1.ContainerPort
	for _, x := range ports {
		if x.Inferred != "" && n.decider.workloads.NetworkOwner(s).NetworkMode == "host" {
			continue // in the network of the node every listed port is taken there, so only what the file declares is listed
		}
		c := corev1.ContainerPort{Name: x.Name, ContainerPort: x.Number}
		if x.Protocol != corev1.ProtocolTCP {
			c.Protocol = x.Protocol
		}
		c.HostPort, c.HostIP = n.decider.hostPort(s, x)
		list = append(list, c)
	}
	return list
}

// Published is one port that Docker would open on the host; `up` forwards it. It is JSON in an annotation.
type Published struct {
	HostIP    string `json:"hostIP,omitempty"`
	Published string `json:"published,omitempty"`
	Target    uint32 `json:"target"`
	Protocol  string `json:"protocol"`
}

// PublishedPorts returns what Docker would open on the host for the services of a Pod.
func PublishedPorts(b *workload.Pod) []Published {
	var list []Published
	for _, s := range b.Members {
		if s.NetworkMode == "host" || s.NetworkMode == "none" {
			continue
		}
		for _, c := range s.Config.Ports {
			list = append(list, Published{HostIP: c.HostIP, Published: c.Published, Target: c.Target, Protocol: c.Protocol})
		}
	}
	return list
}

var _ = slices.Contains[[]string]
