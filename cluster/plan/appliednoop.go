package plan

import (
	"bytes"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/value"

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
	return mapIsApplied(want, live.Object, owned)
}

// appliedFields returns the fields that our last apply owns, as the API server wrote them down.
func appliedFields(live *unstructured.Unstructured, apiVersion string) (*fieldpath.Set, bool) {
	for _, entry := range live.GetManagedFields() {
		if entry.Manager != resource.FieldManager || entry.Operation != metav1.ManagedFieldsOperationApply || entry.Subresource != "" {
			continue
		}
		if entry.APIVersion != apiVersion || entry.FieldsV1 == nil {
			return nil, false
		}
		fields := fieldpath.NewSet()
		if fields.FromJSON(bytes.NewReader(entry.FieldsV1.GetRawBytes())) != nil {
			return nil, false
		}
		return fields, true
	}
	return nil, false
}

// isApplied compares a value. Owned has the fields below it that are owned one by one.
func isApplied(want, have any, owned *fieldpath.Set) bool {
	if owned.Empty() {
		return resource.Equal(want, have) // a leaf, or something that is owned as a whole
	}
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		return ok && mapIsApplied(w, h, owned)
	case []any:
		h, ok := have.([]any)
		return ok && listIsApplied(w, h, owned)
	}
	return false
}

// mapIsApplied compares a mapping whose fields are owned one by one.
func mapIsApplied(want, have map[string]any, owned *fieldpath.Set) bool {
	elements := elementsOf(owned)
	if len(elements) != len(want) {
		return false
	}
	for _, e := range elements {
		if e.FieldName == nil {
			return false
		}
		value, wanted := want[*e.FieldName]
		current, there := have[*e.FieldName]
		if !wanted || !there || !isApplied(value, current, owned.WithPrefix(e)) {
			return false
		}
	}
	return true
}

// listIsApplied compares a list whose items are owned one by one, by their keys or by their values.
func listIsApplied(want, have []any, owned *fieldpath.Set) bool {
	elements := elementsOf(owned)
	if len(elements) != len(want) {
		return false
	}
	for _, item := range want {
		i := slices.IndexFunc(elements, func(e fieldpath.PathElement) bool { return names(e, item) })
		if i < 0 {
			return false
		}
		e := elements[i]
		j := slices.IndexFunc(have, func(live any) bool { return isNamed(e, live) })
		if j < 0 {
			return false
		}
		if !isApplied(item, have[j], owned.WithPrefix(e)) {
			return false
		}
		elements = slices.Delete(elements, i, i+1)
	}
	return true
}

// elementsOf returns what is directly below a set: what is owned itself, and what has owned fields.
func elementsOf(owned *fieldpath.Set) []fieldpath.PathElement {
	all := fieldpath.MakePathElementSet(owned.Members.Size() + owned.Children.Size())
	for e := range owned.Members.All() {
		all.Insert(e)
	}
	for e := range owned.Children.All() {
		all.Insert(e)
	}
	return slices.Collect(all.All())
}

// names reports whether an item that is to be applied may be the one of a path element; a key that it leaves out has a
// default. Of the keys of built-in kinds, only the protocol of a port has one.
func names(e fieldpath.PathElement, item any) bool {
	if e.Key == nil {
		return isNamed(e, item)
	}
	m, ok := item.(map[string]any)
	matched := false
	for _, key := range *e.Key {
		own, there := m[key.Name]
		if there && !resource.Equal(own, key.Value.Unstructured()) || !there && !isDefault(key) {
			return false
		}
		matched = matched || there
	}
	return ok && matched
}

func isDefault(key value.Field) bool {
	return key.Name == "protocol" && key.Value.Unstructured() == "TCP"
}

// isNamed reports whether a live item is the one of a path element. An index names nothing: lists that are owned by index
// are never told to be the same.
func isNamed(e fieldpath.PathElement, item any) bool {
	switch {
	case e.Value != nil:
		return resource.Equal((*e.Value).Unstructured(), item)
	case e.Key != nil:
		m, ok := item.(map[string]any)
		return ok && !slices.ContainsFunc(*e.Key, func(key value.Field) bool { return !resource.Equal(m[key.Name], key.Value.Unstructured()) })
	}
	return false
}
