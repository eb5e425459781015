package workload

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
)

// Volume is a claim of a project.
type Volume struct {
	Name     string // of the claim
	Class    string // storage class; empty if it has none
	Size     string // what it has, or asks for while it has none
	Status   string // Pending, Bound, Lost, or Terminating
	Labels   map[string]string
	Services []string // that mount it, sorted
}

// Volumes lists the claims of a project, also those that StatefulSets made from templates; those that the given services
// mount, if any are named.
func Volumes(ctx context.Context, c *api.Conn, project, namespace string, services []string) ([]Volume, error) {
	workloads, err := find.Workloads(ctx, c, project, namespace, services)
	if len(services) == 0 {
		if none := (*find.NoProjectError)(nil); errors.As(err, &none) {
			err = nil // claims stay when everything else is gone
		}
	}
	if err != nil {
		return nil, err
	}
	claims, err := c.List(ctx, "v1", "PersistentVolumeClaim", namespace, resource.LabelInstance+"="+project)
	if err != nil {
		return nil, err
	}
	var out []Volume
	for i := range claims {
		v := volumeOf(&claims[i])
		for _, w := range workloads {
			if mounts(w, v.Name) {
				v.Services = append(v.Services, resource.ServicesOf(w)...)
			}
		}
		slices.Sort(v.Services)
		v.Services = slices.Compact(v.Services)
		if len(services) == 0 || len(v.Services) > 0 {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b Volume) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func volumeOf(claim *unstructured.Unstructured) Volume {
	v := Volume{
		Name: claim.GetName(), Class: resource.Text(claim, "spec", "storageClassName"), Labels: maps.Clone(claim.GetLabels()),
		Size:   cmp.Or(resource.Text(claim, "status", "capacity", "storage"), resource.Text(claim, "spec", "resources", "requests", "storage")),
		Status: cmp.Or(resource.Text(claim, "status", "phase"), "Pending"),
	}
	if claim.GetDeletionTimestamp() != nil {
		v.Status = "Terminating"
	}
	return v
}

// mounts reports whether the Pods of a workload mount a claim.
func mounts(w *unstructured.Unstructured, claim string) bool {
	if w.GetKind() == "StatefulSet" && resource.IsMadeFor(claim, w) {
		return true
	}
	path := append(slices.Clone(resource.PodTemplate(w.GetKind())), "spec", "volumes")
	return slices.ContainsFunc(resource.Items(w.Object, path...), func(volume map[string]any) bool {
		name, _, _ := unstructured.NestedString(volume, "persistentVolumeClaim", "claimName")
		return name == claim
	})
}
