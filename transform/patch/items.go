package patch

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// is returns whether a value is the same text, number, truth value or null; mappings and lists are never the same.
func is(value any) func(any) bool {
	t := reflect.TypeOf(value)
	simple := t == nil || t.Comparable()
	return func(other any) bool { return simple && reflect.TypeOf(other) == t && other == value }
}

// mergeItems merges the list of a patch into one of the object, by the key of the field.
func mergeItems(present, patch []any, f field) ([]any, error) {
	if len(present) == 0 && len(patch) == 0 {
		return present, nil
	}
	if err := alike(present, patch); err != nil {
		return nil, err
	}
	if _, ok := slices.Concat(patch, present)[0].(map[string]any); !ok {
		var all []any
		for _, item := range slices.Concat(present, patch) {
			if !slices.ContainsFunc(all, is(item)) {
				all = append(all, item)
			}
		}
		return arranged(all, patch, present, f)
	}
	if f.key == "" {
		return nil, fmt.Errorf("the items of a list of %s have no key by which they are told apart", typeWord(f.elem.Elem()))
	}
	present, patch, err := applyDirectives(present, patch, f)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(present)
	for _, item := range patch {
		i := slices.IndexFunc(all, func(other any) bool { return is(f.identity(item))(f.identity(other)) })
		if i < 0 {
			all = append(all, item)
			continue
		}
		if all[i], err = merged(all[i].(map[string]any), item.(map[string]any), f.item()); err != nil { //nolint:forcetypeassert // alike
			return nil, err
		}
		if i < len(present) {
			present[i] = all[i]
		}
	}
	return arranged(all, patch, present, f)
}

// item is the type of one item of a list.
func (f field) item() reflect.Type {
	if t := f.elem.Elem(); t.Kind() != reflect.Pointer {
		return t
	}
	return f.elem.Elem().Elem()
}

// identity is that by which an item is told apart: the value of the key, or the item itself. nil if the item lacks the key.
func (f field) identity(item any) any {
	if m, ok := item.(map[string]any); ok {
		return m[f.key]
	}
	return item
}

// alike returns an error unless the items of both lists are all mappings, all texts, all numbers or all truth values.
func alike(present, patch []any) error {
	var t reflect.Type
	for i, item := range slices.Concat(present, patch) {
		switch is := reflect.TypeOf(item); {
		case is == nil, is.Kind() == reflect.Slice:
			return fmt.Errorf("a list has %v as an item", item)
		case i > 0 && is != t:
			return fmt.Errorf("a list has items of different kinds: %v beside %v", slices.Concat(present, patch)[0], item)
		default:
			t = is
		}
	}
	return nil
}

// applyDirectives takes out what the items of a patch say with $patch, and these items.
func applyDirectives(present, patch []any, f field) (left, changes []any, err error) {
	replace := false
	for _, item := range patch {
		word, ok := item.(map[string]any)[directive] //nolint:forcetypeassert // alike
		switch {
		case !ok:
			if err := f.hasKey(item); err != nil {
				return nil, nil, err
			}
			changes = append(changes, item)
		case word == wordReplace:
			replace = true
		case word == wordDelete:
			if err := f.hasKey(item); err != nil {
				return nil, nil, err
			}
			present = slices.DeleteFunc(present, func(other any) bool { return is(f.identity(item))(f.identity(other)) })
		default:
			return nil, nil, unknownDirective(word)
		}
	}
	if replace {
		return nil, changes, nil
	}
	return present, changes, nil
}

func (f field) hasKey(item any) error {
	m, ok := item.(map[string]any)
	if !ok {
		return nil
	}
	if value, ok := m[f.key]; !ok || !is(value)(value) {
		return missingKeyError(f.key)
	}
	return nil
}

// missingKeyError is the key that an item of a list lacks.
type missingKeyError string

func (k missingKeyError) Error() string { return "an item of a list has no " + string(k) }

// arranged returns the items of a list in the order that a patch asks for. Others stay where they stood before one another, and
// before an item of the patch that they stood before.
func arranged(items, order, before []any, f field) ([]any, error) {
	place := func(list []any, item any) int {
		return slices.IndexFunc(list, func(other any) bool { return is(f.identity(item))(f.identity(other)) })
	}
	for _, item := range slices.Concat(items, order, before) {
		if err := f.hasKey(item); err != nil {
			return nil, err
		}
	}
	var named, others []any
	for _, item := range items {
		if place(order, item) < 0 {
			others = append(others, item)
		} else {
			named = append(named, item)
		}
	}
	slices.SortStableFunc(named, func(a, b any) int { return cmp.Compare(place(order, a), place(order, b)) })
	out := make([]any, 0, len(items))
	for _, item := range named {
		for len(others) > 0 && 0 <= place(before, others[0]) && place(before, others[0]) < place(before, item) {
			out, others = append(out, others[0]), others[1:]
		}
		out = append(out, item)
	}
	return append(out, others...), nil
}

// mergeInOrder merges the list of a patch that comes with an order, and takes both out of the patch.
func mergeInOrder(object, patch map[string]any, name string, t reflect.Type) error {
	order, isList := patch[orderOfItems+name].([]any)
	delete(patch, orderOfItems+name)
	f, err := fieldOf(t, name)
	switch {
	case err != nil:
		return err
	case !isList || f.elem.Kind() != reflect.Slice:
		return fmt.Errorf("%s%s is no list", orderOfItems, name)
	}
	before, _ := object[name].([]any)
	before = slices.Clone(before)
	if value, ok := patch[name]; ok {
		changes, isList := value.([]any)
		if !isList {
			return fmt.Errorf("%s is no list in the patch, which gives it an order", name)
		}
		if err := errors.Join(alike(before, changes), f.follows(changes, order)); err != nil {
			return err
		}
		if err := mergeField(object, name, changes, t); err != nil {
			return err
		}
		delete(patch, name)
	}
	items, ok := object[name].([]any)
	if !ok {
		return nil
	}
	object[name], err = arranged(items, order, before, f)
	return err
}

// follows returns an error if a patch has an item that the order lacks, or has it in another place.
func (f field) follows(patch, order []any) error {
	for _, item := range patch {
		if m, ok := item.(map[string]any); ok && (m[directive] == wordDelete || m[directive] != nil && len(order) > 0) {
			continue
		}
		i := slices.IndexFunc(order, func(other any) bool { return is(f.identity(item))(f.identity(other)) })
		if i < 0 {
			return fmt.Errorf("%s does not name %v, or not where the patch has it", orderOfItems, f.identity(item))
		}
		order = order[i+1:]
	}
	return nil
}
