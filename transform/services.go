package transform

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// serviceForm is what answers for the name of a service.
type serviceForm string

const (
	formNone      serviceForm = ""
	formClusterIP serviceForm = "clusterip"
	formHeadless  serviceForm = "headless"
	formExternal  serviceForm = "external"
)

// serviceObjects emits the Services under which the services of the project find each other.
//
// Docker resolves the name of every service, with or without ports, to the addresses of its containers. A name resolves in
// a cluster only if a Service has it, so every service gets one: ClusterIP where ports are known, since Pod addresses change
// and clients cache them, else headless, where the name stands for the Pods and every port works.
// Spec: https://docs.docker.com/compose/how-tos/networking/,
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
func (p *project) serviceObjects() {
	for _, s := range p.services {
		s.reportNames()
		form := s.serviceForm()
		switch form {
		case formNone:
			continue
		case formExternal:
			p.emit(s.externalService(s.dns))
			continue
		}
		selector, ports := p.selector(s.podName()), s.servicePorts()
		if a, shared := p.references.aliases[s.dns]; shared {
			selector, ports = a.selector(p.instance()), a.ports()
		}
		p.emit(s.serviceObject(s.serviceMeta(s.dns), form, selector, ports))
		s.readyService(form, selector, ports)
		if form == formHeadless && len(ports) == 0 {
			s.reportf("headless", s.path, "declare its ports with `expose` to give the name one stable address",
				"no port of %s is known: its name resolves to its Pods, as on Docker, and every port works", s.name)
		}
	}
	p.aliasServices()
	p.externalLinks()
}

// aliasServices emits the Services of names that are not just that of one service: aliases, links, and what the names of
// containers and hosts are used for. Docker shares a name among all who claim it, by turns; so does a Service.
func (p *project) aliasServices() {
	for _, dns := range sortedKeys(p.references.aliases) {
		a := p.references.aliases[dns]
		if p.isServiceForm(dns) { // the Service of that name selects all of them
			p.reportf("alias-service", a.at, "", "the name %s leads to %s by turns, as on Docker", dns, a.who())
			continue
		}
		first := a.providers[0]
		if first.isExternal() && len(a.providers) == 1 { // no Pod has its labels
			p.emit(first.externalService(dns))
			p.reportf("alias-service", a.at, "", "the name %s leads to %s, in the whole namespace", dns, first.ext.ExternalName)
			continue
		}
		meta := first.serviceMeta(dns)
		if len(a.providers) > 1 {
			meta = p.objectMeta(dns, dns)
			meta.Annotations = map[string]string{AnnotationService: strings.ReplaceAll(a.who(), ", ", ",")}
		}
		ports := a.ports()
		form := formClusterIP
		if len(ports) == 0 || len(ports) > manyPorts || first.serviceForm() == formHeadless {
			form = formHeadless
		}
		p.emit(first.serviceObject(meta, form, a.selector(p.instance()), ports))
		p.reportf("alias-service", a.at, "", "the name %s leads to %s, in the whole namespace", dns, a.who())
	}
}

// isServiceForm reports whether a service has emitted a Service of this name.
func (p *project) isServiceForm(dns string) bool {
	for _, s := range p.references.aliases[dns].providers {
		if s.dns == dns && s.serviceForm() != formNone {
			return true
		}
	}
	return false
}

// serviceForm decides what kind of Service a service has, if any.
func (s *service) serviceForm() serviceForm {
	switch {
	case s.isExternal():
		return formExternal
	case s.networkOwner() != s || s.networkMode() == "none" || s.config.Provider != nil || s.ext.Service == "none",
		s.pod.main.kind == kindNone,
		s.networkMode() != "host" && len(s.namedNetworks()) == 0,
		s.networkMode() == "host" && !s.isNamed(),
		s.isFinite() && !s.isNamed():
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
	case s.firstTCPPort() == 0 && slices.ContainsFunc(s.services, func(peer *service) bool { return peer.pod != s.pod && peer.awaits(s) }):
		return formHeadless // a waiter cannot connect to it; a name without an address of its own resolves once a Pod is ready
	}
	return formClusterIP
}

// isFinite reports whether the Pod of a service ends.
func (s *service) isFinite() bool {
	return s.pod.main.kind == kindJob || s.pod.main.kind == kindCronJob
}

// isNamed reports whether somebody needs the name of the service to resolve: a peer that uses it as a host, or waits for
// the service to answer.
func (s *service) isNamed() bool {
	if s.mentionedBy() != "" {
		return true
	}
	return slices.ContainsFunc(s.services, func(peer *service) bool { return peer.pod != s.pod && peer.awaits(s) })
}

// hasService reports whether the name of a service resolves to its Pods.
func (s *service) hasService() bool {
	form := s.serviceForm()
	return form == formClusterIP || form == formHeadless
}

// serviceObject returns a Service for the Pods that a selector finds.
func (s *service) serviceObject(meta metav1.ObjectMeta, form serviceForm, selector map[string]string, ports []port) *corev1.Service {
	o := &corev1.Service{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}, ObjectMeta: meta}
	o.Spec.Selector = selector
	if form == formHeadless {
		o.Spec.ClusterIP = corev1.ClusterIPNone
	}
	if len(ports) <= manyPorts {
		for _, x := range ports {
			o.Spec.Ports = append(o.Spec.Ports, servicePort(x))
		}
	} else {
		s.reportf("many-ports", s.key("expose"), "", "%s has %d ports, too many for the list of a Service: its name resolves to its Pods, where every port works", s.name, len(ports))
	}
	o.Spec.PublishNotReadyAddresses = s.isClustered(form)
	s.addressFamilies(&o.Spec)
	return o
}

// addressFamilies follows the address families of the networks.
// Spec: https://kubernetes.io/docs/concepts/services-networking/dual-stack/
func (s *service) addressFamilies(spec *corev1.ServiceSpec) {
	keys := s.networkKeys()
	six, onlySix := false, len(keys) > 0
	for _, key := range keys {
		n := s.network(key)
		six = six || n.EnableIPv6 != nil && *n.EnableIPv6
		onlySix = onlySix && n.EnableIPv4 != nil && !*n.EnableIPv4
	}
	switch {
	case onlySix:
		spec.IPFamilyPolicy = new(corev1.IPFamilyPolicySingleStack)
		spec.IPFamilies = []corev1.IPFamily{corev1.IPv6Protocol}
	case six:
		spec.IPFamilyPolicy = new(corev1.IPFamilyPolicyPreferDualStack)
	}
}

// servicePort returns the entry of a port in a Service: the port that peers use on Docker is the container port.
func servicePort(x port) corev1.ServicePort {
	entry := corev1.ServicePort{Name: x.name, Port: x.number, TargetPort: intstr.FromInt32(x.number)}
	if x.protocol != corev1.ProtocolTCP {
		entry.Protocol = x.protocol
	}
	if x.appProtocol != "" {
		entry.AppProtocol = new(x.appProtocol)
	}
	return entry
}

// shortKinds are the names that kubectl has for kinds.
var shortKinds = map[kind]string{
	kindDeployment: "deploy", kindStatefulSet: "sts", kindDaemonSet: "ds", kindJob: "job", kindCronJob: "cronjob", kindPod: "pod",
}

// reportNames reports the names of a service that do not answer as they do on Docker.
func (s *service) reportNames() {
	named := s.namedNetworks()
	for _, key := range sortedKeys(s.config.Networks) {
		if len(named) > 0 && !slices.Contains(named, key) {
			s.reportf("service-name-alias", s.key("networks", key, "use_service_name_alias"), "let the peers of this network use another name",
				"the name %s answers here as well: the Service holds for the namespace, not for a network", s.name)
		}
	}
	for _, n := range s.ownNames() {
		mentioned := s.isUsed(n)
		switch {
		case n.source == nameOfInstance && mentioned:
			for _, m := range s.mentionsOf(n.name) {
				s.reportf("name-unresolvable", m.at, "use "+s.dns, "%s is the name of one container, which no Service has", n.name)
			}
		case n.source == nameOfAlias && strings.Contains(n.name, "."):
			s.reportf("name-unresolvable", n.at, fmt.Sprintf("use %s, or teach the cluster's DNS (CoreDNS rewrite) the name", s.dns),
				"the alias %s does not resolve to %s: no Service can have a name with dots", n.name, s.name)
		case n.source == nameOfService && s.serviceForm() != formNone && s.ext.Name == "" && !isServiceName(n.name) && !mentioned:
			s.reportf("name-unresolvable", n.at, "rename the service, so that it has the same name everywhere", "no Service can be called %s: who looks for it has to ask for %s", n.name, s.dns)
		case n.source == nameOfAlias && !isServiceName(n.name) && !mentioned:
			s.reportf("name-unresolvable", n.at, "use a name of a-z, 0-9 and dashes", "no Service can be called %s: who looks for it has to ask for %s", n.name, s.dnsOf(strings.ToLower(n.name)))
		case n.source == nameOfContainer && !mentioned:
			s.reportf("container-name", n.at, "", "the Pods of %s get generated names; kubectl exec %s/%s finds one", s.name, shortKinds[s.pod.main.kind], s.podName())
		}
	}
}
