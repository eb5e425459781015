package convert

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
	schematree "github.com/compose-spec/compose-go/v2/tree"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
)

// oddValues are what the fuzzer writes at the keys of the schema: what is usual, and what is not.
var oddValues = []string{
	"", "x", "1", "true", "80", "30s", "512m", "[]", "{}", "[a, b]", "{a: b}", "[{}]", "{a: {}}", "{a: }", "[80-90, '1:2']", "./a:/b:ro", "service:a", "[a]",
	"{source: a, target: /b}", "[{source: a, target: /b}]", "[{type: volume, source: a, target: /b}]", "\"$${A}\"", "${A:-b}", "-1", "1.5", ".inf", "1e99", "\"\\0\"", "/", "é", "null",
	"[CMD, 'true']", "{test: [NONE]}", "0 0 * * *", "service_healthy", "always", "on-failure:3", "host", "{min: 100m}",
}

// write builds a project from the bytes of the fuzzer: pairs of a key of the schema and a value.
func write(data []byte, paths []schematree.Path) []byte {
	root := map[string]any{"services": map[string]any{"a": map[string]any{"image": "x"}, "b": map[string]any{"image": "y"}}}
	for i := 0; i+2 < len(data) && i < 60; i += 3 {
		path := paths[(int(data[i])<<8|int(data[i+1]))%len(paths)]
		var value any
		if yaml.Unmarshal([]byte(oddValues[int(data[i+2])%len(oddValues)]), &value) != nil {
			continue
		}
		set(root, path.Parts(), value)
	}
	text, err := yaml.Marshal(root)
	if err != nil {
		return nil
	}
	return text
}

// set puts a value at a path; a name that the schema leaves open is "a", a list has one item.
func set(at map[string]any, parts []string, value any) {
	key := parts[0]
	if key == schematree.PathMatchAll || key == schematree.PathMatchList {
		key = "a"
	}
	switch {
	case len(parts) == 1:
		at[key] = value
	case parts[1] == schematree.PathMatchList:
		item := map[string]any{}
		if len(parts) == 2 {
			at[key] = []any{value}
			return
		}
		if list, ok := at[key].([]any); ok && len(list) > 0 {
			if known, ok := list[0].(map[string]any); ok {
				item = known
			}
		}
		set(item, parts[2:], value)
		at[key] = []any{item}
	default:
		below, ok := at[key].(map[string]any)
		if !ok {
			below = map[string]any{}
		}
		set(below, parts[1:], value)
		at[key] = below
	}
}

// FuzzConvert loads, transforms and renders projects that are built from the keys of the schema. Nothing may panic, and
// what is rendered is YAML.
func FuzzConvert(f *testing.F) {
	if testing.Short() {
		f.Skip("it converts a project for every seed")
	}
	paths := slices.SortedFunc(slices.Values(schema.AttributePaths()), func(a, b schematree.Path) int { return slices.Compare(a.Parts(), b.Parts()) })
	for i := 0; i < len(paths); i += 25 { // the fuzzer finds the rest; the keys one by one are the probe test's
		f.Add([]byte{byte(i >> 8), byte(i), byte(i * 7), byte(i >> 7), byte(i * 3), byte(i * 5)})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text := write(data, paths)
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		result, err := Convert(context.Background(), Options{Load: loader.Options{
			WorkingDirectory: dir, ProjectName: "p", Environ: []string{}, Profiles: []string{"*"}, AllowMissing: true,
		}})
		if bug, is := errors.AsType[*InternalError](err); is {
			t.Fatalf("%v\n%v\n%s", bug, bug.Trace, text)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, x := range result.Findings {
			if x.Code == "loader-crash" {
				t.Fatalf("%v\n%s", x, text)
			}
			if x.Severity == diag.Error && !x.Range.IsKnown() {
				t.Fatalf("no place: %v\n%s", x, text)
			}
		}
		var out bytes.Buffer
		if err := WriteYAML(&out, result.Objects, YAMLOptions{}); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		decoder := yaml.NewDecoder(&out)
		for {
			var document yaml.Node
			if err := decoder.Decode(&document); err != nil {
				break
			}
		}
	})
}
