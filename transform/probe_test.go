package transform_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"

	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// prober loads and converts projects in one directory.
type prober struct {
	t      *testing.T
	dir    string
	probes map[string]probe
}

func newProber(t *testing.T) *prober {
	t.Helper()
	return &prober{t: t, dir: writeProbeFiles(t), probes: readProbes(t)}
}

func (p *prober) load(model map[string]any) (*loader.Loaded, error) {
	p.t.Helper()
	file := filepath.Join(p.dir, "compose.yaml")
	if err := os.WriteFile(file, []byte(projectText(p.t, model)), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return loader.Load(context.Background(), loader.Options{
		Files: []string{file}, WorkingDirectory: p.dir, Environ: []string{"PROBE_ONE=one", "PROBE_TWO=two"},
	})
}

// outcome is all that a conversion says: its objects, and its findings without their places.
func (p *prober) outcome(probe probe, model map[string]any) string {
	p.t.Helper()
	loaded, err := p.load(model)
	if err != nil {
		return "refused: " + err.Error()
	}
	in := transform.Input{
		Project: loaded.Project, Model: loaded.Model, Files: loaded.Files, Images: loaded.Images, Locate: loaded.Locate,
	}
	if probe.Allow != "" {
		in.Options.Allow = []string{probe.Allow}
	}
	if probe.Kube != "" {
		if in.Options.KubeVersion, err = transform.ParseVersion(probe.Kube); err != nil {
			p.t.Fatal(err)
		}
	}
	out, err := transform.Transform(in)
	if err != nil {
		p.t.Fatal(err)
	}
	lines := []string{}
	for _, o := range out.Objects {
		text, err := json.Marshal(o.Object)
		if err != nil {
			p.t.Fatal(err)
		}
		lines = append(lines, string(text))
	}
	for _, f := range append(loaded.Findings, out.Findings...) {
		lines = append(lines, f.Severity.String()+"["+f.Code+"] "+f.Path.String()+": "+f.Message)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// isCarried reports whether setting the key changes what a conversion says; the keys below it count, too.
func (p *prober) isCarried(path string) bool {
	if probe, ok := p.probes[path]; ok && probe.Noop == "" {
		with, without := probe.pair(path)
		return p.outcome(probe, with) != p.outcome(probe, without)
	}
	for _, below := range slices.Sorted(maps.Keys(p.probes)) {
		if strings.HasPrefix(below, path+".") && p.isCarried(below) {
			return true
		}
	}
	return false
}

// isNoop reports whether the key, or every key below it, changes nothing by its nature.
func (p *prober) isNoop(path string) bool {
	if probe, ok := p.probes[path]; ok {
		return probe.Noop != ""
	}
	for below, probe := range p.probes {
		if strings.HasPrefix(below, path+".") && probe.Noop == "" {
			return false
		}
	}
	return true
}

func TestEveryProbeLoads(t *testing.T) {
	if testing.Short() {
		t.Skip("it loads a project for every key")
	}
	p := newProber(t)
	for _, path := range slices.Sorted(maps.Keys(p.probes)) {
		with, without := p.probes[path].pair(path)
		for name, model := range map[string]map[string]any{"with": with, "without": without} {
			_, err := p.load(model)
			if refused := p.probes[path].Error; refused != "" && name == "with" {
				if err == nil || !strings.Contains(err.Error(), refused) {
					t.Errorf("%s: got error %v, want %q", path, err, refused)
				}
			} else if err != nil {
				t.Errorf("%s (%s): %v\n%s", path, name, err, projectText(t, model))
			}
		}
	}
}

// Nothing is dropped in silence: whatever key a project sets, the objects or the findings differ from those of the
// same project without it.
func TestEveryKeyIsCarriedOrReported(t *testing.T) {
	if testing.Short() {
		t.Skip("it converts a project for every key")
	}
	p := newProber(t)
	for _, path := range schema.AttributePaths() {
		if key := string(path); !p.isNoop(key) && !p.isCarried(key) {
			t.Errorf("%s vanishes: neither an object nor a finding changes when it is set", key)
		}
	}
}
