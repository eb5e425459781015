package extension

import (
	"encoding/json"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// place is one place of a compose file where x-kubernetes may stand.
type place struct {
	name  string // as in the reference
	where string
	value reflect.Type
}

// places in the order of the reference.
var places = []place{
	{"project", "the top level", reflect.TypeFor[Project]()},
	{"service", "a service or a job", reflect.TypeFor[Service]()},
	{"mount", "an item of `volumes` of a service, in the long form", reflect.TypeFor[Mount]()},
	{"network", "a network", reflect.TypeFor[Network]()},
	{"volume", "a volume", reflect.TypeFor[Volume]()},
	{"content", "a secret or a config", reflect.TypeFor[Content]()},
	{"model", "a model", reflect.TypeFor[Model]()},
}

// Schema returns a JSON schema (draft 2020-12) of x-kubernetes: one definition a place. Kubernetes' own types inside it
// (containers, probes) are left to the Kubernetes schema; the converter checks them strictly all the same.
func Schema() ([]byte, error) {
	defs := map[string]any{}
	for _, p := range places {
		defs[p.name] = schemaOf(p.value)
	}
	text, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "x-kubernetes, the extension of the Compose format that transship reads",
		"$defs":   defs,
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

func schemaOf(t reflect.Type) map[string]any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		return map[string]any{"type": []string{"string", "number"}, "description": "a Kubernetes quantity such as 500m or 1Gi"}
	case reflect.TypeFor[Port]():
		return map[string]any{"anyOf": []any{
			map[string]any{"type": "integer", "minimum": 1, "maximum": 65535},
			map[string]any{"type": "string", "pattern": "^[0-9]+(/(tcp|udp|sctp))?$"},
		}}
	case reflect.TypeFor[Probe]():
		return map[string]any{"anyOf": []any{map[string]any{"type": "boolean"}, map[string]any{"type": "object"}}}
	case reflect.TypeFor[Publish]():
		types := schemaOfStruct(t)
		return map[string]any{"anyOf": []any{types["properties"].(map[string]any)["type"], types}}
	case reflect.TypeFor[corev1.Container]():
		return map[string]any{"type": "object"}
	}
	switch t.Kind() {
	case reflect.Struct:
		return schemaOfStruct(t)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map:
		if isTextMap(t) {
			return map[string]any{"type": "object", "additionalProperties": map[string]any{"type": []string{"string", "number", "boolean"}}}
		}
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int32, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.String:
		return map[string]any{"type": "string"}
	default: // any
		return map[string]any{}
	}
}

func schemaOfStruct(t reflect.Type) map[string]any {
	properties := map[string]any{}
	for name, field := range fields(t) {
		s := schemaOf(field.Type)
		if doc := field.Tag.Get("doc"); doc != "" {
			s["description"] = doc
		}
		if enum := field.Tag.Get("enum"); enum != "" {
			s["enum"] = strings.Split(enum, ",")
		}
		properties[name] = s
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}
