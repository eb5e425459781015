package transform_test

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"

	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

var shrinkPending = flag.Bool("shrink-pending", false, "remove the keys that are carried now from keys/pending.txt")

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

// outcome is all that a conversion says: its objects, and its findings without their places. Findings about keys that
// are still to be mapped are kept apart.
func (p *prober) outcome(probe probe, model map[string]any) (result, pending string) {
	p.t.Helper()
	loaded, err := p.load(model)
	if err != nil {
		return "refused: " + err.Error(), ""
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
	var unmapped strings.Builder
	for _, f := range append(loaded.Findings, out.Findings...) {
		line := f.Severity.String() + "[" + f.Code + "] " + f.Path.String() + ": " + f.Message
		if f.Code == "not-mapped-yet" {
			unmapped.WriteString(line + "\n")
			continue
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), unmapped.String()
}

// isCarried reports whether setting the key changes what a conversion says; the keys below it count, too.
func (p *prober) isCarried(path string) bool {
	if probe, ok := p.probes[path]; ok && probe.Noop == "" {
		with, without := probe.pair(path)
		a, _ := p.outcome(probe, with)
		b, _ := p.outcome(probe, without)
		return a != b
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
	p := newProber(t)
	pending := keys.Pending()
	carried := map[string]bool{}
	for _, path := range schema.AttributePaths() {
		key := string(path)
		isPending := slices.Contains(pending, key)
		if p.isNoop(key) {
			if isPending {
				t.Errorf("%s changes nothing by its nature, so it cannot be pending", key)
			}
			continue
		}
		carried[key] = p.isCarried(key)
		switch {
		case carried[key] && isPending && !*shrinkPending:
			t.Errorf("%s is carried now: run this test with -shrink-pending", key)
		case !carried[key] && !isPending:
			t.Errorf("%s vanishes: neither an object nor a finding changes when it is set", key)
		case isPending && !carried[key] && !p.isReportedAsPending(key):
			t.Errorf("%s is pending, but a project that sets it is not told so", key)
		}
	}
	for _, key := range pending {
		if _, known := carried[key]; !known {
			t.Errorf("%s is pending but not in the schema", key)
		}
	}
	if *shrinkPending {
		writePending(t, func(key string) bool { return carried[key] })
	}
}

// isReportedAsPending reports whether a project that sets the key, or one below it, is told that it is not mapped.
func (p *prober) isReportedAsPending(path string) bool {
	for below, probe := range p.probes {
		if below != path && !strings.HasPrefix(below, path+".") {
			continue
		}
		with, _ := probe.pair(below)
		if _, pending := p.outcome(probe, with); pending != "" {
			return true
		}
	}
	return false
}

// writePending removes keys from the list of those still to be mapped.
func writePending(t *testing.T, remove func(string) bool) {
	t.Helper()
	const file = "keys/pending.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(text)) {
		entry := strings.TrimSpace(line)
		prefix, rest, _ := strings.Cut(entry, ".")
		places, isShared := shared[prefix+"."]
		if !isShared {
			if strings.HasPrefix(entry, "#") || entry != "" && !remove(entry) {
				kept = append(kept, entry)
			}
			continue
		}
		var left []string
		for _, place := range places {
			if !remove(place + rest) {
				left = append(left, place+rest)
			}
		}
		if len(left) == len(places) {
			left = []string{entry}
		}
		kept = append(kept, left...)
	}
	if err := os.WriteFile(file, []byte(strings.Join(kept, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
