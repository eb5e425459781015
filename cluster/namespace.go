package cluster

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var ordinal = regexp.MustCompile(`^-[0-9]+$`)

// isMadeFor reports whether a claim has the name that a StatefulSet gives to the claims of its templates.
func isMadeFor(claim string, set *unstructured.Unstructured) bool {
	for _, template := range items(set.Object, "spec", "volumeClaimTemplates") {
		name, _, _ := unstructured.NestedString(template, "metadata", "name")
		if rest, ok := strings.CutPrefix(claim, name+"-"+set.GetName()); ok && ordinal.MatchString(rest) {
			return true
		}
	}
	return false
}

// dropNamespace removes the namespace that was made for a project, as far as that is allowed.
func (c *Client) dropNamespace(ctx context.Context, project, namespace string) {
	live, err := c.get(ctx, Ref{"v1", "Namespace", namespace}, "")
	if err != nil || live == nil || live.GetAnnotations()[annotationMadeFor] != project {
		return
	}
	// A namespace that stays is harmless, and the next down tries again.
	_ = c.remove(ctx, live, "", metav1.DeletePropagationBackground, nil)
}

// dropNamespaceIfEmpty removes the namespace if it was made for the project and holds nothing that anybody made.
func (c *Client) dropNamespaceIfEmpty(ctx context.Context, o DownOptions, sink Sink) error {
	ref := Ref{"v1", "Namespace", o.Namespace}
	live, err := c.get(ctx, ref, "")
	if err != nil || live == nil || live.GetAnnotations()[annotationMadeFor] != o.Project {
		return nil //nolint:nilerr // a namespace that stays is harmless, and the next down tries again
	}
	left, err := c.leftIn(ctx, o.Namespace)
	if err != nil {
		sink.warn("namespace %s stays: whether it is empty cannot be seen: %v", o.Namespace, err)
		return nil
	}
	if len(left) > 0 {
		sink.warn("namespace %s stays: it still holds %s", o.Namespace, strings.Join(left[:min(3, len(left))], ", "))
		return nil
	}
	if err := c.remove(ctx, live, "", metav1.DeletePropagationBackground, nil); err != nil {
		return err
	}
	sink.tell(Removed{Ref: ref})
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
func (c *Client) leftIn(ctx context.Context, namespace string) ([]string, error) {
	var kinds []Ref
	for _, path := range []string{"/api", "/apis"} {
		var table groupDiscovery
		err := c.retry(ctx, func(ctx context.Context) error {
			body, err := c.streamAs(ctx, path, nil, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
			if err != nil {
				return err
			}
			defer body.Close()
			return json.NewDecoder(body).Decode(&table)
		})
		if err != nil {
			return nil, c.explain(err, "look for what is left in namespace "+namespace)
		}
		kinds = append(kinds, deletableKinds(&table)...)
	}
	left := make([][]string, len(kinds))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for i, kind := range kinds {
		group.Go(func() error {
			list, err := c.list(ctx, kind.APIVersion, kind.Kind, namespace, "")
			for j := range list {
				if !isFurniture(&list[j]) {
					left[i] = append(left[i], RefOf(&list[j]).String())
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

func deletableKinds(table *groupDiscovery) []Ref {
	var out []Ref
	for _, group := range table.Items {
		if len(group.Versions) == 0 {
			continue
		}
		preferred := group.Versions[0]
		apiVersion := strings.TrimPrefix(group.Metadata.Name+"/"+preferred.Version, "/")
		for _, r := range preferred.Resources {
			if r.Scope == "Namespaced" && slices.Contains(r.Verbs, "list") && slices.Contains(r.Verbs, "delete") && !isFurnitureKind(r.ResponseKind.Kind) {
				out = append(out, Ref{APIVersion: apiVersion, Kind: r.ResponseKind.Kind})
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
