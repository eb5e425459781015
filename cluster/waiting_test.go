package cluster_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/cluster/clustertest"
)

// states lets a test say, and change, how the Pods of Deployments are; those that are not named are ready.
type states struct {
	mu sync.Mutex
	of map[string]func() map[string]any
}

func (s *states) status(name string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state := s.of[name]; state != nil {
		return state()
	}
	return nil
}

func (s *states) set(name string, state func() map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[name] = state
}

const waitsForFlaky = `{"flaky":{"condition":"service_healthy","required":true}}`

func TestCrashLoopStopsOnlyWhatDependsOnIt(t *testing.T) {
	t.Parallel()
	s := &states{of: map[string]func() map[string]any{"flaky": clustertest.Crashing}}
	server, client := connect(t, s.status)
	objects := []*unstructured.Unstructured{
		deployment(t, "flaky", "flaky:1", ""), deployment(t, "db", "db:1", ""),
		deployment(t, "web", "web:1", waitsForDB), deployment(t, "report", "report:1", waitsForFlaky),
	}
	r, err := up(t, client, objects, cluster.UpOptions{Wait: true})
	var failed *cluster.FailedError
	if !errors.As(err, &failed) || len(failed.Failures) != 1 || len(failed.NotApplied) != 1 {
		t.Fatalf("up ended with %v", err)
	}
	if f := failed.Failures[0]; f.Ref.Name != "flaky" || f.Reason != "CrashLoopBackOff" || !f.Started {
		t.Errorf("failed is %+v", f)
	}
	if f := failed.NotApplied[0]; f.Ref.Name != "report" || !strings.Contains(f.Message, "flaky") {
		t.Errorf("not applied is %+v", f)
	}
	index(t, r.told(), "ready deployment/web")
	if server.Get("deployments", "shop", "report") != nil {
		t.Error("what waits for the crash loop was made")
	}
	inventory := server.Get("configmaps", "shop", "transship-shop")
	if !strings.Contains(inventory.Object["data"].(map[string]any)["objects"].(string), "report") || inventory.GetAnnotations()["transship/lock"] != "" {
		t.Errorf("the inventory is %v", inventory.Object)
	}
}

func TestRefusalOfOneWorkloadStopsOnlyWhatDependsOnIt(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	server.Refuse(func(r clustertest.Request) error {
		if r.Name == "flaky" && r.Method == http.MethodPatch && !r.DryRun {
			return apierrors.NewBadRequest("it is not a good day")
		}
		return nil
	})
	objects := []*unstructured.Unstructured{deployment(t, "flaky", "flaky:1", ""), deployment(t, "report", "report:1", waitsForFlaky), deployment(t, "web", "web:1", "")}
	_, err := up(t, client, objects, cluster.UpOptions{})
	var failed *cluster.FailedError
	if !errors.As(err, &failed) || len(failed.Failures) != 1 || !apierrors.IsBadRequest(failed.Failures[0].Cause) || !strings.Contains(err.Error(), "not a good day") {
		t.Errorf("up ended with %v", err)
	}
	if server.Get("deployments", "shop", "web") == nil || server.Get("deployments", "shop", "report") != nil {
		t.Error("web was not made, or what waits for the refused one was")
	}
}

// TestRestartThatIsDueIsKept: web asks to be restarted after db, which does not become ready in the first run.
func TestRestartThatIsDueIsKept(t *testing.T) {
	t.Parallel()
	const follows = `{"db":{"condition":"service_healthy","required":true,"restart":true}}`
	s := &states{of: map[string]func() map[string]any{}}
	server, client := connect(t, s.status)
	project := func(db string) []*unstructured.Unstructured {
		return []*unstructured.Unstructured{deployment(t, "web", "web:1", follows), deployment(t, "db", db, "")}
	}
	if _, err := up(t, client, project("db:1"), cluster.UpOptions{Wait: true}); err != nil {
		t.Fatal(err)
	}
	s.set("db", clustertest.Starting)
	_, err := up(t, client, project("db:2"), cluster.UpOptions{Wait: true, Timeout: time.Second})
	if late := (*cluster.TimeoutError)(nil); !errors.As(err, &late) {
		t.Fatalf("up ended with %v", err)
	}
	s.set("db", nil)
	db := server.Get("deployments", "shop", "db")
	for _, made := range clustertest.Deployments(s.status)(db) {
		server.Put(made)
	}
	r, err := up(t, client, project("db:2"), cluster.UpOptions{Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	index(t, r.told(), "changed deployment/web restart")
	if r, err := up(t, client, project("db:2"), cluster.UpOptions{Wait: true}); err != nil || len(r.told()) > 2 {
		t.Errorf("once more, it ends with %v and tells %q", err, r.told())
	}
}

// waitsWhile brings a project up, does something as soon as it waits, and returns how the run ends.
func waitsWhile(t *testing.T, client *cluster.Client, objects []*unstructured.Unstructured, do func()) error {
	t.Helper()
	var once sync.Once
	done := make(chan struct{})
	_, err := client.Up(context.Background(), objects, cluster.UpOptions{Project: "shop", Namespace: "shop", Wait: true, Timeout: 2 * time.Minute}, func(e cluster.Event) {
		if w, is := e.(cluster.Waiting); is && w.State == "starting" {
			go once.Do(func() { do(); close(done) })
		}
	})
	<-done
	return err
}

func TestDownEndsAnUpThatWaits(t *testing.T) {
	t.Parallel()
	projects := map[string]string{"everything is applied": "", "something is still to be applied": waitsForDB}
	for name, dependsOn := range projects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &states{of: map[string]func() map[string]any{"db": clustertest.Starting}}
			server, client := connect(t, s.status)
			err := waitsWhile(t, client, []*unstructured.Unstructured{deployment(t, "db", "db:1", ""), deployment(t, "web", "web:1", dependsOn)}, func() {
				if err := client.Down(context.Background(), cluster.DownOptions{Project: "shop", Namespace: "shop"}, nil); err != nil {
					t.Errorf("down ended with %v", err)
				}
			})
			var removed *cluster.RemovedError
			if !errors.As(err, &removed) || !strings.Contains(removed.By, "`down` of ") {
				t.Errorf("up ended with %v", err)
			}
			for _, gone := range []string{"db", "web"} {
				if server.Get("deployments", "shop", gone) != nil {
					t.Errorf("deployment/%s is still there", gone)
				}
			}
			if server.Get("configmaps", "shop", "transship-shop") != nil {
				t.Error("the inventory is still there")
			}
		})
	}
}

func TestObjectThatOthersRemovedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := &states{of: map[string]func() map[string]any{"db": clustertest.Starting}}
	server, client := connect(t, s.status)
	err := waitsWhile(t, client, []*unstructured.Unstructured{deployment(t, "db", "db:1", ""), deployment(t, "web", "web:1", "")}, func() {
		server.Drop("deployments", "shop", "db")
	})
	var failed *cluster.FailedError
	if !errors.As(err, &failed) || failed.Failures[0].Reason != "Removed" || !strings.Contains(err.Error(), "not by a run of this tool") {
		t.Errorf("up ended with %v", err)
	}
}

// TestInventoryThatOthersRemovedEndsTheRun: as the project that is gone, also if the renewal of the lock meets it first. The
// namespace controller deletes ConfigMaps and Deployments in any order.
func TestInventoryThatOthersRemovedEndsTheRun(t *testing.T) {
	t.Parallel()
	s := &states{of: map[string]func() map[string]any{"db": clustertest.Starting}}
	server, client := connect(t, s.status)
	err := waitsWhile(t, client, []*unstructured.Unstructured{deployment(t, "db", "db:1", ""), deployment(t, "web", "web:1", waitsForDB)}, func() {
		server.Drop("configmaps", "shop", "transship-shop")
	})
	var removed *cluster.RemovedError
	if !errors.As(err, &removed) || removed.By != "" {
		t.Errorf("up ended with %v", err)
	}
}

// TestWorkloadThatOthersStoppedIsNotReady: who waits for it is not made.
func TestWorkloadThatOthersStoppedIsNotReady(t *testing.T) {
	t.Parallel()
	s := &states{of: map[string]func() map[string]any{"db": clustertest.Starting}}
	server, client := connect(t, s.status)
	err := waitsWhile(t, client, []*unstructured.Unstructured{deployment(t, "db", "db:1", ""), deployment(t, "web", "web:1", waitsForDB)}, func() {
		workloads, err := client.Workloads(context.Background(), "shop", "shop", []string{"db"})
		if err == nil {
			_, err = client.Stop(context.Background(), workloads, "shop", nil)
		}
		if err != nil {
			t.Error(err)
		}
	})
	var failed *cluster.FailedError
	if !errors.As(err, &failed) || failed.Failures[0].Reason != "Stopped" || server.Get("deployments", "shop", "web") != nil {
		t.Errorf("up ended with %v", err)
	}
}

// TestStartFollowsTheOrderOfDependencies: web, which was asked for, is not started before db is ready, which was not.
func TestStartFollowsTheOrderOfDependencies(t *testing.T) {
	t.Parallel()
	s := &states{of: map[string]func() map[string]any{}}
	server, client := connect(t, s.status)
	objects := []*unstructured.Unstructured{deployment(t, "web", "web:1", waitsForDB), deployment(t, "db", "db:1", ""), deployment(t, "other", "other:1", "")}
	if _, err := up(t, client, objects, cluster.UpOptions{}); err != nil {
		t.Fatal(err)
	}
	stop := func() {
		workloads, err := client.Workloads(context.Background(), "shop", "shop", nil)
		if err == nil {
			_, err = client.Stop(context.Background(), workloads, "shop", nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	replicas := func(name string) any {
		return server.Get("deployments", "shop", name).Object["spec"].(map[string]any)["replicas"]
	}
	stop()
	s.set("db", clustertest.Starting)
	o := cluster.StartOptions{Project: "shop", Namespace: "shop", Services: []string{"web"}, Wait: true, Ready: true, Timeout: time.Second}
	err := client.StartInOrder(context.Background(), o, nil)
	for replicas("db") != int64(1) && o.Timeout < time.Minute { // a busy machine may need the time to come to it
		o.Timeout *= 4
		err = client.StartInOrder(context.Background(), o, nil)
	}
	if late := (*cluster.TimeoutError)(nil); !errors.As(err, &late) || replicas("web") != int64(0) || replicas("db") != int64(1) || replicas("other") != int64(0) {
		t.Errorf("start ended with %v; web has %v replicas, db %v, other %v", err, replicas("web"), replicas("db"), replicas("other"))
	}
	s.set("db", nil)
	stop()
	r := &recorder{}
	o.Timeout = 2 * time.Minute
	if err := client.StartInOrder(context.Background(), o, r.sink); err != nil {
		t.Fatal(err)
	}
	if told := r.told(); index(t, told, "ready deployment/db") > index(t, told, "changed deployment/web start") {
		t.Errorf("told %q", told)
	}
}

// TestStartReturnsWhenContainersRun: as docker compose start does; with Ready, when everything is ready.
func TestStartReturnsWhenContainersRun(t *testing.T) {
	t.Parallel()
	s := &states{of: map[string]func() map[string]any{"web": clustertest.Starting}}
	_, client := connect(t, s.status)
	if _, err := up(t, client, []*unstructured.Unstructured{deployment(t, "web", "web:1", "")}, cluster.UpOptions{}); err != nil {
		t.Fatal(err)
	}
	workloads, err := client.Workloads(context.Background(), "shop", "shop", nil)
	if err == nil {
		_, err = client.Stop(context.Background(), workloads, "shop", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	o := cluster.StartOptions{Project: "shop", Namespace: "shop", Wait: true, Timeout: 2 * time.Minute}
	if err := client.StartInOrder(context.Background(), o, r.sink); err != nil || !slices.Contains(r.told(), "ready deployment/web") {
		t.Errorf("start ended with %v and told %q", err, r.told())
	}
	o.Ready, o.Timeout = true, time.Second // also of what was not stopped
	if late := (*cluster.TimeoutError)(nil); !errors.As(client.StartInOrder(context.Background(), o, nil), &late) {
		t.Error("start did not wait until web is ready")
	}
}

// TestOneShotThatFailedHasStarted: who waits for no more than its start goes on, also when nothing is left of its Pod.
func TestOneShotThatFailedHasStarted(t *testing.T) {
	t.Parallel()
	server, client := connect(t, allReady)
	made := clustertest.Deployments(allReady)
	server.React(func(o *unstructured.Unstructured) []*unstructured.Unstructured {
		if o.GetKind() != "Job" {
			return made(o)
		}
		o.Object["status"] = map[string]any{"failed": int64(1), "conditions": []any{map[string]any{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}}}
		return []*unstructured.Unstructured{o}
	})
	chore := clustertest.Object(t, `
apiVersion: batch/v1
kind: Job
metadata:
  name: chore
  labels: {app.kubernetes.io/name: chore, app.kubernetes.io/instance: shop, app.kubernetes.io/managed-by: transship}
  annotations: {transship/compose-service: chore}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "chore:1"}]}}}
`)
	web := deployment(t, "web", "web:1", `{"chore":{"condition":"service_started","required":true}}`)
	if _, err := up(t, client, []*unstructured.Unstructured{chore, web}, cluster.UpOptions{}); err != nil {
		t.Error(err)
	}
	web.SetAnnotations(map[string]string{"transship/compose-service": "web", "transship/depends-on": `{"chore":{"condition":"service_completed_successfully","required":true}}`})
	_, err := up(t, client, []*unstructured.Unstructured{chore, web}, cluster.UpOptions{})
	if failed := (*cluster.FailedError)(nil); !errors.As(err, &failed) {
		t.Errorf("up ended with %v, though web waits for the end of the chore", err)
	}
}
