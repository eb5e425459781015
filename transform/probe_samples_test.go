package transform_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/transform/keys"
)

// probe is an entry of testdata/probes.yaml, which explains the fields.
type probe struct {
	Name         string         `yaml:"name"`
	Value        any            `yaml:"value"`
	Instead      any            `yaml:"instead"`
	Place        map[string]any `yaml:"place"`
	At           string         `yaml:"at"`
	InsteadPlace map[string]any `yaml:"insteadPlace"`
	Project      map[string]any `yaml:"project"`
	Allow        string         `yaml:"allow"`
	Kube         string         `yaml:"kube"`
	Noop         string         `yaml:"noop"`
	Error        string         `yaml:"error"`
}

// shared are the prefixes of probes for keys that exist in several places.
var shared = map[string][]string{
	"container.": {"services.*.", "jobs.*.", "services.*.pre_start.[]."},
	"workload.":  {"services.*.", "jobs.*."},
}

// readProbes returns the probes by expanded path; one that is written for a place wins over the shared one.
func readProbes(t *testing.T) map[string]probe {
	t.Helper()
	text, err := os.ReadFile("testdata/probes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]probe{}
	if err := yaml.Unmarshal(text, &written); err != nil {
		t.Fatal(err)
	}
	probes := map[string]probe{}
	for path, p := range written {
		prefix, rest, _ := strings.Cut(path, ".")
		places, isShared := shared[prefix+"."]
		if !isShared {
			probes[path] = p
			continue
		}
		for _, place := range places {
			if _, own := written[place+rest]; own {
				continue
			}
			expanded := p
			if at, ok := strings.CutPrefix(p.At, prefix+"."); ok {
				expanded.At = place + at
			}
			probes[place+rest] = expanded
		}
	}
	return probes
}

// names are those of keys that a user chooses, by the key above.
var names = map[string]string{
	"services": "web", "jobs": "backup", "networks": "front", "volumes": "data", "secrets": "token", "configs": "conf",
	"models": "llm", "depends_on": "db", "environment": "MODE", "labels": "com.example.note",
	"annotations": "com.example.note", "extra_hosts": "printer",
}

// concrete replaces the wildcards of a pattern: the last user-chosen name by the probe's own, where it has one.
func (p probe) concrete(pattern string) []string {
	elements := strings.Split(pattern, ".")
	last := -1
	for i, e := range elements {
		if e != "*" {
			continue
		}
		last = i
		elements[i] = "sample"
		if name, ok := names[elements[i-1]]; ok {
			elements[i] = name
		}
	}
	if p.Name != "" && last >= 0 {
		elements[last] = p.Name
	}
	return elements
}

// pair returns the project that has the key and the one it is compared with.
func (p probe) pair(pattern string) (with, without map[string]any) {
	path := p.concrete(pattern)
	base := func() map[string]any {
		model := map[string]any{"services": map[string]any{
			"web": map[string]any{"image": "example.com/web:1"}, "db": map[string]any{"image": "example.com/db:1"},
		}}
		switch {
		case strings.HasPrefix(pattern, "jobs.*."):
			model["jobs"] = map[string]any{"backup": map[string]any{
				"image": "example.com/backup:1", "triggers": map[string]any{"manual": true},
			}}
		case strings.HasPrefix(pattern, "services.*.pre_start.[]."):
			hook := map[string]any{"image": "example.com/hook:1", "command": []any{"prepare"}}
			model = set(model, []string{"services", "web", "pre_start"}, []any{hook}).(map[string]any)
		case strings.HasPrefix(pattern, "networks.*."), strings.HasPrefix(pattern, "volumes.*."):
			model[path[0]] = map[string]any{path[1]: map[string]any{}}
		}
		model = merge(model, p.Project).(map[string]any)
		if p.Place != nil {
			at := path[:len(path)-1]
			if strings.HasSuffix(pattern, ".*") {
				at = path[:len(path)-2] // beside the mapping that has the user's key
			}
			if p.At != "" {
				at = path[:strings.Count(p.At, ".")+1]
			}
			model = set(model, at, p.Place).(map[string]any)
		}
		return model
	}
	with = set(base(), path, p.Value).(map[string]any)
	without = base()
	switch {
	case reportedWith(pattern) != "":
		without = unset(with, path[:strings.Count(reportedWith(pattern), ".")+1]).(map[string]any)
	case p.Instead != nil:
		without = set(without, path, p.Instead).(map[string]any)
	case p.InsteadPlace != nil:
		without = set(without, path[:len(path)-1], p.InsteadPlace).(map[string]any)
		if strings.HasSuffix(pattern, ".external.name") {
			without = set(base(), path[:len(path)-2], p.InsteadPlace).(map[string]any)
		}
	}
	return with, without
}

// reportedWith returns the key whose finding tells of a pattern, "" if nothing but the key itself can: the topmost key at
// or above it that the generic finding reports, or the topmost one with an owner that is a hint and of which the pattern
// is only a part.
func reportedWith(pattern string) string {
	own := row(pattern)
	found := ""
	for path := pattern; path != ""; path = path[:max(0, strings.LastIndexByte(path, '.'))] {
		r := row(path)
		if r.Class != keys.Hint && r.Class != keys.Local && r.Class != keys.Refused {
			continue
		}
		if r.Owner == "" || path != pattern && r.Owner == own.Owner && r.Code == own.Code && r.Advice == own.Advice {
			found = path
		}
	}
	return found
}

func row(pattern string) keys.Row {
	all := keys.All()
	i, ok := slices.BinarySearchFunc(all, pattern, func(r keys.Row, p string) int { return strings.Compare(r.Path, p) })
	if !ok {
		return keys.Row{}
	}
	return all[i]
}

// set returns node with value merged in at path, and everything on the way made where it is missing.
func set(node any, path []string, value any) any {
	if len(path) == 0 {
		return merge(node, value)
	}
	if path[0] == "[]" {
		list, _ := node.([]any)
		var first any
		if len(list) > 0 {
			first = list[0]
		}
		return []any{set(first, path[1:], value)}
	}
	m, _ := node.(map[string]any)
	m = maps.Clone(m)
	if m == nil {
		m = map[string]any{}
	}
	m[path[0]] = set(m[path[0]], path[1:], value)
	return m
}

// unset returns node without the key at path.
func unset(node any, path []string) any {
	switch node := node.(type) {
	case []any:
		return []any{unset(node[0], path[1:])}
	case map[string]any:
		m := maps.Clone(node)
		if len(path) == 1 {
			delete(m, path[0])
		} else {
			m[path[0]] = unset(m[path[0]], path[1:])
		}
		return m
	}
	return node
}

// merge lays b over a: mappings key by key, everything else replaced.
func merge(a, b any) any {
	over, ok := b.(map[string]any)
	if !ok {
		if b == nil {
			return a
		}
		return b
	}
	under, _ := a.(map[string]any)
	out := maps.Clone(under)
	if out == nil {
		out = map[string]any{}
	}
	for key, value := range over {
		out[key] = merge(out[key], value)
	}
	return out
}

// projectText renders a project; JSON is YAML.
func projectText(t *testing.T, model map[string]any) string {
	t.Helper()
	text, err := json.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// probeFiles lie beside the project.
var probeFiles = map[string]string{
	"web.env":       "MODE=fast\n",
	"quoted.env":    "MODE=\"fast\"\n",
	"web.labels":    "com.example.note=x\n",
	"web.conf":      "listen 80\n",
	"token.txt":     "s3cret\n",
	"spec.json":     "{}\n",
	"Dockerfile":    "FROM scratch\n",
	"base.yaml":     "services:\n  base: {environment: {MODE: first}}\n  second: {environment: {MODE: second}}\n",
	"other.yaml":    "services:\n  other: {image: \"example.com/other:${MODE:-slow}\"}\n",
	"config/a.conf": "a\n",
}

// writeProbeFiles makes the directory of a project, always of the same name.
func writeProbeFiles(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "probe")
	for name, text := range probeFiles {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEveryKeyHasAProbe(t *testing.T) {
	probes := readProbes(t)
	covered := map[string]bool{}
	for path := range probes {
		for covered[path] = true; strings.Contains(path, "."); {
			path = path[:strings.LastIndexByte(path, '.')]
			covered[path] = true
		}
	}
	var paths []string
	for _, path := range schema.AttributePaths() {
		paths = append(paths, string(path))
		if !covered[string(path)] {
			t.Errorf("%s has no probe in testdata/probes.yaml", path)
		}
	}
	for path := range probes {
		if !slices.Contains(paths, path) {
			t.Errorf("the probe %s is for no key of the schema", path)
		}
	}
}
