package transform

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/transform/names"
)

// serviceForm is what answers for the name of a service.
type serviceForm string

const (
	formNone      serviceForm = ""
	formClusterIP serviceForm = "clusterip"
	formHeadless  serviceForm = "headless"
)

// assignServiceNames gives every service the name of its workload, container and Service.
func (p *project) assignServiceNames() {
	all := make([]string, 0, len(p.services))
	for _, s := range p.services {
		all = append(all, s.name)
	}
	// A hash after a collision keeps the name short enough for every kind.
	p.names.Assign("service", p.wishedName, names.MaxStatefulSet, all...)
	for _, s := range p.services {
		s.dns = p.names.Name("service", s.name)
	}
}

// wishedName is the name of a service before collisions: that of kompose.service.name_override or its own, normalized
// and as short as the kind of its workload demands.
func (p *project) wishedName(name string) string {
	s, wish := p.byName[name], name
	if s.ext.Name != "" {
		wish = s.ext.Name
	}
	label := names.ServiceLabel(wish)
	if (s.kind == kindCronJob || s.kind == kindStatefulSet) && len(label) > names.MaxCronJob {
		label = names.WithHash(label, wish, names.MaxCronJob)
	}
	return label
}

// serviceObjects emits the Services under which the services of the project find each other.
//
// Docker resolves the name of every service, with or without ports, to the addresses of its containers. A name resolves in
// a cluster only if a Service has it, so every service gets one: ClusterIP where ports are known, since Pod addresses change
// and clients cache them, else headless, where the name stands for the Pods and every port works.
// Spec: https://docs.docker.com/compose/how-tos/networking/,
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
func (p *project) serviceObjects() {
	for _, s := range p.services {
		form := s.serviceForm()
		if form == formNone {
			continue
		}
		meta := s.serviceMeta(s.dns)
		p.emit(s.serviceObject(meta, form, p.selector(s.podName()), s.servicePorts()))
		if form == formHeadless && len(s.servicePorts()) == 0 {
			s.reportf("headless", s.path, "declare its ports with `expose` to give the name one stable address",
				"no port of %s is known: its name resolves to its Pods, as on Docker, and every port works", s.name)
		}
	}
}

// serviceForm decides what kind of Service a service has, if any.
func (s *service) serviceForm() serviceForm {
	if s.networkOwner() != s || s.networkMode() == "none" || s.config.Provider != nil || s.ext.Service == "none" {
		return formNone
	}
	ports := len(s.servicePorts())
	switch {
	case ports == 0 || ports > manyPorts:
		return formHeadless
	case s.ext.Service == "clusterip":
		return formClusterIP
	case s.ext.Service == "headless", s.kind == kindStatefulSet, s.config.Deploy != nil && s.config.Deploy.EndpointMode == "dnsrr":
		return formHeadless
	}
	return formClusterIP
}

// serviceObject returns a Service for the Pods that a selector finds.
func (s *service) serviceObject(meta metav1.ObjectMeta, form serviceForm, selector map[string]string, ports []port) *corev1.Service {
	o := &corev1.Service{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}, ObjectMeta: meta}
	o.Spec.Selector = maps.Clone(selector)
	if form == formHeadless {
		o.Spec.ClusterIP = corev1.ClusterIPNone
	}
	if len(ports) <= manyPorts {
		for _, x := range ports {
			o.Spec.Ports = append(o.Spec.Ports, servicePort(x))
		}
	}
	return o
}

// servicePort returns the entry of a port in a Service: the port that peers use on Docker is the container port.
func servicePort(x port) corev1.ServicePort {
	entry := corev1.ServicePort{Name: x.name, Port: x.number, TargetPort: intstr.FromInt32(x.number)}
	if x.protocol != corev1.ProtocolTCP {
		entry.Protocol = x.protocol
	}
	if x.appProtocol != "" {
		entry.AppProtocol = pointer(x.appProtocol)
	}
	return entry
}
