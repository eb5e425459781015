// Package extension reads x-kubernetes, the converter's own extension of the Compose format, and the kompose.* labels
// that mean the same. Everything is typed and decoded strictly: an unknown key is an error with a suggestion.
package extension

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Project is the top-level x-kubernetes.
type Project struct {
	Namespace        string             `json:"namespace,omitempty" doc:"namespace of every object"`
	Publish          string             `json:"publish,omitempty" doc:"how published ports are reachable from outside the cluster" enum:"loadbalancer,nodeport,ingress,gateway,none"`
	Domain           string             `json:"domain,omitempty" doc:"host suffix of routes: <service>.<domain>"`
	VolumeSize       *resource.Quantity `json:"volumeSize,omitempty" doc:"request of claims that name no size"`
	StorageClass     string             `json:"storageClass,omitempty" doc:"storage class of claims"`
	SharedVolumes    string             `json:"sharedVolumes,omitempty" doc:"how a volume is shared between Pods: on one node (rwo) or by ReadWriteMany (rwx)" enum:"rwo,rwx"`
	NetworkPolicies  string             `json:"networkPolicies,omitempty" doc:"when NetworkPolicies are emitted" enum:"auto,always,never"`
	WaitImage        string             `json:"waitImage,omitempty" doc:"image with sh, nc, nslookup and kubectl for wait initContainers"`
	ImagePullSecrets []string           `json:"imagePullSecrets,omitempty" doc:"names of pull secrets for every Pod"`
	Secrets          string             `json:"secrets,omitempty" doc:"what manifests have instead of the values of secrets; up has the values all the same" enum:"emit,stub,skip,external-secret,sealed-secret"`
	SecretStore      string             `json:"secretStore,omitempty" doc:"for secrets: external-secret: name of a SecretStore, or ClusterSecretStore/NAME"`
	Chart            Chart              `json:"chart,omitzero" doc:"Chart.yaml of a new Helm chart; later the file is yours"`
	Patches          []Patch            `json:"patches,omitempty" doc:"strategic-merge patches for emitted objects"`
	Accept           []Accept           `json:"accept,omitempty" doc:"findings that the project lives with"`
	Context          *string            `json:"context,omitempty" doc:"kubeconfig context of the only cluster that the project may go to; commands that would change another one are refused"`
	AllowedContexts  []string           `json:"allowedContexts,omitempty" doc:"kubeconfig contexts that the project may go to, where there are several; a star stands for any text, as in kind-*"`
}

// Chart is what Chart.yaml of a new chart says.
type Chart struct {
	Name        string       `json:"name,omitempty" doc:"name of the chart; the name of the project without it"`
	Version     string       `json:"version,omitempty" doc:"semantic version of the chart; 0.1.0 without it"`
	AppVersion  string       `json:"appVersion,omitempty" doc:"version of the application; the tag of the published image without it"`
	Description string       `json:"description,omitempty" doc:"one line about the application"`
	Home        string       `json:"home,omitempty" doc:"URL of its home page"`
	Icon        string       `json:"icon,omitempty" doc:"URL of its icon"`
	Keywords    []string     `json:"keywords,omitempty" doc:"words to find it by"`
	Sources     []string     `json:"sources,omitempty" doc:"URLs of its source code"`
	Maintainers []Maintainer `json:"maintainers,omitempty" doc:"who maintains the chart"`
}

// Maintainer is a person or a team that maintains a chart.
type Maintainer struct {
	Name  string `json:"name" doc:"name of the maintainer"`
	Email string `json:"email,omitempty" doc:"e-mail address of the maintainer"`
	URL   string `json:"url,omitempty" doc:"URL of the maintainer"`
}

// Accept is a finding that the project lives with: an error that becomes a warning, or a warning that becomes an info. Neither
// fails --strict.
type Accept struct {
	Code    string `json:"code,omitempty" doc:"code of the finding"`
	Path    string `json:"path,omitempty" doc:"key that it is about, with all below; empty for every place. A star stands for any name, as in services.*.devices"`
	Because string `json:"because,omitempty" doc:"why, for those who read the file"`
}

// Service is x-kubernetes of a service or a job.
type Service struct {
	Kind               string                       `json:"kind,omitempty" doc:"kind of the workload" enum:"Deployment,StatefulSet,DaemonSet,Job,CronJob,Pod"`
	Schedule           string                       `json:"schedule,omitempty" doc:"cron expression of a CronJob"`
	Service            string                       `json:"service,omitempty" doc:"kind of the Service inside the cluster" enum:"clusterip,headless,none"`
	Ports              []Port                       `json:"ports,omitempty" doc:"container ports that no other key names: 7000 or \"7000/udp\""`
	Publish            *Publish                     `json:"publish,omitempty" doc:"how the published ports are reachable from outside the cluster: a type, or a mapping"`
	ExternalName       string                       `json:"externalName,omitempty" doc:"DNS name outside the cluster that the service name stands for"`
	Env                map[string]string            `json:"env,omitempty" doc:"variables added to the container; of a provider, to its dependants"`
	Liveness           *Probe                       `json:"liveness,omitempty" doc:"livenessProbe: true makes it from the healthcheck, a mapping is a Kubernetes probe"`
	Readiness          *Probe                       `json:"readiness,omitempty" doc:"readinessProbe: false leaves it out, a mapping is a Kubernetes probe, without a handler that of the healthcheck"`
	Inline             bool                         `json:"inline,omitempty" doc:"run this one-shot as an initContainer of its only dependant"`
	Singleton          bool                         `json:"singleton,omitempty" doc:"never run two Pods at the same time: strategy Recreate"`
	Group              string                       `json:"group,omitempty" doc:"services with the same group share one Pod"`
	Devices            map[string]string            `json:"devices,omitempty" doc:"device path to extended resource, e.g. /dev/dri: gpu.intel.com/i915"`
	DNSPolicy          string                       `json:"dnsPolicy,omitempty" doc:"dnsPolicy of the Pod" enum:"ClusterFirst,ClusterFirstWithHostNet,Default,None"`
	ImagePullSecrets   []string                     `json:"imagePullSecrets,omitempty" doc:"names of pull secrets"`
	ServiceAccountName string                       `json:"serviceAccountName,omitempty" doc:"ServiceAccount of the Pod, whose token is mounted"`
	Requests           map[string]resource.Quantity `json:"requests,omitempty" doc:"resource requests: resource name to quantity"`
	EphemeralStorage   *EphemeralStorage            `json:"ephemeralStorage,omitempty" doc:"limit and request of the writable layer"`
	FSGroup            *int64                       `json:"fsGroup,omitempty" doc:"group that owns the volumes of the Pod"`
	InitContainers     []corev1.Container           `json:"initContainers,omitempty" doc:"Kubernetes initContainers, run before the containers"`
	Autoscale          *Autoscale                   `json:"autoscale,omitempty" doc:"HorizontalPodAutoscaler; the replica count is left to it"`
	PodLabels          map[string]string            `json:"podLabels,omitempty" doc:"labels added to the Pods"`
	PodAnnotations     map[string]string            `json:"podAnnotations,omitempty" doc:"annotations added to the Pods"`
	Patches            []Patch                      `json:"patches,omitempty" doc:"strategic-merge patches for the objects of this service"`

	// What only kompose.* labels can say.
	Name            string `json:"-"` // kompose.service.name_override: the name of the objects
	PullPolicy      string `json:"-"` // kompose.image-pull-policy
	HostPorts       bool   `json:"-"` // kompose.controller.port.expose: published ports become host ports
	CronConcurrency string `json:"-"` // kompose.cronjob.concurrency_policy
	BackoffLimit    *int32 `json:"-"` // kompose.cronjob.backoff_limit
	VolumeType      string `json:"-"` // kompose.volume.type: what the service's mounts become (as Mount.As)
}

// Publish says how a service is reachable from outside. In YAML it is the type alone or a mapping.
type Publish struct {
	Type                  string            `json:"type,omitempty" doc:"object that makes the ports reachable" enum:"loadbalancer,nodeport,ingress,gateway,none"`
	Host                  string            `json:"host,omitempty" doc:"host name of the route, with a path if it has its own; several are separated by commas"`
	Path                  string            `json:"path,omitempty" doc:"path prefix of the route"`
	IngressClass          string            `json:"ingressClass,omitempty" doc:"ingressClassName, or the name of the Gateway"`
	TLSSecret             string            `json:"tlsSecret,omitempty" doc:"Secret with the certificate of the route"`
	Annotations           map[string]string `json:"annotations,omitempty" doc:"annotations of the published object"`
	ExternalTrafficPolicy string            `json:"externalTrafficPolicy,omitempty" doc:"Local keeps the client address" enum:"Cluster,Local"`
	NodePort              int32             `json:"nodePort,omitempty" doc:"port on every node, 30000 to 32767"`
	LoadBalancerIP        string            `json:"loadBalancerIP,omitempty" doc:"address to ask the load balancer for"`
	SourceRanges          []string          `json:"loadBalancerSourceRanges,omitempty" doc:"ranges of addresses, as 192.0.2.0/24, that the load balancer lets in"`
}

// EphemeralStorage is the writable layer's resource.
type EphemeralStorage struct {
	Limit   *resource.Quantity `json:"limit,omitempty" doc:"the Pod is evicted above it"`
	Request *resource.Quantity `json:"request,omitempty" doc:"reserved on the node"`
}

// Autoscale is a HorizontalPodAutoscaler; CPU and Memory are target utilisations in percent of the request.
type Autoscale struct {
	Min    *int32 `json:"min,omitempty" doc:"fewest replicas"`
	Max    int32  `json:"max,omitempty" doc:"most replicas"`
	CPU    *int32 `json:"cpu,omitempty" doc:"target CPU utilisation in percent of the request"`
	Memory *int32 `json:"memory,omitempty" doc:"target memory utilisation in percent of the request"`
}

// Patch is a strategic-merge patch for emitted objects.
type Patch struct {
	Target PatchTarget    `json:"target,omitzero" doc:"objects the patch applies to; empty for all"`
	Patch  map[string]any `json:"patch" doc:"strategic-merge patch; {$patch: delete} leaves the object out"`
}

// PatchTarget selects objects; an empty field matches everything.
type PatchTarget struct {
	Kind string `json:"kind,omitempty" doc:"kind of the object"`
	Name string `json:"name,omitempty" doc:"name of the object"`
}

// Mount is x-kubernetes inside an item of volumes[].
type Mount struct {
	As       string `json:"as,omitempty" doc:"what the mount becomes" enum:"configmap,secret,pvc,emptydir,hostpath,skip"`
	Writable bool   `json:"writable,omitempty" doc:"copy the files to a writable emptyDir before the container starts"`
	Seed     bool   `json:"seed,omitempty" doc:"of a directory: a claim that begins with its files, which an initContainer copies into it while it is empty"`
	CopyUp   *bool  `json:"copyUp,omitempty" doc:"of an anonymous volume: fill it with the files the image has at the mount point"`
}

// Network is x-kubernetes of a network.
type Network struct {
	NamespaceSelector map[string]string `json:"namespaceSelector,omitempty" doc:"labels of other namespaces whose Pods belong to the network"`
}

// Volume is x-kubernetes of a volume.
type Volume struct {
	Size         *resource.Quantity `json:"size,omitempty" doc:"requested size"`
	StorageClass *string            `json:"storageClass,omitempty" doc:"storage class; empty for none"`
	AccessMode   string             `json:"accessMode,omitempty" doc:"access mode of the claim" enum:"ReadWriteOnce,ReadWriteOncePod,ReadWriteMany,ReadOnlyMany"`
	ClaimName    string             `json:"claimName,omitempty" doc:"existing claim to use instead of making one"`
	Selector     map[string]string  `json:"selector,omitempty" doc:"labels of the PersistentVolume to bind"`
	CopyUp       *bool              `json:"copyUp,omitempty" doc:"fill the empty volume with the files the image has at the mount point"`
	SubPath      string             `json:"-"` // only the label kompose.volume.subpath sets it
}

// Content is x-kubernetes of a secret or a config.
type Content struct {
	Key  string `json:"key,omitempty" doc:"key inside the object"`
	Name string `json:"name,omitempty" doc:"name of the object"`
}

// Model is x-kubernetes of a model.
type Model struct {
	Endpoint string `json:"endpoint,omitempty" doc:"base URL of the OpenAI-compatible API"`
	Model    string `json:"model,omitempty" doc:"model name to ask that API for"`
}

// All is everything that x-kubernetes and the kompose.* labels say in one project, by compose name.
type All struct {
	Project  Project
	Services map[string]Service // services and jobs
	Networks map[string]Network
	Volumes  map[string]Volume
	Configs  map[string]Content
	Secrets  map[string]Content
	Models   map[string]Model
}
