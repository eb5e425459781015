package network

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// services makes the Services under which the services of the project find each other.
type services struct {
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	ports     Ports
	forms     forms
	own       *ownNames
	ready     map[*input.Service]string // the names that answer only while a Pod is ready, where they are not those of the services
	findings  *report.Findings
}

// all returns the Services under which the services of the project find each other.
//
// Docker resolves the name of every service, with or without ports, to the addresses of its containers. A name resolves in
// a cluster only if a Service has it, so every service gets one: ClusterIP where ports are known, since Pod addresses change
// and clients cache them, else headless, where the name stands for the Pods and every port works.
// Spec: https://docs.docker.com/compose/how-tos/networking/,
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
func (d *services) all() []plan.Service {
	var list []plan.Service
	for _, s := range d.project.Services {
		d.reportNames(s)
		d.reportForeignNames(s)
		form := d.forms[s]
		switch form {
		case plan.NoService:
			continue
		case plan.External:
			list = append(list, externalService(d.names, s, d.names.DNS(s), d.findings))
			continue
		}
		selector, ports := labels.Selector(d.names.PodName(s), d.project.Instance()), d.ports.Behind(s)
		if a, shared := d.names.Aliases[d.names.DNS(s)]; shared {
			selector, ports = aliasSelector(d.project, a), aliasPorts(d.ports, a)
		}
		list = append(list, d.service(s, plan.MetaOf(s, d.names.DNS(s), d.names.DNS(s)), form, selector, ports))
		if name := d.ready[s]; name != "" {
			list = append(list, d.readyService(s, name, form, selector, ports))
		}
		switch why, help := doubt(d.project, d.workloads, d.names, d.ports, s); {
		case form == plan.Headless && len(ports) > 0 && len(ports) <= plan.ManyPorts && why != "" && s.Ext.Service == "" && !isStateful(d.workloads, s):
			d.findings.Addf("headless", s.Path, help,
				"which ports %s has is not certain: %s; its name resolves to its Pods, as on Docker, and every port works", s.Name, why)
		case form == plan.Headless && s.Ext.Service == "" && admittedAt(d.workloads, d.names, s) != nil:
			d.findings.Addf("headless", admittedAt(d.workloads, d.names, s), "",
				"%s is let in by its name, which leads to the addresses of its Pods therefore: they are those from which it calls", s.Name)
		case form == plan.Headless && len(ports) == 0:
			d.findings.Addf("headless", s.Path, "declare its ports with `expose` to give the name one stable address",
				"no port of %s is known: its name resolves to its Pods, as on Docker, and every port works", s.Name)
		}
	}
	d.reportAskedOnce()
	d.reportMulticast()
	list = append(list, d.aliasServices()...)
	return append(list, externalLinks(d.project, d.names, d.findings)...)
}

// aliasServices returns the Services of names that are not just that of one service: aliases, links, and what the names of
// containers and hosts are used for. Docker shares a name among all who claim it, by turns; so does a Service.
func (d *services) aliasServices() []plan.Service {
	var list []plan.Service
	for _, dns := range sorted.Keys(d.names.Aliases) {
		a := d.names.Aliases[dns]
		if d.isServiceForm(dns) { // the Service of that name selects all of them
			d.findings.Addf("alias-service", a.At, "", "the name %s leads to %s by turns, as on Docker", dns, a.Who())
			continue
		}
		first := a.Providers[0]
		if first.IsExternal() && len(a.Providers) == 1 { // no Pod has its labels
			list = append(list, externalService(d.names, first, dns, d.findings))
			d.findings.Addf("alias-service", a.At, "", "the name %s leads to %s, in the whole namespace", dns, first.Ext.ExternalName)
			continue
		}
		meta := plan.MetaOf(first, d.names.DNS(first), dns, a.At)
		if len(a.Providers) > 1 {
			meta = plan.Meta{Name: dns, Component: dns, Annotations: map[string]string{labels.Service: strings.ReplaceAll(a.Who(), ", ", ",")}}
			meta.Origin = plan.Origin{Paths: []diag.Path{a.At}, Services: strings.Split(a.Who(), ", ")}
		}
		ports := aliasPorts(d.ports, a)
		form := plan.ClusterIP
		if len(ports) == 0 || len(ports) > plan.ManyPorts || slices.ContainsFunc(a.Providers, func(s *input.Service) bool { return d.forms[s] == plan.Headless }) {
			form = plan.Headless
		}
		list = append(list, d.service(first, meta, form, aliasSelector(d.project, a), ports))
		d.findings.Addf("alias-service", a.At, "", "the name %s leads to %s, in the whole namespace", dns, a.Who())
	}
	return list
}

// aliasSelector returns the labels of the Pods behind an alias.
func aliasSelector(p *input.Project, a naming.Alias) map[string]string {
	return map[string]string{labels.Alias + a.DNS: "true", labels.Instance: p.Instance()}
}

// aliasPorts returns the ports of all who answer to an alias. Names of ports are unique within one service only.
func aliasPorts(ports Ports, a naming.Alias) []input.Port {
	var set input.PortSet
	taken := map[string]bool{}
	for _, s := range a.Providers {
		for _, x := range ports.Behind(s) {
			if !set.Add(x) {
				continue
			}
			last := &set.List[len(set.List)-1]
			if taken[x.Name] {
				last.Name = fmt.Sprintf("p-%d-%s", x.Number, strings.ToLower(string(x.Protocol)))
			}
			taken[last.Name] = true
		}
	}
	return set.List
}

// isServiceForm reports whether a service has emitted a Service of this name.
func (d *services) isServiceForm(dns string) bool {
	for _, s := range d.names.Aliases[dns].Providers {
		if d.names.DNS(s) == dns && d.forms[s] != plan.NoService {
			return true
		}
	}
	return false
}

// isNamed reports whether somebody needs the name of the service to resolve: a peer that uses it as a host, or waits for
// the service to answer.
func isNamed(p *input.Project, w *workload.Workloads, n *naming.Names, s *input.Service) bool {
	if n.MentionedBy(s) != "" || n.IsPointedTo(s) {
		return true
	}
	return slices.ContainsFunc(p.Services, func(peer *input.Service) bool { return w.Pod(peer) != w.Pod(s) && peer.Awaits(s) })
}

// isStateful reports whether a service gives its name to a StatefulSet, which needs a headless Service.
func isStateful(w *workload.Workloads, s *input.Service) bool {
	b := w.Pod(s)
	return b.Main == s && b.Kind == workload.StatefulSet
}

// service returns a Service for the Pods that a selector finds.
func (d *services) service(s *input.Service, meta plan.Meta, form plan.Form, selector map[string]string, ports []input.Port) plan.Service {
	o := plan.Service{Meta: meta, Form: form, Selector: selector, PublishNotReady: d.own.isClustered(s, form)}
	if len(ports) <= plan.ManyPorts {
		for _, x := range ports { // the port that peers use on Docker is the container port
			o.Ports = append(o.Ports, plan.ServicePort{Port: x, Target: x.Number})
		}
	} else {
		d.findings.Addf("many-ports", s.Key("expose"), "", "%s has %d ports, too many for the list of a Service: its name resolves to its Pods, where every port works", s.Name, len(ports))
	}
	o.IPFamilyPolicy, o.IPFamilies = addressFamilies(d.project, d.workloads, s)
	return o
}

// addressFamilies follows the address families of the networks.
// Spec: https://kubernetes.io/docs/concepts/services-networking/dual-stack/
func addressFamilies(p *input.Project, w *workload.Workloads, s *input.Service) (*corev1.IPFamilyPolicy, []corev1.IPFamily) {
	keys := w.Networks(s)
	six, onlySix := false, len(keys) > 0
	for _, key := range keys {
		n := p.Network(key)
		six = six || n.EnableIPv6 != nil && *n.EnableIPv6
		onlySix = onlySix && n.EnableIPv4 != nil && !*n.EnableIPv4
	}
	switch {
	case onlySix:
		return new(corev1.IPFamilyPolicySingleStack), []corev1.IPFamily{corev1.IPv6Protocol}
	case six:
		return new(corev1.IPFamilyPolicyPreferDualStack), nil
	}
	return nil, nil
}

// shortKinds are the names that kubectl has for kinds.
var shortKinds = map[workload.Kind]string{
	workload.Deployment: "deploy", workload.StatefulSet: "sts", workload.DaemonSet: "ds", workload.Job: "job", workload.CronJob: "cronjob", workload.BarePod: "pod",
}

// namesMember matches the variables by which a program is called in its cluster and in its logs, whatever its host is called.
// Source: https://www.elastic.co/docs/deploy-manage/deploy/self-managed/important-settings-configuration
var namesMember = pattern.New(`(?i)^(node|cluster|instance)[._]name$|(^|[._])initial_(master|cluster_manager)_nodes$`).Holding("name", "nodes")

const noDottedAlias = "the alias %s does not resolve to %s: no Service can have a name with dots"

// reportNames reports the names of a service that do not answer as they do on Docker.
func (d *services) reportNames(s *input.Service) {
	named := d.names.NamedNetworks(s)
	for _, key := range sorted.Keys(s.Config.Networks) {
		if len(named) > 0 && !slices.Contains(named, key) {
			d.findings.Addf("service-name-alias", s.Key("networks", key, "use_service_name_alias"), "let the peers of this network use another name",
				"the name %s answers here as well: the Service holds for the namespace, not for a network", s.Name)
		}
	}
	for i, link := range s.Config.Links {
		if name, alias, _ := strings.Cut(link, ":"); strings.Contains(alias, ".") && d.project.ByName[name] != nil {
			d.findings.Addf("name-unresolvable", s.Key("links").Index(i), fmt.Sprintf("use %s, or teach the cluster's DNS (CoreDNS rewrite) the name", d.names.DNS(d.project.ByName[name])),
				noDottedAlias, alias, name)
		}
	}
	for _, n := range d.names.OfService(s) {
		mentioned := d.names.IsUsed(n)
		switch {
		case n.Source == naming.OfInstance && mentioned:
			for _, m := range d.names.Mentions(n.Name) {
				if m.Port == 0 && m.Scheme == "" && namesMember.MatchString(m.Variable) {
					continue
				}
				d.findings.Addf("name-unresolvable", m.At, "use "+d.names.DNS(s), "%s is the name of one container, which no Service has", n.Name)
			}
		case n.Source == naming.OfAlias && strings.Contains(n.Name, "."):
			help := fmt.Sprintf("use %s, or teach the cluster's DNS (CoreDNS rewrite) the name", d.names.DNS(s))
			if _, host, _ := strings.Cut(n.Name, "."); slices.ContainsFunc(d.names.OfService(s), func(other naming.DNSName) bool { return other.Name == host }) {
				help = fmt.Sprintf("if clients of S3 ask for it as the host of a bucket, let them use path-style access, which asks for %s; or teach the cluster's DNS (CoreDNS rewrite) the name", host)
			}
			d.findings.Addf("name-unresolvable", n.At, help, noDottedAlias, n.Name, s.Name)
		case n.Source == naming.OfService && d.forms[s] != plan.NoService && s.Ext.Name == "" && !naming.IsServiceName(n.Name) && !d.names.IsAskedFor(n):
			d.findings.Addf("name-unresolvable", n.At, "rename the service, so that it has the same name everywhere", "no Service can be called %s: who looks for it has to ask for %s", n.Name, d.names.DNS(s))
		case n.Source == naming.OfAlias && !naming.IsServiceName(n.Name) && !d.names.IsAskedFor(n):
			d.findings.Addf("name-unresolvable", n.At, "use a name of a-z, 0-9 and dashes", "no Service can be called %s: who looks for it has to ask for %s", n.Name, d.names.ServiceFor(strings.ToLower(n.Name)))
		case n.Source == naming.OfContainer && !mentioned:
			d.findings.Addf("container-name", n.At, "", "the Pods of %s get generated names; kubectl exec %s/%s finds one", s.Name, shortKinds[d.workloads.Pod(s).Kind], d.names.PodName(s))
		}
	}
}
