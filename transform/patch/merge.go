package patch

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/transship/transship/internal/sorted"
)

// A strategic-merge patch is a part of an object, with these words in between.
// Source: https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md.
const (
	directive     = "$patch"                    // replace or delete, for the mapping or the list that it stands in
	retainKeys    = "$retainKeys"               // the only keys of this mapping that are left
	deletedItems  = "$deleteFromPrimitiveList/" // and the name of a list: values that are taken out of it
	orderOfItems  = "$setElementOrder/"         // and the name of a list: its order afterwards
	strategyMerge = "merge"
	wordReplace   = "replace"
	wordDelete    = "delete"
)

// merged returns an object with a strategic-merge patch applied, both as JSON values; the type of the object says which lists
// are merged, and by which key. Both are changed.
//
// It is here because the package of Kubernetes that does the same links the descriptions of two API languages into every
// process, which costs a start a millisecond. A test compares the two.
func merged(object, patch map[string]any, t reflect.Type) (map[string]any, error) {
	if word, ok := patch[directive]; ok {
		switch word {
		case wordReplace:
			delete(patch, directive)
			return patch, nil
		case wordDelete:
			return map[string]any{}, nil
		}
		return nil, unknownDirective(word)
	}
	if err := keepRetained(object, patch); err != nil {
		return nil, err
	}
	keys := sorted.Keys(patch) // the two passes read them in this order
	for _, key := range keys {
		name, ok := strings.CutPrefix(key, orderOfItems)
		if !ok {
			continue
		}
		if err := mergeInOrder(object, patch, name, t); err != nil {
			return nil, err
		}
	}
	for _, key := range keys {
		if value, ok := patch[key]; ok { // mergeInOrder takes out what it has merged
			if err := mergeField(object, key, value, t); err != nil {
				return nil, err
			}
		}
	}
	return object, nil
}

func unknownDirective(word any) error {
	return fmt.Errorf("%s: %v is neither replace nor delete", directive, word)
}

// keepRetained takes out of an object what $retainKeys of the patch does not name.
func keepRetained(object, patch map[string]any) error {
	value, ok := patch[retainKeys]
	if !ok {
		return nil
	}
	delete(patch, retainKeys)
	retained, ok := value.([]any)
	if !ok {
		return fmt.Errorf("%s is no list", retainKeys)
	}
	for _, key := range sorted.Keys(patch) {
		if patch[key] != nil && !strings.HasPrefix(key, deletedItems) && !strings.HasPrefix(key, orderOfItems) && !slices.ContainsFunc(retained, is(key)) {
			return fmt.Errorf("%s does not name %s, which the patch sets", retainKeys, key)
		}
	}
	maps.DeleteFunc(object, func(key string, _ any) bool { return !slices.ContainsFunc(retained, is(key)) })
	return nil
}

// mergeField changes one field of an object as a patch says.
func mergeField(object map[string]any, key string, value any, t reflect.Type) error {
	name, deletes := strings.CutPrefix(key, deletedItems)
	if value == nil {
		delete(object, name)
		return nil
	}
	present, ok := object[name]
	if !ok || reflect.TypeOf(present) != reflect.TypeOf(value) {
		if deletes {
			return nil
		}
		delete(object, name)
		if value, ok := withoutDirectives(value); ok {
			object[name] = value
		}
		return nil
	}
	var err error
	switch value := value.(type) {
	case map[string]any:
		object[name], err = mergeMapping(present.(map[string]any), value, t, name) //nolint:forcetypeassert // of the same type
	case []any:
		object[name], err = mergeList(present.([]any), value, t, name, deletes) //nolint:forcetypeassert // of the same type
	default:
		object[name] = value
	}
	return err
}

func mergeMapping(present, value map[string]any, t reflect.Type, name string) (map[string]any, error) {
	f, err := fieldOf(t, name)
	if err != nil || f.strategy == wordReplace {
		return value, err
	}
	return merged(present, value, f.elem)
}

func mergeList(present, value []any, t reflect.Type, name string, deletes bool) ([]any, error) {
	f, err := fieldOf(t, name)
	if err == nil && f.elem.Kind() != reflect.Slice {
		err = fmt.Errorf("%s is no list", name)
	}
	switch {
	case err != nil:
		return nil, err
	case deletes:
		return withoutItems(present, value, name)
	case f.strategy != strategyMerge:
		return value, nil
	}
	return mergeItems(present, value, f)
}

// withoutItems takes texts or numbers out of a list.
func withoutItems(present, deleted []any, name string) ([]any, error) {
	if err := alike(present, deleted); err != nil {
		return nil, err
	}
	isMapping := func(item any) bool { _, ok := item.(map[string]any); return ok }
	if slices.ContainsFunc(deleted, isMapping) {
		return nil, fmt.Errorf("%s%s has a mapping: items of such lists are taken out by {%s: %s}", deletedItems, name, directive, wordDelete)
	}
	return slices.DeleteFunc(present, func(item any) bool { return slices.ContainsFunc(deleted, is(item)) }), nil
}

// withoutDirectives returns what a patch adds where the object has nothing: no nulls, and nothing that a $patch stands in.
// It returns false if that is the whole value.
func withoutDirectives(value any) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		if _, ok := value[directive]; ok {
			return nil, false
		}
		for _, key := range slices.Collect(maps.Keys(value)) {
			part, ok := withoutDirectives(value[key])
			if value[key] = part; !ok || part == nil {
				delete(value, key)
			}
		}
	case []any:
		list := []any{}
		for _, item := range value {
			if item, ok := withoutDirectives(item); ok {
				list = append(list, item)
			}
		}
		return list, true
	}
	return value, true
}

// field is what a type says about one of its fields.
type field struct {
	elem     reflect.Type // of the field, behind a pointer
	strategy string       // "merge", "replace" or ""
	key      string       // by which the items of a list are told apart; "" for texts and numbers
}

func fieldOf(t reflect.Type, name string) (field, error) {
	if t.Kind() != reflect.Struct {
		return field{}, fmt.Errorf("%s belongs where the patch has a mapping with %s", typeWord(t), name)
	}
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != name {
			continue
		}
		out := field{elem: f.Type, key: f.Tag.Get("patchMergeKey")}
		if out.elem.Kind() == reflect.Pointer {
			out.elem = out.elem.Elem()
		}
		for word := range strings.SplitSeq(f.Tag.Get("patchStrategy"), ",") {
			if word != "retainKeys" { // that is said by the patch
				out.strategy = word
			}
		}
		return out, nil
	}
	return field{}, fmt.Errorf("unknown field %q", name)
}
