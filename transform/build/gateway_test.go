package build

import "testing"

func TestHTTPRouteCopyIsDeep(t *testing.T) {
	o := &HTTPRoute{Spec: HTTPRouteSpec{Hostnames: []string{"a"}, Rules: []HTTPRouteRule{{BackendRefs: []BackendReference{{Name: "a"}}}}}}
	c := o.DeepCopyObject().(*HTTPRoute)
	c.Spec.Hostnames[0], c.Spec.Rules[0].BackendRefs[0].Name = "b", "b"
	if o.Spec.Hostnames[0] != "a" || o.Spec.Rules[0].BackendRefs[0].Name != "a" {
		t.Error("the copy shares memory with the original")
	}
}
