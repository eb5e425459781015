package plan

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

// appliedNoop reports whether applying desired is known to change nothing, without asking the server: every value is
// already there, and the fields that our last apply owns are exactly those that this one would own. It is careful: when
// in doubt it answers no, and a dry run decides. This is what makes an unchanged up of hundreds of objects a handful of
// requests.
func appliedNoop(live, desired *unstructured.Unstructured) bool {
	owned, ok := appliedFields(live, desired.GetAPIVersion())
	if !ok {
		return false
	}
	want := desired.DeepCopy().Object
	for _, implicit := range []string{"apiVersion", "kind"} {
		delete(want, implicit)
	}
	if metadata, ok := want["metadata"].(map[string]any); ok {
		delete(metadata, "name")
		delete(metadata, "namespace")
	}
	return coveredMap(want, live.Object, owned)
}

// appliedFields returns the fields that our last apply owns, as the API server wrote them down.
func appliedFields(live *unstructured.Unstructured, apiVersion string) (map[string]any, bool) {
	for _, entry := range live.GetManagedFields() {
		if entry.Manager != resource.FieldManager || entry.Operation != metav1.ManagedFieldsOperationApply || entry.Subresource != "" {
			continue
		}
		if entry.APIVersion != apiVersion || entry.FieldsV1 == nil {
			return nil, false
		}
		var fields map[string]any
		if json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields) != nil {
			return nil, false
		}
		return fields, true
	}
	return nil, false
}

func covered(want, have any, owned map[string]any) bool {
	if len(owned) == 0 {
		return resource.Equal(want, have) // a leaf, or something that is owned as a whole
	}
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		return ok && coveredMap(w, h, owned)
	case []any:
		h, ok := have.([]any)
		return ok && coveredList(w, h, owned)
	}
	return false
}

// coveredMap compares a mapping whose fields are owned one by one: "f:name".
func coveredMap(want, have, owned map[string]any) bool {
	for key, value := range want {
		fields, ok := owned["f:"+key].(map[string]any)
		current, there := have[key]
		if !ok || !there || !covered(value, current, fields) {
			return false
		}
	}
	for field := range owned {
		if field == "." {
			continue
		}
		key, ok := strings.CutPrefix(field, "f:")
		if _, wanted := want[key]; !ok || !wanted {
			return false
		}
	}
	return true
}

// coveredList compares a list whose items are owned one by one: by keys, k:{"name":"x"}, or by value, v:"x".
func coveredList(want, have []any, owned map[string]any) bool {
	items := maps.Clone(owned)
	delete(items, ".")
	if len(items) != len(want) {
		return false
	}
	for _, item := range want {
		name, current, ok := ownedItem(item, have, items)
		if !ok {
			return false
		}
		fields, _ := items[name].(map[string]any)
		if len(fields) > 0 && !covered(item, current, fields) {
			return false
		}
		delete(items, name)
	}
	return true
}

// ownedItem finds the entry of the owned items that a list item belongs to, and the live item of that entry.
func ownedItem(item any, have []any, owned map[string]any) (name string, current any, ok bool) {
	for _, name := range slices.Sorted(maps.Keys(owned)) {
		if value, isValue := strings.CutPrefix(name, "v:"); isValue {
			var v any
			if json.Unmarshal([]byte(value), &v) == nil && resource.Equal(v, item) {
				return name, item, slices.ContainsFunc(have, func(h any) bool { return resource.Equal(h, item) })
			}
			continue
		}
		var keys map[string]any
		text, isKey := strings.CutPrefix(name, "k:")
		if !isKey || json.Unmarshal([]byte(text), &keys) != nil || !hasKeys(item, keys) {
			continue
		}
		for _, h := range have {
			if live, isMap := h.(map[string]any); isMap && hasAll(live, keys) {
				return name, h, true
			}
		}
	}
	return "", nil, false
}

// hasKeys reports whether an item may be the one with these keys; a key that it leaves out has a default.
func hasKeys(item any, keys map[string]any) bool {
	m, ok := item.(map[string]any)
	if !ok {
		return false
	}
	matched := false
	for key, value := range keys {
		own, there := m[key]
		if there && !resource.Equal(own, value) {
			return false
		}
		matched = matched || there
		if !there && key != "protocol" {
			return false
		}
		if !there && value != "TCP" {
			return false
		}
	}
	return matched
}

func hasAll(item, keys map[string]any) bool {
	for key, value := range keys {
		if !resource.Equal(item[key], value) {
			return false
		}
	}
	return true
}
