// Package status watches what a cluster has of a project, says how its workloads are doing, and why one of them cannot
// become ready.
package status

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/resource"
)

// LiveState is what the cluster has of a project at the moment, kept current by watches that survive a restart of the
// API server.
type LiveState struct {
	mu      sync.Mutex
	stores  map[string]*kindStore // by kind
	changed chan struct{}         // closed and replaced with each change
	failed  error                 // a watch that is not allowed
	noticed map[string]time.Time  // when a trouble was first seen, by object and reason
	runs    []inventory.Run       // that held the lock of the project since the watch began, or want it
}

// watched are the kinds that say how a workload is doing. Who may not see Pods cannot wait for anything; of the others,
// only a kind that the project has is needed, and the rest explains.
var watched = []struct{ apiVersion, kind string }{
	{"v1", "Pod"},
	{"apps/v1", "Deployment"},
	{"apps/v1", "StatefulSet"},
	{"apps/v1", "DaemonSet"},
	{"batch/v1", "Job"},
	{"apps/v1", "ReplicaSet"},
	{"v1", "Event"},
	{"v1", inventoryKind},
}

// inventoryKind stands for the inventory of the project, which says who changes it.
const inventoryKind = "ConfigMap"

// Watch starts watching a project, until the context ends.
func Watch(ctx context.Context, c *api.Conn, project, namespace string) (*LiveState, error) {
	p := &LiveState{stores: map[string]*kindStore{}, changed: make(chan struct{}), noticed: map[string]time.Time{}}
	ctx = klog.NewContext(ctx, logr.Discard()) // a watch that breaks is taken up again; nobody has to read of it
	for _, w := range watched {
		objects, err := c.Objects(ctx, w.apiVersion, w.kind, namespace)
		if err != nil {
			return nil, err
		}
		store := &kindStore{state: p, objects: map[string]*unstructured.Unstructured{}, old: map[string]string{}}
		p.stores[w.kind] = store
		selection := metav1.ListOptions{LabelSelector: resource.LabelInstance + "=" + project}
		switch w.kind {
		case "Event":
			selection = metav1.ListOptions{FieldSelector: "type=Warning"}
		case inventoryKind:
			selection = metav1.ListOptions{FieldSelector: "metadata.name=" + resource.InventoryName(project)}
		}
		refused := func(err error) {
			if apierrors.IsForbidden(err) {
				p.refuse(store, c.Explain(err, "watch the project"), w.kind == "Pod")
			}
		}
		source := &cache.ListWatch{
			ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
				o.LabelSelector, o.FieldSelector = selection.LabelSelector, selection.FieldSelector
				list, err := objects.List(ctx, o)
				refused(err)
				return list, err
			},
			WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
				o.LabelSelector, o.FieldSelector = selection.LabelSelector, selection.FieldSelector
				w, err := objects.Watch(ctx, o)
				refused(err)
				return w, err
			},
		}
		reflector := cache.NewReflectorWithOptions(source, &unstructured.Unstructured{}, store, cache.ReflectorOptions{
			Name: w.kind, TypeDescription: w.kind,
			Backoff: &wait.Backoff{Duration: 100 * time.Millisecond, Factor: 2, Jitter: 0.1, Steps: 5, Cap: 2 * time.Second},
		})
		go reflector.RunWithContext(ctx)
	}
	return p, nil
}

// refuse notes that a kind may not be watched.
func (p *LiveState) refuse(s *kindStore, err error, isNeeded bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.synced, s.refused = true, err
	if isNeeded {
		p.failed = err
	}
	p.touch()
}

// touch wakes up everybody who waits for a change. The lock is held.
func (p *LiveState) touch() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// Await returns when the condition holds. It looks again with each change, and now and then because some troubles are
// only troubles after a while. The condition runs under the lock of the live state.
func (p *LiveState) Await(ctx context.Context, holds func() bool) error {
	const glance, settle = 500 * time.Millisecond, 20 * time.Millisecond
	for {
		p.mu.Lock()
		changed, failed := p.changed, p.failed
		done := failed == nil && p.isSynced() && holds()
		p.mu.Unlock()
		if failed != nil || done {
			return failed
		}
		timer := time.NewTimer(glance)
		select {
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
			continue
		case <-changed:
		}
		// Changes come in bursts; one look at the end of a burst is enough.
		timer.Reset(settle)
		select {
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
		}
	}
}

// Synced returns when the first lists have arrived, so that what comes later is known to be new.
func (p *LiveState) Synced(ctx context.Context) error {
	if err := p.Await(ctx, func() bool { return true }); err != nil {
		return fmt.Errorf("watch the project: %w", err)
	}
	return nil
}

// View runs something under the lock of the live state.
func (p *LiveState) View(look func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	look()
}

// All returns the objects of a kind by name. The lock is held.
func (p *LiveState) All(kind string) map[string]*unstructured.Unstructured {
	return p.stores[kind].objects
}

func (p *LiveState) isSynced() bool {
	for _, s := range p.stores {
		if !s.synced {
			return false
		}
	}
	return true
}

// Find returns an object as last seen, or nil if it is not there or its kind is not watched. The lock is held.
func (p *LiveState) Find(ref resource.Ref) *unstructured.Unstructured {
	if s := p.stores[ref.Kind]; s != nil {
		return s.objects[ref.Name]
	}
	return nil
}

// owned returns the objects of a kind that the object with this uid controls.
func (p *LiveState) owned(kind string, uid types.UID) []*unstructured.Unstructured {
	s := p.stores[kind]
	var out []*unstructured.Unstructured
	for _, name := range resource.SortedKeys(s.owners[uid]) {
		out = append(out, s.objects[name])
	}
	return out
}

// warningsAbout returns the warning events about an object since the watch began.
func (p *LiveState) warningsAbout(uid types.UID) []*unstructured.Unstructured {
	s := p.stores["Event"]
	var out []*unstructured.Unstructured
	for _, name := range resource.SortedKeys(s.owners[uid]) {
		if e := s.objects[name]; s.old[name] != e.GetResourceVersion() {
			out = append(out, e)
		}
	}
	return out
}

// lasting reports whether a trouble has been there for this long. The lock is held.
func (p *LiveState) lasting(key string, grace time.Duration) bool {
	first, known := p.noticed[key]
	if !known {
		p.noticed[key] = time.Now()
	}
	return grace <= 0 || known && time.Since(first) >= grace
}
