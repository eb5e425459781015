package transform

import "github.com/transship/transship/diag"

var networkCodes = []Code{
	{"container-ref", diag.Error, "a namespace of a container outside the project"},
	{"headless", diag.Info, "a service without known ports resolves to its Pods"},
	{"host-namespace", diag.Warning, "containers that share a namespace of their node"},
	{"host-network", diag.Warning, "a Pod in the network of its node"},
	{"namespace-missing", diag.Warning, "a namespace setting that no Pod can have"},
	{"network-merge", diag.Error, "services that cannot share a Pod although the project asks for it"},
	{"pod-merged", diag.Info, "a service becomes a container in the Pod of another one"},
	{"pod-networks", diag.Warning, "services on different networks share a Pod"},
	{"port-inferred", diag.Info, "a port that the file does not declare"},
	{"port-invalid", diag.Error, "a number that is no port"},
}
