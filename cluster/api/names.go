package api

import (
	"context"
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cluster/resource"
)

// Names returns the names of all objects of a kind in a namespace, whoever made them. Only their metadata is sent.
func (c *Conn) Names(ctx context.Context, kind resource.Ref, namespace string) (map[string]bool, error) {
	info, err := c.kind(ctx, kind.APIVersion, kind.Kind)
	if err != nil {
		return nil, err
	}
	path := "/apis/" + kind.APIVersion
	if kind.GroupVersionKind().Group == "" {
		path = "/api/" + kind.APIVersion
	}
	if !info.clusterScoped {
		path += "/namespaces/" + namespace
	}
	var list metav1.PartialObjectMetadataList
	err = c.Retry(ctx, func(ctx context.Context) error {
		body, err := c.StreamAs(ctx, path+"/"+info.resource, nil, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
		if err != nil {
			return err
		}
		defer body.Close()
		list = metav1.PartialObjectMetadataList{}
		return json.NewDecoder(body).Decode(&list)
	})
	if err != nil {
		return nil, c.Explain(err, "list the names of objects of kind "+kind.Kind)
	}
	names := make(map[string]bool, len(list.Items))
	for i := range list.Items {
		names[list.Items[i].Name] = true
	}
	return names, nil
}
