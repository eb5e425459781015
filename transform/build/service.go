package build

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/transform/plan"
)

// service returns a Service.
func (b *builder) service(s plan.Service) *corev1.Service {
	o := &corev1.Service{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}, ObjectMeta: b.meta(s.Meta)}
	if s.Form == plan.External {
		o.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: s.ExternalName}
		return o
	}
	o.Spec = corev1.ServiceSpec{
		Type: s.Type, Selector: s.Selector, PublishNotReadyAddresses: s.PublishNotReady, IPFamilyPolicy: s.IPFamilyPolicy, IPFamilies: s.IPFamilies,
		ExternalTrafficPolicy: s.ExternalTrafficPolicy, LoadBalancerIP: s.LoadBalancerIP, LoadBalancerSourceRanges: s.SourceRanges,
	}
	if s.Form == plan.Headless {
		o.Spec.ClusterIP = corev1.ClusterIPNone
	}
	for _, x := range s.Ports {
		o.Spec.Ports = append(o.Spec.Ports, servicePort(x))
	}
	return o
}

func servicePort(x plan.ServicePort) corev1.ServicePort {
	entry := corev1.ServicePort{Name: x.Name, Port: x.Number, TargetPort: intstr.FromInt32(x.Target), NodePort: x.NodePort}
	if x.Protocol != corev1.ProtocolTCP {
		entry.Protocol = x.Protocol
	}
	if x.AppProtocol != "" {
		entry.AppProtocol = new(x.AppProtocol)
	}
	return entry
}

// networkPolicy returns a NetworkPolicy.
func (b *builder) networkPolicy(n plan.NetworkPolicy) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"}, ObjectMeta: b.meta(n.Meta), Spec: n.Spec,
	}
}

// pathType returns how an Ingress compares the path of a route.
func pathType(r plan.Route) networkingv1.PathType {
	if r.Whole {
		return networkingv1.PathTypeExact
	}
	return networkingv1.PathTypePrefix
}

// ingress returns an Ingress.
func (b *builder) ingress(i plan.Ingress) *networkingv1.Ingress {
	o := &networkingv1.Ingress{TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}, ObjectMeta: b.meta(i.Meta)}
	if i.Class != "" {
		o.Spec.IngressClassName = new(i.Class)
	}
	var hosts []string
	for _, r := range i.Routes {
		rule := networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
			Path: r.Path, PathType: new(pathType(r)),
			Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
				Name: r.Backend, Port: networkingv1.ServiceBackendPort{Number: r.Port},
			}},
		}}}}
		for _, host := range r.Hosts {
			o.Spec.Rules = append(o.Spec.Rules, networkingv1.IngressRule{Host: host, IngressRuleValue: rule})
		}
		if len(r.Hosts) == 0 {
			o.Spec.Rules = append(o.Spec.Rules, networkingv1.IngressRule{IngressRuleValue: rule})
		}
		for _, host := range r.Hosts {
			if !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	if i.TLSSecret != "" || i.TLS {
		o.Spec.TLS = []networkingv1.IngressTLS{{Hosts: hosts, SecretName: i.TLSSecret}}
	}
	return o
}
