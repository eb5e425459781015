package chart

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// described is a key of the values and what the README and the schema say about it. In values.yaml it would stand once for each service, and
// hide what differs.
type described struct{ key, text string }

// rootKeys are the keys of the first level, in the order in which they are written; those of the services stand where the empty key is.
var rootKeys = []described{
	{"global", ""},
	{"commonLabels", "Added to every object."},
	{"commonAnnotations", "Added to every object."},
	{"wait", ""},
	{"networkPolicy", ""},
	{"", ""},
	{"persistence", ""},
	{"secretStore", ""},
	{"sealedSecrets", ""},
	{"secrets", ""},
	{"configs", ""},
	{"extraObjects", ""},
}

// serviceKeys are the keys of a service, in the order in which they are written: what is set most often comes first. A key of several
// objects of one kind begins with the one that stands here, such as ingressAdmin.
var serviceKeys = []described{
	{"enabled", "Whether the objects of the service are installed."},
	{"replicaCount", "Number of Pods."},
	{"image", ""},
	{"env", ""},
	{"secretEnv", ""},
	{"existingSecret", "Name of a Secret to use instead of making one; its keys are the names of the variables."},
	{"extraEnv", ""},
	{"command", "Entrypoint of the container."},
	{"args", "Arguments of the entrypoint."},
	{"workingDir", "Working directory of the container."},
	{"lifecycle", "Hooks after the start and before the stop."},
	{"schedule", "When the CronJob runs."},
	{"suspend", "true: the CronJob does not run."},
	{"resources", "Requests and limits."},
	{"startupProbe", "Null or empty: none."},
	{"readinessProbe", "Null or empty: none."},
	{"livenessProbe", "Null or empty: none."},
	{"ports", "Ports of the container."},
	{"service", ""},
	{"published", ""},
	{"ingress", ""},
	{"route", ""},
	{"autoscaling", ""},
	{"strategy", "How new Pods replace old ones."},
	{"terminationGracePeriodSeconds", "How long a Pod has to end."},
	{"hostAliases", "Names with fixed addresses."},
	{"dnsConfig", "How names are looked up."},
	{"podSecurityContext", "Security settings of the Pod."},
	{"securityContext", "Security settings of the container."},
	{"podLabels", "Added to the Pods."},
	{"podAnnotations", "Added to the Pods."},
	{"nodeSelector", "Labels of the nodes that Pods may run on."},
	{"tolerations", "Taints of nodes that Pods tolerate."},
	{"affinity", "Empty: as the chart needs it."},
	{"topologySpreadConstraints", "How Pods spread over nodes and zones."},
	{"priorityClassName", "Priority class of the Pods."},
	{"extraVolumes", "Further volumes of the Pod."},
	{"extraVolumeMounts", "Further mounts of the container."},
	{"serviceAccount", ""},
}

// innerKeys are the keys below others, by both. The order is that in which they are set.
var innerKeys = map[string]string{
	"image.registry":      "Host of the registry; empty: the default of the nodes, which is Docker Hub.",
	"image.repository":    "Name of the image without registry and tag.",
	"image.tag":           "Tag of the image.",
	"image.digest":        "sha256:...; wins over the tag.",
	"image.pullPolicy":    "Always, IfNotPresent or Never.",
	"jobImage.registry":   "Host of the registry; empty: the default of the nodes, which is Docker Hub.",
	"jobImage.repository": "Name of the image without registry and tag.",
	"jobImage.tag":        "Tag of the image.",
	"jobImage.digest":     "sha256:...; wins over the tag.",
	"jobImage.pullPolicy": "Always, IfNotPresent or Never.",

	"wait.enabled":          "false: a Pod starts without waiting for others.",
	"networkPolicy.enabled": "false: every Pod reaches every other.",

	"service.type":        "ClusterIP, NodePort or LoadBalancer.",
	"service.annotations": "Annotations of the Service.",
	"service.ports":       "Ports of the Service.",

	"published.enabled":                  "Whether the published ports have a Service for the outside.",
	"published.type":                     "ClusterIP, NodePort or LoadBalancer.",
	"published.annotations":              "Annotations of the Service, such as those of a cloud's load balancer.",
	"published.loadBalancerIP":           "Address that a load balancer should have.",
	"published.loadBalancerSourceRanges": "Ranges of addresses that a load balancer lets in; empty: everybody.",
	"published.externalTrafficPolicy":    "Cluster or Local; Local keeps the client's address.",
	"published.nodePort":                 "Port on every node; null: any that is free.",

	"ingress.enabled":     "Whether there is an Ingress.",
	"ingress.className":   "Ingress class; empty: the cluster's default.",
	"ingress.annotations": "Annotations of the Ingress.",
	"ingress.hosts":       "Hosts with paths; a path without a port leads to the first port of the Service.",

	"route.enabled":    "Whether there is an HTTPRoute.",
	"route.parentRefs": "Gateways that the route is for.",
	"route.hostnames":  "Hosts of the route.",

	"autoscaling.enabled":                           "false: the number of Pods is replicaCount.",
	"autoscaling.minReplicas":                       "Smallest number of Pods.",
	"autoscaling.maxReplicas":                       "Greatest number of Pods.",
	"autoscaling.targetCPUUtilizationPercentage":    "Processor time to aim at, in percent of the request.",
	"autoscaling.targetMemoryUtilizationPercentage": "Memory to aim at, in percent of the request.",

	"serviceAccount.create":      "Whether the Pods get a ServiceAccount of their own.",
	"serviceAccount.automount":   "Whether containers get the token of the account.",
	"serviceAccount.name":        "Name of the account; empty: that of the service, if one is created, else the default one.",
	"serviceAccount.annotations": "Annotations of the account, such as the role that a cloud gives it.",
}

// description returns what is said about a value: its own comment, or what its key says in general. parent is the key above it.
func (v *values) description(parent string) string {
	if v.comment != "" {
		return strings.ReplaceAll(v.comment, "\n", " ")
	}
	if rank := rankOf(parent); rank < len(serviceKeys) {
		parent = serviceKeys[rank].key
	}
	if text := innerKeys[parent+"."+v.key]; text != "" {
		return text
	}
	if rank := rankOf(v.key); rank < len(serviceKeys) {
		return serviceKeys[rank].text
	}
	return ""
}

// serviceRanks are the places of the keys of a service.
var serviceRanks = sync.OnceValue(func() map[string]int {
	ranks := map[string]int{}
	for i, d := range serviceKeys {
		ranks[d.key] = i
	}
	return ranks
})

// rankOf returns the place of a key of a service: its own, else that of the longest key it begins with, else behind all. A chart asks it
// some twenty times for each service.
func rankOf(key string) int {
	ranks := serviceRanks()
	if rank, known := ranks[key]; known {
		return rank
	}
	for i := len(key) - 1; i > 0; i-- {
		if key[i] < 'A' || key[i] > 'Z' {
			continue
		}
		if rank, known := ranks[key[:i]]; known {
			return rank
		}
	}
	return len(serviceKeys)
}

// arrange brings the values into the order in which they are written.
func (b *builder) arrange() {
	isService := map[string]bool{}
	for _, s := range b.services {
		isService[s.key] = true
		slices.SortStableFunc(s.values.entries, func(a, c *values) int {
			return cmp.Or(rankOf(a.key)-rankOf(c.key), strings.Compare(a.key, c.key))
		})
	}
	rank := func(key string) int {
		if isService[key] {
			key = ""
		}
		return slices.IndexFunc(rootKeys, func(d described) bool { return d.key == key })
	}
	slices.SortStableFunc(b.root.entries, func(a, c *values) int { return rank(a.key) - rank(c.key) })
	for _, d := range rootKeys {
		if v := b.root.find(d.key); v != nil && v.comment == "" {
			v.comment = d.text
		}
	}
	if v := b.root.find("wait"); v != nil {
		order := []string{"enabled", "image", "jobImage"}
		slices.SortFunc(v.entries, func(a, c *values) int { return slices.Index(order, a.key) - slices.Index(order, c.key) })
	}
}
