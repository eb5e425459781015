package resource

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/internal/sorted"
)

// SameObject compares what somebody would see of two states of an object: not who owns which field, nor its status.
func SameObject(a, b *unstructured.Unstructured) bool {
	return Equal(Visible(a), Visible(b))
}

// Visible returns an object without what changes by itself.
func Visible(o *unstructured.Unstructured) map[string]any {
	out := maps.Clone(o.Object)
	delete(out, "status")
	if metadata, ok := out["metadata"].(map[string]any); ok {
		metadata = maps.Clone(metadata)
		for _, key := range []string{"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"} {
			delete(metadata, key)
		}
		out["metadata"] = metadata
	}
	return out
}

// Equal compares JSON values; whole numbers may have come as integers or as floats.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && len(x) == len(y) && !differs(x, y)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case int64:
		if y, ok := b.(float64); ok {
			return float64(x) == y
		}
	case float64:
		if y, ok := b.(int64); ok {
			return x == float64(y)
		}
	}
	return a == b
}

func differs(x, y map[string]any) bool {
	for key, value := range x {
		other, there := y[key]
		if !there || !Equal(value, other) {
			return true
		}
	}
	return false
}

// SortedKeys returns the keys of a map in ascending order.
func SortedKeys[V any](m map[string]V) []string { return sorted.Keys(m) }
