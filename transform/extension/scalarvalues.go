package extension

import (
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/diag"
)

// checkScalar compares a single value with the Go type it is meant for, in words for people who do not read Go.
func checkScalar(value any, at diag.Path, t reflect.Type) []Problem {
	text := fmt.Sprint(value)
	wrong := func(want string) []Problem {
		return []Problem{{Code: "extension-value", Path: at, Message: fmt.Sprintf("%q is not %s", text, want)}}
	}
	_, isText := value.(string)
	_, isBool := value.(bool)
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		if q, err := resource.ParseQuantity(text); err != nil || q.Sign() < 0 {
			return wrong("a quantity such as 500m or 1Gi")
		}
		return nil
	case reflect.TypeFor[Port]():
		var port Port
		if err := port.UnmarshalJSON([]byte(text)); err != nil {
			return []Problem{{Code: "extension-value", Path: at, Message: err.Error()}}
		}
		return nil
	case reflect.TypeFor[Probe]():
		if !isBool {
			return wrong("true, false or a Kubernetes probe")
		}
		return nil
	case reflect.TypeFor[Publish](), reflect.TypeFor[intstr.IntOrString]():
		return nil // a type, which checkEnum looks at; a number or a name
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Struct:
		if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
			return nil
		}
		return []Problem{wrongType(at, text, t)}
	case reflect.Bool:
		if !isBool {
			return wrong("true or false")
		}
	case reflect.Int32, reflect.Int64:
		if !isInteger(value) {
			return wrong("a whole number")
		}
	case reflect.String:
		if !isText {
			return []Problem{{Code: "extension-value", Path: at, Message: text + " is not text", Help: "quote the value"}}
		}
	}
	return nil
}

func isInteger(value any) bool {
	switch v := value.(type) {
	case int, int32, int64, uint64:
		return true
	case float64:
		return v == float64(int64(v))
	}
	return false
}

// asText writes the numbers and booleans of mappings that hold text as text, as Compose does in environment and labels.
func asText(value any, t reflect.Type) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	mapping, ok := value.(map[string]any)
	if !ok {
		return value
	}
	out := make(map[string]any, len(mapping))
	known := map[string]reflect.StructField{}
	if t.Kind() == reflect.Struct {
		known = fields(t)
	}
	for key, v := range mapping {
		field, isField := known[key]
		switch {
		case isTextMap(t):
			out[key] = textOf(v)
		case isField && t.PkgPath() == reflect.TypeFor[Service]().PkgPath() && t != reflect.TypeFor[Probe]():
			out[key] = asText(v, field.Type)
		default:
			out[key] = v
		}
	}
	return out
}

func isTextMap(t reflect.Type) bool {
	return t.Kind() == reflect.Map && t.Elem().Kind() == reflect.String
}

func textOf(value any) any {
	switch value.(type) {
	case bool, int, int32, int64, uint64, float64:
		return fmt.Sprint(value)
	}
	return value
}
