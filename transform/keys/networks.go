package keys

import "github.com/transship/transship/diag"

// networkRows are the keys of top-level networks.
var networkRows = []Row{
	{
		Path: "networks", Class: Meta,
		Docker:     "holds the networks of the project",
		Kubernetes: "NetworkPolicies, where services do not all share the same networks",
	},
	{
		Path: "networks.*", Class: Close, Owner: "network/policies.go",
		Docker:     "is one network: only services that join it reach each other",
		Kubernetes: "label network.transship/<network> on the Pods and a NetworkPolicy that admits Pods with the same label",
		Difference: "names resolve across networks, only the traffic is blocked, and only by a network plugin that enforces policies",
	},
	{
		Path: "networks.*.name", Class: Close, Owner: "network/policies.go",
		Docker:     "is the real name of the network; projects that use the same name share the network",
		Kubernetes: "none; the key of the network names the label",
		Difference: "sharing with another project goes through namespaces: in the same namespace the Pods reach each other anyway",
		Advice:     "convert both projects into one namespace, or use names like service.namespace between them",
	},
	{
		Path: "networks.*.external", Class: Hint, Owner: "network/policies.go",
		Docker:     "says that the network exists already and is not made by the project",
		Kubernetes: "none; with policies, peers of another namespace are admitted through x-kubernetes.namespaceSelector",
		Difference: "there is no network to join: Pods of one namespace reach each other, those of others answer under service.namespace",
		Advice:     "for the network of a reverse proxy publish the service by Ingress or Gateway (--publish); for another project use service.namespace",
		NoopValues: []any{false},
	},
	{Path: "networks.*.external.name", Docker: "is the old way to name an external network"},
	{
		Path: "networks.*.driver", Class: Close, Owner: "network/policies.go",
		Docker:     "chooses the network driver: bridge, overlay, macvlan, ipvlan, host, none or a plugin",
		Kubernetes: "bridge and overlay: nothing needed; host and none: as network_mode of the services",
		Difference: "macvlan, ipvlan and plugins have no counterpart: Pods get one interface of the cluster network",
		Advice:     "for an address in the LAN use a LoadBalancer (for example MetalLB), x-kubernetes.publish, or Multus",
	},
	{
		Path: "networks.*.driver_opts", Class: Hint,
		Docker:     "passes options to the network driver, such as its MTU or encryption",
		Kubernetes: "none",
		Difference: "the options of a network belong to the network plugin of the cluster",
		Advice:     "set MTU, encryption and isolation in the configuration of the cluster's network plugin",
	},
	{Path: "networks.*.driver_opts.*", Docker: "is one option of the network driver"},
	{
		Path: "networks.*.ipam", Class: Hint, Severity: diag.Info,
		Docker:     "fixes the address ranges of the network",
		Kubernetes: "none",
		Difference: "Pod and Service addresses come from the ranges of the cluster",
		Advice:     "use service names instead of addresses, and check lists of trusted proxies or pg_hba.conf for the old subnet",
	},
	{Path: "networks.*.ipam.driver", Docker: "chooses the address manager"},
	{Path: "networks.*.ipam.config", Docker: "lists the address pools"},
	{Path: "networks.*.ipam.config.[].subnet", Docker: "is the subnet of the network"},
	{Path: "networks.*.ipam.config.[].ip_range", Docker: "is the range that container addresses are taken from"},
	{Path: "networks.*.ipam.config.[].gateway", Docker: "is the address of the gateway"},
	{Path: "networks.*.ipam.config.[].aux_addresses", Docker: "reserves addresses that containers must not get"},
	{Path: "networks.*.ipam.config.[].aux_addresses.*", Docker: "is one reserved address"},
	{Path: "networks.*.ipam.options", Docker: "passes options to the address manager"},
	{Path: "networks.*.ipam.options.*", Docker: "is one option of the address manager"},
	{
		Path: "networks.*.internal", Class: Close, Owner: "network/policies.go",
		Docker:     "cuts the network off from the outside; published ports of its services are not reachable",
		Kubernetes: "NetworkPolicy that allows egress to Pods of the same network and to DNS, for Pods on internal networks only",
		Difference: "only a network plugin that enforces policies makes it true",
	},
	{
		Path: "networks.*.attachable", Class: Exact,
		Docker:     "lets containers that no service runs join a Swarm network",
		Kubernetes: "nothing needed: every Pod may talk to the namespace unless a policy forbids it",
	},
	{
		Path: "networks.*.enable_ipv4", Class: Close, Owner: "network/policies.go",
		Docker:     "switches IPv4 on the network on or off",
		Kubernetes: "false: Service spec.ipFamilies [IPv6], spec.ipFamilyPolicy SingleStack",
		Difference: "only Service addresses follow it, Pods have what the cluster gives them; it needs a cluster with IPv6",
		NoopValues: []any{true},
	},
	{
		Path: "networks.*.enable_ipv6", Class: Close, Owner: "network/policies.go",
		Docker:     "gives containers an IPv6 address as well",
		Kubernetes: "Service spec.ipFamilyPolicy PreferDualStack",
		Difference: "a cluster without IPv6 stays at IPv4 without an error",
		NoopValues: []any{false},
	},
	{
		Path: "networks.*.labels", Class: Close, Owner: "network/policies.go",
		Docker:     "puts labels on the network",
		Kubernetes: "annotations of the NetworkPolicy",
		Difference: "a network that needs no policy leaves no object to carry them",
	},
	{Path: "networks.*.labels.*", Docker: "is one label of the network"},
}
