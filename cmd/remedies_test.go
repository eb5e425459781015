package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/transship/transship/loader"
)

// told is a finding in the form of --format=json.
type told struct {
	Severity string
	Code     string
	Path     string
	Message  string
	Help     string
}

// remedy is what a help says to do, in a form that can be done without a person: a flag, or x-kubernetes beside the key.
type remedy struct {
	flag string
	own  string // of x-kubernetes, as YAML
	on   string // service, volume or mount
	name string // of the service, where it is another than that of the finding
}

var (
	flagRemedy = regexp.MustCompile(`(^|[ (])(--[a-z][a-z-]+(?:=[\w.*-]+)?)`)
	ownRemedy  = regexp.MustCompile(`x-kubernetes: (\{[a-zA-Z]+: [\w./-]+\})( on the (?:volume|service)| in the long form of the mount| on the mount| on [\w-]+ runs)?`)
)

// flagsWithValues are flags that helps name without a value.
var flagsWithValues = map[string]string{"--publish": "nodeport", "--profile": "*"}

// otherCommands begin helps that tell of flags of other programs, or of flags to leave out.
var otherCommands = []string{"kubectl ", "transship run", "transship build", "transship up", "kubelets with", "leave out --", "for example --", "start the kubelet", "leave out mode", "use a DaemonSet", "publish the service with", "kubectl replace", "into the command", "docker run --rm", "git submodule"}

func remediesOf(help string) []remedy {
	var all []remedy
	for clause := range strings.SplitSeq(help, "; ") {
		if slices.ContainsFunc(otherCommands, func(s string) bool { return strings.Contains(clause, s) }) {
			continue
		}
		for _, m := range flagRemedy.FindAllStringSubmatch(clause, -1) {
			flag := m[2]
			if value, known := flagsWithValues[flag]; known {
				flag += "=" + value
			}
			all = append(all, remedy{flag: flag})
		}
		for _, m := range ownRemedy.FindAllStringSubmatch(clause, -1) {
			on := "service"
			switch {
			case strings.Contains(m[2], "volume"):
				on = "volume"
			case strings.Contains(m[2], "mount"):
				on = "mount"
			}
			name, other := strings.CutSuffix(strings.TrimPrefix(m[2], " on "), " runs")
			if !other {
				name = ""
			}
			all = append(all, remedy{own: m[1], on: on, name: name})
		}
	}
	return all
}

// TestRemediesWork applies what the helps of the golden cases say, one after the other, and converts again: the finding is gone or
// weaker, and nothing is wrong with the remedy itself.
func TestRemediesWork(t *testing.T) {
	if testing.Short() {
		t.Skip("it converts a project for every remedy")
	}
	root, cases := goldenCases(t)
	tried := 0
	for _, c := range cases {
		t.Run(c.Name(), func(t *testing.T) {
			t.Chdir(filepath.Join(root, c.Name()))
			flags := goldenFlags(t)
			before := findingsWith(t, flags)
			refused := map[string]bool{} // already without the remedy
			for _, f := range before {
				refused[f.Code+f.Path] = true
			}
			done := map[string]bool{}
			for _, f := range before {
				for _, r := range remediesOf(f.Help) {
					args, ok := r.arguments(t, f, flags)
					key := f.Code + fmt.Sprint(args)
					if !ok || done[key] {
						continue
					}
					done[key] = true
					tried++
					checkRemedy(t, f, r, findingsWith(t, args), refused)
				}
			}
		})
	}
	if tried < 100 {
		t.Errorf("only %d remedies were tried", tried)
	}
	t.Logf("%d remedies", tried)
}

func checkRemedy(t *testing.T, f told, r remedy, after []told, refused map[string]bool) {
	t.Helper()
	for _, g := range after {
		switch {
		case strings.HasPrefix(g.Code, "extension-") && g.Severity == "error" && !refused[g.Code+g.Path]:
			t.Errorf("%s at %s: %s%s is refused: %s at %s", f.Code, f.Path, r.flag, r.own, g.Code, g.Path)
		case g.Code == f.Code && g.Path == f.Path && g.Severity == f.Severity && g.Message == f.Message:
			t.Errorf("%s at %s is still there after %s%s: %s", f.Code, f.Path, r.flag, r.own, g.Help)
		}
	}
}

// findingsWith converts the project of the working directory and returns what is found.
func findingsWith(t *testing.T, flags []string) []told {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args := append([]string{"convert", "--findings=json"}, flags...)
	if code := Main(context.Background(), args, Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}); code == exitUsage {
		t.Fatalf("%v: %s", args, stderr.String())
	}
	var found []told
	if err := json.Unmarshal(stderr.Bytes(), &found); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return found
}

// arguments returns the arguments of a conversion with the remedy applied, and false where a person has to.
func (r remedy) arguments(t *testing.T, f told, flags []string) ([]string, bool) {
	t.Helper()
	if r.flag != "" {
		return append(slices.Clone(flags), r.flag), true
	}
	override, ok := r.override(t, f)
	if !ok {
		return nil, false
	}
	text, err := json.Marshal(override)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "remedy.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	base := "compose.yaml"
	if _, err := os.Stat(base); err != nil || slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(f, "-f") || strings.HasPrefix(f, "--file") }) {
		return nil, false
	}
	return append(slices.Clone(flags), "-f", base, "-f", file), true
}

// override returns a Compose file that adds the remedy to the key that the finding is about.
func (r remedy) override(t *testing.T, f told) (map[string]any, bool) {
	t.Helper()
	key, value, _ := strings.Cut(strings.Trim(r.own, "{}"), ": ")
	own := map[string]any{key: value}
	if value == "true" || value == "false" {
		own[key] = value == "true"
	}
	path := strings.Split(f.Path, ".")
	switch {
	case len(path) < 2:
		return nil, false
	case r.name != "":
		return map[string]any{"services": map[string]any{r.name: map[string]any{"x-kubernetes": own}}}, true
	case r.on == "service" && path[0] == "services":
		return map[string]any{"services": map[string]any{path[1]: map[string]any{"x-kubernetes": own}}}, true
	case r.on == "volume" && path[0] == "volumes":
		return map[string]any{"volumes": map[string]any{path[1]: map[string]any{"x-kubernetes": own}}}, true
	}
	mount := mountOf(t, path)
	switch {
	case mount == nil:
		return nil, false
	case r.on == "volume" && mount["type"] == "volume" && mount["source"] != nil:
		return map[string]any{"volumes": map[string]any{mount["source"].(string): map[string]any{"x-kubernetes": own}}}, true
	case r.on == "mount":
		mount["x-kubernetes"] = own
		return map[string]any{"services": map[string]any{path[1]: map[string]any{"volumes": []any{mount}}}}, true
	}
	return nil, false
}

var mountItem = regexp.MustCompile(`^volumes\[(\d+)\]$`)

// mountOf returns the mount that services.web.volumes[1] names in the long form, which replaces that of the same target; nil for
// other paths.
func mountOf(t *testing.T, path []string) map[string]any {
	t.Helper()
	if len(path) < 3 || path[0] != "services" || !mountItem.MatchString(path[2]) {
		return nil
	}
	index, err := strconv.Atoi(mountItem.FindStringSubmatch(path[2])[1])
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := loader.Load(t.Context(), loader.Options{Files: []string{"compose.yaml"}, Profiles: []string{"*"}})
	if err != nil {
		return nil // the findings are those of a project that is refused
	}
	list := loaded.Project.Services[path[1]].Volumes
	if index >= len(list) {
		return nil
	}
	text, err := json.Marshal(list[index])
	if err != nil {
		t.Fatal(err)
	}
	var mount map[string]any
	if err := json.Unmarshal(text, &mount); err != nil {
		t.Fatal(err)
	}
	return mount
}
