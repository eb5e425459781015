package up_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

func (b *bench) down(change ...func(*cluster.DownOptions)) *record {
	b.Helper()
	events := &record{}
	o := cluster.DownOptions{Project: "shop", Namespace: b.namespace, Timeout: patience}
	for _, c := range change {
		c(&o)
	}
	if err := b.client.Down(context.Background(), o, events.add); err != nil {
		b.Fatalf("down: %v\n%s", err, events)
	}
	return events
}

func TestDownRemovesInReverseOrderAndKeepsClaims(t *testing.T) {
	b := start(t)
	b.up(project(t, shop()...))
	b.cluster.Apply(t, b.namespace, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\ndata: {a: b}\n")
	removed := b.down().order("removed")
	want := []string{"deployment/web", "deployment/api", "job/migrate", "statefulset/db"}
	if len(removed) < 4 || !slices.Equal(removed[:4], want) {
		t.Errorf("removed in the order %v, want %v first", removed, want)
	}
	left := b.contents()
	if len(left) != 3 { // the claim, the inventory that lists it and their ConfigMap
		t.Errorf("left are %v", left)
	}
	if b.get("claim", "db-data") == nil || b.get("configmap", "theirs") == nil {
		t.Error("down took more than it should")
	}
	b.down(func(o *cluster.DownOptions) { o.Volumes = true })
	if b.get("claim", "db-data") != nil || b.get("configmap", "transship-shop") != nil {
		t.Error("the claim or the inventory is still there after down with volumes")
	}
}

// TestDownOfOneServiceForgetsNoOther: what the inventory no longer listed, the next down would leave.
func TestDownOfOneServiceForgetsNoOther(t *testing.T) {
	b := start(t)
	b.up(project(t, shop()...))
	b.down(func(o *cluster.DownOptions) { o.Services = []string{"web"} })
	if b.get("deployment", "web") != nil || b.get("service", "web") != nil || b.get("deployment", "api") == nil {
		t.Error("something of web is there still, or api is gone")
	}
	b.down()
	if left := b.contents(); len(left) != 2 { // the claim and the inventory that lists it
		t.Errorf("left are %v", left)
	}
}

func TestDownKnowsAProjectByItsNameAlone(t *testing.T) {
	b := start(t)
	err := b.client.Down(context.Background(), cluster.DownOptions{Project: "shop", Namespace: b.namespace}, nil)
	var none *cluster.NoProjectError
	if !errors.As(err, &none) {
		t.Errorf("down of nothing ended with %v", err)
	}
	b.up(project(t, shop()...))
	err = b.cluster.Client.CoreV1().ConfigMaps(b.namespace).Delete(context.Background(), "transship-shop", metav1.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.down(func(o *cluster.DownOptions) { o.Volumes = true }) // labels alone
	if left := b.contents(); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

func TestDownLeavesAnObjectThatIsSomebodyElsesNow(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web", Config: "one"}))
	b.patch("configmap", "web-config", "helm", `{"metadata":{"labels":{"app.kubernetes.io/managed-by":"Helm"}}}`)
	b.down()
	if b.get("configmap", "web-config") == nil {
		t.Error("down removed an object that is managed by Helm")
	}
}

func TestNamespaceGoesOnlyWhenMadeForTheProjectAndEmpty(t *testing.T) {
	b := start(t)
	ctx := context.Background()
	namespaces := b.cluster.Client.CoreV1().Namespaces()
	made := b.namespace + "-made"
	t.Cleanup(func() { _ = namespaces.Delete(ctx, made, metav1.DeleteOptions{}) })
	in := func(o *cluster.UpOptions) { o.Namespace = made }
	b.up(project(t, service{Name: "web"}), in)
	secrets := b.cluster.Client.CoreV1().Secrets(made)
	if _, err := secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "theirs"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	there := func(o *cluster.DownOptions) { o.Namespace = made }
	events := b.down(there)
	if got := strings.Join(events.order("warning"), "\n"); !strings.Contains(got, "secret/theirs") {
		t.Errorf("warnings are %q", got)
	}
	if n, err := namespaces.Get(ctx, made, metav1.GetOptions{}); err != nil || n.DeletionTimestamp != nil {
		t.Fatalf("the namespace went although it is not empty: %v", err)
	}
	if err := secrets.Delete(ctx, "theirs", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	b.up(project(t, service{Name: "web"}), in)
	b.down(there)
	if n, err := namespaces.Get(ctx, made, metav1.GetOptions{}); err == nil && n.DeletionTimestamp == nil || err != nil && !apierrors.IsNotFound(err) {
		t.Errorf("the empty namespace stays: %v", err)
	}
	b.up(project(t, service{Name: "web"}), in) // waits until the old one is gone
	b.down(there)
}

// TestNamespaceThatIsGoingIsMadeAgain also tells when it is gone: displays show no wait that is over.
func TestNamespaceThatIsGoingIsMadeAgain(t *testing.T) {
	b := start(t)
	ctx := context.Background()
	namespaces := b.cluster.Client.CoreV1().Namespaces()
	going := b.namespace + "-going"
	held := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: going, Finalizers: []string{"example.com/held"}}}
	if _, err := namespaces.Create(ctx, held, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = namespaces.Delete(ctx, going, metav1.DeleteOptions{}) })
	if err := namespaces.Delete(ctx, going, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	o, events := b.options(), &record{}
	o.Namespace = going
	_, err := b.client.Up(ctx, project(t, service{Name: "web"}), o, func(e cluster.Event) {
		events.add(e)
		if w, is := e.(cluster.Waiting); is && w.Ref.Kind == "Namespace" {
			if _, err := namespaces.Patch(ctx, going, types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{}); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := events.order("removed"); !slices.Equal(got, []string{"namespace/" + going}) {
		t.Errorf("removed were %v", got)
	}
}

func TestStopKeepsAndStartBringsBack(t *testing.T) {
	b := start(t)
	ctx := context.Background()
	services := []service{{Name: "web", Replicas: 2}, {Name: "db", Kind: "StatefulSet"}, {Name: "agent", Kind: "DaemonSet"}}
	b.up(project(t, services...))
	change := func(do func(context.Context, []*unstructured.Unstructured, string, cluster.Sink) ([]*unstructured.Unstructured, error)) {
		t.Helper()
		workloads, err := b.client.Workloads(ctx, "shop", b.namespace, nil)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := do(ctx, workloads, b.namespace, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.client.AwaitReady(ctx, "shop", b.namespace, changed, patience, nil); err != nil {
			t.Fatal(err)
		}
	}
	pods := func(n int) {
		t.Helper()
		harness.Eventually(t, "the number of Pods", func(ctx context.Context) (bool, error) {
			list, err := b.cluster.Client.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{})
			return err == nil && len(list.Items) == n, err
		})
	}
	pods(5)
	change(b.client.Stop)
	pods(0)
	change(b.client.Start)
	pods(5)
	change(b.client.Stop)
	pods(0)
	b.up(project(t, services...))
	pods(5)
	if plan := b.up(project(t, services...)); plan.Changes() != 0 {
		t.Errorf("up after stop and start plans %v", actions(plan))
	}
}

func TestRestartReplacesPods(t *testing.T) {
	b := start(t)
	ctx := context.Background()
	b.up(project(t, service{Name: "web"}))
	before := b.cluster.PodReady(t, b.namespace, "app.kubernetes.io/name=web").UID
	workloads, err := b.client.Workloads(ctx, "shop", b.namespace, []string{"web"})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := b.client.Restart(ctx, workloads, b.namespace, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.client.AwaitReady(ctx, "shop", b.namespace, changed, patience, nil); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, "the old Pod is replaced", func(ctx context.Context) (bool, error) {
		list, err := b.cluster.Client.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{})
		return err == nil && len(list.Items) == 1 && list.Items[0].UID != before, err
	})
	if plan := b.up(project(t, service{Name: "web"})); plan.Changes() != 0 {
		t.Errorf("up after a restart plans %v", actions(plan))
	}
}

func TestDownTimesOutWithTheObjectThatStays(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web"}))
	b.patch("deployment", "web", "somebody", `{"metadata":{"finalizers":["example.com/hold"]}}`)
	t.Cleanup(func() { b.patch("deployment", "web", "somebody", `{"metadata":{"finalizers":[]}}`) })
	var err error
	var late *cluster.TimeoutError
	// A slow machine may need the time to come to what stays.
	for timeout := 2 * time.Second; timeout < patience; timeout *= 3 {
		err = b.client.Down(context.Background(), cluster.DownOptions{Project: "shop", Namespace: b.namespace, Timeout: timeout}, nil)
		if !errors.As(err, &late) {
			break
		}
		if len(late.Missing) == 1 && strings.Contains(late.Missing[0].Reason, "example.com/hold") {
			return
		}
	}
	t.Errorf("down ended with %v", err)
}
