package cmd

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the golden cases give now; read the difference before committing it")

// goldenCases returns the absolute path of the folder of the golden cases, and its entries.
func goldenCases(t *testing.T) (root string, cases []os.DirEntry) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	if cases, err = os.ReadDir(root); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no golden case")
	}
	return root, cases
}

// TestGolden converts every project of testdata/cases and compares each object and the findings with what a person
// has read and found right. A case is a folder: compose.yaml and its inputs, optionally `flags` (one argument a line),
// want/ (absent when the project has errors) and want.diag.
func TestGolden(t *testing.T) {
	root, cases := goldenCases(t)
	for _, c := range cases {
		if !c.IsDir() {
			t.Errorf("testdata/cases/%s belongs to no case", c.Name())
			continue
		}
		t.Run(c.Name(), func(t *testing.T) { golden(t, filepath.Join(root, c.Name())) })
	}
}

func golden(t *testing.T, folder string) {
	t.Chdir(folder)
	out := filepath.Join(t.TempDir(), "out")
	args := append([]string{"convert", "--out-dir", out, "--verbose", "--color=never"}, goldenFlags(t)...)
	var stdout, stderr bytes.Buffer
	code := Main(context.Background(), args, Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	if stdout.Len() > 0 {
		t.Errorf("standard output:\n%s", stdout.String())
	}
	diag := fmt.Sprintf("%sexit %d\n", strings.ReplaceAll(stderr.String(), out, "want"), code)
	have := tree(t, out)
	have["want.diag"] = diag
	goldenLeaks(t, have)
	if *update {
		writeGolden(t, have)
		return
	}
	want := tree(t, "want")
	text, err := os.ReadFile("want.diag")
	if err != nil {
		t.Fatalf("%v (new case? run with -update and read the result)", err)
	}
	want["want.diag"] = string(text)
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is not wanted:\n%s", name, have[name])
		} else if have[name] != want[name] {
			t.Errorf("%s differs\n--- have\n%s--- want\n%s", name, have[name], want[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, ok := have[name]; !ok {
			t.Errorf("%s is wanted but not written", name)
		}
	}
}

func goldenFlags(t *testing.T) []string {
	text, err := os.ReadFile("flags")
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// tree returns the files below a folder by slash-separated path; a folder that is missing has none.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err):
			return nil
		case err != nil || d.IsDir():
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		files["want/"+filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func writeGolden(t *testing.T, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll("want"); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
