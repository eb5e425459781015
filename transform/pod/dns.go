package pod

import (
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// Limits of a Pod's resolver. Source: k8s.io/kubernetes/pkg/apis/core/validation (MaxDNSNameservers,
// MaxDNSSearchPaths, MaxDNSSearchListChars).
const (
	maxNameservers   = 3
	maxSearchDomains = 32
)

// hostname returns the host name of the Pod, "" for the one that Kubernetes gives it.
func hostname(b *workload.Pod, n *naming.Names, net *network.Network, findings *report.Findings) string {
	written := writtenHostname(b.Main, n.DNS(b.Main), findings)
	if b.Main.Config.Hostname != "" {
		return written
	}
	name, at := net.OwnName(b)
	if name != "" {
		findings.Addf("own-name", at, "hostname: gives the Pod another name", "the Pod is called %s, so that the name leads the program to itself, as on Docker", name)
		return name
	}
	label, why, at := net.Identity(b)
	if why != network.NoIdentity {
		findings.Addf("own-name", at, "hostname: gives the Pod another name", identities[why], label)
	}
	return label
}

// identities say why a Pod has a name of its own.
var identities = map[network.Identity]string{
	network.KeepsData:   "the Pod is called %s: RabbitMQ keeps its data under its host name, which without one would be another for every Pod",
	network.ReplicaSet:  "the Pod is called %s: a replica set of MongoDB knows its members by their host names, and one that Kubernetes makes leads nowhere",
	network.TellsClient: "the Pod is called %s: Kafka tells its clients its host name, and one that Kubernetes makes leads nowhere",
	network.KeepsLogs:   "the Pod is called %s: this image of Kafka keeps its data under its host name, which without one would be another for every Pod",
	network.TellsPeers:  "the Pod is called %s: the program tells its peers its host name, and one that Kubernetes makes leads nowhere",
}

// dnsPolicy returns how the Pod resolves names, "" for the default.
//
// In the host's network a Pod would ask the node's DNS, and no service name would resolve; Docker's host network has no
// service names either, but nothing is lost by keeping them.
// Spec: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy
func dnsPolicy(b *workload.Pod, hostNetwork bool) corev1.DNSPolicy {
	var policy corev1.DNSPolicy
	if hostNetwork {
		policy = corev1.DNSClusterFirstWithHostNet
	}
	for _, s := range b.Members {
		if s.Ext.DNSPolicy != "" {
			policy = corev1.DNSPolicy(s.Ext.DNSPolicy)
		}
	}
	return policy
}

// reportOtherResolvers reports what the other members of a Pod say about its name and its resolver.
func reportOtherResolvers(b *workload.Pod, w *workload.Workloads, findings *report.Findings) {
	for _, s := range b.Members[1:] {
		if w.NetworkOwner(s) != s { // refused by Docker, and reported with the merge
			continue
		}
		for _, k := range []struct {
			key string
			set bool
		}{
			{"hostname", s.Config.Hostname != ""},
			{"dns", len(s.Config.DNS) > 0},
			{"dns_search", len(s.Config.DNSSearch) > 0},
			{"dns_opt", len(s.Config.DNSOpts) > 0},
		} {
			if k.set {
				findings.Addf("pod-setting", s.Key(k.key), "move it to "+b.Main.Name, "%s is that of the Pod, and so that of %s", k.key, b.Main.Name)
			}
		}
	}
}

// writtenHostname returns what `hostname` gives the Pod: a single label on Kubernetes, any name on Docker.
//
// Docker's domainname makes a fully qualified name of it. Kubernetes has hostnameOverride for that, which is not generally
// available in any version so far, and is not written. Spec: https://kubernetes.io/docs/concepts/workloads/pods/pod-hostname/
func writtenHostname(s *input.Service, dns string, findings *report.Findings) string {
	wish := s.Config.Hostname
	if s.Config.DomainName != "" {
		findings.Addf("hostname", s.Key("domainname"), "set the full name in the configuration of the program", "the Pod has no domain %s: its own name is a single label", s.Config.DomainName)
	}
	if wish == "" {
		return ""
	}
	if s.NetworkMode == "host" {
		findings.Addf("hostname", s.Key("hostname"), "", "the Pod has the host name of its node, not %s: it uses the network of the node", wish)
		return ""
	}
	if len(validation.IsDNS1123Label(wish)) == 0 {
		return wish
	}
	if strings.Contains(wish, "{{") {
		findings.Addf("hostname", s.Key("hostname"), "read the name of the Pod, which is its host name", "%s is a template of Swarm: the host name is left out, and is that of the Pod", wish)
		return ""
	}
	first, _, hasDomain := strings.Cut(wish, ".")
	label := names.Normalize(first, names.MaxLabel)
	switch {
	case strings.EqualFold(wish, label): // DNS does not know case, but a program that compares texts does
		findings.Addf("hostname", s.Key("hostname"), "write it in lower case", "the host name is %s, not %s", label, wish)
	case strings.EqualFold(wish, s.Name): // texts say its Service's name for it now
		findings.Addf("hostname", s.Key("hostname"), "rename the service, so that it has the same name everywhere", "the host name is %s, as its Service, not %s", dns, wish)
		return dns
	case hasDomain:
		findings.Addf("hostname", s.Key("hostname"), "set the full name in the configuration of the program", "the host name is %s, not %s: that of a Pod is a single label", label, wish)
	default:
		findings.Addf("hostname", s.Key("hostname"), "use a-z, 0-9 and the dash, at most 63 of them", "the host name is %s, not %s", label, wish)
	}
	return label
}

// privateZones are the last parts of names that no public DNS has. Sources: https://www.rfc-editor.org/rfc/rfc6761 (localhost, test, invalid),
// https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en (internal)
var privateZones = []string{"localhost", "internal", "local", "lan", "home", "test", "invalid", "localdomain", "intranet", "corp"}

// inPublicDNS reports whether a name may be one of the public DNS.
func inPublicDNS(name string) bool {
	at := strings.LastIndexByte(name, '.')
	return at > 0 && !slices.Contains(privateZones, strings.ToLower(name[at+1:]))
}

// hostAliases returns the lines that extra_hosts adds to /etc/hosts, by address.
//
// The API server refuses names that are no DNS names; host-gateway is the address of the Docker host, of which a
// cluster knows nothing. Spec: https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/
func hostAliases(b *workload.Pod, n *naming.Names, findings *report.Findings) []corev1.HostAlias {
	byAddress := map[string][]string{}
	for _, s := range b.Members {
		for _, name := range sorted.Keys(s.Config.ExtraHosts) {
			at := s.Key("extra_hosts", name)
			host := strings.ToLower(name)
			addresses := s.Config.ExtraHosts[name]
			var first *input.Service
			if len(addresses) > 0 {
				first, _ = n.HostOf(addresses[0])
			}
			for i, address := range addresses {
				target, ofProject := n.HostOf(address)
				switch ip, err := netip.ParseAddr(address); {
				case i > 0 && first != nil && target == nil && !strings.Contains(name, "."):
					findings.Addf("extra-host-service", at, "", "the line %s: %s is left out: the first line for the name counts on Docker, and leads to %s", name, address, first.Name)
				case target != nil && !strings.Contains(name, "."):
					findings.Addf("extra-host-service", at, "", "the line %s: %s is left out: the name leads to the Service of %s, whatever address its Pods have", name, address, target.Name)
				case address == "host-gateway", naming.IsDockerHost(ip) && !ofProject, n.IsGateway(address):
					if inPublicDNS(name) {
						findings.Addf("host-gateway", at, "name the machine that is meant by its address, or use a service with x-kubernetes.externalName",
							"%s is the Docker host, which does not exist in a cluster: the name leads where the DNS of the cluster says, if anywhere", name)
						continue
					}
					findings.Addf("host-gateway", at, "name the machine that is meant by its address, or use a service with x-kubernetes.externalName",
						"%s is the Docker host, which does not exist in a cluster: the name does not resolve", name)
				case ofProject:
					advice := "use the name of the service that is meant"
					if target != nil {
						advice = "use " + n.DNS(target) + " in place of " + name
					}
					findings.Addf("static-address-used", at, advice, "%s is an address of the project's own networks, which the cluster does not have: the line for %s is left out", address, name)
				case err != nil || ip.Zone() != "":
					findings.Addf("extra-host", at, "write an address", "%s is left out: %q is not an address", name, address)
				case len(validation.IsDNS1123Subdomain(host)) > 0:
					findings.Addf("extra-host", at, "use a name of a-z, 0-9, dashes and dots", "%s is left out: no Pod can have this name in /etc/hosts", name)
				case !slices.Contains(byAddress[address], host):
					byAddress[address] = append(byAddress[address], host)
				}
			}
		}
	}
	var list []corev1.HostAlias
	for _, address := range sorted.Keys(byAddress) {
		list = append(list, corev1.HostAlias{IP: address, Hostnames: byAddress[address]})
	}
	return list
}

// dnsConfig returns the resolver settings of the Pod.
//
// Docker asks the servers of `dns` only for what its own DNS does not know, so service names go on working. A Pod that is
// given name servers asks them for everything, and no service name would resolve: they are written only with
// x-kubernetes.dnsPolicy: None. Search domains are added to those of the cluster, which service names need.
// Spec: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config
func dnsConfig(s *input.Service, policy corev1.DNSPolicy, findings *report.Findings) *corev1.PodDNSConfig {
	config := &corev1.PodDNSConfig{Nameservers: nameservers(s, policy, findings)}
	for i, domain := range s.Config.DNSSearch {
		at := s.Key("dns_search").Index(i)
		switch {
		case domain == "." || domain == "":
			findings.Add("dns-search", at, "the search list cannot be empty: the domains of the cluster stay in it, so that service names resolve", "end names that are complete with a dot")
		case len(validation.IsDNS1123Subdomain(strings.ToLower(strings.TrimSuffix(domain, ".")))) > 0:
			findings.Addf("dns-search", at, "write a domain", "%q is left out: it is not a domain", domain)
		case len(config.Searches) == maxSearchDomains:
			findings.Addf("dns-search", at, "", "%s is left out: a Pod has at most %d search domains", domain, maxSearchDomains)
		default:
			config.Searches = append(config.Searches, domain)
		}
	}
	for _, option := range s.Config.DNSOpts {
		name, value, hasValue := strings.Cut(option, ":")
		o := corev1.PodDNSConfigOption{Name: name}
		if hasValue {
			o.Value = new(value)
		}
		if name != "" {
			config.Options = append(config.Options, o)
		}
	}
	if len(config.Nameservers) == 0 && len(config.Searches) == 0 && len(config.Options) == 0 {
		return nil
	}
	return config
}

func nameservers(s *input.Service, policy corev1.DNSPolicy, findings *report.Findings) []string {
	if policy != corev1.DNSNone {
		if len(s.Config.DNS) > 0 {
			findings.Addf("dns-servers", s.Key("dns"), "let the cluster's DNS (CoreDNS) forward to them, or set x-kubernetes.dnsPolicy: None if no service name is used",
				"the Pod asks the DNS of the cluster, not %s: otherwise no service name would resolve", strings.Join(s.Config.DNS, ", "))
		}
		return nil
	}
	var list []string
	for i, address := range s.Config.DNS {
		switch _, err := netip.ParseAddr(address); {
		case err != nil:
			findings.Addf("dns-servers", s.Key("dns").Index(i), "write an address", "%q is left out: it is not an address", address)
		case len(list) == maxNameservers:
			findings.Addf("dns-servers", s.Key("dns").Index(i), "", "%s is left out: a Pod has at most %d name servers", address, maxNameservers)
		default:
			list = append(list, address)
		}
	}
	if len(list) == 0 {
		findings.Add("dns-policy", s.Key("x-kubernetes", "dnsPolicy"), "a Pod with dnsPolicy: None needs a name server", "give one with `dns`")
	}
	return list
}
