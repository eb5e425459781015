package harness_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/transship/transship/test/cluster/harness"
)

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {key: value}\n"

// The judge is awake: what a real API server refuses is refused.
func TestVerdicts(t *testing.T) {
	c := harness.Start(t, harness.API)
	namespace := c.Namespace(t)
	for _, test := range []struct{ name, yaml, verdict string }{
		{"a good object", configMap, ""},
		{"an unknown field", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatum: {}\n", "field not declared in schema"},
		{"a bad name", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_b}\n", "Invalid value"},
		{"an unknown kind", "apiVersion: v1\nkind: Nonsense\nmetadata: {name: a}\n", "no matches for kind"},
		{"a policy with a bad port", `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a}
spec: {podSelector: {}, ingress: [{ports: [{port: 70000}]}]}
`, "must be between 1 and 65535"},
		{"a pod without containers", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n", "spec.containers"},
		{"a pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			objects, err := harness.Objects(test.yaml)
			if err != nil {
				t.Fatal(err)
			}
			err = c.Submit(context.Background(), namespace, objects[0], true)
			switch {
			case test.verdict == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.verdict != "" && (err == nil || !strings.Contains(err.Error(), test.verdict)):
				t.Errorf("want a refusal with %q, got %v", test.verdict, err)
			}
		})
	}
}

// Admission plugins of a production API server are on.
func TestAdmission(t *testing.T) {
	c := harness.Start(t, harness.API)
	namespace := c.Namespace(t)
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n"
	c.Apply(t, "", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: "+namespace+
		"\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n")
	objects, err := harness.Objects(pod)
	if err != nil {
		t.Fatal(err)
	}
	// The plugin learns of the namespace's label a moment after it was set.
	harness.Eventually(t, "a pod on the host's network is forbidden in a baseline namespace", func(ctx context.Context) (bool, error) {
		err := c.Submit(ctx, namespace, objects[0], true)
		return apierrors.IsForbidden(err), err
	})
}

func TestUserWithoutPermission(t *testing.T) {
	c := harness.Start(t, harness.API)
	namespace := c.Namespace(t)
	_, config := c.User(t, "jane")
	jane := client(t, config)
	if _, err := jane.CoreV1().ConfigMaps(namespace).List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Fatalf("before the grant: want forbidden, got %v", err)
	}
	c.Apply(t, namespace, `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: jane}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}]
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
`)
	harness.Eventually(t, "jane may look", func(ctx context.Context) (bool, error) {
		_, err := jane.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{})
		return err == nil, err
	})
	if err := jane.CoreV1().ConfigMaps(namespace).Delete(t.Context(), "a", metav1.DeleteOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("beyond the grant: want forbidden, got %v", err)
	}
}

func TestAPIServerGoesAndComesBack(t *testing.T) {
	c := harness.Start(t, harness.API)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, configMap)
	for range 2 {
		c.StopAPIServer(t)
		if _, err := c.Client.CoreV1().ConfigMaps(namespace).Get(t.Context(), "settings", metav1.GetOptions{}); err == nil {
			t.Error("the API server answers although it was stopped")
		}
		c.StartAPIServer(t)
		c.StartAPIServer(t) // changes nothing
	}
	found, err := c.Client.CoreV1().ConfigMaps(namespace).Get(t.Context(), "settings", metav1.GetOptions{})
	if err != nil || found.Data["key"] != "value" {
		t.Errorf("after the return: got %v, %v", found.Data, err)
	}
}

func TestFaultProxy(t *testing.T) {
	c := harness.Start(t, harness.API)
	namespace := c.Namespace(t)
	c.Apply(t, namespace, configMap)
	proxy := c.FaultProxy(t, c.Config)
	config, err := clientcmd.BuildConfigFromFlags("", proxy.Kubeconfig(t))
	if err != nil {
		t.Fatal(err)
	}
	faulty := client(t, config)
	get := func() error {
		_, err := faulty.CoreV1().ConfigMaps(namespace).Get(t.Context(), "settings", metav1.GetOptions{})
		return err
	}
	if err := get(); err != nil {
		t.Fatalf("without faults: %v", err)
	}
	proxy.Inject(func(*http.Request) *harness.Fault { return &harness.Fault{Status: http.StatusInternalServerError} })
	if err := get(); !apierrors.IsInternalError(err) {
		t.Errorf("want an internal error, got %v", err)
	}
	proxy.Inject(func(*http.Request) *harness.Fault { return &harness.Fault{Reset: true} })
	if err := get(); err == nil || !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("want a broken connection, got %v", err)
	}
	var refused atomic.Int32
	proxy.Inject(func(*http.Request) *harness.Fault {
		if refused.Add(1) > 1 {
			return nil
		}
		return &harness.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second}
	})
	if err := get(); err != nil || refused.Load() != 2 {
		t.Errorf("client-go tries again after a 429: got %v after %d requests", err, refused.Load())
	}
	proxy.Inject(nil)
	watch, err := faulty.CoreV1().ConfigMaps(namespace).Watch(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	<-watch.ResultChan()
	proxy.Cut()
	if event, open := <-watch.ResultChan(); open && event.Type != "ERROR" {
		t.Errorf("want the watch to end, got %v", event)
	}
}

func client(t *testing.T, config *rest.Config) *kubernetes.Clientset {
	t.Helper()
	c, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
