package loader

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// Values that make compose-go panic: each is an error with its place and with what to write.
func TestValuesThatCrashComposeGo(t *testing.T) {
	for _, tt := range []struct{ text, at, path, help string }{
		{"services:\n  db:\n    image: x\n    ipc:\n", "compose.yaml:4:5-8", "services.db.ipc", "remove the key"},
		{"services:\n  db:\n    build:\n      context: .\n      additional_contexts:\n        docs:\n", "compose.yaml:6:9-13", "services.db.build.additional_contexts.docs", "remove the key"},
		{"services: {db: {image: x, env_file: [{path: , required: false}]}}\n", "compose.yaml:1:39-43", "services.db.env_file[0].path", "write a value"},
		{"services: {db: {extends: {file: {a: b}, service: x}}}\n", "compose.yaml:1:27-31", "services.db.extends.file", "single value"},
		{"services: {db: {image: x, configs: [{source: c, target: }]}}\nconfigs: {c: {content: y}}\n", "compose.yaml:1:49-55", "services.db.configs[0].target", "write a value"},
		{"include: [other.yaml]\nservices: nothing\n", "compose.yaml:2:1-18", "services", "indented"},
		{"x-shared: &shared\n  pid:\nservices:\n  db:\n    image: x\n    <<: *shared\n", "compose.yaml:2:3-6", "services.db.pid", "remove the key"},
	} {
		dir := project(t, map[string]string{"compose.yaml": tt.text, "other.yaml": "services: {other: {image: x}}\n"})
		list := loadFails(t, options(dir))
		if len(list) != 1 {
			t.Errorf("%d findings for %q:\n%s", len(list), tt.text, describe(list))
			continue
		}
		f := list[0]
		if f.Code != "invalid-value" || place(f.Range) != tt.at || f.Path.String() != tt.path || !strings.Contains(f.Help, tt.help) {
			t.Errorf("%swant %v", describe(list), tt)
		}
	}
}

func TestAllErrorsAreFoundAndAlwaysTheSame(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": `
services:
  a: {image: x, environment: [5]}
  b: {image: x, pid: }
  c: {image: x, ports: [{published: 80}]}
  d: {image: x, volumes: [{type: bind, source: /x}]}
  e: {image: x, ports: ["y:z"]}
`})
	first := describe(loadFails(t, options(dir)))
	for _, want := range []string{"services.a.environment[0]", "services.b.pid", "services.c.ports[0]", "services.d.volumes[0]", "services.e.ports[0]"} {
		if !strings.Contains(first, want) {
			t.Errorf("%s is not reported:\n%s", want, first)
		}
	}
	for range 5 {
		if again := describe(loadFails(t, options(dir))); again != first {
			t.Fatalf("another answer:\n%s\nand\n%s", first, again)
		}
	}
}

func TestErrorsHavePlacesBehindAnchorsFilesAndDocuments(t *testing.T) {
	for _, tt := range []struct {
		name, text, at string
		files          map[string]string
	}{
		{"an anchor", "x-a: &a\n  ports: [\"8o:80\"]\nservices: {web: {<<: *a, image: x}}\n", "compose.yaml:2:11-18", nil},
		{"a second document", "services: {web: {image: x}}\n---\nservices:\n  web:\n    ports: [\"8o:80\"]\n", "compose.yaml:5:13-20", nil},
		{"an included file", "include: [b.yaml]\nservices: {a: {image: x}}\n", "b.yaml:1:24-27", map[string]string{"b.yaml": "services: {b: {image: x, pid: }}\n"}},
		{"an extended file", "services: {a: {extends: {file: b.yaml, service: b}}}\n", "b.yaml:1:24-27", map[string]string{"b.yaml": "services: {b: {image: x, pid: }}\n"}},
	} {
		files := map[string]string{"compose.yaml": tt.text}
		maps.Copy(files, tt.files)
		list := loadFails(t, options(project(t, files)))
		file, _, _ := strings.Cut(tt.at, ":")
		if list[0].Range.File != file || list[0].Range.Line == 0 || tt.files == nil && place(list[0].Range) != tt.at {
			t.Errorf("%s: %swant %s", tt.name, describe(list), tt.at)
		}
	}
}

func TestProjectsBeyondTheBounds(t *testing.T) {
	documents := strings.Repeat("services: {a: {image: x}}\n---\n", 300)
	doubling := map[string]string{}
	for i := range 12 {
		doubling[fmt.Sprintf("i%d.yaml", i)] = fmt.Sprintf("include: [i%d.yaml, i%d.yaml]\n", i+1, i+1)
	}
	doubling["i12.yaml"] = "services: {a: {image: x}}\n"
	for _, tt := range []struct {
		name, text, message string
		files               map[string]string
	}{
		{"ports", "services: {a: {image: x, ports: ['1-65535:1-65535']}}\n", "publish 65535 ports", nil},
		{"ports that are inherited", "services:\n  base: {image: x, ports: ['1000-1999:1000-1999']}\n" + strings.Join(links(20, "  s%d: {extends: base, image: 'y%d'}\n"), ""), "publish 11000 ports", nil},
		{"a chain of extends", "services:\n  s0: {image: x}\n" + strings.Join(links(150, "  s%d: {extends: s%d}\n"), ""), "extends more than 100 services", nil},
		{"documents", documents + "services: {a: {image: x}}\n", "more than 200 YAML documents", nil},
		{"a line", "services: {a: {image: x, labels: {a: '" + strings.Repeat("x", 3<<20) + "'}}}\n", "the line has", nil},
		{"includes", "include: [i0.yaml]\n", "includes more than 500 files", doubling},
	} {
		files := map[string]string{"compose.yaml": tt.text}
		maps.Copy(files, tt.files)
		start := time.Now()
		list := loadFails(t, options(project(t, files)))
		var found []string
		for _, f := range list {
			if f.Code == "too-large" && f.Range.Line > 0 {
				found = append(found, f.Message)
			}
		}
		if !strings.Contains(strings.Join(found, "\n"), tt.message) {
			t.Errorf("%s: %s", tt.name, describe(list))
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: it took %v", tt.name, took)
		}
	}
}

func TestValuesThatNoEngineTakes(t *testing.T) {
	for text, want := range map[string]string{
		"services: {a: {image: x, environment: {A: \"b\\0c\"}}}\n":                                          "services.a.environment.A",
		"services: {a: {image: x, secrets: [{source: s, target: /}]}}\nsecrets: {s: {file: ./s}}\n":         "services.a.secrets[0]",
		"services: {a: {image: x, configs: [{source: c, target: //.}]}}\nconfigs: {c: {content: x}}\n":      "services.a.configs[0]",
		"services: {a: {image: x, ports: [{target: 80, published: 1-1-1}]}}\n":                              "services.a.ports[0]",
		"services: {a: {image: x, expose: ['1-1-1']}}\n":                                                    "services.a.expose[0]",
		"services: {a: {image: x}, b: {image: x, profiles: [p], networks: [n]}}\nx-none: \"zero \\0 is\"\n": "",
	} {
		dir := project(t, map[string]string{"compose.yaml": text, "s": "x"})
		if want == "" {
			mustLoad(t, options(dir))
			continue
		}
		f := find(t, loadFails(t, options(dir)), "invalid-value")
		if f.Path.String() != want || !f.Range.IsKnown() {
			t.Errorf("%q: %s %s: %s", text, place(f.Range), f.Path, f.Message)
		}
	}
}

func TestServiceThatIsEnabledByNameIsChecked(t *testing.T) {
	o := options(project(t, map[string]string{"compose.yaml": "services: {a: {image: x}, b: {image: x, profiles: [p], networks: [nowhere]}}\n"}))
	o.Services = []string{"b"}
	if f := find(t, loadFails(t, o), "undefined-network"); f.Path.String() != "services.b.networks.nowhere" {
		t.Errorf("path %s", f.Path)
	}
}

func TestCirclesAreFoundInDenseGraphs(t *testing.T) {
	var b strings.Builder
	b.WriteString("services:\n  s0: {image: x, depends_on: [s39]}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&b, "  s%d: {image: x, depends_on: [%s]}\n", i, strings.TrimSuffix(many("", "s#, ", "", i), ", "))
	}
	f := find(t, loadFails(t, options(project(t, map[string]string{"compose.yaml": b.String()}))), "dependency-cycle")
	if !strings.Contains(f.Message, "s0 -> s39 -> s0") || place(f.Range) != "compose.yaml:2:31-34" {
		t.Errorf("%s %s", place(f.Range), f.Message)
	}
}

func TestDeepDirectoriesAreBounded(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": "services: {a: {image: x, volumes: ['./deep:/deep']}}\n", "deep/": ""})
	if err := os.MkdirAll(filepath.Join(dir, "deep", strings.Repeat("d/", 400)), 0o755); err != nil {
		t.Fatal(err)
	}
	l := mustLoad(t, options(dir))
	if f := l.Files[filepath.Join(dir, "deep")]; f.Kind != source.TooLarge || !strings.Contains(f.Problem, "100 levels") {
		t.Errorf("it is %+v", f)
	}
}

func TestVariablesWithoutAValueFollowWhatIsResolved(t *testing.T) {
	o := options(project(t, map[string]string{
		"compose.yaml": `
include: [{path: part/compose.yaml, env_file: [part.env]}]
x-shell: &shell {TOKEN: , HOST: }
services:
  one: {image: x, environment: {HOST: }}
  two: {image: x, environment: {<<: *shell}}
  three: {image: x, environment: [NOWHERE]}
`,
		"part.env":          "REGION=north\n",
		"part/compose.yaml": "services: {job: {image: x, environment: [REGION], env_file: [own.env]}}\n", "part/own.env": "REGION=south\n",
	}))
	o.Environ = []string{"HOST=h", "TOKEN=t"}
	l := mustLoad(t, o)
	if region := l.Project.Services["job"].Environment["REGION"]; region == nil || *region != "north" {
		t.Fatalf("REGION is %v", region)
	}
	text := describe(l.Findings)
	for _, want := range []string{"the value of HOST comes from the environment of this machine, for one, two", "the value of TOKEN comes from the environment of this machine, for two", "NOWHERE has no value"} {
		if !strings.Contains(text, want) {
			t.Errorf("it is not said that %s:\n%s", want, text)
		}
	}
	if strings.Contains(text, "REGION") {
		t.Errorf("REGION has a value:\n%s", text)
	}
}

func TestMountsOfWindows(t *testing.T) {
	l := compose(t, "services: {a: {image: x, platform: windows/amd64, volumes: ['C:\\conf:D:\\app\\conf:ro']}}\n")
	for _, f := range l.Findings {
		if f.Code == "volume-option" || f.Severity == diag.Error {
			t.Errorf("finding %s", f.Message)
		}
	}
	if v := l.Project.Services["a"].Volumes[0]; v.Source != `C:\conf` || v.Target != `D:\app\conf` || !v.ReadOnly {
		t.Errorf("mount %+v", v)
	}
}

func TestEmptyItemIsOneError(t *testing.T) {
	list := loadFails(t, options(project(t, map[string]string{"compose.yaml": "services:\n  a:\n    image: x\n    environment:\n      -\n      - A=1\n"})))
	if len(list) != 1 || !strings.Contains(list[0].Message, "is an empty item") || !strings.Contains(list[0].Help, "remove the dash") || list[0].Range.Line != 5 {
		t.Errorf("%s", describe(list))
	}
}

// The parser ends lines at characters at which editors do not. A place is the one that an editor shows.
func TestPlacesBehindOddLineBreaks(t *testing.T) {
	for text, at := range map[string]string{
		"# a\u2028# b\nservices:\n  web:\n    image: x\n    privileged: maybe\n":              "compose.yaml:5:5-22",
		"# a\u2029# b\u0085# c\nservices: {web: {image: x, privileged: maybe}}\n":             "compose.yaml:2:28-45",
		"services: {web: {labels: {a: \"\u2028\"}, image: x, privileged: maybe}}\n":           "compose.yaml:1:46-63",
		"services:\r  web:\r    image: x\r    privileged: maybe\r":                            "compose.yaml:4:5-22",
		"services:\r\n  web:\r\n    image: x # y\r    privileged: maybe\r\n":                  "compose.yaml:4:5-22",
		"# a\u2028# b\nservices:\n  web: {image: x\n":                                         "compose.yaml:3:8-0",
		"# a\u2028services: {web: {image: x}}\nservices: {web: {image: x, privileged: no}}\n": "compose.yaml:2:1-9",
	} {
		list := loadFails(t, options(project(t, map[string]string{"compose.yaml": text})))
		if place(list[0].Range) != at {
			t.Errorf("%q: %swant %s", text, describe(list), at)
		}
	}
}

// A version that would go on behind the comment that it becomes stays.
func TestVersionOfSeveralLines(t *testing.T) {
	for _, text := range []string{"services: {a: {image: x}}\nversion: 'é\u2028'\n", "version: \"3\u0085\"\nservices: {a: {image: x}}\n", "# x\u2028# y\nversion: '3'\nservices: {a: {image: x}}\n"} {
		if l := mustLoad(t, options(project(t, map[string]string{"compose.yaml": text}))); l.Project.Services["a"].Image != "x" {
			t.Errorf("%q: %v", text, l.Project.Services)
		}
	}
}
