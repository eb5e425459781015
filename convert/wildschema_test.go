package convert_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
)

// wild makes projects from the JSON schema of Compose files: every key of it, with values that its types allow and people
// write, and now and then with others.
type wild struct {
	random      *rand.Rand
	definitions map[string]any
	root        map[string]any
	secret      string // a known secret, which some texts get
	odd         int    // one value of so many is of another kind; 0 for none
}

func newWild(t testing.TB) *wild {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal([]byte(schema.Schema), &root); err != nil {
		t.Fatal(err)
	}
	definitions, ok := root["$defs"].(map[string]any)
	if !ok {
		t.Fatal("the schema has no definitions")
	}
	return &wild{definitions: definitions, root: root}
}

// of returns one of some values.
func of[T any](random *rand.Rand, values ...T) T { return values[random.IntN(len(values))] }

// deepest bounds how far values are nested: some definitions contain themselves.
const deepest = 9

// project returns a model with some services and what they refer to.
func (w *wild) project() map[string]any {
	services := map[string]any{}
	for _, name := range []string{"a", "b", "db", "web"}[:1+w.random.IntN(4)] {
		services[name] = w.service()
	}
	if w.random.IntN(8) == 0 {
		services[of(w.random, "a.b", "A_b", "the_service", strings.Repeat("long-", 20)+"name", "off", "1", "-x", "x-", "null")] = w.service()
	}
	out := map[string]any{"services": services}
	for _, section := range []string{"networks", "volumes"} {
		defined := map[string]any{"n": nil, "m": nil, "default": nil, "v": nil, "vol": nil}
		for _, name := range slices.Sorted(maps.Keys(defined)) {
			if w.random.IntN(6) == 0 {
				defined[name] = w.value(w.definitions[strings.TrimSuffix(section, "s")], section, 2)
			}
		}
		out[section] = defined
	}
	for section, name := range map[string]string{"configs": "c", "secrets": "s"} {
		out[section] = map[string]any{name: map[string]any{"file": "./file.txt"}}
	}
	if w.random.IntN(3) == 0 {
		out["configs"] = map[string]any{"c": of(w.random, map[string]any{"content": "x ${A} y"}, map[string]any{"environment": "A"}, map[string]any{"external": true})}
		out["secrets"] = map[string]any{"s": of(w.random, map[string]any{"environment": "DB_PASSWORD"}, map[string]any{"external": true, "name": "x"}, map[string]any{"file": "./none"})}
	}
	if w.random.IntN(6) == 0 {
		out["jobs"] = map[string]any{"j": w.value(w.definitions["job"], "jobs", 2)}
	}
	if w.random.IntN(6) == 0 {
		out["x-kubernetes"] = w.extension()
	}
	return out
}

func (w *wild) service() any {
	out, ok := w.value(w.definitions["service"], "services", 2).(map[string]any)
	if !ok {
		return out
	}
	if _, builds := out["build"]; !builds || w.random.IntN(2) == 0 {
		out["image"] = w.text("image")
	}
	if w.random.IntN(3) == 0 {
		out["ports"] = []any{w.text("ports")}
	}
	if w.random.IntN(3) == 0 {
		out["volumes"] = []any{w.text("volumes")}
	}
	if w.random.IntN(5) == 0 {
		out["x-kubernetes"] = w.extension()
	}
	return out
}

// value returns a value for a node of the schema; key is the property that it belongs to.
func (w *wild) value(node any, key string, depth int) any {
	if w.odd > 0 && depth > 2 && w.random.IntN(w.odd) == 0 {
		return of[any](w.random, nil, true, 0, -1, 1.5, "", "x", []any{}, map[string]any{}, []any{nil}, []any{[]any{}}, map[string]any{"a": nil}, []any{map[string]any{}}, 1<<62, strings.Repeat("9", 30), "${A", "${A:?}", "\x00", "é\u2028", []any{"a", "a"})
	}
	n, ok := node.(map[string]any)
	if !ok || depth > deepest {
		return w.text(key)
	}
	if ref, is := n["$ref"].(string); is {
		return w.value(w.definitions[ref[strings.LastIndexByte(ref, '/')+1:]], key, depth)
	}
	for _, choice := range []string{"oneOf", "anyOf"} {
		if list, is := n[choice].([]any); is {
			return w.value(list[w.random.IntN(len(list))], key, depth)
		}
	}
	if list, is := n["enum"].([]any); is {
		return list[w.random.IntN(len(list))]
	}
	kind, _ := n["type"].(string)
	if list, is := n["type"].([]any); is { // a text is mostly allowed for the sake of variables
		kind, _ = list[w.random.IntN(len(list))].(string)
		if other := slices.IndexFunc(list, func(a any) bool { return a != "string" && a != "null" }); kind == "string" && other >= 0 && len(wildTexts[key]) == 0 {
			kind, _ = list[other].(string)
		}
	}
	switch kind {
	case "array":
		items := []any{}
		for range w.random.IntN(3) + w.random.IntN(2) {
			items = append(items, w.value(n["items"], key, depth+1))
		}
		if text := func(a any) string { return fmt.Sprint(a) }; n["uniqueItems"] == true && w.random.IntN(20) > 0 {
			slices.SortFunc(items, func(a, b any) int { return strings.Compare(text(a), text(b)) })
			items = slices.CompactFunc(items, func(a, b any) bool { return text(a) == text(b) })
		}
		return items
	case "boolean":
		return w.random.IntN(2) == 0
	case "integer", "number":
		return of[any](w.random, 1, 2, 3, 80)
	case "null":
		return nil
	case "string":
		return w.text(key)
	}
	return w.mapping(n, key, depth)
}

// mapping returns a mapping with some of the properties that a node of the schema has.
func (w *wild) mapping(n map[string]any, key string, depth int) any {
	properties := map[string]any{}
	w.collect(n, properties)
	out := map[string]any{}
	names := slices.Sorted(maps.Keys(properties))
	wanted := 0.5
	if len(names) > 20 {
		wanted = 4 / float64(len(names))
	}
	for _, name := range names {
		if chance := map[string]float64{"external": 0.05, "device_ids": 0.01, "target": 0.95}[name]; w.random.Float64() < cmp.Or(chance, wanted) {
			out[name] = w.value(properties[name], name, depth+1)
		}
	}
	if patterns, is := n["patternProperties"].(map[string]any); is && len(names) == 0 {
		for _, pattern := range slices.Sorted(maps.Keys(patterns)) {
			if pattern != "^x-" {
				for range w.random.IntN(3) {
					out[w.name(key)] = w.value(patterns[pattern], key, depth+1)
				}
			}
		}
	}
	if more, is := n["additionalProperties"].(map[string]any); is {
		for range w.random.IntN(3) {
			out[w.name(key)] = w.value(more, key, depth+1)
		}
	}
	if required, is := n["required"].([]any); is {
		for _, name := range required {
			if text, is := name.(string); is && out[text] == nil && w.random.IntN(10) > 0 {
				out[text] = w.value(properties[text], text, depth+1)
			}
		}
	}
	return out
}

// collect adds the properties of a node, and of all that it is composed of.
func (w *wild) collect(n, into map[string]any) {
	if ref, is := n["$ref"].(string); is {
		if to, is := w.definitions[ref[strings.LastIndexByte(ref, '/')+1:]].(map[string]any); is {
			w.collect(to, into)
		}
	}
	if properties, is := n["properties"].(map[string]any); is {
		maps.Copy(into, properties)
	}
	if all, is := n["allOf"].([]any); is {
		for _, part := range all {
			if to, is := part.(map[string]any); is {
				w.collect(to, into)
			}
		}
	}
}
