package up_test

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestOnlyWhatWasAppliedGoesWithItsField is why objects are created by an apply, though a POST costs the API server less: of
// an object that was posted, a field that the project no longer has would stay for ever, although the same manager owns it.
func TestOnlyWhatWasAppliedGoesWithItsField(t *testing.T) {
	b := start(t)
	objects := b.cluster.Dynamic.Resource(kinds["configmap"]).Namespace(b.namespace)
	object := func(name string, labels map[string]string) *unstructured.Unstructured {
		o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"file": "text"}}}
		o.SetName(name)
		o.SetLabels(labels)
		return o
	}
	ctx := context.Background()
	both, one := map[string]string{"stays": "1", "goes": "1"}, map[string]string{"stays": "1"}
	if _, err := objects.Create(ctx, object("posted", both), metav1.CreateOptions{FieldManager: "transship"}); err != nil {
		t.Fatal(err)
	}
	if _, err := objects.Apply(ctx, "applied", object("applied", both), metav1.ApplyOptions{FieldManager: "transship"}); err != nil {
		t.Fatal(err)
	}
	for name, left := range map[string]bool{"posted": true, "applied": false} {
		after, err := objects.Apply(ctx, name, object(name, one), metav1.ApplyOptions{FieldManager: "transship"})
		if err != nil {
			t.Fatal(err)
		}
		if _, there := after.GetLabels()["goes"]; there != left {
			t.Errorf("the label that was left out is on the object that was %s: %t, want %t; should a POST do as well now, up may create by it", name, there, left)
		}
	}
}

// TestManyObjectsLeaveTheSameOwnershipAsFew: objects that were not tried one by one are applied as the others are, so that an
// unchanged up has nothing to do, a field that goes is removed, and a change by somebody else is a conflict.
func TestManyObjectsLeaveTheSameOwnershipAsFew(t *testing.T) {
	b := start(t)
	many := func(text string) []*unstructured.Unstructured {
		var list []service
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"} {
			list = append(list, service{Name: "web-" + name, Config: text})
		}
		return project(t, list...)
	}
	b.up(many("one"))
	if plan := b.up(many("one")); plan.Changes() != 0 {
		t.Errorf("an unchanged up changes %v", actions(plan))
	}
	b.patch("configmap", "web-p-config", "kubectl-edit", `{"data":{"file":"theirs"}}`)
	p := one(t, b.refused(many("two")))
	if p.Ref.String() != "configmap/web-p-config" || p.Code != "conflict" {
		t.Errorf("the problem is %+v", p)
	}
}
