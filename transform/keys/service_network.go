package keys

import "github.com/transship/transship/diag"

// portRows are the keys about ports, and about what peers and the outside reach.
var portRows = []Row{
	{
		Path: "workload.ports", Class: Close, Owner: "network/ports.go",
		Docker:     "publishes ports of the container on the host",
		Kubernetes: "containers[].ports and a ClusterIP Service on the container ports; outside access with --publish or x-kubernetes.publish",
		Difference: "nothing is reachable from outside the cluster until a way to publish is chosen; transship up forwards the ports to localhost",
	},
	{
		Path: "workload.ports.[].target", Class: Exact, Owner: "network/ports.go",
		Docker:     "is the port in the container",
		Kubernetes: "containers[].ports[].containerPort, Service spec.ports[].port and targetPort",
	},
	{
		Path: "workload.ports.[].published", Class: Close, Owner: "network/publish.go",
		Docker:     "is the port on the host, or a range to choose from; none means a free one",
		Kubernetes: "port of the published Service, Ingress or Gateway route; nodePort where it lies in the range of node ports",
		Difference: "peers in the cluster use the container port; of a range for one container port the first is taken",
	},
	{
		Path: "workload.ports.[].host_ip", Class: Close, Owner: "network/publish.go",
		Docker:     "is the address of the host that the port is bound to",
		Kubernetes: "a loopback address is never published, transship up forwards it; another one is published like the rest",
		Difference: "a Service cannot be bound to an address of a host",
		Advice:     "ask for an address with x-kubernetes.publish.loadBalancerIP",
	},
	{
		Path: "workload.ports.[].protocol", Class: Exact, Owner: "network/ports.go",
		Docker:     "is tcp (default), udp or sctp",
		Kubernetes: "containers[].ports[].protocol, Service spec.ports[].protocol",
	},
	{
		Path: "workload.ports.[].mode", Class: Close, Owner: "network/publish.go",
		Docker:     "is ingress or host under Swarm; docker compose ignores it",
		Kubernetes: "host: containers[].ports[].hostPort",
		Difference: "the Pod Security levels baseline and restricted forbid host ports",
	},
	{
		Path: "workload.ports.[].name", Class: Close, Owner: "network/ports.go",
		Docker:     "is a name for the port, for people",
		Kubernetes: "containers[].ports[].name and Service spec.ports[].name, shortened to 15 characters",
		Difference: "other characters than a-z, 0-9 and the dash are replaced",
	},
	{
		Path: "workload.ports.[].app_protocol", Class: Exact, Owner: "network/ports.go",
		Docker:     "names the protocol spoken on the port, for information",
		Kubernetes: "Service spec.ports[].appProtocol",
	},
	{
		Path: "workload.expose", Class: Exact, Owner: "network/ports.go",
		Docker:     "documents ports that other services use",
		Kubernetes: "containers[].ports and ports of the ClusterIP Service",
	},
	{
		Path: "jobs.*.ports", Class: Close, Owner: "pod/jobs.go",
		Docker:     "publishes ports of the container on the host while the job runs",
		Kubernetes: "containers[].ports; a Service only where another service uses the name of the job",
		Difference: "a job is not published to the outside",
	},
	{
		Path: "jobs.*.expose", Class: Close, Owner: "pod/jobs.go",
		Docker:     "documents ports that other services use",
		Kubernetes: "containers[].ports; a Service only where another service uses the name of the job",
		Difference: "a name nobody uses does not resolve",
	},
}

// serviceNetworkRows are the keys about the networks of a container, its names and its name resolution.
var serviceNetworkRows = []Row{
	{
		Path: "container.networks", Class: Close, Owner: "network/policies.go",
		Docker:     "joins networks; without it the service joins the default network",
		Kubernetes: "labels network.transship/<network> on the Pod, selected by the NetworkPolicies of these networks",
		Difference: "a Pod has one interface: separation is by policy, names resolve everywhere in the namespace",
	},
	{Path: "container.networks.*", Docker: "is one network that the service joins"},
	{
		Path: "container.networks.*.aliases", Class: Close, Owner: "naming/dnsnames.go", Code: "alias-conflict",
		Docker:     "adds names for the service on that network; several services may share one",
		Kubernetes: "a Service of that name selecting the Pods of all that carry the alias",
		Difference: "the alias answers in the whole namespace; the same alias for different services on separate networks is an error",
	},
	{
		Path: "container.networks.*.use_service_name_alias", Class: Close, Owner: "network/policies.go",
		Docker:     "false keeps the service name from resolving on that network",
		Kubernetes: "no Service, where it is false on all networks and there is no alias",
		Difference: "where it is false on some networks only, the Service still answers everywhere",
		NoopValues: []any{true},
	},
	{
		Path: "container.networks.*.ipv4_address", Class: Hint,
		Docker:     "gives the container a fixed IPv4 address",
		Kubernetes: "none",
		Difference: "a Pod gets another address at each start",
		Advice:     "use the service name wherever the address is written",
	},
	{
		Path: "container.networks.*.ipv6_address", Class: Hint,
		Docker:     "gives the container a fixed IPv6 address",
		Kubernetes: "none",
		Difference: "a Pod gets another address at each start",
		Advice:     "use the service name wherever the address is written",
	},
	{
		Path: "container.networks.*.link_local_ips", Class: Hint,
		Docker:     "gives the container link-local addresses",
		Kubernetes: "none",
		Difference: "a Pod has only the addresses that the network plugin gives it",
		Advice:     "use the service name wherever such an address is written",
	},
	{
		Path: "container.networks.*.mac_address", Class: Hint,
		Docker:     "fixes the MAC address on that network",
		Kubernetes: "none",
		Difference: "the network plugin chooses the MAC address of a Pod",
		Advice:     "for software licensed by MAC address attach the Pod with Multus and macvlan",
	},
	{
		Path: "container.mac_address", Class: Hint,
		Docker:     "fixes the MAC address of the container",
		Kubernetes: "none",
		Difference: "the network plugin chooses the MAC address of a Pod",
		Advice:     "for software licensed by MAC address attach the Pod with Multus and macvlan",
	},
	{
		Path: "container.networks.*.interface_name", Class: Hint,
		Docker:     "names the network interface",
		Kubernetes: "none",
		Difference: "the interface of a Pod is named eth0",
		Advice:     "configure the program to listen on every address, or on eth0",
		NoopValues: []any{"eth0"},
	},
	{
		Path: "container.networks.*.gw_priority", Class: Hint, Severity: diag.Info,
		Docker:     "decides which network provides the default gateway",
		Kubernetes: "none",
		Difference: "a Pod has one interface and one gateway",
		Advice:     "nothing to do",
		NoopValues: []any{0},
	},
	{
		Path: "container.networks.*.priority", Class: Hint, Severity: diag.Info,
		Docker:     "is the order in which networks are joined",
		Kubernetes: "none",
		Difference: "a Pod has one interface",
		Advice:     "nothing to do",
		NoopValues: []any{0},
	},
	{
		Path: "container.networks.*.driver_opts", Class: Hint,
		Docker:     "passes options for this endpoint to the network driver",
		Kubernetes: "none",
		Difference: "the network plugin of the cluster does not know options of Docker's drivers",
		Advice:     "set namespaced kernel parameters with sysctls; the rest belongs to the cluster's network plugin",
	},
	{Path: "container.networks.*.driver_opts.*", Docker: "is one option of the endpoint"},
	{
		Path: "container.network_mode", Class: Close, Owner: "pod/namespaces.go", Code: "network-merge",
		Docker:     "is bridge, host, none, service:NAME or container:NAME",
		Kubernetes: "host: Pod spec.hostNetwork; none: a NetworkPolicy that denies all; service:NAME: a container in the Pod of that service",
		Difference: "on host, localhost is the node; with none, the interface exists but nothing passes; containers outside the project cannot be joined",
	},
	{
		Path: "container.dns", Class: Hint, Owner: "pod/dns.go",
		Docker:     "sets the name servers that are asked for names outside the project",
		Kubernetes: "Pod spec.dnsConfig.nameservers with x-kubernetes.dnsPolicy: None; otherwise the name server of the cluster stays",
		Difference: "name servers of one's own would replace that of the cluster, and service names would no longer resolve",
		Advice:     "forward the zone in the cluster's DNS (CoreDNS), or set x-kubernetes.dnsPolicy: None if no service name is used",
	},
	{
		Path: "container.dns_search", Class: Close, Owner: "pod/dns.go",
		Docker:     "is the list of domains tried for short names",
		Kubernetes: "Pod spec.dnsConfig.searches",
		Difference: "the domains are added to those of the cluster instead of replacing the list",
	},
	{
		Path: "container.dns_opt", Class: Exact, Owner: "pod/dns.go",
		Docker:     "sets options of the resolver, such as ndots",
		Kubernetes: "Pod spec.dnsConfig.options",
	},
	{
		Path: "container.extra_hosts", Class: Exact, Owner: "pod/dns.go",
		Docker:     "adds entries to /etc/hosts",
		Kubernetes: "Pod spec.hostAliases",
		Difference: "host-gateway has no counterpart: the Docker host does not exist in a cluster",
		Advice:     "instead of host.docker.internal name the machine, or a service with x-kubernetes.externalName",
	},
	{Path: "container.extra_hosts.*", Docker: "is one host name with its address"},
	{
		Path: "container.hostname", Class: Close, Owner: "pod/dns.go",
		Docker:     "is the host name inside the container, and a name under which peers reach it",
		Kubernetes: "Pod spec.hostname; a second Service of that name where another service uses it",
		Difference: "a name with dots or of more than 63 characters needs hostnameOverride of newer Kubernetes versions",
	},
	{
		Path: "container.domainname", Class: Close, Owner: "pod/dns.go",
		Docker:     "is the domain part of the host name",
		Kubernetes: "Pod spec.hostnameOverride, together with hostname",
		Difference: "written only for a --kube-version where that field is generally available",
		Advice:     "set the name in the configuration of the program",
	},
}
