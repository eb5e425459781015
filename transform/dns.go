package transform

import (
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/transform/names"
)

// Limits of a Pod's resolver. Source: k8s.io/kubernetes/pkg/apis/core/validation (MaxDNSNameservers,
// MaxDNSSearchPaths, MaxDNSSearchListChars).
const (
	maxNameservers   = 3
	maxSearchDomains = 32
)

// hostnameAndDNS sets what the containers know of their own name and how they find others.
func (b *pod) hostnameAndDNS() {
	if b.spec.Hostname = b.main.hostname(); b.main.config.Hostname == "" {
		name, at := b.ownName()
		if name != "" {
			b.reportf("own-name", at, "hostname: gives the Pod another name", "the Pod is called %s, so that the name leads the program to itself, as on Docker", name)
		}
		b.spec.Hostname = name
	}
	b.spec.HostAliases = b.hostAliases()
	for _, s := range b.members {
		if s.ext.DNSPolicy != "" {
			b.spec.DNSPolicy = corev1.DNSPolicy(s.ext.DNSPolicy)
		}
	}
	b.spec.DNSConfig = b.dnsConfig()
	for _, s := range b.members[1:] {
		if s.networkOwner() != s { // refused by Docker, and reported with the merge
			continue
		}
		for _, k := range []struct {
			key string
			set bool
		}{
			{"hostname", s.config.Hostname != ""},
			{"dns", len(s.config.DNS) > 0},
			{"dns_search", len(s.config.DNSSearch) > 0},
			{"dns_opt", len(s.config.DNSOpts) > 0},
		} {
			if k.set {
				s.reportf("pod-setting", s.key(k.key), "move it to "+b.main.name, "%s is that of the Pod, and so that of %s", k.key, b.main.name)
			}
		}
	}
}

// hostname returns the host name of the Pod: a single label on Kubernetes, any name on Docker.
//
// Docker's domainname makes a fully qualified name of it. Kubernetes has hostnameOverride for that, which is not generally
// available in any version so far, and is not written. Spec: https://kubernetes.io/docs/concepts/workloads/pods/pod-hostname/
func (s *service) hostname() string {
	wish := s.config.Hostname
	if s.config.DomainName != "" {
		s.reportf("hostname", s.key("domainname"), "set the full name in the configuration of the program", "the Pod has no domain %s: its own name is a single label", s.config.DomainName)
	}
	if wish == "" {
		return ""
	}
	if s.networkMode() == "host" {
		s.reportf("hostname", s.key("hostname"), "", "the Pod has the host name of its node, not %s: it uses the network of the node", wish)
		return ""
	}
	if len(validation.IsDNS1123Label(wish)) == 0 {
		return wish
	}
	first, _, hasDomain := strings.Cut(wish, ".")
	label := names.Normalize(first, names.MaxLabel)
	switch {
	case strings.EqualFold(wish, label): // DNS does not know case, but a program that compares texts does
		s.reportf("hostname", s.key("hostname"), "write it in lower case", "the host name is %s, not %s", label, wish)
	case strings.EqualFold(wish, s.name): // texts say its Service's name for it now
		s.reportf("hostname", s.key("hostname"), "rename the service, so that it has the same name everywhere", "the host name is %s, as its Service, not %s", s.dns, wish)
		return s.dns
	case hasDomain:
		s.reportf("hostname", s.key("hostname"), "set the full name in the configuration of the program", "the host name is %s, not %s: that of a Pod is a single label", label, wish)
	default:
		s.reportf("hostname", s.key("hostname"), "use a-z, 0-9 and the dash, at most 63 of them", "the host name is %s, not %s", label, wish)
	}
	return label
}

// hostAliases returns the lines that extra_hosts adds to /etc/hosts, by address.
//
// The API server refuses names that are no DNS names; host-gateway is the address of the Docker host, of which a
// cluster knows nothing. Spec: https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/
func (b *pod) hostAliases() []corev1.HostAlias {
	byAddress := map[string][]string{}
	for _, s := range b.members {
		for _, name := range sortedKeys(s.config.ExtraHosts) {
			at := s.key("extra_hosts", name)
			host := strings.ToLower(name)
			for _, address := range s.config.ExtraHosts[name] {
				switch ip, err := netip.ParseAddr(address); {
				case address == "host-gateway":
					s.reportf("host-gateway", at, "name the machine that is meant by its address, or use a service with x-kubernetes.externalName",
						"%s is the Docker host, which does not exist in a cluster: the name does not resolve", name)
				case err != nil || ip.Zone() != "":
					s.reportf("extra-host", at, "write an address", "%s is left out: %q is not an address", name, address)
				case len(validation.IsDNS1123Subdomain(host)) > 0:
					s.reportf("extra-host", at, "use a name of a-z, 0-9, dashes and dots", "%s is left out: no Pod can have this name in /etc/hosts", name)
				case !slices.Contains(byAddress[address], host):
					byAddress[address] = append(byAddress[address], host)
				}
			}
		}
	}
	var list []corev1.HostAlias
	for _, address := range sortedKeys(byAddress) {
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
func (b *pod) dnsConfig() *corev1.PodDNSConfig {
	s := b.main
	config := &corev1.PodDNSConfig{Nameservers: s.nameservers(b.spec.DNSPolicy)}
	for i, domain := range s.config.DNSSearch {
		at := s.key("dns_search").Index(i)
		switch {
		case domain == "." || domain == "":
			s.report("dns-search", at, "the search list cannot be empty: the domains of the cluster stay in it, so that service names resolve", "end names that are complete with a dot")
		case len(validation.IsDNS1123Subdomain(strings.ToLower(strings.TrimSuffix(domain, ".")))) > 0:
			s.reportf("dns-search", at, "write a domain", "%q is left out: it is not a domain", domain)
		case len(config.Searches) == maxSearchDomains:
			s.reportf("dns-search", at, "", "%s is left out: a Pod has at most %d search domains", domain, maxSearchDomains)
		default:
			config.Searches = append(config.Searches, domain)
		}
	}
	for _, option := range s.config.DNSOpts {
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

func (s *service) nameservers(policy corev1.DNSPolicy) []string {
	if policy != corev1.DNSNone {
		if len(s.config.DNS) > 0 {
			s.reportf("dns-servers", s.key("dns"), "let the cluster's DNS (CoreDNS) forward to them, or set x-kubernetes.dnsPolicy: None if no service name is used",
				"the Pod asks the DNS of the cluster, not %s: otherwise no service name would resolve", strings.Join(s.config.DNS, ", "))
		}
		return nil
	}
	var list []string
	for i, address := range s.config.DNS {
		switch _, err := netip.ParseAddr(address); {
		case err != nil:
			s.reportf("dns-servers", s.key("dns").Index(i), "write an address", "%q is left out: it is not an address", address)
		case len(list) == maxNameservers:
			s.reportf("dns-servers", s.key("dns").Index(i), "", "%s is left out: a Pod has at most %d name servers", address, maxNameservers)
		default:
			list = append(list, address)
		}
	}
	if len(list) == 0 {
		s.report("dns-policy", s.key("x-kubernetes", "dnsPolicy"), "a Pod with dnsPolicy: None needs a name server", "give one with `dns`")
	}
	return list
}
