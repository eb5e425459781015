package loader_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/transship/transship/loader"
)

// TestReloadOfTheSameModelIsTheSameProject does so with every golden case: what Reload leaves out must not matter.
func TestReloadOfTheSameModelIsTheSameProject(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join("..", "testdata", "cases", "*"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	compared := 0
	for _, dir := range cases {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		loaded, err := loader.Load(context.Background(), loader.Options{WorkingDirectory: dir, Environ: []string{"HOME=/home/user"}, Profiles: []string{"*"}})
		if err != nil {
			continue // a case about a project that does not load, or that needs options
		}
		again, err := loaded.Reload(context.Background(), loaded.Model)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		compared++
		if !reflect.DeepEqual(loaded.Model, again.Model) {
			t.Errorf("%s: another model", dir)
		}
		if !reflect.DeepEqual(loaded.Images, again.Images) {
			t.Errorf("%s: other images", dir)
		}
		a, b := *loaded.Project, *again.Project
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: another project:\n%+v\n%+v", dir, a, b)
		}
	}
	if compared < 50 {
		t.Errorf("only %d cases load", compared)
	}
}
