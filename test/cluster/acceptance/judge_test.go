package acceptance

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	_ "sigs.k8s.io/gateway-api/apis/v1" // its module brings the definitions that gatewayKinds reads

	"github.com/transship/transship/convert"
	"github.com/transship/transship/test/cluster/harness"
)

// judge is the API server with a namespace in which everything is tried.
type judge struct {
	*harness.Cluster
	namespace string
	judged    atomic.Int64
}

// newJudge starts the API server, with the kinds of the Gateway API, which a cluster has only when somebody installs
// them.
func newJudge(t *testing.T) *judge {
	t.Helper()
	c := harness.Start(t, harness.API)
	j := &judge{Cluster: c, namespace: c.Namespace(t)}
	folder := gatewayKinds(t)
	for _, file := range []string{"gateways", "httproutes"} {
		c.Apply(t, "", read(t, filepath.Join(folder, "gateway.networking.k8s.io_"+file+".yaml")))
	}
	j.waitForKind(t, "HTTPRoute")
	t.Cleanup(func() { t.Logf("%d objects judged", j.judged.Load()) })
	return j
}

// gatewayKinds returns the folder with the CustomResourceDefinitions of the Gateway API, which its module carries.
func gatewayKinds(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "config", "crd", "standard")
}

func (j *judge) waitForKind(t *testing.T, kind string) {
	t.Helper()
	route := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": map[string]any{"name": "probe"}, "spec": map[string]any{},
	}}
	harness.Eventually(t, kind+" is served", func(ctx context.Context) (bool, error) {
		meta.MaybeResetRESTMapper(j.Mapper) // it learns of new kinds only when told
		err := j.Submit(ctx, j.namespace, route, true)
		return err == nil, err
	})
}

// refusals applies every object of a stream as a dry run and returns what the API server refuses.
func (j *judge) refusals(t *testing.T, manifests string) []string {
	t.Helper()
	objects, err := harness.Objects(manifests)
	if err != nil {
		return []string{"not YAML: " + err.Error()}
	}
	verdicts := make([]string, len(objects))
	var wait sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i, object := range objects {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			j.judged.Add(1)
			if err := j.submit(object); err != nil {
				verdicts[i] = err.Error()
			}
		})
	}
	wait.Wait()
	var out []string
	for _, v := range verdicts {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// submit tries one object. An object that names a namespace which the dry run did not make is tried in our own.
func (j *judge) submit(object *unstructured.Unstructured) error {
	if object.GetNamespace() != "" {
		object.SetNamespace(j.namespace)
	}
	err := j.Submit(context.Background(), j.namespace, object, true)
	for attempt := 0; attempt < 5 && apierrors.IsTooManyRequests(err); attempt++ {
		err = j.Submit(context.Background(), j.namespace, object, true)
	}
	return err
}

// stream renders objects as `transship convert` prints them.
func stream(t *testing.T, objects []runtime.Object) string {
	t.Helper()
	var out bytes.Buffer
	if err := convert.WriteYAML(&out, objects, convert.YAMLOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
