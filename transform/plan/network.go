package plan

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/transship/transship/transform/input"
)

// Form is what answers for the name of a service.
type Form string

// The forms of a Service.
const (
	NoService Form = ""
	ClusterIP Form = "clusterip"
	Headless  Form = "headless"
	External  Form = "external"
)

// ManyPorts is how many ports one Service lists at most; a name with more of them is resolved to the Pods themselves.
const ManyPorts = 100

// Service is a Kubernetes Service.
type Service struct {
	Meta
	Form            Form
	ExternalName    string // of form External
	Selector        map[string]string
	Ports           []ServicePort
	PublishNotReady bool // the name leads to Pods before they are ready
	IPFamilyPolicy  *corev1.IPFamilyPolicy
	IPFamilies      []corev1.IPFamily

	// What makes it reachable from outside the cluster.
	Type                  corev1.ServiceType // "" is ClusterIP
	ExternalTrafficPolicy corev1.ServiceExternalTrafficPolicy
	LoadBalancerIP        string
	SourceRanges          []string // that a load balancer lets in; none: everybody
}

// ServicePort is a port of a Service.
type ServicePort struct {
	input.Port
	Target   int32 // the port of the container
	NodePort int32 // 0: the cluster chooses, where there is one
}

// Route is a way from host names and a path to a port of a Service.
type Route struct {
	Hosts   []string // none: every host
	Path    string
	Whole   bool   // whether Path is the whole path, not a prefix
	Backend string // name of a Service
	Port    int32  // of the Service
}

// Ingress is an Ingress with the routes of one service.
type Ingress struct {
	Meta
	Class     string
	Routes    []Route
	TLSSecret string
	TLS       bool // without a Secret: with the certificate of the controller
}

// HTTPRoute is an HTTPRoute of the Gateway API with one route.
type HTTPRoute struct {
	Meta
	Gateway string
	Route   Route
}

// NetworkPolicy is a NetworkPolicy.
type NetworkPolicy struct {
	Meta
	Spec networkingv1.NetworkPolicySpec
}
