package schema

import "slices"

// evaluated is the set of keys of one object that some rule has named.
type evaluated map[string]bool

// accepts reports whether a value fits. seen, if it is not nil, gets the keys that the rule names.
func (i id) accepts(value any, seen evaluated) bool {
	if i == 0 {
		return true
	}
	s, k := &rules[i], kindOf(value)
	if s.never || k == unknown || s.kinds != 0 && s.kinds&k == 0 {
		return false
	}
	if s.enum != nil && !slices.ContainsFunc(s.enum, func(e any) bool { return same(e, value) }) {
		return false
	}
	switch v := value.(type) {
	case map[string]any:
		return s.acceptsObject(v, seen)
	case []any:
		if s.unique && !distinct(v) {
			return false
		}
		for _, item := range v {
			if !s.items.accepts(item, nil) {
				return false
			}
		}
	case string:
		if s.pattern != nil && !s.pattern(v) {
			return false
		}
	default:
		if s.limits != nil && k&(integer|number) != 0 && (float(v) < s.limits.minimum || float(v) > s.limits.maximum) {
			return false
		}
	}
	return s.combined(value, nil)
}

func (s *rule) acceptsObject(object map[string]any, seen evaluated) bool {
	if s.unevaluated != 0 {
		outer := seen
		seen = evaluated{}
		defer func() {
			if outer != nil {
				for key := range object { // each is named, or was held against unevaluatedProperties
					outer[key] = true
				}
			}
		}()
	}
	for _, name := range s.required {
		if _, ok := object[name]; !ok {
			return false
		}
	}
	for key, value := range object {
		if !s.acceptsKey(key, value, seen) {
			return false
		}
	}
	if !s.combined(object, seen) {
		return false
	}
	if s.unevaluated != 0 {
		for key, value := range object {
			if !seen[key] && !s.unevaluated.accepts(value, nil) {
				return false
			}
		}
	}
	return true
}

// acceptsKey holds an entry against the rules of its key in this very schema.
func (s *rule) acceptsKey(key string, value any, seen evaluated) bool {
	r, named := s.property(key)
	if named && !r.accepts(value, nil) {
		return false
	}
	for _, p := range s.patterns {
		if p.match(key) {
			named = true
			if !p.rule.accepts(value, nil) {
				return false
			}
		}
	}
	if !named && s.additional != 0 {
		named = true
		if !s.additional.accepts(value, nil) {
			return false
		}
	}
	if named && seen != nil {
		seen[key] = true
	}
	return true
}

// combined holds a value against the schemas that stand for the whole of it.
func (s *rule) combined(value any, seen evaluated) bool {
	for _, r := range s.allOf {
		if !r.accepts(value, seen) {
			return false
		}
	}
	return (s.anyOf == nil || count(s.anyOf, value, seen) > 0) && (s.oneOf == nil || count(s.oneOf, value, seen) == 1)
}

// count returns how many of the rules accept a value; only those add to seen.
func count(rules []id, value any, seen evaluated) int {
	n := 0
	for _, r := range rules {
		var inner evaluated
		if seen != nil {
			inner = evaluated{}
		}
		if !r.accepts(value, inner) {
			continue
		}
		n++
		for key := range inner {
			seen[key] = true
		}
	}
	return n
}

// distinct reports whether no two items of an array are the same value. It is quick for arrays of strings, which is what
// the schema asks it of.
func distinct(items []any) bool {
	if len(items) < 2 {
		return true
	}
	texts := make(map[string]bool, len(items))
	for i, item := range items {
		if s, ok := item.(string); ok {
			if texts[s] {
				return false
			}
			texts[s] = true
			continue
		}
		if slices.ContainsFunc(items[:i], func(other any) bool { return same(other, item) }) {
			return false
		}
	}
	return true
}

// same reports whether two values are one in JSON.
func same(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key, value := range x {
			if other, ok := y[key]; !ok || !same(value, other) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case nil, bool, string:
		switch b.(type) {
		case nil, bool, string:
			return a == b
		default:
			return false
		}
	default:
		return kindOf(b)&(integer|number) != 0 && float(a) == float(b)
	}
}
