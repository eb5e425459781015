package api

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestServerThatIsAwayIsNamedWithoutTheRequest(t *testing.T) {
	c := &Conn{Server: "https://cluster.example", Context: "staging"}
	cases := map[string]error{
		"nothing answers at https://cluster.example (context staging)": &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"cannot reach https://cluster.example: no such host":           errors.New("no such host"),
		"the program that the kubeconfig names for logging in to https://cluster.example failed: exec: executable login not found (install it) (context staging)":  errors.New("getting credentials: exec: executable login not found\n\nIt looks like …\n\ninstall it"),
		"the program that the kubeconfig names for logging in to https://cluster.example failed: exec: executable false failed with exit code 1 (context staging)": errors.New("getting credentials: exec: executable false failed with exit code 1"),
		"the certificate of https://cluster.example is not trusted: tls: failed to verify certificate: signed by nobody (context staging)":                         &tls.CertificateVerificationError{Err: errors.New("signed by nobody")},
	}
	for want, cause := range cases {
		err := c.Explain(&url.Error{Op: "Get", URL: "https://cluster.example/api/v1/pods?labelSelector=x", Err: cause}, "list Pods")
		if !strings.HasPrefix(err.Error(), "list Pods: "+want) || strings.Contains(err.Error(), "labelSelector") {
			t.Errorf("told as %q", err)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%q hides its cause", err)
		}
	}
}

func TestForbiddenIsOnlyWhatRBACSays(t *testing.T) {
	rbac := apierrors.NewForbidden(schema.GroupResource{Group: "apps", Resource: "deployments"}, "web",
		errors.New(`User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop"`))
	got := Forbidden(rbac, "apply deployment/web")
	want := "apply deployment/web: jane may not patch deployments.apps in namespace shop: a Role with this verb and resource is missing"
	if got == nil || got.Error() != want {
		t.Errorf("the error is %v", got)
	}
	quota := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "web", errors.New("exceeded quota: few"))
	if got := Forbidden(quota, "x"); got != nil {
		t.Errorf("a quota passes for a missing permission: %v", got)
	}
}
