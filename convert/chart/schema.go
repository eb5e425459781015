package chart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// schemaOf returns values.schema.json: what each value may be, so that a misspelt key or a number where a text belongs is refused
// by Helm with its path. Mappings that the chart reads key by key are closed; what is copied into an object is left to the API server.
func schemaOf(root *values, mark string) ([]byte, error) {
	b := &schema{definitions: map[string]any{
		"image":        imageSchema,
		"ingressHosts": ingressHostsSchema,
		"strings":      map[string]any{"type": []string{"object", "null"}, "additionalProperties": map[string]any{"type": []string{"string", "null"}}},
	}, shared: map[string]string{}, shapes: map[string]any{}}
	properties := map[string]any{}
	for _, e := range root.entries {
		if e.kind != mapping || e.find("enabled") == nil {
			properties[e.key] = b.of(e)
			continue
		}
		var err error
		if properties[e.key], err = b.ofService(e); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"nameOverride", "fullnameOverride"} { // the chart says why there is none
		properties[name] = map[string]any{"type": "string", "description": "Not here: " + noOverride}
	}
	return json.MarshalIndent(map[string]any{
		"$comment": mark, "$schema": "http://json-schema.org/draft-07/schema#",
		"type": "object", "additionalProperties": false, "properties": properties, "definitions": b.definitions,
	}, "", " ")
}

type schema struct {
	definitions map[string]any
	shared      map[string]string // JSON of a definition to its name
	shapes      map[string]any    // schemas by what they are made from
}

// ofService returns the schema of a service. Most services of a large project have the same, which is made once.
func (b *schema) ofService(v *values) (any, error) {
	shape := string(v.appendShape(nil, v.key))
	if known := b.shapes[shape]; known != nil {
		return known, nil
	}
	shared, err := b.share(b.of(v))
	b.shapes[shape] = shared
	return shared, err
}

// appendShape appends everything of the entries that a schema says. name is what the mapping is called where a description asks for it; it is
// no part of the shape by itself.
func (v *values) appendShape(out []byte, name string) []byte {
	for _, e := range v.entries {
		out = fmt.Appendf(out, "%q %q ", e.key, e.kind)
		if e.kind == mapping {
			out = append(e.appendShape(append(out, '{'), e.key), '}')
			continue
		}
		out = strconv.AppendQuote(out, e.description(name))
	}
	return out
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

var ingressHostsSchema = map[string]any{
	"type": []string{"array", "null"},
	"items": map[string]any{
		"type": "object", "additionalProperties": false,
		"properties": map[string]any{
			"host": map[string]any{"type": "string"},
			"paths": map[string]any{"type": "array", "items": map[string]any{
				"type": "object", "additionalProperties": false, "required": []string{"path"},
				"properties": map[string]any{
					"path": map[string]any{"type": "string"}, "pathType": map[string]any{"enum": []string{"Exact", "Prefix", "ImplementationSpecific"}},
					"port": map[string]any{"type": "integer", "minimum": 1, "maximum": 65535},
				},
			}},
		},
	},
}

func (b *schema) of(v *values) map[string]any {
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
	case serviceKind:
		return map[string]any{"enum": []string{"ClusterIP", "NodePort", "LoadBalancer"}}
	case quantity:
		return map[string]any{"type": "string", "pattern": "^[0-9]+([.][0-9]+)?([kMGTPE]|[KMGTPE]i|[eE][0-9]+|m)?$"}
	case pullSecrets:
		return map[string]any{"type": []string{"array", "null"}, "items": map[string]any{
			"type": []string{"string", "object"}, "required": []string{"name"}, "additionalProperties": false, "properties": map[string]any{"name": map[string]any{"type": "string"}},
		}}
	case ingressHosts:
		return map[string]any{"$ref": "#/definitions/ingressHosts"}
	case textMap:
		return map[string]any{"$ref": "#/definitions/strings"}
	}
	if v.find("repository") != nil {
		return map[string]any{"$ref": "#/definitions/image"}
	}
	properties := map[string]any{}
	for _, e := range v.entries {
		s := b.of(e)
		if text := e.description(v.key); text != "" && e.kind != mapping {
			s["description"] = text
		}
		properties[e.key] = s
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

// indented ends a JSON text with a line break.
func indented(data []byte) []byte { return append(bytes.TrimSpace(data), '\n') }
