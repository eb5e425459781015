// Package containers reads from Pods what containers do, and says it in docker compose's words. It asks nobody: what it
// knows stands in the Pods it is given.
package containers

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// State is what a container does, in docker compose's words.
type State string

// The states of a container.
const (
	Created    State = "created"    // not started yet, or what keeps it from starting
	Running    State = "running"    //
	Restarting State = "restarting" // it has ended and waits to be started again
	Paused     State = "paused"     // its service was paused: no Pod of it is left
	Exited     State = "exited"     // it has ended, and nobody starts it again
	Removing   State = "removing"   // its Pod is being deleted
)

// States are all states, in the order in which a container goes through them.
func States() []State { return []State{Created, Running, Restarting, Paused, Exited, Removing} }

// Health is what the probe of a container says.
type Health string

// The kinds of health. A container without a probe, or one that does not run, has none.
const (
	NoHealth  Health = ""
	Starting  Health = "starting"
	Healthy   Health = "healthy"
	Unhealthy Health = "unhealthy"
)

// Publisher is a port of a container, and where it answers on the machine of whoever forwards it. PublishedPort is 0
// for a port that is not published, or published at whichever port is free.
type Publisher struct {
	URL           string `json:"URL"`
	TargetPort    int    `json:"TargetPort"`
	PublishedPort int    `json:"PublishedPort"`
	Protocol      string `json:"Protocol"` // tcp, udp or sctp
}

// Container is one container of a service.
type Container struct {
	Pod, Name    string // Name is that of the container within its Pod
	Service      string
	ID           string   // of the container runtime; empty before it is created
	Image        string   // as the Pod names it
	ImageID      string   // what the node pulled, with its digest; empty before
	Command      []string // what the Pod names; empty if that is left to the image
	Node         string
	Labels       map[string]string
	Claims       []string // names of the claims that it mounts
	Networks     []string
	Publishers   []Publisher
	CreatedAt    time.Time // of the Pod
	StartedAt    time.Time // of the run that goes on
	EndedAt      time.Time // of the run that ended last
	State        State
	Health       Health
	ExitCode     int64 // of the run that ended last
	Restarts     int64
	MemoryLimit  int64  // in bytes; 0 if it has none
	Reason       string // what keeps it from starting, in Kubernetes' words; may be empty
	OneOff       bool   // of a run command
	hasEndedOnce bool
}

// Member says to whom the containers of a Pod belong.
type Member struct {
	Services  []string                    // that share the Pod
	Published []Publisher                 // of the Pod
	ByName    func(service string) string // the name of a service's container, if it is not the service's own
	OneOff    bool
}

// Of returns the containers of a Pod that stand for a service: of those that start before the others, only services.
func Of(pod *corev1.Pod, m Member, now time.Time) []Container {
	var out []Container
	add := func(spec *corev1.Container, statuses []corev1.ContainerStatus, service string) {
		c := Container{
			Pod: pod.Name, Name: spec.Name, Service: service, Image: spec.Image, Node: pod.Spec.NodeName,
			Command: slices.Concat(spec.Command, spec.Args), CreatedAt: pod.CreationTimestamp.Time,
			MemoryLimit: spec.Resources.Limits.Memory().Value(), Labels: labels(pod), Claims: claims(pod, spec), Networks: networks(pod), OneOff: m.OneOff, State: Created,
		}
		c.Publishers = publishers(pod, spec, m)
		c.read(pod, spec, statusOf(statuses, spec.Name), now)
		out = append(out, c)
	}
	for i := range pod.Spec.InitContainers {
		spec := &pod.Spec.InitContainers[i]
		if service := m.serviceOf(spec.Name); service != "" && len(m.Services) > 1 {
			add(spec, pod.Status.InitContainerStatuses, service)
		}
	}
	for i := range pod.Spec.Containers {
		spec := &pod.Spec.Containers[i]
		service := spec.Name
		if known := m.serviceOf(spec.Name); known != "" {
			service = known
		} else if len(m.Services) == 1 {
			service = m.Services[0]
		}
		add(spec, pod.Status.ContainerStatuses, service)
	}
	return out
}

// serviceOf returns the service whose container has a name; nothing if it is that of none.
func (m Member) serviceOf(container string) string {
	for _, service := range m.Services {
		if service == container || m.ByName != nil && m.ByName(service) == container {
			return service
		}
	}
	return ""
}

func statusOf(statuses []corev1.ContainerStatus, name string) *corev1.ContainerStatus {
	for i := range statuses {
		if statuses[i].Name == name {
			return &statuses[i]
		}
	}
	return nil
}

// oddLabels is the annotation that holds labels of the project whose keys no annotation can have.
const oddLabels = "transship/labels"

// labels returns the labels of the Pod, and those of the project, which are annotations there.
func labels(pod *corev1.Pod) map[string]string {
	out := map[string]string{}
	for key, value := range pod.Annotations {
		domain, _, isQualified := strings.Cut(key, "/")
		if isQualified && (domain == "transship" || domain == "kubernetes.io" || strings.HasSuffix(domain, ".kubernetes.io")) {
			continue
		}
		out[key] = value
	}
	odd := map[string]string{}
	if json.Unmarshal([]byte(pod.Annotations[oddLabels]), &odd) == nil {
		maps.Copy(out, odd)
	}
	maps.Copy(out, pod.Labels)
	return out
}

// networkLabel prefixes the labels that say in which networks of the project a Pod is.
const networkLabel = "network.transship/"

func networks(pod *corev1.Pod) []string {
	var out []string
	for key := range pod.Labels {
		if name, is := strings.CutPrefix(key, networkLabel); is {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// claims returns the names of the claims that a container mounts, in the order of its mounts.
func claims(pod *corev1.Pod, spec *corev1.Container) []string {
	var out []string
	for _, mount := range spec.VolumeMounts {
		for _, volume := range pod.Spec.Volumes {
			claim := volume.PersistentVolumeClaim
			if volume.Name == mount.Name && claim != nil && !slices.Contains(out, claim.ClaimName) {
				out = append(out, claim.ClaimName)
			}
		}
	}
	return out
}

// publishers returns the ports of a container: those that are published first, as a Pod has them together.
func publishers(pod *corev1.Pod, spec *corev1.Container, m Member) []Publisher {
	var out []Publisher
	declares := func(c *corev1.Container, p Publisher) bool {
		return slices.ContainsFunc(c.Ports, func(port corev1.ContainerPort) bool {
			return int(port.ContainerPort) == p.TargetPort && protocol(port.Protocol) == p.Protocol
		})
	}
	for _, p := range m.Published {
		isOnly, isFirst := len(m.Services) < 2, spec.Name == pod.Spec.Containers[0].Name
		anybody := slices.ContainsFunc(pod.Spec.Containers, func(c corev1.Container) bool { return declares(&c, p) })
		if isOnly || declares(spec, p) || !anybody && isFirst {
			out = append(out, p)
		}
	}
	for _, port := range spec.Ports {
		p := Publisher{TargetPort: int(port.ContainerPort), Protocol: protocol(port.Protocol)}
		isKnown := slices.ContainsFunc(out, func(o Publisher) bool { return o.TargetPort == p.TargetPort && o.Protocol == p.Protocol })
		if !isKnown {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Publisher) int { return a.TargetPort - b.TargetPort })
	return out
}

func protocol(p corev1.Protocol) string {
	if p == "" {
		return "tcp"
	}
	return strings.ToLower(string(p))
}
