package build

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/transform/plan"
)

// HTTPRoute is the part of gateway.networking.k8s.io/v1 HTTPRoute that a conversion writes. The types of the Gateway API
// are not among those of Kubernetes itself.
// Spec: https://gateway-api.sigs.k8s.io/reference/spec/#httproute
type HTTPRoute struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitzero"`
	Spec              HTTPRouteSpec `json:"spec"`
}

// HTTPRouteSpec says which Gateway takes which requests to which Service.
type HTTPRouteSpec struct {
	ParentRefs []GatewayReference `json:"parentRefs,omitempty"`
	Hostnames  []string           `json:"hostnames,omitempty"`
	Rules      []HTTPRouteRule    `json:"rules,omitempty"`
}

// GatewayReference names a Gateway.
type GatewayReference struct {
	Name string `json:"name"`
}

// HTTPRouteRule takes the requests that match to the backends.
type HTTPRouteRule struct {
	Matches     []HTTPRouteMatch   `json:"matches,omitempty"`
	BackendRefs []BackendReference `json:"backendRefs,omitempty"`
}

// HTTPRouteMatch matches a request by its path.
type HTTPRouteMatch struct {
	Path HTTPPathMatch `json:"path"`
}

// HTTPPathMatch is a path and how it is compared.
type HTTPPathMatch struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// BackendReference names a port of a Service.
type BackendReference struct {
	Name string `json:"name"`
	Port int32  `json:"port"`
}

// DeepCopyObject implements runtime.Object.
func (r *HTTPRoute) DeepCopyObject() runtime.Object {
	c := *r
	r.DeepCopyInto(&c.ObjectMeta)
	c.Spec.ParentRefs, c.Spec.Hostnames = slices.Clone(r.Spec.ParentRefs), slices.Clone(r.Spec.Hostnames)
	c.Spec.Rules = slices.Clone(r.Spec.Rules)
	for i := range c.Spec.Rules {
		c.Spec.Rules[i].Matches = slices.Clone(r.Spec.Rules[i].Matches)
		c.Spec.Rules[i].BackendRefs = slices.Clone(r.Spec.Rules[i].BackendRefs)
	}
	return &c
}

// matchType returns how an HTTPRoute compares the path of a route.
func matchType(r plan.Route) string {
	if r.Whole {
		return "Exact"
	}
	return "PathPrefix"
}

// httpRoute returns an HTTPRoute. The Gateway is not the project's: it belongs to who runs the cluster.
func (b *builder) httpRoute(r plan.HTTPRoute) *HTTPRoute {
	return &HTTPRoute{
		TypeMeta: metav1.TypeMeta{APIVersion: "gateway.networking.k8s.io/v1", Kind: "HTTPRoute"}, ObjectMeta: b.meta(r.Meta),
		Spec: HTTPRouteSpec{
			ParentRefs: []GatewayReference{{Name: r.Gateway}},
			Hostnames:  r.Route.Hosts,
			Rules: []HTTPRouteRule{{
				Matches:     []HTTPRouteMatch{{Path: HTTPPathMatch{Type: matchType(r.Route), Value: r.Route.Path}}},
				BackendRefs: []BackendReference{{Name: r.Route.Backend, Port: r.Route.Port}},
			}},
		},
	}
}
