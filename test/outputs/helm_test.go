package outputs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/engine"
)

// helmTemplate does what helm template does: it merges values, checks them against the schema and renders.
func helmTemplate(chart, release, namespace string, values map[string]any) (objectsText string, err error) {
	loaded, err := loader.LoadDir(chart)
	if err != nil {
		return "", err
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = common.KubeVersion{Version: "v1.40.0", Major: "1", Minor: "40"}
	merged, err := util.ToRenderValues(loaded, values, common.ReleaseOptions{Name: release, Namespace: namespace, Revision: 1, IsInstall: true}, capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := engine.Render(loaded, merged)
	if err != nil {
		return "", err
	}
	var stream strings.Builder
	for _, name := range sortedKeys(rendered) {
		if path.Base(name) != "NOTES.txt" && !strings.HasPrefix(path.Base(name), "_") {
			stream.WriteString("\n---\n" + rendered[name])
		}
	}
	return stream.String(), nil
}

// valuesOf reads values files; a missing one has none.
func valuesOf(t *testing.T, files ...string) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		var values map[string]any
		if err == nil {
			err = yaml.Unmarshal(text, &values)
		}
		if err != nil {
			t.Fatal(err)
		}
		merge(all, values)
	}
	return all
}

func merge(to, from map[string]any) {
	for key, value := range from {
		inner, ok := value.(map[string]any)
		have, both := to[key].(map[string]any)
		if ok && both {
			merge(have, inner)
		} else {
			to[key] = value
		}
	}
}

func TestChartsOfGoldensEqualConvert(t *testing.T) {
	counts := newTally(t)
	for _, p := range goldens(t) {
		t.Run(p.name, func(t *testing.T) { counts.add(checkChart(t, p)) })
	}
}

func TestChartsOfRealProjectsEqualConvert(t *testing.T) {
	counts := newTally(t)
	for _, p := range realProjects(t) {
		t.Run(p.name, func(t *testing.T) {
			if !p.allow(t) {
				counts.refused++
				t.Skip("does not convert")
			}
			counts.add(checkChart(t, p))
		})
	}
}

// checkChart compares the rendered chart with what convert gives, and lints it.
func checkChart(t *testing.T, p project) (charts, variants int) {
	t.Helper()
	p.flags = slices.DeleteFunc(slices.Clone(p.flags), func(f string) bool { return strings.HasPrefix(f, "--namespace") })
	plain := transship(t, p.dir, p.args()...)
	chart := filepath.Join(t.TempDir(), "chart")
	if plain.code != 0 {
		if o := transship(t, p.dir, p.args("-o", "helm", "-d", chart)...); o.code == 0 {
			t.Error("a project with errors was written")
		}
		return 0, 0
	}
	mustTransship(t, p.dir, p.args("-o", "helm", "-d", chart)...)
	stub := slices.Contains(p.flags, "--secrets=stub")
	want := readObjects(t, plain.stdout)
	release, namespace := releaseOf(want)
	values := valuesOf(t, filepath.Join(chart, "secret-values.yaml"))
	if stub {
		fillSecrets(t, filepath.Join(chart, "values.yaml"), values)
	}
	text, err := helmTemplate(chart, release, namespace, values)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range differences(normalized(want, stub), normalized(readObjects(t, text), stub)) {
		t.Error(line)
	}
	for _, m := range lint.RunAll(chart, values, namespace).Messages {
		if m.Severity > 1 || strings.Contains(m.Err.Error(), "template") { // an icon is a matter of taste
			t.Error("lint:", m)
		}
	}
	again := mustTransship(t, p.dir, p.args("-o", "helm", "-d", chart)...)
	if !strings.Contains(again.stderr, ": 0 written, ") {
		t.Errorf("a second run writes files again: %s", again.stderr)
	}
	return 1, 0
}

// TestChartOverlaysOfGoldensEqualConvert renders every chart with the values of synthetic overlays. Where no finding says that the overlay
// has something no value can express, the result is what convert gives for the same files.
func TestChartOverlaysOfGoldensEqualConvert(t *testing.T) {
	counts := newTally(t)
	said := 0
	for _, p := range goldens(t) {
		t.Run(p.name, func(t *testing.T) {
			p.flags = slices.DeleteFunc(slices.Clone(p.flags), func(f string) bool { return strings.HasPrefix(f, "--namespace") })
			if slices.Contains(p.flags, "--secrets=stub") || transship(t, p.dir, p.args()...).code != 0 {
				t.Skip("no values of secrets, or no conversion")
			}
			for name, files := range syntheticOverrides(t, p) {
				with := p
				with.files = slices.Concat(p.files, files)
				plain := transship(t, p.dir, with.args()...)
				if plain.code != 0 || name == "mounts" {
					continue // what mounts volumes changes lists that no value holds
				}
				chart := filepath.Join(t.TempDir(), "chart")
				o := mustTransship(t, p.dir, p.args("-o", "helm", "-d", chart, "--overlay", name+"="+files[0])...)
				if strings.Contains(o.stderr, "helm-overlay-differs") {
					said++
					continue
				}
				secrets := filepath.Join(chart, "secret-values-"+name+".yaml")
				if _, err := os.Stat(secrets); err != nil {
					secrets = filepath.Join(chart, "secret-values.yaml")
				}
				want := readObjects(t, plain.stdout)
				release, namespace := releaseOf(want)
				text, err := helmTemplate(chart, release, namespace, valuesOf(t, filepath.Join(chart, "values-"+name+".yaml"), secrets))
				if err != nil {
					t.Errorf("overlay %s: %v", name, err)
					continue
				}
				counts.variants++
				for _, line := range differences(normalized(want, false), normalized(readObjects(t, text), false)) {
					t.Errorf("overlay %s: %s", name, line)
				}
			}
		})
	}
	t.Logf("%d overlays have a finding", said)
	if counts.variants < 50 {
		t.Errorf("only %d overlays were compared", counts.variants)
	}
}

// releaseOf returns the name of the release, and the namespace, that a conversion stands for.
func releaseOf(all objects) (release, namespace string) {
	namespace = "default"
	for _, o := range all {
		metadata := o["metadata"].(map[string]any)
		if ns, ok := metadata["namespace"].(string); ok {
			namespace = ns
		}
		if labels, ok := metadata["labels"].(map[string]any); ok && release == "" {
			release, _ = labels["app.kubernetes.io/instance"].(string)
		}
	}
	return release, namespace
}

// fillSecrets gives every empty secret of values.yaml a value.
func fillSecrets(t *testing.T, file string, values map[string]any) {
	t.Helper()
	for key, block := range valuesOf(t, file) {
		fields, _ := block.(map[string]any)
		if env, ok := fields["secretEnv"].(map[string]any); ok {
			for name := range env {
				env[name] = "x"
			}
			merge(values, map[string]any{key: map[string]any{"secretEnv": env}})
		}
		if key != "secrets" {
			continue
		}
		for name, secret := range fields {
			secret := secret.(map[string]any)
			if _, single := secret["value"]; single {
				merge(values, map[string]any{"secrets": map[string]any{name: map[string]any{"value": "x"}}})
				continue
			}
			all := secret["values"].(map[string]any)
			for item := range all {
				all[item] = "x"
			}
			merge(values, map[string]any{"secrets": map[string]any{name: map[string]any{"values": all}}})
		}
	}
}

var jobHash = regexp.MustCompile(`-[0-9a-f]{8}$`)
