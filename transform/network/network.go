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
	"github.com/transship/transship/transform/proxies"
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

	workloads *workload.Workloads
	names     *naming.Names
	services  *services
	policies  *policies
}

// Decide decides on the network of a project. asked are the routes that it asks proxies for.
func Decide(p *input.Project, w *workload.Workloads, n *naming.Names, asked proxies.Routes, findings *report.Findings) *Network {
	ports := decidePorts(p, w, n, asked, findings)
	forms := decideForms(p, w, n, ports)
	own := &ownNames{workloads: w, names: n, forms: forms, inCircle: checkedInCircle(p, w, n)}
	inside := &services{project: p, workloads: w, names: n, ports: ports, forms: forms, own: own, ready: nameReadyServices(w, n, own), findings: findings}
	apart := &policies{project: p, workloads: w, names: n, ports: ports, proxies: asked, labels: nameNetworks(p, w, n), policed: hasPolicies(p, w), findings: findings}
	result := &Network{Ports: ports, Services: inside.all(), workloads: w, names: n, services: inside, policies: apart}
	outside := (&publishing{project: p, workloads: w, names: n, ports: ports, proxies: asked, services: inside, findings: findings}).all()
	result.Services = append(result.Services, outside.services...)
	result.Ingresses, result.HTTPRoutes = outside.ingresses, outside.routes
	result.Policies = apart.all()
	return result
}

// decideForms decides what kind of Service each service has, if any.
func decideForms(p *input.Project, w *workload.Workloads, n *naming.Names, ports Ports) forms {
	all := forms{}
	for _, s := range p.Services {
		all[s] = formOf(p, w, n, ports, s)
	}
	return all
}

// nameReadyServices names the Services <name>-ready, for those who wait for a service whose own name answers at all times.
func nameReadyServices(w *workload.Workloads, n *naming.Names, own *ownNames) map[*input.Service]string {
	ready := map[*input.Service]string{}
	for _, b := range w.Pods {
		if b.Kind == workload.None {
			continue
		}
		for _, wait := range w.Waits(b) {
			s := w.NetworkOwner(wait.Target)
			if !wait.Job && ready[s] == "" && own.isClustered(s, own.forms[s]) {
				ready[s] = n.Registry.Claim("service", "ready "+s.Name, names.Normalize(n.DNS(s)+"-ready", names.MaxLabel), names.MaxLabel)
			}
		}
	}
	return ready
}

// Form returns what answers for the name of a service.
func (n *Network) Form(s *input.Service) plan.Form { return n.services.forms[s] }

// HasService reports whether the name of a service resolves to its Pods.
func (n *Network) HasService(s *input.Service) bool { return n.services.forms.hasService(s) }

// IsCalled reports whether somebody may connect to a service: it has a port, or another service has its name or waits for it.
func (n *Network) IsCalled(s *input.Service) bool {
	return n.HasService(s) && (len(n.Ports.Behind(s)) > 0 || isNamed(n.services.project, n.workloads, n.names, s))
}

// AnnouncesItself reports whether a program of a Pod tells its peers the name of its service, so that two Pods would be one member to them.
func (n *Network) AnnouncesItself(b *workload.Pod) bool {
	return slices.ContainsFunc(b.Members, func(s *input.Service) bool {
		return slices.ContainsFunc(namesOf(n.names, s), func(name string) bool {
			return slices.ContainsFunc(n.names.Mentions(name), func(m naming.Mention) bool { return m.By == s && (m.Host || m.Bare) && isAnnounced(m) })
		})
	})
}

// ReadyName returns the name that answers only while a Pod of the service is ready.
func (n *Network) ReadyName(s *input.Service) string {
	if name := n.services.ready[s]; name != "" {
		return name
	}
	return n.names.DNS(s)
}

// OwnName returns the host name that makes a program find itself under the name its texts have for it, and where they have
// it; or "".
func (n *Network) OwnName(b *workload.Pod) (label string, at diag.Path) {
	return n.services.own.ownName(b)
}

// FindsItself reports whether the name of the service leads the programs of the Pod to the Pod itself.
func (n *Network) FindsItself(b *workload.Pod) bool { return n.services.own.findsItself(b) }

// PodLabels returns the labels by which policies find the Pod.
func (n *Network) PodLabels(b *workload.Pod) map[string]string { return n.policies.networkLabels(b) }

// ContainerPorts returns the ports of a service's container. They document; the container is reachable on others as well. The
// exceptions are host ports, which the scheduler keeps apart. In the network of the node every listed port is one of the node, which
// no other Pod there may list: none is listed, because `expose` opens nothing on Docker and says as little about who listens.
func (n *Network) ContainerPorts(s *input.Service) []corev1.ContainerPort {
	ports := n.Ports.Of(s)
	if len(ports) > plan.ManyPorts || n.workloads.NetworkOwner(s).NetworkMode == "host" {
		return nil
	}
	var list []corev1.ContainerPort
	for _, x := range ports {
		c := corev1.ContainerPort{Name: x.Name, ContainerPort: x.Number}
		if x.Protocol != corev1.ProtocolTCP {
			c.Protocol = x.Protocol
		}
		c.HostPort, c.HostIP = hostPort(s, x)
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
