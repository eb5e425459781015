package chart

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// schemaOf returns values.schema.json: what each value may be, so that a misspelt key or a number where a text belongs is refused
// by Helm with its path. Mappings that the chart reads key by key are closed; what is copied into an object is left to the API server.
func schemaOf(root *values, mark string) ([]byte, error) {
	b := &schema{definitions: map[string]any{
		"image":   imageSchema,
		"strings": map[string]any{"type": []string{"object", "null"}, "additionalProperties": map[string]any{"type": []string{"string", "null"}}},
	}, shared: map[string]string{}}
	properties := map[string]any{}
	for _, e := range root.entries {
		s := b.of(e)
		if e.kind == mapping && e.find("enabled") != nil {
			shared, err := b.share(s)
			if err != nil {
				return nil, err
			}
			s = shared
		}
		properties[e.key] = s
	}
	return json.MarshalIndent(map[string]any{
		"$comment": mark, "$schema": "http://json-schema.org/draft-07/schema#",
		"type": "object", "additionalProperties": false, "properties": properties, "definitions": b.definitions,
	}, "", " ")
}

type schema struct {
	definitions map[string]any
	shared      map[string]string // JSON of a definition to its name
}

// share makes a definition of a schema that many services have.
func (b *schema) share(s any) (any, error) {
	encoded, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	name, known := b.shared[string(encoded)]
	if !known {
		name = fmt.Sprintf("service%d", len(b.shared)+1)
		b.shared[string(encoded)] = name
		b.definitions[name] = s
	}
	return map[string]any{"$ref": "#/definitions/" + name}, nil
}

var imageSchema = map[string]any{
	"type": "object", "additionalProperties": false,
	"properties": map[string]any{
		"registry": map[string]any{"type": "string"}, "repository": map[string]any{"type": "string", "minLength": 1},
		"tag": map[string]any{"type": "string"}, "digest": map[string]any{"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"},
		"pullPolicy": map[string]any{"enum": []string{"", "Always", "IfNotPresent", "Never"}},
	},
}

func (b *schema) of(v *values) any {
	switch v.kind {
	case text, digest, policy:
		return map[string]any{"type": "string"}
	case boolean:
		return map[string]any{"type": "boolean"}
	case count:
		return map[string]any{"type": "integer", "minimum": 0}
	case number:
		return map[string]any{"type": []string{"integer", "null"}}
	case free:
		return map[string]any{"type": []string{"object", "null"}}
	case list:
		return map[string]any{"type": []string{"array", "null"}}
	case textMap:
		return map[string]any{"$ref": "#/definitions/strings"}
	}
	if v.find("repository") != nil {
		return map[string]any{"$ref": "#/definitions/image"}
	}
	properties := map[string]any{}
	for _, e := range v.entries {
		properties[e.key] = b.of(e)
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

// indented ends a JSON text with a line break.
func indented(data []byte) []byte { return append(bytes.TrimSpace(data), '\n') }
