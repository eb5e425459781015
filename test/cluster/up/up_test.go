package up_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

func shop() []service {
	return []service{
		{Name: "db", Claim: "1Gi", Kind: "StatefulSet"},
		{Name: "migrate", Kind: "Job", DependsOn: `{"db":{"condition":"service_healthy","required":true}}`},
		{Name: "api", Config: "one", Env: "a", DependsOn: `{"migrate":{"condition":"service_completed_successfully","required":true}}`},
		{Name: "web", Config: "two", Replicas: 2, DependsOn: `{"api":{"condition":"service_healthy","required":true}}`},
	}
}

func TestFirstUpAppliesInTheOrderOfDependencies(t *testing.T) {
	b := start(t)
	_, events, err := b.try(project(t, shop()...))
	if err != nil {
		t.Fatalf("up: %v\n%s", err, events)
	}
	ready := events.order("ready")
	want := []string{"statefulset/db", "job/migrate", "deployment/api", "deployment/web"}
	if got := slices.Compact(ready); !slices.Equal(got, want) {
		t.Errorf("ready in the order %v, want %v", got, want)
	}
	if inventory := b.get("configmap", "transship-shop"); inventory == nil || strings.Count(inventory.Object["data"].(map[string]any)["objects"].(string), "\n") != 10 {
		t.Errorf("the inventory does not list the 10 objects: %v", inventory)
	}
}

func TestSecondUpChangesNothing(t *testing.T) {
	b := start(t)
	b.up(project(t, shop()...))
	// Controllers may still change what they note about objects: what counts is what the second up asks for.
	proxy := b.cluster.FaultProxy(t, b.cluster.Config)
	b.client = connect(t, proxy.Kubeconfig(t))
	var mu sync.Mutex
	var changes []string
	proxy.Inject(func(r *http.Request) *harness.Fault {
		isQuestion := r.Method == http.MethodGet || r.URL.Query().Get("dryRun") != "" || strings.HasSuffix(r.URL.Path, "reviews")
		if !isQuestion {
			mu.Lock()
			defer mu.Unlock()
			changes = append(changes, r.Method+" "+r.URL.Path)
		}
		return nil
	})
	plan := b.up(project(t, shop()...))
	if plan.Changes() != 0 {
		t.Errorf("the second up plans %v", actions(plan))
	}
	mu.Lock()
	defer mu.Unlock()
	if len(changes) > 0 {
		t.Errorf("the second up asks for %v", changes)
	}
}

func TestChangedVariableRollsOneDeployment(t *testing.T) {
	b := start(t)
	services := shop()
	b.up(project(t, services...))
	before := b.generations()
	services[2].Env = "b"
	plan := b.up(project(t, services...))
	if got := actions(plan); !slices.Equal(got, []string{"update deployment/api"}) {
		t.Errorf("the plan is %v", got)
	}
	after := b.generations()
	if after["api"] != before["api"]+1 || after["web"] != before["web"] {
		t.Errorf("generations went from %v to %v", before, after)
	}
}

func TestChangedConfigRollsExactlyItsUsers(t *testing.T) {
	b := start(t)
	services := shop()
	b.up(project(t, services...))
	services[3].Config = "three"
	plan := b.up(project(t, services...))
	if got := actions(plan); !slices.Equal(got, []string{"update configmap/web-config", "update deployment/web"}) {
		t.Errorf("the plan is %v", got)
	}
}

func TestOrphansStayWithoutTheFlagAndGoWithIt(t *testing.T) {
	b := start(t)
	services := shop()
	b.up(project(t, services...))
	fewer := project(t, services[:3]...)
	plan := b.up(fewer)
	want := []cluster.Ref{
		{APIVersion: "v1", Kind: "ConfigMap", Name: "web-config"},
		{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"},
		{APIVersion: "v1", Kind: "Service", Name: "web"},
	}
	if !slices.Equal(plan.Orphans, want) {
		t.Errorf("orphans are %v, want %v", plan.Orphans, want)
	}
	if b.get("deployment", "web") == nil {
		t.Fatal("the orphan is gone without the flag")
	}
	b.up(fewer, func(o *cluster.UpOptions) { o.RemoveOrphans = true })
	if b.get("deployment", "web") != nil || b.get("service", "web") != nil || b.get("configmap", "web-config") != nil {
		t.Error("orphans are still there with the flag")
	}
	if b.get("deployment", "api") == nil {
		t.Error("a service of the project went with the orphans")
	}
}

// TestBarePodInANewNamespace: Kubernetes refuses Pods until it has put a service account there.
func TestBarePodInANewNamespace(t *testing.T) {
	c := consoleOn(t, harness.Controllers, `
name: bare-pod
services:
  lone: {image: "busybox:1.37", command: [sleep, "3600"], x-kubernetes: {kind: Pod}}
  many: {image: "busybox:1.37", command: [sleep, "3600"]}
`)
	out, said := c.run(0, "", "up", "--dry-run")
	c.says(out, "create    pod/lone")
	c.says(said, "namespace bare-pod is not there yet")
	c.run(0, "", "up", "--wait")
	_, said = c.run(1, "", "stop")
	c.says(said, "pod/lone cannot be stopped")
	if out, _ = c.run(0, "", "up", "--dry-run"); !strings.Contains(out, "update    deployment/many") {
		t.Errorf("the others were not stopped: the next up plans %s", out)
	}
}
