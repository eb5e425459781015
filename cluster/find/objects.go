// Package find looks up what a cluster has of a project, by label.
package find

import (
	"context"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// Namespaces returns the names of the namespaces that may be listed.
func Namespaces(ctx context.Context, c *api.Conn) ([]string, error) {
	list, err := c.List(ctx, "v1", "Namespace", "", "")
	if err != nil {
		return nil, err
	}
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].GetName()
	}
	return names, nil
}

// KindsOf returns the kinds that a project has or had, so that they can be listed.
func KindsOf(objects []*unstructured.Unstructured, refs []resource.Ref) []resource.Ref {
	seen := map[string]bool{}
	var out []resource.Ref
	add := func(r resource.Ref) {
		kind := resource.Ref{APIVersion: r.APIVersion, Kind: r.Kind}
		if !seen[kind.Id()] {
			seen[kind.Id()] = true
			out = append(out, kind)
		}
	}
	for _, o := range objects {
		add(resource.RefOf(o))
	}
	for _, r := range refs {
		add(r)
	}
	return out
}

// Objects returns what the cluster has of a project, by label, for the given kinds.
func Objects(ctx context.Context, c *api.Conn, project, namespace string, kinds []resource.Ref) ([]*unstructured.Unstructured, error) {
	lists, errs := make([][]unstructured.Unstructured, len(kinds)), make([]error, len(kinds))
	var group errgroup.Group // none ends the others: of several errors, the same one is to be told each time
	group.SetLimit(api.InFlight)
	for i, kind := range kinds {
		group.Go(func() error {
			lists[i], errs[i] = c.List(ctx, kind.APIVersion, kind.Kind, namespace, resource.OwnSelector(project))
			return nil
		})
	}
	_ = group.Wait() // it returns nil
	var out []*unstructured.Unstructured
	for i, list := range lists {
		if errs[i] != nil {
			return nil, errs[i]
		}
		for i := range list {
			// Kubernetes copies labels from templates to what it makes of them; those objects are its own.
			if len(list[i].GetOwnerReferences()) == 0 {
				out = append(out, &list[i])
			}
		}
	}
	return out, nil
}
