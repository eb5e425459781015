package chart

import (
	"bytes"
	"testing"

	"go.yaml.in/yaml/v4"
)

// FuzzMergeValues: no values panic or hang; what is merged is YAML; and two merges give the same.
func FuzzMergeValues(f *testing.F) {
	f.Add([]byte("web: {replicas: 1}\n"), []byte("# mine\nweb: {replicas: 2, more: [a]}\n"), []byte("web: {replicas: 1, image: {tag: x}}\n"))
	f.Add([]byte("a: {b: 1}\n"), []byte("x: &s {b: 1}\na: *s\n"), []byte("a: {b: 2, c: 3}\nd: {}\n"))
	f.Add([]byte("x:"), []byte("x: &s {b: 1}\na: *s\nc: [*s, *s]\n"), []byte("a: {b: 2}\nd: {}\n")) // the anchor goes, its aliases stay
	f.Add([]byte("a: 1\n"), []byte("<<: {a: 1}\n"), []byte("a: {b: 1}\n"))
	f.Fuzz(func(t *testing.T, base, user, next []byte) {
		if len(base)+len(user)+len(next) > 4000 {
			return
		}
		merged, _, err := mergeValues(base, user, next, nil)
		if err != nil {
			return
		}
		var node yaml.Node
		if err := yaml.Unmarshal(merged, &node); err != nil {
			t.Fatalf("%v\n%s", err, merged)
		}
		again, _, err := mergeValues(base, user, next, nil)
		if err != nil || !bytes.Equal(again, merged) {
			t.Fatalf("%v\n%s\n--- and then\n%s", err, merged, again)
		}
	})
}
