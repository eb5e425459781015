package manifest

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// field is a struct field as its JSON tag describes it.
type field struct {
	name                string
	index               []int // through inlined structs
	omitEmpty, omitZero bool
	mergeKey            string // what tells the items of the list apart, where Kubernetes merges it
}

// layouts remembers the fields of the struct types seen so far, in writing order.
type layouts map[reflect.Type][]field

func (l layouts) of(t reflect.Type) []field {
	fields, ok := l[t]
	if !ok {
		fields = layout(t)
		l[t] = fields
	}
	return fields
}

var typeMeta = reflect.TypeFor[metav1.TypeMeta]()

func layout(t reflect.Type) []field {
	fields, order := declared(t, nil), fieldOrder[t]
	if meta, ok := t.FieldByName("TypeMeta"); ok && meta.Type == typeMeta {
		// An object: what the cluster reports is not ours to write.
		fields = slices.DeleteFunc(fields, func(f field) bool { return f.name == "status" })
		if order == nil {
			order = objectOrder
		}
	}
	rank := func(f field) int {
		if i := slices.Index(order, f.name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(fields, func(a, b field) int { return rank(a) - rank(b) })
	return fields
}

func declared(t reflect.Type, prefix []int) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		index := append(slices.Clone(prefix), i)
		embedded := f.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case name == "-" && options == "":
		case f.Anonymous && name == "" && embedded.Kind() == reflect.Struct:
			fields = append(fields, declared(embedded, index)...)
		case !f.IsExported():
		default:
			if name == "" {
				name = f.Name
			}
			list := strings.Split(options, ",")
			fields = append(fields, field{
				name: name, index: index, omitEmpty: slices.Contains(list, "omitempty"), omitZero: slices.Contains(list, "omitzero"),
				mergeKey: f.Tag.Get("patchMergeKey"),
			})
		}
	}
	return fields
}

// in returns the value of the field in a struct, and false where an embedded pointer on the way is nil.
func (f field) in(v reflect.Value) (reflect.Value, bool) {
	for i, n := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v, true
}

// omits reports whether a value says nothing. This goes one step beyond encoding/json: null says as much as no key at
// all, and so does the zero value of a struct that stands for one value (a port, a time). An empty struct behind a
// pointer is a statement (emptyDir: {}), and so is an empty list that was made on purpose where the field is required.
func (f field) omits(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.Map, reflect.Slice:
		return v.IsNil() || f.omitEmpty && v.Len() == 0
	case reflect.Struct:
		if v.Type() == typeTime || v.Type() == typeMicroTime {
			return v.IsZero()
		}
		return (f.omitEmpty || f.omitZero) && v.IsZero()
	default:
		return (f.omitEmpty || f.omitZero) && v.IsZero()
	}
}

var typeEnvVar = reflect.TypeFor[corev1.EnvVar]()

// isEmptyVariable reports whether a field is the value of an environment variable that is set to nothing. A name alone
// means the same to Kubernetes, but to a reader who comes from Compose it means "taken from the shell".
func isEmptyVariable(v reflect.Value, f field) bool {
	return v.Type() == typeEnvVar && f.name == "value" && v.FieldByName("ValueFrom").IsNil()
}
