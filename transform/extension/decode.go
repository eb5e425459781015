package extension

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	kjson "sigs.k8s.io/json"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/suggest"
)

// Key is the extension that this package reads.
const Key = "x-kubernetes"

// decode reads value, the content of x-kubernetes at path, into target. Everything wrong is returned; target then holds
// what could be read.
func decode(value any, at diag.Path, target any) []Problem {
	problems := check(value, at, reflect.TypeOf(target).Elem())
	if slices.ContainsFunc(problems, func(p Problem) bool { return p.Path.String() == at.String() }) {
		return problems // nothing of it can be read
	}
	text, err := json.Marshal(asText(without(value, at, problems), reflect.TypeOf(target).Elem()))
	if err == nil {
		err = kjson.UnmarshalCaseSensitivePreserveInts(text, target)
	}
	if err != nil {
		problems = append(problems, Problem{
			Code: "extension-value", Path: at, Message: strings.TrimPrefix(err.Error(), "json: "),
			Help: "docs/reference/x-kubernetes.md lists the keys and their values",
		})
	}
	for _, p := range refused(target, at) {
		if !slices.ContainsFunc(problems, func(have Problem) bool { return have.Path.String() == p.Path.String() }) {
			problems = append(problems, p)
		}
	}
	return problems
}

// check compares a decoded YAML value with the Go type it is meant for: unknown keys, values outside an enumeration,
// mappings where a list belongs.
func check(value any, at diag.Path, t reflect.Type) []Problem {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Interface { // a patch is checked against the object it is for
		return nil
	}
	switch v := value.(type) {
	case map[string]any:
		return checkMapping(v, at, t)
	case []any:
		if t.Kind() != reflect.Slice {
			return []Problem{wrongType(at, "a list", t)}
		}
		var problems []Problem
		for i, item := range v {
			if item == nil {
				problems = append(problems, noValue(at.Index(i)))
			}
			problems = append(problems, check(item, at.Index(i), t.Elem())...)
		}
		return problems
	case nil:
		return nil
	}
	return checkScalar(value, at, t)
}

// isScalar reports whether a type of Kubernetes is written as one value although it is a struct, as a quantity is.
func isScalar(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && strings.HasPrefix(t.PkgPath(), "k8s.io/") && reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

func wrongType(at diag.Path, have string, t reflect.Type) Problem {
	want := "a single value"
	switch {
	case isScalar(t):
	case t.Kind() == reflect.Slice:
		want = "a list"
	case t.Kind() == reflect.Map || t.Kind() == reflect.Struct:
		want = "a mapping"
	}
	return Problem{Code: "extension-value", Path: at, Message: fmt.Sprintf("%s stands where %s belongs", have, want)}
}

// noValue: what stands in a list or under a name that the user chose means something, and nothing is not what was meant.
func noValue(at diag.Path) Problem {
	return Problem{Code: "extension-value", Path: at, Message: "there is no value", Help: "write one, \"\" for an empty text, or remove the line"}
}

func checkMapping(v map[string]any, at diag.Path, t reflect.Type) []Problem {
	var problems []Problem
	keys := make([]string, 0, len(v))
	for key := range v {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	switch {
	case isScalar(t):
		return []Problem{wrongType(at, "a mapping", t)}
	case t == reflect.TypeFor[Probe]():
		t = reflect.TypeFor[Probe]().Field(1).Type.Elem()
	case t.Kind() == reflect.Map:
		for _, key := range keys {
			value := v[key]
			if isTextMap(t) {
				value = textOf(value)
			}
			if value == nil && t.Elem().Kind() != reflect.Interface { // in a patch it removes a field
				problems = append(problems, noValue(at.Key(key)))
			}
			problems = append(problems, check(value, at.Key(key), t.Elem())...)
		}
		return problems
	case t.Kind() != reflect.Struct:
		return []Problem{wrongType(at, "a mapping", t)}
	}
	known := fields(t)
	for _, key := range keys {
		field, ok := known[key]
		if !ok {
			problems = append(problems, unknownKey(key, at, known))
			continue
		}
		problems = append(problems, check(v[key], at.Key(key), field.Type)...)
		problems = append(problems, checkEnum(v[key], at.Key(key), field)...)
	}
	return problems
}

func unknownKey(key string, at diag.Path, known map[string]reflect.StructField) Problem {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	help := "known keys: " + strings.Join(names, ", ")
	if closest := suggest.Closest(key, names); closest != "" {
		help = fmt.Sprintf("did you mean %q? %s", closest, help)
	}
	return Problem{Code: "extension-key", Path: at.Key(key), Message: fmt.Sprintf("%s has no key %q", Key, key), Help: help}
}

func checkEnum(value any, at diag.Path, field reflect.StructField) []Problem {
	enum := field.Tag.Get("enum")
	if field.Type == reflect.TypeFor[*Publish]() {
		enum = field.Type.Elem().Field(0).Tag.Get("enum")
		if _, isMapping := value.(map[string]any); isMapping {
			return nil
		}
	}
	if enum == "" || value == nil {
		return nil
	}
	allowed := strings.Split(enum, ",")
	if text, ok := value.(string); ok && slices.Contains(allowed, text) {
		return nil
	}
	help := "one of " + strings.Join(allowed, ", ")
	if closest := suggest.Closest(fmt.Sprint(value), allowed); closest != "" {
		help = fmt.Sprintf("did you mean %q? %s", closest, help)
	}
	return []Problem{{Code: "extension-value", Path: at, Message: fmt.Sprintf("%q is not a value of %s", fmt.Sprint(value), at[len(at)-1]), Help: help}}
}

// without returns a value less what is at the paths of problems, so that a conversion that is allowed to go on acts as if it were
// not written. An item of a list goes as a whole: a patch without its target would apply to everything.
func without(value any, at diag.Path, problems []Problem) any {
	bad := func(at diag.Path) bool {
		return slices.ContainsFunc(problems, func(p Problem) bool { return p.Path.String() == at.String() })
	}
	badWithin := func(at diag.Path) bool {
		return slices.ContainsFunc(problems, func(p Problem) bool {
			return len(p.Path) >= len(at) && slices.Equal(p.Path[:len(at)], at)
		})
	}
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			if !bad(at.Key(key)) {
				out[key] = without(item, at.Key(key), problems)
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for i, item := range v {
			if !badWithin(at.Index(i)) {
				out = append(out, item)
			}
		}
		return out
	}
	return value
}

// fields returns the fields of a struct by their JSON name, those of embedded structs included.
func fields(t reflect.Type) map[string]reflect.StructField {
	known := map[string]reflect.StructField{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case name == "" && (f.Anonymous || strings.Contains(options, "inline")):
			maps.Copy(known, fields(f.Type))
		case name != "":
			known[name] = f
		}
	}
	return known
}
