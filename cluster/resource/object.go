package resource

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// Objects turns the typed objects of a conversion into what the API server takes: no status, no nulls.
func Objects(typed []runtime.Object) ([]*unstructured.Unstructured, error) {
	out := make([]*unstructured.Unstructured, 0, len(typed))
	for _, t := range typed {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(t)
		if err != nil {
			return nil, fmt.Errorf("read a %T: %w", t, err)
		}
		delete(content, "status")
		dropNulls(content)
		out = append(out, &unstructured.Unstructured{Object: content})
	}
	return out, nil
}

// dropNulls removes null values, which typed objects have where a time is unset; server-side apply would own them.
func dropNulls(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			if item == nil {
				delete(v, key)
				continue
			}
			dropNulls(item)
		}
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	}
}

// Text returns the string at a path of fields, or "" if there is none.
func Text(o *unstructured.Unstructured, path ...string) string {
	s, _, _ := unstructured.NestedString(o.Object, path...)
	return s
}

// Number returns the integer at a path of fields, or 0 if there is none.
func Number(o *unstructured.Unstructured, path ...string) int64 {
	n, _, _ := unstructured.NestedInt64(o.Object, path...)
	return n
}

// Items returns copies of the objects in the list at a path of fields. It leaves out what is no object.
func Items(o map[string]any, path ...string) []map[string]any {
	list, _, _ := unstructured.NestedSlice(o, path...)
	out := make([]map[string]any, 0, len(list))
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// Condition returns one of status.conditions, and false if it is not there.
func Condition(o *unstructured.Unstructured, kind string) (status, reason, message string, found bool) {
	for _, c := range Items(o.Object, "status", "conditions") {
		if c["type"] == kind {
			status, _ = c["status"].(string)
			reason, _ = c["reason"].(string)
			message, _ = c["message"].(string)
			return status, reason, message, true
		}
	}
	return "", "", "", false
}

// IsTrue reports whether status.conditions has the condition with status True.
func IsTrue(o *unstructured.Unstructured, kind string) bool {
	status, _, _, _ := Condition(o, kind)
	return status == "True"
}
