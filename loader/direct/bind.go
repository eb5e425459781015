package direct

import (
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// binder puts a model into the types of compose-go as loader.Transform does. That looks for every field of a type in
// every mapping, in any spelling; this looks for every key of a mapping among the fields, and leaves single values to it.
type binder struct {
	fields map[reflect.Type]map[string][]int // index of each field by the name in its yaml tag
}

// selfDecoding is a type of compose-go that takes several forms of value.
type selfDecoding interface{ DecodeMapstructure(value any) error }

func (b *binder) bind(value any, out reflect.Value) error {
	if value == nil {
		return nil
	}
	if _, is := reflect.TypeAssert[selfDecoding](out.Addr()); is {
		return loader.Transform(value, out.Addr().Interface())
	}
	switch v := value.(type) {
	case string:
		if out.Kind() == reflect.String {
			out.SetString(v)
			return nil
		}
	case bool:
		if out.Kind() == reflect.Bool {
			out.SetBool(v)
			return nil
		}
	case int:
		if out.Kind() == reflect.Int || out.Kind() == reflect.Int64 {
			out.SetInt(int64(v))
			return nil
		}
	case map[string]any:
		if done, err := b.bindMapping(v, out); done {
			return err
		}
	case []any:
		if out.Kind() == reflect.Slice && v != nil {
			return b.bindList(v, out)
		}
	}
	return loader.Transform(value, out.Addr().Interface())
}

func (b *binder) bindList(list []any, out reflect.Value) error {
	items := reflect.MakeSlice(out.Type(), len(list), len(list))
	for i, item := range list {
		if err := b.bind(item, items.Index(i)); err != nil {
			return err
		}
	}
	out.Set(items)
	return nil
}

// bindMapping reports false for what it leaves to compose-go.
func (b *binder) bindMapping(m map[string]any, out reflect.Value) (bool, error) {
	switch {
	case m == nil || out.Type() == reflect.TypeFor[types.SecretConfig](): // it has a rule of its own
		return false, nil
	case out.Kind() == reflect.Struct:
		fields := b.fieldsOf(out.Type())
		return fields != nil, b.bindStruct(m, fields, out)
	case out.Kind() == reflect.Pointer && out.Type().Elem().Kind() == reflect.Struct && !out.Type().Implements(reflect.TypeFor[selfDecoding]()):
		target := reflect.New(out.Type().Elem())
		if err := b.bind(m, target.Elem()); err != nil {
			return true, err
		}
		out.Set(target)
		return true, nil
	case out.Kind() == reflect.Map && out.Type().Key().Kind() == reflect.String:
		return true, b.bindMap(m, out)
	default:
		return false, nil
	}
}

func (b *binder) bindMap(m map[string]any, out reflect.Value) error {
	kind := out.Type()
	named := kind == reflect.TypeFor[types.Services]() || kind == reflect.TypeFor[types.Jobs]()
	entries := reflect.MakeMapWithSize(kind, len(m))
	for key, value := range m {
		entry := reflect.New(kind.Elem()).Elem()
		if named { // a service knows its name
			fields, ok := value.(map[string]any)
			if !ok {
				return errDeclined
			}
			fields["name"] = key
		}
		if kind.Elem().Kind() == reflect.Interface {
			if value != nil {
				entry.Set(reflect.ValueOf(value))
			}
		} else if err := b.bind(value, entry); err != nil {
			return err
		}
		entries.SetMapIndex(reflect.ValueOf(key).Convert(kind.Key()), entry)
	}
	out.Set(entries)
	return nil
}

func (b *binder) bindStruct(m map[string]any, fields map[string][]int, out reflect.Value) error {
	if fields == nil {
		return nil
	}
	for key, value := range m {
		index, ok := fields[key]
		if !ok {
			return errDeclined
		}
		if err := b.bind(value, out.FieldByIndex(index)); err != nil {
			return err
		}
	}
	return nil
}

// fieldsOf returns the fields of a type, with those of embedded structs; nil for a type with two fields of one name, or
// with one that has no name in its tag.
func (b *binder) fieldsOf(kind reflect.Type) map[string][]int {
	if known, ok := b.fields[kind]; ok {
		return known
	}
	fields := map[string][]int{}
	if !collectFields(kind, nil, fields) {
		fields = nil
	}
	b.fields[kind] = fields
	return fields
}

func collectFields(kind reflect.Type, above []int, fields map[string][]int) bool {
	for i := range kind.NumField() {
		field := kind.Field(i)
		index := append(slices.Clone(above), i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			if !collectFields(field.Type, index, fields) {
				return false
			}
		case name == "-":
		case name == "" || fields[name] != nil || !field.IsExported():
			return false
		default:
			fields[name] = index
		}
	}
	return true
}
