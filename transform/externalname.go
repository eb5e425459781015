package transform

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/transform/names"
)

// isExternal reports whether a service only stands for something outside the project, which x-kubernetes.externalName
// names. With external_links, externalName says where those lead.
func (s *service) isExternal() bool {
	return s.ext.ExternalName != "" && len(s.config.ExternalLinks) == 0
}

// externalService returns a Service whose name is a CNAME for a host outside. Clients see the name they asked for, so a
// TLS certificate or a virtual host must know it.
// Spec: https://kubernetes.io/docs/concepts/services-networking/service/#externalname
func (s *service) externalService(name string) *corev1.Service {
	target := strings.TrimSuffix(s.ext.ExternalName, ".")
	if len(validation.IsDNS1123Subdomain(target)) > 0 || isAddress(target) {
		s.reportf("external-name", s.key("x-kubernetes", "externalName"), "write a host name such as db.example.com", "%q is not a host name", s.ext.ExternalName)
	}
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: s.serviceMeta(name),
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: target},
	}
}

// externalLinks emits what external_links come to: a name for a container that the project does not run.
func (p *project) externalLinks() {
	for _, s := range p.services {
		for i, link := range s.config.ExternalLinks {
			container, alias, found := strings.Cut(link, ":")
			if !found {
				alias = container
			}
			switch {
			case p.containerNamed(container) != nil: // a container of the project itself
			case s.ext.ExternalName != "":
				name := p.names.Claim("service", strings.ToLower(alias), names.ServiceLabel(alias), names.MaxLabel)
				p.emit(s.externalService(name))
			default:
				s.reportf("external-link", s.key("external_links").Index(i), "say where it is with x-kubernetes.externalName, for example "+names.ServiceLabel(container)+".other-namespace",
					"%s is a container outside the project, which the cluster does not know: %s does not resolve", container, alias)
			}
		}
	}
}
