package transform_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

// What explain and the reference show is what a conversion gives.
func TestExamplesOfKeysHold(t *testing.T) {
	for _, row := range keys.All() {
		if row.Example.IsZero() {
			continue
		}
		t.Run(row.Path, func(t *testing.T) {
			objects := convertExample(t, row.Example.In)
			for document := range strings.SplitSeq(row.Example.Out, "---\n") {
				var want map[string]any
				if err := yaml.Unmarshal([]byte(document), &want); err != nil {
					t.Fatalf("the objects of the example are no YAML: %v", err)
				}
				if !slices.ContainsFunc(objects, func(have map[string]any) bool { return contains(have, want) }) {
					all, _ := json.MarshalIndent(objects, "", " ")
					t.Errorf("no object holds\n%s\namong %s", document, all)
				}
			}
		})
	}
}

func convertExample(t *testing.T, text string) []map[string]any {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "compose.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := loader.Load(t.Context(), loader.Options{
		Files: []string{file}, WorkingDirectory: dir, ProjectName: "shop", Environ: []string{},
	})
	if err != nil {
		t.Fatalf("the project of the example does not load: %v", err)
	}
	result, err := transform.Transform(transform.Input{
		Project: loaded.Project, Model: loaded.Model, Files: loaded.Files, Images: loaded.Images, Locate: loaded.Locate,
	})
	if err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	for _, o := range result.Objects {
		generic, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, generic)
	}
	return objects
}

// contains reports whether have holds all of want: the keys of mappings, and an item for each item of lists.
func contains(have, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		m, ok := have.(map[string]any)
		for key, value := range want {
			if !ok || !contains(m[key], value) {
				return false
			}
		}
		return ok
	case []any:
		list, ok := have.([]any)
		for _, item := range want {
			if !slices.ContainsFunc(list, func(h any) bool { return contains(h, item) }) {
				return false
			}
		}
		return ok
	default:
		return fmt.Sprint(have) == fmt.Sprint(want)
	}
}
