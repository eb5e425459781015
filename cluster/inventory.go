package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// inventory is the list of a project's objects, kept on the cluster so that the project can be found, and removed, by
// its name alone. It is written before the first change, with what is and what will be, and after the last one.
type inventory struct {
	refs   []Ref                      // in apply order
	object *unstructured.Unstructured // nil if there is none yet
}

const inventoryKey = "objects"

func isInventory(o *unstructured.Unstructured) bool {
	return o.GetKind() == "ConfigMap" && o.GetName() == inventoryName(o.GetLabels()[labelInstance])
}

// readInventory returns the inventory of a project; an empty one if it has none.
func (c *Client) readInventory(ctx context.Context, project, namespace string) (inventory, error) {
	o, err := c.get(ctx, Ref{"v1", "ConfigMap", inventoryName(project)}, namespace)
	if err != nil || o == nil {
		return inventory{}, err
	}
	if !isOurs(o, project) {
		return inventory{}, fmt.Errorf("configmap/%s in namespace %s is in the place of the inventory of project %s and was not made by this tool: rename the project or remove it",
			o.GetName(), namespace, project)
	}
	return inventory{refs: parseInventory(text(o, "data", inventoryKey)), object: o}, nil
}

// parseInventory reads lines like "apps/v1 Deployment web"; lines of another form are from a later version.
func parseInventory(data string) []Ref {
	var out []Ref
	for line := range strings.Lines(data) {
		if f := strings.Fields(line); len(f) == 3 {
			out = append(out, Ref{APIVersion: f[0], Kind: f[1], Name: f[2]})
		}
	}
	return out
}

func formatInventory(refs []Ref) string {
	var b strings.Builder
	for _, r := range refs {
		fmt.Fprintf(&b, "%s %s %s\n", r.APIVersion, r.Kind, r.Name)
	}
	return b.String()
}

// union adds the references of b that a does not have, in their order.
func union(a, b []Ref) []Ref {
	seen := map[string]bool{}
	out := slices.Clone(a)
	for _, r := range a {
		seen[r.id()] = true
	}
	for _, r := range b {
		if !seen[r.id()] {
			seen[r.id()] = true
			out = append(out, r)
		}
	}
	return out
}

func newInventory(project, namespace string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap"}}
	o.SetName(inventoryName(project))
	o.SetNamespace(namespace)
	o.SetLabels(map[string]string{labelManagedBy: managedBy, labelInstance: project, "app.kubernetes.io/part-of": project})
	return o
}

// writeInventory creates or replaces the inventory. It fails with a conflict if somebody else wrote it since it was
// read, which is what the lock stands on; an answer that got lost is found out by reading again.
func (c *Client) writeInventory(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	objects, err := c.objects(ctx, "v1", "ConfigMap", o.GetNamespace())
	if err != nil {
		return nil, err
	}
	var out *unstructured.Unstructured
	attempt := 0
	err = c.retry(ctx, func(ctx context.Context) error {
		attempt++
		var err error
		if o.GetResourceVersion() == "" {
			out, err = objects.Create(ctx, o, metav1.CreateOptions{FieldManager: fieldManager})
		} else {
			out, err = objects.Update(ctx, o, metav1.UpdateOptions{FieldManager: fieldManager})
		}
		if attempt > 1 && (apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)) {
			current, readErr := objects.Get(ctx, o.GetName(), metav1.GetOptions{})
			if readErr == nil && equal(current.Object["data"], o.Object["data"]) && equal(annotationsOf(current), annotationsOf(o)) {
				out, err = current, nil
			}
		}
		return err
	})
	return out, err
}

func annotationsOf(o *unstructured.Unstructured) any {
	m, _, _ := unstructured.NestedMap(o.Object, "metadata", "annotations")
	return m
}
