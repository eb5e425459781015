package install

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/engine"
)

// TestTogglesOfGoldensPassTheAPIServer switches every switch of the charts of the golden cases, one at a time, and submits what they
// render to in a strict dry run.
func TestTogglesOfGoldensPassTheAPIServer(t *testing.T) {
	repository, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	program := builtProgram(t, repository)
	documents, toggles, charts := map[string]string{}, 0, 0
	cases, err := filepath.Glob(filepath.Join(repository, "testdata/cases/*/compose.y*ml"))
	if err != nil || len(cases) < 40 {
		t.Fatalf("%d golden cases, %v", len(cases), err)
	}
	for _, file := range cases {
		name := filepath.Base(filepath.Dir(file))
		chart := filepath.Join(t.TempDir(), "chart")
		if !convertCase(t, program, file, chart) {
			continue
		}
		charts++
		for what, values := range switched(readValues(t, filepath.Join(chart, "values.yaml")), nil) {
			rendered, err := renderChart(chart, merge(readValues(t, filepath.Join(chart, "secret-values.yaml")), values))
			if err != nil {
				t.Errorf("%s: %s: %v", name, what, err)
				continue
			}
			toggles++
			for _, document := range rendered {
				if _, known := documents[document]; !known {
					documents[document] = name + ": " + what
				}
			}
		}
	}
	t.Logf("%d charts, %d switched values, %d different objects", charts, toggles, len(documents))
	if charts < 40 || toggles < 500 {
		t.Error("too few to judge anything")
	}
	newTestbed(t).dryRun(documents)
}

func builtProgram(t *testing.T, repository string) string {
	t.Helper()
	program := os.Getenv("TRANSSHIP_BIN")
	if program == "" {
		program = filepath.Join(t.TempDir(), "transship")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/transship")
		build.Dir = repository
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return program
}

// convertCase writes the chart of a golden case. It reports whether there is one: some cases have errors, or no values of secrets.
func convertCase(t *testing.T, program, file, chart string) bool {
	t.Helper()
	args := []string{"convert", "-f", filepath.Base(file), "-o", "helm", "-d", chart}
	if flags, err := os.ReadFile(filepath.Join(filepath.Dir(file), "flags")); err == nil {
		for _, flag := range strings.Fields(string(flags)) {
			if strings.HasPrefix(flag, "--secrets=") {
				return false
			}
			if !strings.HasPrefix(flag, "--namespace") {
				args = append(args, flag)
			}
		}
	}
	c := exec.CommandContext(t.Context(), program, args...)
	c.Dir, c.Env = filepath.Dir(file), []string{"HOME=/home/user", "PATH=" + os.Getenv("PATH")}
	return c.Run() == nil
}

func readValues(t *testing.T, file string) map[string]any {
	t.Helper()
	values := map[string]any{}
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return values
	}
	if err == nil {
		err = yaml.Unmarshal(text, &values)
	}
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// switched returns for each switch of the values a set of values in which that one alone is the other way round: what is true or
// false, and what names an object that is there already.
func switched(values map[string]any, at []string) map[string]map[string]any {
	all := map[string]map[string]any{}
	for key, value := range values {
		here := append(at[:len(at):len(at)], key)
		var other any
		switch v := value.(type) {
		case map[string]any:
			for what, set := range switched(v, here) {
				all[what] = set
			}
			if strings.HasSuffix(key, "Probe") && len(v) > 0 {
				all[strings.Join(here, ".")+": null"] = nested(here, nil)
			}
			continue
		case bool:
			other = !v
		case string:
			if !strings.HasPrefix(key, "existing") && key != "imageRegistry" || v != "" {
				continue
			}
			other = "mine.example.com"
		default:
			continue
		}
		all[fmt.Sprintf("%s: %v", strings.Join(here, "."), other)] = nested(here, other)
	}
	return all
}

func nested(path []string, value any) map[string]any {
	for i := len(path) - 1; i > 0; i-- {
		value = map[string]any{path[i]: value}
	}
	return map[string]any{path[0]: value}
}

var between = regexp.MustCompile(`(?m)^---$`)

// renderChart returns the documents of a chart.
func renderChart(chart string, values map[string]any) ([]string, error) {
	loaded, err := loader.LoadDir(chart)
	if err != nil {
		return nil, err
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = common.KubeVersion{Version: "v1.40.0", Major: "1", Minor: "40"}
	merged, err := util.ToRenderValues(loaded, values, common.ReleaseOptions{Name: "release", Namespace: "default", Revision: 1, IsInstall: true}, capabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(loaded, merged)
	if err != nil {
		return nil, err
	}
	var documents []string
	for name, text := range files {
		if path.Base(name) == "NOTES.txt" || strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		for _, document := range between.Split(text, -1) {
			if strings.Contains(document, "\nkind: ") {
				documents = append(documents, strings.TrimSpace(document))
			}
		}
	}
	return documents, nil
}

var account = regexp.MustCompile(`(?m)^kind: ServiceAccount$`)

// unserved are the kinds that the cluster of the tests does not have.
var unserved = regexp.MustCompile(`(?m)^kind: (HTTPRoute|ExternalSecret|SealedSecret)$`)

// dryRun submits documents, each for itself: nothing is kept.
func (b *testbed) dryRun(documents map[string]string) {
	b.t.Helper()
	dir := b.t.TempDir()
	names, left := map[string]string{}, 0
	for document := range documents { // a Pod needs its account to be there
		if account.MatchString(document) {
			file := filepath.Join(b.dir, "account.yaml")
			if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
				b.t.Fatal(err)
			}
			b.command(b.kubectl, "--kubeconfig", b.kubeconfig, "-n", "default", "apply", "--server-side", "--force-conflicts", "-f", file)
		}
	}
	for document, from := range documents {
		if unserved.MatchString(document) {
			left++
			continue
		}
		file := filepath.Join(dir, fmt.Sprintf("%05d.yaml", len(names)))
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			b.t.Fatal(err)
		}
		names[file] = from
	}
	var out, stderr bytes.Buffer
	c := exec.CommandContext(context.Background(), b.kubectl, "--kubeconfig", b.kubeconfig, "-n", "default", "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", dir)
	c.Stdout, c.Stderr = &out, &stderr
	err := c.Run()
	passed := strings.Count(out.String(), "(server dry run)")
	b.t.Logf("%d objects passed, %d of kinds that the server does not have were left out", passed, left)
	if err != nil || passed != len(names) {
		text := stderr.String()
		for file, from := range names {
			text = strings.ReplaceAll(text, file, from)
		}
		b.t.Errorf("%d of %d objects passed: %v\n%s", passed, len(names), err, text[:min(len(text), 8000)])
	}
}
