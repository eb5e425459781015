package network

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// externalService returns a Service whose name is a CNAME for a host outside. Clients see the name they asked for, so a
// TLS certificate or a virtual host must know it.
// Spec: https://kubernetes.io/docs/concepts/services-networking/service/#externalname
func externalService(n *naming.Names, s *input.Service, name string, findings *report.Findings) plan.Service {
	target := strings.TrimSuffix(s.Ext.ExternalName, ".")
	if len(validation.IsDNS1123Subdomain(target)) > 0 || naming.IsAddress(target) {
		findings.Addf("external-name", s.Key("x-kubernetes", "externalName"), "write a host name such as db.example.com", "%q is not a host name", s.Ext.ExternalName)
	}
	return plan.Service{Meta: plan.MetaOf(s, n.DNS(s), name, s.Key("x-kubernetes", "externalName")), Form: plan.External, ExternalName: target}
}

// externalLinks returns the Services that external_links come to: a name for a container that the project does not run.
func externalLinks(p *input.Project, n *naming.Names, findings *report.Findings) []plan.Service {
	var list []plan.Service
	for _, s := range p.Services {
		for i, link := range s.Config.ExternalLinks {
			container, alias, found := strings.Cut(link, ":")
			if !found {
				alias = container
			}
			switch {
			case p.ContainerNamed(container) != nil || p.ByName[container] != nil: // of the project itself
			case p.ByName[alias] != nil && p.ByName[alias].IsExternal(): // which is where the name leads
			case s.Ext.ExternalName != "":
				name := n.Registry.Claim("service", strings.ToLower(alias), names.ServiceLabel(alias), names.MaxLabel)
				list = append(list, externalService(n, s, name, findings))
			default:
				findings.Addf("external-link", s.Key("external_links").Index(i), "say where it is on "+s.Name+", which has the link: x-kubernetes: {externalName: "+names.ServiceLabel(container)+".other-namespace}",
					"%s is a container outside the project, which the cluster does not know: %s does not resolve", container, alias)
			}
		}
	}
	return list
}
