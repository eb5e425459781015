package harness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
)

// Objects reads a stream of YAML documents.
func Objects(text string) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	documents := yaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read document %d: %w", len(out)+1, err)
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			return nil, fmt.Errorf("parse document %d: %w", len(out)+1, err)
		}
		if len(object.Object) > 0 {
			out = append(out, object)
		}
	}
}

// Apply sends objects to the API server, which refuses unknown and repeated fields, and fails the test on the first
// that it refuses. Namespaced objects without a namespace go into the one given.
func (c *Cluster) Apply(tb testing.TB, namespace, text string) {
	tb.Helper()
	objects, err := Objects(text)
	if err != nil {
		tb.Fatal(err)
	}
	for _, object := range objects {
		if err := c.Submit(context.Background(), namespace, object, false); err != nil {
			tb.Fatal(err)
		}
	}
}

// Submit applies one object with strict field validation and returns the API server's verdict. With dryRun the
// object is judged and nothing is stored.
func (c *Cluster) Submit(ctx context.Context, namespace string, object *unstructured.Unstructured, dryRun bool) error {
	resource, err := c.resource(namespace, object)
	if err != nil {
		return err
	}
	data, err := object.MarshalJSON()
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	force := true
	options := metav1.PatchOptions{FieldManager: "testcluster", FieldValidation: metav1.FieldValidationStrict, Force: &force}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	if _, err := resource.Patch(ctx, object.GetName(), types.ApplyPatchType, data, options); err != nil {
		return fmt.Errorf("apply %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return nil
}

func (c *Cluster) resource(namespace string, object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := object.GroupVersionKind()
	mapping, err := c.Mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, fmt.Errorf("find kind %s: %w", kind, err)
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return c.Dynamic.Resource(mapping.Resource), nil
	}
	if object.GetNamespace() != "" {
		namespace = object.GetNamespace()
	}
	return c.Dynamic.Resource(mapping.Resource).Namespace(namespace), nil
}
