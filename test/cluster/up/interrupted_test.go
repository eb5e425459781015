package up_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

// victimVar makes this test binary bring the shop up and nothing else: a process of its own that a test can kill. Its
// value is the kubeconfig and the namespace.
const victimVar = "TRANSSHIP_TEST_VICTIM"

// victim tells each change on its standard output, before the cluster is asked for it and after it was made.
func victim() int {
	kubeconfig, namespace, _ := strings.Cut(os.Getenv(victimVar), "\n")
	client, err := cluster.Connect(cluster.Access{Kubeconfig: kubeconfig})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	objects, err := harness.Objects(os.Getenv(victimVar + "_OBJECTS"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	_, err = client.Up(context.Background(), objects, cluster.UpOptions{Project: "shop", Namespace: namespace, Wait: true, Timeout: patience}, func(e cluster.Event) {
		switch e := e.(type) {
		case cluster.Planned:
			fmt.Println("planned")
		case cluster.Changing:
			fmt.Println("changing", e.Ref)
		case cluster.Changed:
			fmt.Println("changed", e.Ref)
		}
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestKilledAtAnyStepThenUpAgainLosesNothing kills a run after each of its steps in turn.
func TestKilledAtAnyStepThenUpAgainLosesNothing(t *testing.T) {
	const steps = 21 // planned, and two for each of the ten objects
	for n := 1; n <= steps; n += 2 {
		t.Run(fmt.Sprintf("after step %d", n), func(t *testing.T) {
			b := start(t)
			objects := project(t, shop()...)
			b.killAfter(n, objects)
			claim := b.get("claim", "db-data")
			b.up(objects)
			if claim != nil && b.get("claim", "db-data").GetUID() != claim.GetUID() {
				t.Error("the claim is another one")
			}
			b.consistent(objects)
		})
	}
}

// consistent checks that the cluster has exactly these objects, the inventory lists exactly them and nobody holds it.
func (b *bench) consistent(objects []*unstructured.Unstructured) {
	b.Helper()
	if plan := b.up(objects); plan.Changes() != 0 || len(plan.Orphans) != 0 {
		b.Errorf("another up plans %v, orphans %v", actions(plan), plan.Orphans)
	}
	inventory := b.get("configmap", "transship-shop")
	if lock := inventory.GetAnnotations()["transship/lock"]; lock != "" {
		b.Errorf("the inventory is still locked: %s", lock)
	}
	var want []string
	for _, o := range objects {
		want = append(want, o.GetAPIVersion()+" "+o.GetKind()+" "+o.GetName())
	}
	data, _, _ := unstructured.NestedString(inventory.Object, "data", "objects")
	got := strings.Split(strings.TrimSpace(data), "\n")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		b.Errorf("the inventory lists %v, want %v", got, want)
	}
}

// killAfter brings a project up in another process, and kills that when it has told n steps.
func (b *bench) killAfter(n int, objects []*unstructured.Unstructured) {
	b.Helper()
	child := b.victim(b.cluster.Kubeconfig, objects)
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	lines, seen := bufio.NewScanner(out), 0
	for seen < n && lines.Scan() {
		seen++
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if seen < n {
		b.Fatalf("the run ended after %d steps: %s", seen, complaint.String())
	}
}

// victim is a process, not started yet, that brings a project up.
func (b *bench) victim(kubeconfig string, objects []*unstructured.Unstructured) *exec.Cmd {
	b.Helper()
	var text strings.Builder
	for _, o := range objects {
		encoded, err := o.MarshalJSON()
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(&text, "---\n%s\n", encoded)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), victimVar+"="+kubeconfig+"\n"+b.namespace, victimVar+"_OBJECTS="+text.String())
	return child
}

// TestKilledInsideARequestThenUpAgainLosesNothing kills a run after the API server has done what was asked and before
// the run learns of it: the lock, the first and the last kind of a wave, the final inventory.
func TestKilledInsideARequestThenUpAgainLosesNothing(t *testing.T) {
	for _, fatal := range []string{
		"POST configmaps", "PATCH configmaps", "PATCH persistentvolumeclaims", "PATCH services", "PATCH statefulsets", "PATCH jobs", "PATCH deployments",
		"PUT configmaps",
	} {
		t.Run(fatal, func(t *testing.T) {
			b := start(t)
			method, resource, _ := strings.Cut(fatal, " ")
			objects := project(t, shop()...)
			proxy := b.cluster.FaultProxy(t, b.cluster.Config)
			child := b.victim(proxy.Kubeconfig(t), objects)
			var once sync.Once
			proxy.Inject(func(r *http.Request) *harness.Fault {
				var fault *harness.Fault
				if r.Method == method && r.URL.Query().Get("dryRun") == "" && strings.Contains(r.URL.Path, "/"+resource) {
					once.Do(func() { fault = &harness.Fault{Lose: true, Lost: func() { _ = child.Process.Kill() }} })
				}
				return fault
			})
			if out, err := child.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("the run ended with %v: %s", err, out)
			}
			b.up(objects)
			b.consistent(objects)
		})
	}
}

// TestLockOfARunThatDiedElsewhereExpires: of a process on another machine only its silence tells.
func TestLockOfARunThatDiedElsewhereExpires(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web"}))
	lock := fmt.Sprintf(`{"holder":"jane on there","run":"x","renewed":%q,"process":{"boot":"there","space":"y","id":1}}`, time.Now().UTC().Format(time.RFC3339))
	b.patch("configmap", "transship-shop", "transship", fmt.Sprintf(`{"metadata":{"annotations":{"transship/lock":%q}}}`, lock))
	objects := project(t, service{Name: "web", Env: "new"})
	_, events, err := b.try(objects)
	if err != nil {
		t.Fatalf("up: %v", err)
	}
	if got := strings.Join(events.order("warning"), "\n"); !strings.Contains(got, "jane on there holds the project") {
		t.Errorf("warnings are %q", got)
	}
	b.consistent(objects)
}

// TestRunThatIsAliveElsewhereIsLeftAlone: its lock is renewed.
func TestRunThatIsAliveElsewhereIsLeftAlone(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web"}))
	renew := func() {
		lock := fmt.Sprintf(`{"holder":"jane on there","run":"x","renewed":%q,"process":{"boot":"there","space":"y","id":1}}`, time.Now().UTC().Format(time.RFC3339Nano))
		b.patch("configmap", "transship-shop", "transship", fmt.Sprintf(`{"metadata":{"annotations":{"transship/lock":%q}}}`, lock))
	}
	renew()
	objects := project(t, service{Name: "web", Env: "new"})
	o := b.options()
	_, err := b.client.Up(context.Background(), objects, o, func(e cluster.Event) {
		if w, isWarning := e.(cluster.Warning); isWarning && strings.Contains(w.Message, "holds the project") {
			renew()
		}
	})
	var locked *cluster.LockedError
	if !errors.As(err, &locked) || locked.Holder != "jane on there" {
		t.Errorf("up ended with %v", err)
	}
}

// TestTimeIsUpWhileAnotherRunIsWaitedFor: that is a timeout like any other.
func TestTimeIsUpWhileAnotherRunIsWaitedFor(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web"}))
	lock := fmt.Sprintf(`{"holder":"jane on there","run":"x","renewed":%q,"process":{"boot":"there","space":"y","id":1}}`, time.Now().UTC().Format(time.RFC3339))
	b.patch("configmap", "transship-shop", "transship", fmt.Sprintf(`{"metadata":{"annotations":{"transship/lock":%q}}}`, lock))
	_, _, err := b.try(project(t, service{Name: "web", Env: "new"}), func(o *cluster.UpOptions) { o.Timeout = time.Second })
	var late *cluster.TimeoutError
	if !errors.As(err, &late) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("up ended with %v", err)
	}
}

func TestTwoRunsAtOnceEndConsistently(t *testing.T) {
	b := start(t)
	ours := project(t, service{Name: "web", Env: "ours", Config: "ours"}, service{Name: "ours"})
	theirs := project(t, service{Name: "web", Env: "theirs", Config: "theirs"}, service{Name: "theirs"})
	results := make(chan error, 2)
	for _, objects := range [][]*unstructured.Unstructured{ours, theirs} {
		go func() {
			_, _, err := b.try(objects, func(o *cluster.UpOptions) { o.RemoveOrphans = true })
			results <- err
		}()
	}
	for range 2 {
		if err := <-results; err != nil && !errors.As(err, new(*cluster.LockedError)) {
			t.Errorf("a run ended with: %v", err)
		}
	}
	value := b.get("configmap", "web-config").Object["data"].(map[string]any)["file"]
	objects, other := ours, "theirs"
	if value == "theirs" {
		objects, other = theirs, "ours"
	}
	b.consistent(objects)
	if b.get("deployment", other) != nil {
		t.Errorf("the state is a mixture of both: deployment/%s is there too", other)
	}
}
