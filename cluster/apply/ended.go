package apply

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// Ended returns the Jobs and bare Pods of services that have ended, also the Pods of run commands; of all services if none
// is named.
func Ended(ctx context.Context, c *api.Conn, project, namespace string, services []string) ([]resource.Ref, error) {
	found, err := ended(ctx, c, project, namespace, services)
	out := make([]resource.Ref, len(found))
	for i, o := range found {
		out[i] = resource.RefOf(o)
	}
	return out, err
}

func ended(ctx context.Context, c *api.Conn, project, namespace string, services []string) ([]*unstructured.Unstructured, error) {
	found, err := find.Objects(ctx, c, project, namespace, []resource.Ref{{APIVersion: "batch/v1", Kind: "Job"}, {APIVersion: "v1", Kind: "Pod"}})
	if err != nil {
		return nil, err
	}
	if len(services) > 0 { // a service that is not there is an error
		if _, err := find.Workloads(ctx, c, project, namespace, services); err != nil {
			return nil, err
		}
	}
	var out []*unstructured.Unstructured
	for _, o := range found {
		isOver := o.GetKind() == "Job" && (resource.IsTrue(o, "Complete") || resource.IsTrue(o, "Failed")) || o.GetKind() == "Pod" && resource.HasPodEnded(o)
		if isOver && o.GetDeletionTimestamp() == nil && (len(services) == 0 || standsForAny(o, services)) {
			out = append(out, o)
		}
	}
	return out, nil
}

func standsForAny(o *unstructured.Unstructured, services []string) bool {
	for _, name := range services {
		if resource.Stands(o, name) {
			return true
		}
	}
	return false
}

// RemoveEnded removes what [Ended] returned and still is that, and returns when it is gone. The next up runs one-shots
// again whose Jobs were removed, as docker compose does.
func RemoveEnded(ctx context.Context, c *api.Conn, project, namespace string, services []string, refs []resource.Ref, sink event.Sink) error {
	found, err := ended(ctx, c, project, namespace, services)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, r := range refs {
		wanted[r.Id()] = true
	}
	var objects []*unstructured.Unstructured
	for _, o := range found {
		if wanted[resource.RefOf(o).Id()] {
			objects = append(objects, o)
		}
	}
	r := &removal{client: c, namespace: namespace, sink: event.OneAtATime(sink)}
	return r.remove(ctx, objects)
}
