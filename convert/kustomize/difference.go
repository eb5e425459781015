package kustomize

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A strategic-merge patch, as kustomize applies it, holds what is to change and nothing else: a key with the value null is
// removed, a list item with the directive delete too, a list whose last item is the directive replace stands for the whole list. Lists that
// have no key by which their items are known are always replaced.
//
// apimachinery can compute such patches too, but with directives ($setElementOrder, $retainKeys) that kustomize
// leaves in the objects as fields.
// Spec: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
const (
	directive        = "$patch"
	directiveDelete  = "delete"
	directiveReplace = "replace"
)

// difference returns the patch that makes a mapping of another, nil when they are equal.
func difference(at place, from, to map[string]any) map[string]any {
	patch := map[string]any{}
	for key := range from {
		if _, kept := to[key]; !kept {
			patch[key] = nil
		}
	}
	for key, value := range to {
		have, known := from[key]
		switch {
		case !known:
			patch[key] = value
		case !reflect.DeepEqual(have, value):
			patch[key] = valueDifference(at.key(key), have, value)
		}
	}
	if len(patch) == 0 {
		return nil
	}
	return patch
}

func valueDifference(at place, from, to any) any {
	switch to := to.(type) {
	case map[string]any:
		if from, ok := from.(map[string]any); ok {
			return difference(at, from, to)
		}
	case []any:
		from, ok := from.([]any)
		rule, keyed := at.list()
		if ok && keyed {
			return listDifference(at, rule, from, to)
		}
	}
	return to
}

// listDifference returns the items that make a list of another. kustomize puts the items of a patch before those that it does not
// mention; where that is not the order wanted, and the order means something, the list is replaced.
func listDifference(at place, rule listRule, from, to []any) []any {
	before, after := rule.keys(from), rule.keys(to)
	if before == nil || after == nil || rule.leavesOutProtocols(from, to) {
		return replaced(to)
	}
	var patch []any
	for i, key := range before {
		if !slices.Contains(after, key) {
			patch = append(patch, rule.deletion(from[i].(map[string]any)))
		}
	}
	var first, rest []string
	for i, key := range after {
		item, old := to[i].(map[string]any), slices.Index(before, key)
		if old < 0 {
			patch, first = append(patch, item), append(first, key)
			continue
		}
		if change := difference(at.key("[]"), from[old].(map[string]any), item); change != nil {
			patch, first = append(patch, rule.identified(change, item)), append(first, key)
		}
	}
	for _, key := range before {
		if slices.Contains(after, key) && !slices.Contains(first, key) {
			rest = append(rest, key)
		}
	}
	if rule.ordered(from, to) && !slices.Equal(append(first, rest...), after) {
		return replaced(to)
	}
	return patch
}

func replaced(items []any) []any {
	return append(slices.Clone(items), map[string]any{directive: directiveReplace})
}

// listRule says by which fields the items of a list are known.
type listRule struct {
	fields []string
	order  func(items []any) bool // reports whether the order means something; nil for never
}

// keys returns the identity of every item, or nil where two items share one, or where an item has none.
func (r listRule) keys(items []any) []string {
	keys := make([]string, 0, len(items))
	for _, item := range items {
		fields, ok := item.(map[string]any)
		if !ok || len(r.fields) == 0 || fields[r.fields[0]] == nil {
			return nil
		}
		var key strings.Builder
		for _, name := range r.fields {
			value := fields[name]
			if value == nil && name == "protocol" {
				value = "TCP"
			}
			fmt.Fprintf(&key, "%v\x00", value)
		}
		if slices.Contains(keys, key.String()) {
			return nil
		}
		keys = append(keys, key.String())
	}
	return keys
}

// identified adds to a patch the fields by which the item is known.
func (r listRule) identified(patch, item map[string]any) map[string]any {
	for _, name := range r.fields {
		if value, ok := item[name]; ok {
			patch[name] = value
		}
	}
	return patch
}

func (r listRule) deletion(item map[string]any) map[string]any {
	return r.identified(map[string]any{directive: directiveDelete}, item)
}

func (r listRule) ordered(from, to []any) bool {
	return r.order != nil && (r.order(from) || r.order(to))
}

// leavesOutProtocols reports whether some of the items have a protocol and others none. kustomize does not know that TCP is the default: it takes
// an item without a protocol for one of the same number with one, and finds none of them to remove in such a list.
func (r listRule) leavesOutProtocols(lists ...[]any) bool {
	if !slices.Contains(r.fields, "protocol") {
		return false
	}
	with, without := false, false
	for _, item := range slices.Concat(lists...) {
		fields, _ := item.(map[string]any)
		if _, has := fields["protocol"]; has {
			with = true
		} else {
			without = true
		}
	}
	return with && without
}
