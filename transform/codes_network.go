package transform

import "github.com/transship/transship/diag"

var networkCodes = []Code{
	{"alias-conflict", diag.Error, "one name for different services on separate networks"},
	{"alias-service", diag.Info, "a Service for a name besides the services' own"},
	{"container-name", diag.Info, "a container name that Pods do not have"},
	{"container-ref", diag.Error, "a namespace of a container outside the project"},
	{"external-link", diag.Warning, "a link to a container outside the project"},
	{"external-name", diag.Error, "an external name that is not a host name"},
	{"headless", diag.Info, "a service without known ports resolves to its Pods"},
	{"host-gateway", diag.Warning, "the Docker host, which does not exist in a cluster"},
	{"host-namespace", diag.Warning, "containers that share a namespace of their node"},
	{"host-network", diag.Warning, "a Pod in the network of its node"},
	{"localhost-published", diag.Warning, "a port of the Docker host that is not there on a node"},
	{"many-ports", diag.Warning, "more ports than a Service lists"},
	{"name-collision", diag.Error, "names that DNS cannot tell apart"},
	{"name-kept", diag.Error, "a name that does not resolve and is not to be rewritten"},
	{"name-rewritten", diag.Warning, "a host name that no DNS label can carry is replaced"},
	{"name-unresolvable", diag.Warning, "a name that Docker resolves and a cluster does not"},
	{"namespace-missing", diag.Warning, "a namespace setting that no Pod can have"},
	{"network-merge", diag.Error, "services that cannot share a Pod although the project asks for it"},
	{"pod-merged", diag.Info, "a service becomes a container in the Pod of another one"},
	{"pod-networks", diag.Warning, "services on different networks share a Pod"},
	{"port-inferred", diag.Info, "a port that the file does not declare"},
	{"port-invalid", diag.Error, "a number that is no port"},
	{"service-name-alias", diag.Warning, "a service name that answers where it should not"},
	{"static-address-used", diag.Warning, "an address of a Docker network in a text"},
}
