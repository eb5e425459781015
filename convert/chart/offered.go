package chart

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform"
)

// offeredIngresses adds an Ingress, disabled by default, for each service that publishes ports and has no route yet: who installs
// the chart may want one although the project does not say so. The conversion has no such object, and neither has the chart with
// its own values.
func (b *builder) offeredIngresses() error {
	routed := map[string]bool{}
	for _, object := range b.objects {
		switch object.GetObjectKind().GroupVersionKind().Kind {
		case "Ingress", "HTTPRoute":
			for _, name := range b.origins.owners(object) {
				routed[name] = true
			}
		}
	}
	for _, object := range b.objects {
		o, ok := object.(*corev1.Service)
		if !ok {
			continue
		}
		names := b.origins.owners(object)
		if len(names) == 0 || !b.published[names[0]] || routed[names[0]] {
			continue
		}
		main, port := b.services[names[0]], firstTCP(o)
		if main == nil || o.Name != main.dns || port == 0 || main.values.find("ingress") != nil {
			continue
		}
		offered := ingressTo(o, port)
		b.origins[offered] = transform.Origin{Paths: b.origins[object].Paths, Services: names}
		if err := b.object(offered); err != nil {
			return err
		}
		main.values.in("ingress").set("enabled", boolean, false).says("The project has no route for this service.")
	}
	return nil
}

// firstTCP returns the first TCP port of a Service, 0 for none.
func firstTCP(o *corev1.Service) int32 {
	for _, p := range o.Spec.Ports {
		if p.Protocol == "" || p.Protocol == corev1.ProtocolTCP {
			return p.Port
		}
	}
	return 0
}

// ingressTo returns an Ingress that takes all requests to a port of a Service.
func ingressTo(o *corev1.Service, port int32) *networkingv1.Ingress {
	prefix := networkingv1.PathTypePrefix
	labels := map[string]string{}
	for _, key := range standardLabels {
		labels[key] = o.Labels[key]
	}
	return &networkingv1.Ingress{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"},
		ObjectMeta: metav1.ObjectMeta{Name: o.Name, Namespace: o.Namespace, Labels: labels},
		Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
			Paths: []networkingv1.HTTPIngressPath{{
				Path: "/", PathType: &prefix,
				Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: o.Name, Port: networkingv1.ServiceBackendPort{Number: port}}},
			}},
		}}}}},
	}
}
