package status

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/transship/transship/cluster/clustertest"
)

// TestOldPodsAreNotThoseOfANewTemplate: with the strategy Recreate, the controller has seen the new template, ends the old Pods and
// leaves the revision at that of the old ReplicaSet meanwhile. Why an old Pod fails says nothing about the new version.
func TestOldPodsAreNotThoseOfANewTemplate(t *testing.T) {
	const failing = `{containerStatuses: [{name: web, image: x, state: {waiting: {reason: ErrImagePull, message: not found}}}]}`
	template := func(image, hash string) map[string]any {
		labels := map[string]any{"app": "web"}
		if hash != "" {
			labels["pod-template-hash"] = hash
		}
		return map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{map[string]any{"name": "web", "image": image}}}}
	}
	for name, c := range map[string]struct {
		image, revision string
		want            bool
	}{
		"the same template": {"x", "1", true},
		"a new template whose ReplicaSet is still to be made":   {"y", "1", false},
		"the same template again, which is still to be counted": {"x", "2", false},
	} {
		t.Run(name, func(t *testing.T) {
			web := clustertest.Object(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, uid: d, generation: 2}, status: {observedGeneration: 2, replicas: 1}}`)
			web.SetAnnotations(map[string]string{"deployment.kubernetes.io/revision": c.revision})
			set := clustertest.Object(t, `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, uid: r, annotations: {deployment.kubernetes.io/revision: "1"},
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}]}}`)
			pod := clustertest.Object(t, `{apiVersion: v1, kind: Pod, metadata: {name: web-1-a, uid: p,
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: r, controller: true}]}, status: `+failing+`}`)
			for o, spec := range map[*unstructured.Unstructured]map[string]any{
				web: {"replicas": int64(1), "template": template(c.image, "")},
				set: {"replicas": int64(1), "template": template("x", "abc")},
			} {
				o.Object["spec"] = spec
			}
			live := liveState(web, set, pod)
			before, _ := yaml.Marshal(set.Object)
			if v := live.Status(web); (v.Failure != nil) != c.want {
				t.Errorf("failure %v, want one: %t", v.Failure, c.want)
			}
			if after, _ := yaml.Marshal(set.Object); string(after) != string(before) {
				t.Errorf("looking has changed the ReplicaSet to\n%s", after)
			}
		})
	}
}

// liveState is the state of a cluster that has these objects and nothing else.
func liveState(objects ...*unstructured.Unstructured) *LiveState {
	p := &LiveState{stores: map[string]*kindStore{}, changed: make(chan struct{}), noticed: map[string]time.Time{}}
	for _, w := range watched {
		p.stores[w.kind] = &kindStore{state: p, objects: map[string]*unstructured.Unstructured{}, old: map[string]string{}, synced: true}
	}
	for _, o := range objects {
		o.SetResourceVersion("1")
		p.stores[o.GetKind()].put(o)
	}
	return p
}
