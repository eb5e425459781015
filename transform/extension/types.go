// Package extension reads x-kubernetes, the converter's own extension of the Compose format, and the kompose.* labels
// that mean the same. Everything is typed and decoded strictly: an unknown key is an error with a suggestion.
package extension

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Project is the top-level x-kubernetes.
type Project struct {
	Namespace        string             `json:"namespace,omitempty"`
	Publish          string             `json:"publish,omitempty"` // loadbalancer, nodeport, ingress, gateway, none
	Domain           string             `json:"domain,omitempty"`
	VolumeSize       *resource.Quantity `json:"volumeSize,omitempty"`
	StorageClass     string             `json:"storageClass,omitempty"`
	SharedVolumes    string             `json:"sharedVolumes,omitempty"`   // rwo, rwx
	NetworkPolicies  string             `json:"networkPolicies,omitempty"` // auto, always, never
	WaitImage        string             `json:"waitImage,omitempty"`
	ImagePullSecrets []string           `json:"imagePullSecrets,omitempty"`
	Patches          []Patch            `json:"patches,omitempty"`
}

// Service is x-kubernetes of a service or a job.
type Service struct {
	Kind               string             `json:"kind,omitempty"`     // Deployment, StatefulSet, DaemonSet, Job, CronJob, Pod
	Schedule           string             `json:"schedule,omitempty"` // cron expression of a CronJob
	Service            string             `json:"service,omitempty"`  // clusterip, headless, none
	Ports              []Port             `json:"ports,omitempty"`    // more container ports: 7000 or "7000/udp"
	Publish            *Publish           `json:"publish,omitempty"`
	ExternalName       string             `json:"externalName,omitempty"`
	Env                map[string]string  `json:"env,omitempty"`
	Liveness           *Probe             `json:"liveness,omitempty"`
	Readiness          *Probe             `json:"readiness,omitempty"`
	Inline             bool               `json:"inline,omitempty"`
	Singleton          bool               `json:"singleton,omitempty"`
	Group              string             `json:"group,omitempty"`
	Devices            map[string]string  `json:"devices,omitempty"` // device path → extended resource
	DNSPolicy          string             `json:"dnsPolicy,omitempty"`
	ImagePullSecrets   []string           `json:"imagePullSecrets,omitempty"`
	ServiceAccountName string             `json:"serviceAccountName,omitempty"`
	Requests           map[string]string  `json:"requests,omitempty"` // resource → quantity
	EphemeralStorage   *EphemeralStorage  `json:"ephemeralStorage,omitempty"`
	FSGroup            *int64             `json:"fsGroup,omitempty"`
	InitContainers     []corev1.Container `json:"initContainers,omitempty"`
	Autoscale          *Autoscale         `json:"autoscale,omitempty"`
	PodLabels          map[string]string  `json:"podLabels,omitempty"`
	PodAnnotations     map[string]string  `json:"podAnnotations,omitempty"`
	Patches            []Patch            `json:"patches,omitempty"`

	// Name overrides the name of the objects; only the label kompose.service.name_override sets it.
	Name string `json:"-"`
}

// Port is a container port with its protocol.
type Port struct {
	Number   int32
	Protocol corev1.Protocol
}

// Publish says how a service is reachable from outside. In YAML it is the type alone or a mapping.
type Publish struct {
	Type                  string            `json:"type,omitempty"`
	Host                  string            `json:"host,omitempty"`
	Path                  string            `json:"path,omitempty"`
	IngressClass          string            `json:"ingressClass,omitempty"`
	TLSSecret             string            `json:"tlsSecret,omitempty"`
	Annotations           map[string]string `json:"annotations,omitempty"`
	ExternalTrafficPolicy string            `json:"externalTrafficPolicy,omitempty"`
	NodePort              int32             `json:"nodePort,omitempty"`
	LoadBalancerIP        string            `json:"loadBalancerIP,omitempty"`
}

// Probe is false or true in YAML (off; as the healthcheck says) or a Kubernetes probe.
type Probe struct {
	Enabled bool
	Probe   *corev1.Probe // nil: made from the healthcheck
}

// EphemeralStorage is the writable layer's resource.
type EphemeralStorage struct {
	Limit   *resource.Quantity `json:"limit,omitempty"`
	Request *resource.Quantity `json:"request,omitempty"`
}

// Autoscale is a HorizontalPodAutoscaler; CPU and Memory are target utilisations in percent of the request.
type Autoscale struct {
	Min    *int32 `json:"min,omitempty"`
	Max    int32  `json:"max,omitempty"`
	CPU    *int32 `json:"cpu,omitempty"`
	Memory *int32 `json:"memory,omitempty"`
}

// Patch is a strategic-merge patch for emitted objects.
type Patch struct {
	Target PatchTarget    `json:"target,omitempty"`
	Patch  map[string]any `json:"patch"`
}

// PatchTarget selects objects; an empty field matches everything.
type PatchTarget struct {
	Kind string `json:"kind,omitempty"`
	Name string `json:"name,omitempty"`
}

// Mount is x-kubernetes inside an item of volumes[].
type Mount struct {
	As       string `json:"as,omitempty"` // configmap, secret, pvc, emptydir, hostpath, skip
	Writable bool   `json:"writable,omitempty"`
}

// Network is x-kubernetes of a network.
type Network struct {
	NamespaceSelector map[string]string `json:"namespaceSelector,omitempty"`
}

// Volume is x-kubernetes of a volume.
type Volume struct {
	Size         *resource.Quantity `json:"size,omitempty"`
	StorageClass *string            `json:"storageClass,omitempty"`
	AccessMode   string             `json:"accessMode,omitempty"`
	ClaimName    string             `json:"claimName,omitempty"`
	Selector     map[string]string  `json:"selector,omitempty"`
	CopyUp       *bool              `json:"copyUp,omitempty"`
	SubPath      string             `json:"-"` // only the label kompose.volume.subpath sets it
}

// Content is x-kubernetes of a secret or a config.
type Content struct {
	Key  string `json:"key,omitempty"`
	Name string `json:"name,omitempty"`
}

// Model is x-kubernetes of a model.
type Model struct {
	Endpoint string `json:"endpoint,omitempty"`
	Model    string `json:"model,omitempty"`
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
