// Package inventory keeps the list of a project's objects on the cluster, and the lock that one run holds while it changes
// them.
package inventory

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// List is the list of a project's objects, kept on the cluster so that the project can be found, and removed, by
// its name alone. It is written before the first change, with what is and what will be, and after the last one.
type List struct {
	Refs    []resource.Ref             // in apply order
	Pending []Restart                  // what a run has to do that was begun and did not come to its end
	Limit   resource.Limit             // where the project may go
	Object  *unstructured.Unstructured // nil if there is none yet
}

// Content returns what the list says.
func (l List) Content() Content { return Content{l.Refs, l.Pending, l.Limit} }

// Content is what a run writes into the inventory.
type Content struct {
	Refs    []resource.Ref
	Pending []Restart
	Limit   resource.Limit
}

// Restart is one of a workload that has to follow the change of a service it depends on.
type Restart struct {
	Ref resource.Ref
	For string // the service
}

// The keys of the inventory's data.
const (
	pendingKey = "pending"
	contextKey = "context"
	allowedKey = "allowedContexts" // one a line
)

// Read returns the inventory of a project; an empty one if it has none.
func Read(ctx context.Context, c *api.Conn, project, namespace string) (List, error) {
	o, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "ConfigMap", Name: resource.InventoryName(project)}, namespace)
	if err != nil || o == nil {
		return List{}, err
	}
	if !resource.IsOurs(o, project) {
		return List{}, fmt.Errorf("configmap/%s in namespace %s is in the place of the inventory of project %s and was not made by this tool: rename the project or remove it",
			o.GetName(), namespace, project)
	}
	return List{
		Refs: resource.ListedIn(o), Pending: parsePending(resource.Text(o, "data", pendingKey)),
		Limit: resource.Limit{Context: resource.Text(o, "data", contextKey), AllowedContexts: splitLines(resource.Text(o, "data", allowedKey))}, Object: o,
	}, nil
}

func splitLines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

func formatInventory(refs []resource.Ref) string {
	var b strings.Builder
	for _, r := range refs {
		fmt.Fprintf(&b, "%s %s %s\n", r.APIVersion, r.Kind, r.Name)
	}
	return b.String()
}

// parsePending reads lines like "apps/v1 Deployment web db".
func parsePending(data string) []Restart {
	var out []Restart
	for line := range strings.Lines(data) {
		if f := strings.Fields(line); len(f) == 4 {
			out = append(out, Restart{resource.Ref{APIVersion: f[0], Kind: f[1], Name: f[2]}, f[3]})
		}
	}
	return out
}

// data is the content as the inventory holds it.
func (c *Content) data() map[string]any {
	out := map[string]any{resource.InventoryKey: formatInventory(c.Refs)}
	var b strings.Builder
	for _, p := range c.Pending {
		fmt.Fprintf(&b, "%s %s %s %s\n", p.Ref.APIVersion, p.Ref.Kind, p.Ref.Name, p.For)
	}
	if b.Len() > 0 {
		out[pendingKey] = b.String()
	}
	if c.Limit.Context != "" {
		out[contextKey] = c.Limit.Context
	}
	if len(c.Limit.AllowedContexts) > 0 {
		out[allowedKey] = strings.Join(c.Limit.AllowedContexts, "\n") + "\n"
	}
	return out
}

func newInventory(project, namespace string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap"}}
	o.SetName(resource.InventoryName(project))
	o.SetNamespace(namespace)
	o.SetLabels(map[string]string{resource.LabelManagedBy: resource.ManagedBy, resource.LabelInstance: project, "app.kubernetes.io/part-of": project})
	return o
}

// write creates or replaces the inventory. It fails with a conflict if somebody else wrote it since it was
// read, which is what the lock stands on; an answer that got lost is found out by reading again.
func write(ctx context.Context, c *api.Conn, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	objects, err := c.Objects(ctx, "v1", "ConfigMap", o.GetNamespace())
	if err != nil {
		return nil, err
	}
	var out *unstructured.Unstructured
	attempt := 0
	err = c.Retry(ctx, func(ctx context.Context) error {
		attempt++
		var err error
		if o.GetResourceVersion() == "" {
			out, err = objects.Create(ctx, o, metav1.CreateOptions{FieldManager: resource.FieldManager})
		} else {
			out, err = objects.Update(ctx, o, metav1.UpdateOptions{FieldManager: resource.FieldManager})
		}
		if attempt > 1 && (apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)) {
			current, readErr := objects.Get(ctx, o.GetName(), metav1.GetOptions{})
			if readErr == nil && resource.Equal(current.Object["data"], o.Object["data"]) && resource.Equal(annotationsOf(current), annotationsOf(o)) {
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
