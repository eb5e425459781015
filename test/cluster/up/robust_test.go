package up_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

// TestKilledAtRandomMomentsThenUpAgainLosesNothing kills an up of a changed project twenty times, wherever it is.
func TestKilledAtRandomMomentsThenUpAgainLosesNothing(t *testing.T) {
	b := start(t)
	const seed = 14
	random := rand.New(rand.NewPCG(seed, seed))
	version := func(i int) []service {
		s := shop()
		for j := range s {
			s[j].Env = fmt.Sprint("version ", i)
		}
		return s
	}
	began := time.Now()
	b.up(project(t, version(0)...))
	whole := time.Since(began)
	claim := b.get("claim", "db-data").GetUID()
	killed := 0
	for i := 1; killed < 20; i++ {
		objects := project(t, version(i)...)
		child := b.victim(b.cluster.Kubeconfig, objects)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		after := time.Duration(random.Int64N(int64(whole)))
		time.Sleep(after)
		_ = child.Process.Kill()
		if child.Wait() != nil {
			killed++
		} else {
			whole -= whole / 4 // the first run met a machine that was busier
		}
		_, events, err := b.try(objects)
		if err != nil {
			t.Fatalf("killed after %s: up ended with %v\n%s", after, err, events)
		}
		b.consistent(objects)
		if uid := b.get("claim", "db-data").GetUID(); uid != claim {
			t.Errorf("killed after %s: the claim is another one", after)
		}
	}
	t.Logf("%d runs were killed, each within %s", killed, whole)
}

// TestOutageOfTheAPIServerIsWaitedFor: for twenty seconds, while up waits for a service that another one waits for.
func TestOutageOfTheAPIServerIsWaitedFor(t *testing.T) {
	c := consoleAlone(t, harness.Node, needsDB)
	up := c.begin("up", "-d", "--wait")
	up.hears(&up.complaints, "deployment/db starting")
	server := harness.Start(t, harness.Node)
	server.StopAPIServer(t)
	time.Sleep(20 * time.Second)
	server.StartAPIServer(t)
	up.ends(0, 4*time.Minute) // the controllers and the kubelet come back one after the other
	c.says(up.complaints.String(), "deployment/web ready")
	_, said := c.run(0, "", "up", "-d", "--wait")
	c.says(said, "nothing to change")
}

// whileWaiting brings a project up and does something once db is waited for.
func (b *bench) whileWaiting(services []service, do func()) (*record, error) {
	b.Helper()
	var once sync.Once
	events := &record{}
	_, err := b.client.Up(context.Background(), project(b, services...), b.options(), func(e cluster.Event) {
		events.add(e)
		if w, is := e.(cluster.Waiting); is && w.Ref.Name == "db" && w.State == "starting" {
			go once.Do(do)
		}
	})
	return events, err
}

// TestPodsThatOthersDeletedAreMadeAgain: by their controllers, and up goes on waiting.
func TestPodsThatOthersDeletedAreMadeAgain(t *testing.T) {
	b := start(t)
	events, err := b.whileWaiting([]service{{Name: "db", Pod: map[string]string{fake + "not-ready": "3s"}}}, func() { b.deletePods("db") })
	if err != nil {
		t.Errorf("up ended with %v\n%s", err, events)
	}
}

// TestNamespaceThatOthersDeletedEndsUp at once, with what happened.
func TestNamespaceThatOthersDeletedEndsUp(t *testing.T) {
	b := start(t)
	events, err := b.whileWaiting([]service{
		{Name: "db", Pod: map[string]string{fake + "not-ready": "always"}},
		{Name: "web", DependsOn: `{"db":{"condition":"service_healthy","required":true}}`},
	}, func() {
		if err := b.cluster.Client.CoreV1().Namespaces().Delete(context.Background(), b.namespace, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	removed, failed := (*cluster.RemovedError)(nil), (*cluster.FailedError)(nil)
	if !errors.As(err, &removed) && !errors.As(err, &failed) || !strings.Contains(err.Error(), "removed") {
		t.Errorf("up ended with %v\n%s", err, events) // a timeout is another error
	}
}

// TestQuotaOnObjectsIsToldBeforeAnythingChanges: the server counts them in a dry run as well.
func TestQuotaOnObjectsIsToldBeforeAnythingChanges(t *testing.T) {
	b := start(t)
	b.cluster.Apply(t, b.namespace, `
apiVersion: v1
kind: ResourceQuota
metadata: {name: small}
spec: {hard: {count/jobs.batch: "0"}}
`)
	b.quotaCounted("small")
	_, events, err := b.try(project(t, service{Name: "web"}, service{Name: "chore", Kind: "Job"}))
	refused := (*cluster.RefusedError)(nil)
	if !errors.As(err, &refused) || len(refused.Problems) != 1 || refused.Problems[0].Ref.Name != "chore" || !strings.Contains(err.Error(), "exceeded quota: small, requested: count/jobs.batch=1") {
		t.Errorf("up ended with %v\n%s", err, events)
	}
	if b.get("deployment", "web") != nil || b.get("configmap", "transship-shop") != nil {
		t.Error("something was made before it was known that the quota allows no Job")
	}
}

// TestQuotaOnPodsStopsOnlyWhatItHits: the API server takes the workload, and refuses its Pods later. The others become ready.
func TestQuotaOnPodsStopsOnlyWhatItHits(t *testing.T) {
	b := start(t)
	b.cluster.Apply(t, b.namespace, `
apiVersion: v1
kind: ResourceQuota
metadata: {name: few}
spec: {hard: {pods: "1"}}
`)
	b.quotaCounted("few")
	services := []service{
		{Name: "first"},
		{Name: "second", DependsOn: `{"first":{"condition":"service_healthy","required":true}}`},
		{Name: "third", DependsOn: `{"second":{"condition":"service_healthy","required":true}}`},
	}
	_, events, err := b.try(project(t, services...))
	failed := (*cluster.FailedError)(nil)
	if !errors.As(err, &failed) || len(failed.Failures) != 1 || failed.Failures[0].Ref.Name != "second" || !strings.Contains(failed.Failures[0].Message, "exceeded quota: few, requested: pods=1") {
		t.Fatalf("up ended with %v\n%s", err, events)
	}
	if len(failed.NotApplied) != 1 || failed.NotApplied[0].Ref.Name != "third" || b.get("deployment", "third") != nil {
		t.Errorf("not applied are %v", failed.NotApplied)
	}
	if n, _, _ := unstructured.NestedInt64(b.get("deployment", "first").Object, "status", "readyReplicas"); n != 1 {
		t.Errorf("first has %d ready Pods", n)
	}
	// With the quota out of the way, the same up goes on.
	err = b.cluster.Client.CoreV1().ResourceQuotas(b.namespace).Delete(context.Background(), "few", metav1.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.up(project(t, services...))
	b.consistent(project(t, services...))
}

// TestUpNeedsNotWatchConfigMaps: who may only read them is told just as well who removed the project.
func TestUpNeedsNotWatchConfigMaps(t *testing.T) {
	b := start(t)
	kubeconfig, _ := b.cluster.User(t, "jill")
	jill := connect(t, kubeconfig)
	b.cluster.Apply(t, b.namespace, `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: jill}
rules:
- {apiGroups: ["", apps], resources: [configmaps, services, deployments], verbs: [get, list, create, patch, update]}
- {apiGroups: ["", apps], resources: [pods, deployments], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: jill}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: jill}
subjects: [{kind: User, name: jill}]
`)
	harness.Eventually(t, "the role is known", func(ctx context.Context) (bool, error) {
		o := b.options()
		o.DryRun = true
		_, err := jill.Up(ctx, project(t, service{Name: "db"}), o, nil)
		return err == nil, err
	})
	var once sync.Once
	done := make(chan error, 1)
	_, err := jill.Up(context.Background(), project(t, service{Name: "db", Pod: map[string]string{fake + "not-ready": "always"}}), b.options(), func(e cluster.Event) {
		if w, is := e.(cluster.Waiting); is && w.State == "starting" {
			go once.Do(func() {
				done <- b.client.Down(context.Background(), cluster.DownOptions{Project: "shop", Namespace: b.namespace}, nil)
			})
		}
	})
	var removed *cluster.RemovedError
	if !errors.As(err, &removed) {
		t.Fatalf("up ended with %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("down ended with %v", err)
	}
}
