package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
)

// EncodeJSON returns an object as JSON, with the fields, the order and the omissions of [Encoder.Encode].
func (e *Encoder) EncodeJSON(object runtime.Object) ([]byte, error) {
	w := jsonWriter{layouts: e.layouts}
	w.value(contentOf(object))
	if w.err != nil {
		return nil, fmt.Errorf("write %s as JSON: %w", describe(object), w.err)
	}
	return w.out, nil
}

type jsonWriter struct {
	out     []byte
	layouts layouts
	err     error
}

func (w *jsonWriter) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.out = append(w.out, "null"...)
			return
		}
		w.value(v.Elem())
	case reflect.Struct:
		if v.Type().Implements(jsonMarshaler) {
			w.simple(v)
			return
		}
		w.structure(v)
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		w.out = append(w.out, '{')
		for i, key := range keys {
			w.key(key.String(), i == 0)
			w.value(v.MapIndex(key))
		}
		w.out = append(w.out, '}')
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			w.simple(v)
			return
		}
		w.out = append(w.out, '[')
		for i := range v.Len() {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.value(v.Index(i))
		}
		w.out = append(w.out, ']')
	default:
		w.simple(v)
	}
}

func (w *jsonWriter) structure(v reflect.Value) {
	w.out = append(w.out, '{')
	start := len(w.out)
	for _, f := range w.layouts.of(v.Type()) {
		fv, ok := f.in(v)
		if !ok || f.omits(fv) && !isEmptyVariable(v, f) {
			continue
		}
		before := len(w.out)
		w.key(f.name, before == start)
		behindKey := len(w.out)
		w.value(fv)
		if f.omitEmpty && fv.Kind() == reflect.Struct && string(w.out[behindKey:]) == "{}" {
			w.out = w.out[:before]
		}
	}
	w.out = append(w.out, '}')
}

func (w *jsonWriter) key(key string, first bool) {
	if !first {
		w.out = append(w.out, ',')
	}
	w.simple(reflect.ValueOf(key))
	w.out = append(w.out, ':')
}

// simple writes a value that has no parts of ours.
func (w *jsonWriter) simple(v reflect.Value) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v.Interface()); err != nil && w.err == nil {
		w.err = err
	}
	w.out = append(w.out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
