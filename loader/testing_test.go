package loader

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
)

// project writes files below a new directory and returns it. A name that ends in "/" makes an empty directory.
func project(t testing.TB, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// options load the project in dir with no environment at all.
func options(dir string) Options {
	return Options{WorkingDirectory: dir, Environ: []string{}}
}

func mustLoad(t testing.TB, o Options) *Loaded {
	t.Helper()
	l, err := Load(context.Background(), o)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return l
}

// compose loads a project that is a single compose file.
func compose(t testing.TB, text string) *Loaded {
	t.Helper()
	return mustLoad(t, options(project(t, map[string]string{"compose.yaml": text})))
}

// loadFails returns the findings of a project that must not load.
func loadFails(t testing.TB, o Options) diag.List {
	t.Helper()
	_, err := Load(context.Background(), o)
	if err == nil {
		t.Fatal("the project loads, want an error")
	}
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatalf("error is a %T (%v), want *Error", err, err)
	}
	if failed.Findings.Worst() != diag.Error {
		t.Fatalf("no finding is an error: %v", failed.Findings)
	}
	return failed.Findings
}

// find returns the only finding with a code.
func find(t testing.TB, list diag.List, code string) diag.Finding {
	t.Helper()
	var found []diag.Finding
	for _, f := range list {
		if f.Code == code {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d findings with code %s, want 1, among:\n%s", len(found), code, describe(list))
	}
	return found[0]
}

func describe(list diag.List) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(place(f.Range) + " " + f.Severity.String() + "[" + f.Code + "] " + f.Path.String() + ": " + f.Message + " | " + f.Help + "\n")
	}
	return b.String()
}

// keys parses services.web.ports[0]; no key in these tests contains a dot.
func keys(s string) diag.Path {
	return diag.At(strings.Split(strings.ReplaceAll(s, "[", ".["), ".")...)
}
