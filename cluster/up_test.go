package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/cluster/clustertest"
)

// deployment is a workload of the project "shop", as the converter makes it.
func deployment(t *testing.T, name, image, dependsOn string) *unstructured.Unstructured {
	t.Helper()
	o := clustertest.Object(t, fmt.Sprintf(`
apiVersion: apps/v1
kind: Deployment
metadata:
  name: %[1]s
  labels: {app.kubernetes.io/name: %[1]s, app.kubernetes.io/instance: shop, app.kubernetes.io/managed-by: transship}
  annotations: {transship/compose-service: %[1]s}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: %[1]s}}
  template:
    metadata: {labels: {app.kubernetes.io/name: %[1]s, app.kubernetes.io/instance: shop}}
    spec: {containers: [{name: main, image: "%[2]s"}]}
`, name, image))
	if dependsOn != "" {
		annotations := o.GetAnnotations()
		annotations["transship/depends-on"] = dependsOn
		o.SetAnnotations(annotations)
	}
	return o
}

func config(t *testing.T, name, value string) *unstructured.Unstructured {
	t.Helper()
	return clustertest.Object(t, fmt.Sprintf(`
apiVersion: v1
kind: ConfigMap
metadata: {name: %s, labels: {app.kubernetes.io/instance: shop, app.kubernetes.io/managed-by: transship}}
data: {key: "%s"}
`, name, value))
}

// connect returns a client of a server whose Deployments become what podStatus says; nil is ready.
func connect(t *testing.T, podStatus func(string) map[string]any) (*clustertest.Server, *cluster.Client) {
	t.Helper()
	server := clustertest.NewServer(t)
	server.React(clustertest.Deployments(podStatus))
	client, err := cluster.New(server.Config(), "shop", cluster.Settings{Patience: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

func allReady(string) map[string]any { return nil }

// recorder keeps what is told.
type recorder struct{ events []cluster.Event }

func (r *recorder) sink(e cluster.Event) { r.events = append(r.events, e) }

// told lists events of changes in the order in which they came, such as "changed deployment/web create".
func (r *recorder) told() []string {
	var out []string
	for _, e := range r.events {
		switch e := e.(type) {
		case cluster.Changed:
			out = append(out, fmt.Sprintf("changed %s %s", e.Ref, e.Action))
		case cluster.Ready:
			out = append(out, fmt.Sprintf("ready %s", e.Ref))
		case cluster.Failed:
			out = append(out, fmt.Sprintf("failed %s %s", e.Ref, e.Reason))
		case cluster.Removed:
			out = append(out, fmt.Sprintf("removed %s", e.Ref))
		}
	}
	return out
}

func up(t *testing.T, c *cluster.Client, objects []*unstructured.Unstructured, o cluster.UpOptions) (*recorder, error) {
	t.Helper()
	o.Project, o.Namespace = "shop", "shop"
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute // which nothing takes, on a busy machine either
	}
	r := &recorder{}
	_, err := c.Up(context.Background(), objects, o, r.sink)
	return r, err
}

func index(t *testing.T, list []string, want string) int {
	t.Helper()
	i := slices.Index(list, want)
	if i < 0 {
		t.Errorf("%q is not in %q", want, list)
	}
	return i
}

const waitsForDB = `{"db":{"condition":"service_healthy","required":true}}`

func TestUpAppliesInTheOrderOfDependencies(t *testing.T) {
	t.Parallel()
	_, client := connect(t, allReady)
	objects := []*unstructured.Unstructured{deployment(t, "web", "web:1", waitsForDB), deployment(t, "db", "db:1", ""), config(t, "settings", "a")}
	r, err := up(t, client, objects, cluster.UpOptions{Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	told := r.told()
	settings, db := index(t, told, "changed configmap/settings create"), index(t, told, "ready deployment/db")
	if web := index(t, told, "changed deployment/web create"); settings > web || db > web {
		t.Errorf("web comes too early: %q", told)
	}
}

func TestUnchangedUpWritesNothing(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	objects := []*unstructured.Unstructured{deployment(t, "web", "web:1", ""), config(t, "settings", "a")}
	if _, err := up(t, client, objects, cluster.UpOptions{}); err != nil {
		t.Fatal(err)
	}
	server.Forget()
	r, err := up(t, client, objects, cluster.UpOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range server.Requests() {
		if !strings.HasPrefix(request, "GET ") {
			t.Errorf("an unchanged up asks for %s", request)
		}
	}
	if told := r.told(); len(told) > 0 {
		t.Errorf("an unchanged up tells %q", told)
	}
}

func TestUpChangesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	_, client := connect(t, allReady)
	before := []*unstructured.Unstructured{deployment(t, "web", "web:1", ""), deployment(t, "db", "db:1", ""), config(t, "settings", "a")}
	if _, err := up(t, client, before, cluster.UpOptions{}); err != nil {
		t.Fatal(err)
	}
	r, err := up(t, client, []*unstructured.Unstructured{deployment(t, "web", "web:2", ""), deployment(t, "db", "db:1", ""), config(t, "settings", "a")}, cluster.UpOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if told := r.told(); !slices.Equal(told, []string{"changed deployment/web update"}) {
		t.Errorf("told %q", told)
	}
}

func TestNothingIsChangedWhenOneObjectIsRefused(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	server.Refuse(func(r clustertest.Request) error {
		if r.DryRun && r.Resource == "configmaps" {
			return apierrors.NewInvalid(schema.GroupKind{Kind: "ConfigMap"}, "settings", nil)
		}
		return nil
	})
	_, err := up(t, client, []*unstructured.Unstructured{deployment(t, "web", "web:1", ""), config(t, "settings", "a")}, cluster.UpOptions{})
	var refused *cluster.RefusedError
	if !errors.As(err, &refused) || len(refused.Problems) != 1 || refused.Problems[0].Code != "invalid" {
		t.Fatalf("the error is %v", err)
	}
	if server.Get("deployments", "shop", "web") != nil {
		t.Error("web was made")
	}
}

func TestFieldsOfOthersAreNotOverwrittenUnasked(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	if _, err := up(t, client, []*unstructured.Unstructured{config(t, "settings", "a")}, cluster.UpOptions{}); err != nil {
		t.Fatal(err)
	}
	live := server.Get("configmaps", "shop", "settings")
	fields := live.GetManagedFields()
	fields[0].Manager = "somebody"
	live.SetManagedFields(fields)
	server.Put(live)
	_, err := up(t, client, []*unstructured.Unstructured{config(t, "settings", "b")}, cluster.UpOptions{})
	var refused *cluster.RefusedError
	if !errors.As(err, &refused) || refused.Problems[0].Code != "conflict" || !strings.Contains(refused.Problems[0].Message, "data.key is set by somebody") {
		t.Fatalf("the error is %v", err)
	}
	if _, err := up(t, client, []*unstructured.Unstructured{config(t, "settings", "b")}, cluster.UpOptions{ForceConflicts: true}); err != nil {
		t.Fatal(err)
	}
	if live := server.Get("configmaps", "shop", "settings"); live.Object["data"].(map[string]any)["key"] != "b" {
		t.Errorf("the value is %v", live.Object["data"])
	}
}

func TestDownRemovesDependentsFirst(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	if _, err := up(t, client, []*unstructured.Unstructured{deployment(t, "web", "web:1", waitsForDB), deployment(t, "db", "db:1", ""), config(t, "settings", "a")}, cluster.UpOptions{}); err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	if err := client.Down(context.Background(), cluster.DownOptions{Project: "shop", Namespace: "shop"}, r.sink); err != nil {
		t.Fatal(err)
	}
	told := r.told()
	if index(t, told, "removed deployment/web") > index(t, told, "removed deployment/db") {
		t.Errorf("told %q", told)
	}
	for _, gone := range []string{"settings", "transship-shop"} {
		if server.Get("configmaps", "shop", gone) != nil {
			t.Errorf("%s is still there", gone)
		}
	}
}

func TestServerThatFailsForAMomentIsAskedAgain(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	failures := 0
	server.Refuse(func(_ clustertest.Request) error {
		if failures++; failures < 4 {
			return apierrors.NewInternalError(errors.New("etcd leader changed"))
		}
		return nil
	})
	if _, err := up(t, client, []*unstructured.Unstructured{config(t, "settings", "a")}, cluster.UpOptions{}); err != nil {
		t.Fatal(err)
	}
}

// TestDownRemovesWhatAProfileBrought: also if nothing else is of its kind, and an up without the profile came in between.
func TestDownRemovesWhatAProfileBrought(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	web := deployment(t, "web", "web:1", "")
	tool := clustertest.Object(t, `
apiVersion: batch/v1
kind: Job
metadata:
  name: tool
  labels: {app.kubernetes.io/name: tool, app.kubernetes.io/instance: shop, app.kubernetes.io/managed-by: transship}
  annotations: {transship/compose-service: tool}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: tool, image: tool}]}}}
`)
	for _, run := range []struct {
		objects []*unstructured.Unstructured
		options cluster.UpOptions
	}{
		{[]*unstructured.Unstructured{web, tool}, cluster.UpOptions{}},
		{[]*unstructured.Unstructured{web}, cluster.UpOptions{Disabled: []string{"tool"}, RemoveOrphans: true}},
	} {
		if _, err := up(t, client, run.objects, run.options); err != nil {
			t.Fatal(err)
		}
		if server.Get("jobs", "shop", "tool") == nil {
			t.Error("what a profile brought is no orphan")
		}
	}
	if err := client.Down(context.Background(), cluster.DownOptions{Project: "shop", Namespace: "shop"}, nil); err != nil {
		t.Fatal(err)
	}
	if server.Get("jobs", "shop", "tool") != nil {
		t.Error("job/tool is still there")
	}
}
