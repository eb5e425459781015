package convert_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/corpus"
	"github.com/transship/transship/internal/invariants"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// TestCorpus converts every project of the folder that TRANSSHIP_CORPUS names: no panic, the same bytes from another
// directory, and the invariants of any output. Without the folder the bundled examples are the corpus, so that the
// test always judges something.
func TestCorpus(t *testing.T) {
	projects := corpusProjects(t)
	counts := map[string]int{}
	converted, failed := 0, 0
	for _, p := range projects {
		t.Run(p.Name, func(t *testing.T) {
			result := convertProject(t, p, nil)
			for _, f := range result.Findings {
				if !slices.ContainsFunc(convert.Codes(), func(c diag.Code) bool { return c.Name == f.Code && c.Severity >= f.Severity }) {
					t.Errorf("%s %s is not in the table of codes", f.Severity, f.Code)
				}
				counts[f.Severity.String()+"["+f.Code+"]"]++
			}
			if result.Loaded == nil {
				failed++
				if p.Loads {
					t.Errorf("does not load:\n%v", result.Err())
				}
				return
			}
			if err := result.Err(); err != nil {
				t.Logf("errors by default:\n%v", err)
			} else {
				converted++
			}
			allowed := convertProject(t, p, errorCodes(result.Findings))
			if err := allowed.Err(); err != nil {
				t.Fatalf("errors remain although all are allowed:\n%v", err)
			}
			for _, violation := range invariants.Check(invariants.Output{
				Objects: allowed.Objects, External: corpus.External(allowed.Loaded.Project),
				HostPaths: slices.Contains(errorCodes(result.Findings), "hostpath"),
			}) {
				t.Error(violation)
			}
			noLeaks(t, allowed)
			for _, s := range corpus.Unreachable(allowed.Loaded.Project, allowed.Objects, allowed.Findings) {
				t.Errorf("service %s is reachable under no Service and no finding says so", s)
			}
			if first, second := render(t, allowed), render(t, convertElsewhere(t, p, errorCodes(result.Findings))); !bytes.Equal(first, second) {
				t.Error("a second run from another directory gives other bytes")
			}
		})
	}
	t.Logf("%d projects: %d convert under the default flags, %d do not load", len(projects), converted, failed)
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d %s", counts[code], code)
	}
}

// noLeaks fails if a value of a Secret stands in a finding or in the report; or in another object, unless a finding says so.
func noLeaks(t *testing.T, r *convert.Result) {
	t.Helper()
	values := invariants.SecretValues(r.Objects)
	open := map[string]bool{}
	for _, o := range r.Objects {
		if _, is := o.(*corev1.Secret); is {
			continue
		}
		var plain bytes.Buffer
		if err := convert.WriteYAML(&plain, []runtime.Object{o}, convert.YAMLOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, value := range invariants.Shown(plain.String(), values) {
			open[value] = true
			if !saysSo(r) {
				t.Errorf("%s has a value of a Secret (%d bytes), and nothing says so", strings.Join(strings.Fields(plain.String())[:6], " "), len(value))
			}
		}
	}
	for _, value := range invariants.Shown(everything(t, r), values) {
		if !open[value] {
			t.Errorf("a finding or the report has a value of a Secret (%d bytes, begins with %.3s)", len(value), value)
		}
	}
}

func corpusProjects(t *testing.T) []corpus.Project {
	t.Helper()
	folder := os.Getenv("TRANSSHIP_CORPUS")
	if folder == "" {
		projects, err := corpus.Examples(filepath.Join("..", "examples"))
		if err != nil || len(projects) == 0 {
			t.Fatalf("the bundled examples: %d found, %v", len(projects), err)
		}
		return projects
	}
	projects, err := corpus.Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	return projects
}

func convertProject(t *testing.T, p corpus.Project, allow []string) *convert.Result {
	t.Helper()
	return convertFrom(t, p, p.Directory, p.Files, allow)
}

// convertElsewhere converts the same project from another working directory, with absolute paths.
func convertElsewhere(t *testing.T, p corpus.Project, allow []string) *convert.Result {
	t.Helper()
	files := make([]string, len(p.Files))
	for i, f := range p.Files {
		files[i] = filepath.Join(p.Directory, f)
	}
	if len(files) == 0 { // default discovery
		return convertFrom(t, p, filepath.Join(p.Directory, "."), nil, allow)
	}
	return convertFrom(t, p, t.TempDir(), files, allow)
}

func convertFrom(t *testing.T, p corpus.Project, directory string, files, allow []string) *convert.Result {
	t.Helper()
	result, err := convert.Convert(context.Background(), convert.Options{
		Load: loader.Options{
			Files: files, Profiles: []string{"*"}, Environ: []string{"HOME=/home/user"}, WorkingDirectory: directory,
			ProjectDirectory: p.Directory,
		},
		Transform: transform.Options{Allow: allow},
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func errorCodes(findings diag.List) []string {
	var found []string
	for _, f := range findings {
		if f.Severity == diag.Error && !slices.Contains(found, f.Code) {
			found = append(found, f.Code)
		}
	}
	return found
}

func render(t *testing.T, r *convert.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := convert.WriteYAML(&out, r.Objects, convert.YAMLOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		fmt.Fprintln(&out, f.Severity, f.Code, f.Path, f.Message)
	}
	return bytes.ReplaceAll(out.Bytes(), []byte(strings.TrimSpace(t.TempDir())), nil)
}
