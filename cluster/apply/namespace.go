package apply

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
)

// dropNamespace removes the namespace that was made for a project, as far as that is allowed.
func dropNamespace(ctx context.Context, c *api.Conn, project, namespace string) {
	live, err := c.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "Namespace", Name: namespace}, "")
	if err != nil || live == nil || live.GetAnnotations()[resource.AnnotationMadeFor] != project {
		return
	}
	// A namespace that stays is harmless, and the next down tries again.
	_ = c.Remove(ctx, live, "", metav1.DeletePropagationBackground, nil)
}

// dropNamespaceIfEmpty removes the namespace if it was made for the project and holds nothing that anybody made.
func dropNamespaceIfEmpty(ctx context.Context, c *api.Conn, o DownOptions, sink event.Sink) error {
	ref := resource.Ref{APIVersion: "v1", Kind: "Namespace", Name: o.Namespace}
	live, err := c.Get(ctx, ref, "")
	if err != nil || live == nil || live.GetAnnotations()[resource.AnnotationMadeFor] != o.Project {
		return nil //nolint:nilerr // a namespace that stays is harmless, and the next down tries again
	}
	left, err := leftIn(ctx, c, o.Namespace)
	if err != nil {
		sink.Warn("namespace %s stays: whether it is empty cannot be seen: %v", o.Namespace, err)
		return nil
	}
	if len(left) > 0 {
		sink.Warn("namespace %s stays: it still holds %s", o.Namespace, strings.Join(left[:min(3, len(left))], ", "))
		return nil
	}
	if err := c.Remove(ctx, live, "", metav1.DeletePropagationBackground, nil); err != nil {
		return err
	}
	sink.Tell(event.Removed{Ref: ref})
	return nil
}

// groupDiscovery is the part of the server's table of contents that is needed here.
type groupDiscovery struct {
	Items []struct {
		Metadata struct{ Name string }
		Versions []struct {
			Version   string
			Resources []struct {
				Resource     string
				Scope        string
				ResponseKind struct{ Kind string }
				Verbs        []string
			}
		}
	}
}

// leftIn returns what a namespace holds apart from what Kubernetes puts into each of them. Deleting a namespace deletes
// everything in it, so every kind that the cluster knows is looked at, also those that this tool never makes.
func leftIn(ctx context.Context, c *api.Conn, namespace string) ([]string, error) {
	var kinds []resource.Ref
	for _, path := range []string{"/api", "/apis"} {
		var table groupDiscovery
		err := c.Retry(ctx, func(ctx context.Context) error {
			body, err := c.StreamAs(ctx, path, nil, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
			if err != nil {
				return err
			}
			defer body.Close()
			return json.NewDecoder(body).Decode(&table)
		})
		if err != nil {
			return nil, c.Explain(err, "look for what is left in namespace "+namespace)
		}
		kinds = append(kinds, deletableKinds(&table)...)
	}
	left := make([][]string, len(kinds))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(api.InFlight)
	for i, kind := range kinds {
		group.Go(func() error {
			list, err := c.List(ctx, kind.APIVersion, kind.Kind, namespace, "")
			for j := range list {
				if !isFurniture(&list[j]) {
					left[i] = append(left[i], resource.RefOf(&list[j]).String())
				}
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(left...), nil
}

func deletableKinds(table *groupDiscovery) []resource.Ref {
	var out []resource.Ref
	for _, group := range table.Items {
		if len(group.Versions) == 0 {
			continue
		}
		preferred := group.Versions[0]
		apiVersion := strings.TrimPrefix(group.Metadata.Name+"/"+preferred.Version, "/")
		for _, r := range preferred.Resources {
			if r.Scope == "Namespaced" && slices.Contains(r.Verbs, "list") && slices.Contains(r.Verbs, "delete") && !isFurnitureKind(r.ResponseKind.Kind) {
				out = append(out, resource.Ref{APIVersion: apiVersion, Kind: r.ResponseKind.Kind})
			}
		}
	}
	return out
}

// isFurnitureKind reports whether only Kubernetes itself makes objects of a kind.
func isFurnitureKind(kind string) bool {
	return slices.Contains([]string{"Event", "EndpointSlice", "Endpoints", "ControllerRevision", "Lease"}, kind)
}

// isFurniture reports whether Kubernetes itself put an object there, or is about to take it away.
func isFurniture(o *unstructured.Unstructured) bool {
	switch o.GetKind() {
	case "ConfigMap":
		return o.GetName() == "kube-root-ca.crt"
	case "ServiceAccount":
		return o.GetName() == "default"
	}
	return o.GetDeletionTimestamp() != nil || len(o.GetOwnerReferences()) > 0
}
