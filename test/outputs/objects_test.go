package outputs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// errorCodes returns the codes of the findings of severity error.
func errorCodes(findings string) []string {
	var list []struct{ Severity, Code string }
	if json.Unmarshal([]byte(findings), &list) != nil {
		return nil
	}
	var codes []string
	for _, f := range list {
		if f.Severity == "error" && !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// objects are the documents of a stream by kind, namespace and name.
type objects map[string]map[string]any

func readObjects(t *testing.T, stream string) objects {
	t.Helper()
	all := objects{}
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(stream)))
	for {
		var o map[string]any
		err := decoder.Decode(&o)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, stream)
		}
		if o == nil {
			continue
		}
		name := identity(o)
		if all[name] != nil {
			t.Fatalf("%s is there twice", name)
		}
		all[name] = o
	}
}

func identity(o map[string]any) string {
	metadata, _ := o["metadata"].(map[string]any)
	return fmt.Sprintf("%v/%v/%v", o["kind"], metadata["namespace"], metadata["name"])
}

// differences tells where two sets of objects differ, one line a place; none where they are equal.
func differences(want, have objects) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if have[name] == nil {
			lines = append(lines, name+" is missing")
			continue
		}
		lines = append(lines, compare(name, want[name], have[name])...)
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if want[name] == nil {
			lines = append(lines, name+" is not wanted")
		}
	}
	return lines
}

func compare(at string, want, have any) []string {
	switch want := want.(type) {
	case map[string]any:
		have, ok := have.(map[string]any)
		if !ok {
			break
		}
		var lines []string
		keys := slices.Collect(maps.Keys(want))
		for key := range have {
			if _, known := want[key]; !known {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			w, wanted := want[key]
			h, had := have[key]
			switch {
			case !wanted:
				lines = append(lines, fmt.Sprintf("%s.%s: %v is not wanted", at, key, h))
			case !had:
				lines = append(lines, fmt.Sprintf("%s.%s: %v is missing", at, key, w))
			default:
				lines = append(lines, compare(at+"."+key, w, h)...)
			}
		}
		return lines
	case []any:
		have, ok := have.([]any)
		if !ok || len(have) != len(want) {
			break
		}
		var lines []string
		for i := range want {
			lines = append(lines, compare(fmt.Sprintf("%s[%d]", at, i), want[i], have[i])...)
		}
		return lines
	}
	if reflect.DeepEqual(want, have) {
		return nil
	}
	return []string{fmt.Sprintf("%s: want %.300s, have %.300s", at, fmt.Sprint(want), fmt.Sprint(have))}
}

// walk calls visit for every mapping of a value, the inner ones first, with the keys that lead to it.
func walk(path []string, value any, visit func(path []string, fields map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			walk(append(slices.Clone(path), key), inner, visit)
		}
		visit(path, value)
	case []any:
		for _, inner := range value {
			walk(append(slices.Clone(path), "[]"), inner, visit)
		}
	}
}

// sortBy sorts a list of mappings by the text of some of their fields.
func sortBy(list any, names ...string) {
	items, _ := list.([]any)
	slices.SortStableFunc(items, func(a, b any) int {
		return strings.Compare(keyOf(a, names), keyOf(b, names))
	})
}

func keyOf(item any, names []string) string {
	fields, _ := item.(map[string]any)
	var key strings.Builder
	for _, name := range names {
		fmt.Fprintf(&key, "%v\x00", fields[name])
	}
	return key.String()
}
