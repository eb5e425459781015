package find

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// Workloads returns the workloads of a project that stand for the given services; all of them if none is given. A
// service that the project does not have is an error.
func Workloads(ctx context.Context, c *api.Conn, project, namespace string, services []string) ([]*unstructured.Unstructured, error) {
	kinds := []resource.Ref{
		{APIVersion: "apps/v1", Kind: "Deployment"},
		{APIVersion: "apps/v1", Kind: "StatefulSet"},
		{APIVersion: "apps/v1", Kind: "DaemonSet"},
		{APIVersion: "batch/v1", Kind: "Job"},
		{APIVersion: "batch/v1", Kind: "CronJob"},
		{APIVersion: "v1", Kind: "Pod"},
	}
	found, err := Objects(ctx, c, project, namespace, kinds)
	if denied := (*api.ForbiddenError)(nil); errors.As(err, &denied) {
		if kinds = listed(ctx, c, project, namespace, kinds); kinds != nil {
			found, err = Objects(ctx, c, project, namespace, kinds)
		}
	}
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, resource.IsOneOff)
	if len(found) == 0 {
		return nil, &NoProjectError{Project: project, Namespace: namespace}
	}
	if len(services) == 0 {
		return found, nil
	}
	var out []*unstructured.Unstructured
	for _, name := range services {
		known := false
		for _, o := range found {
			if !resource.Stands(o, name) {
				continue
			}
			known = true
			if !slices.Contains(out, o) { // services that share a Pod share a workload
				out = append(out, o)
			}
		}
		if !known {
			return nil, noService(project, namespace, name, found)
		}
	}
	return out, nil
}

// listed returns which of these kinds the inventory of a project lists: who may not see the others does not need them. It returns
// nil if that is not known.
func listed(ctx context.Context, c *api.Conn, project, namespace string, kinds []resource.Ref) []resource.Ref {
	inventory, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "ConfigMap", Name: resource.InventoryName(project)}, namespace)
	if err != nil || inventory == nil {
		return nil
	}
	has := resource.ListedIn(inventory)
	var out []resource.Ref
	for _, kind := range kinds {
		if slices.ContainsFunc(has, func(r resource.Ref) bool { return r.APIVersion == kind.APIVersion && r.Kind == kind.Kind }) {
			out = append(out, kind)
		}
	}
	return out
}

// noService says that a project has no such service on the cluster, and which it has.
func noService(project, namespace, name string, workloads []*unstructured.Unstructured) error {
	return &NoServiceError{Project: project, Namespace: namespace, Service: name, Others: resource.Services(workloads)}
}

// NoServiceError says that a project has no service of a name on the cluster, and which others it has.
type NoServiceError struct {
	Project, Namespace, Service string
	Others                      []string
}

// Error implements error.
func (e *NoServiceError) Error() string {
	return fmt.Sprintf("project %s has no service %q in namespace %s, only %s; a service of a profile is there once `up` made it",
		e.Project, e.Service, e.Namespace, resource.SomeOf(e.Others))
}

// NoProjectError says that there is nothing of a project.
type NoProjectError struct{ Project, Namespace string }

// Error implements error.
func (e *NoProjectError) Error() string {
	return fmt.Sprintf("nothing of project %s is in namespace %s (`transship ls` lists the projects)", e.Project, e.Namespace)
}
