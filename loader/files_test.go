package loader

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/source"
)

func link(t testing.TB, dir, name, target string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// entries renders a directory: path, kind, size and x for an execute bit.
func entries(f *source.File) string {
	var out []string
	for _, e := range f.Entries {
		kind := [...]string{"?", "missing", "file", "dir", "large", "special", "unreadable", "outside"}[e.Kind]
		x := ""
		if e.Executable {
			x = "x"
		}
		out = append(out, fmt.Sprintf("%s:%s%s:%s", e.Path, kind, x, e.Data))
	}
	return strings.Join(out, " ")
}

func TestFilesHoldWhatTheProjectRefersTo(t *testing.T) {
	outside := project(t, map[string]string{"secret": "s3", "dir/x": "", "a.env": "A=1\n"})
	dir := project(t, map[string]string{
		"compose.yaml": `
include: [sub/compose.yaml]
services:
  a:
    image: x
    env_file: [` + outside + `/a.env, {path: none.env, required: false}]
    label_file: l.env
    credential_spec: {file: cred.json}
    volumes:
      - ./tree:/tree
      - ./conf:/conf:ro
      - {type: bind, source: ./conf, target: /again}
      - ` + outside + `:/outside
      - ` + outside + `/secret:/outside-file
      - /nowhere/at/all:/nowhere
      - named:/named
    secrets: [s]
    configs: [c]
secrets: {s: {file: ` + outside + `/secret}, e: {environment: X}}
configs: {c: {file: ./link}}
volumes:
  named: {driver_opts: {type: none, o: "bind,ro", device: "` + `${PWD}` + `/tree/sub"}}
  nfs: {driver_opts: {type: nfs, o: "addr=1.2.3.4", device: ":/export"}}
`,
		"conf": "conf", "l.env": "k=v\n", "cred.json": "{}", "tree/b": "b", "tree/a/deep": "deep", "tree/sub/": "",
		"sub/compose.yaml": "services: {b: {image: x, volumes: ['./data:/data']}}\n", "sub/data": "sub",
	})
	if err := os.Chmod(filepath.Join(dir, "tree/b"), 0o654); err != nil {
		t.Fatal(err)
	}
	link(t, dir, "link", "conf")
	link(t, dir, "tree/inside", "../conf")
	link(t, dir, "tree/linked-dir", "a")
	link(t, dir, "tree/out", outside)
	link(t, dir, "tree/gone", "nowhere")
	link(t, dir, "tree/up", "..")
	link(t, dir, "tree/self", ".")
	l := mustLoad(t, options(dir))
	for _, tt := range []struct {
		path string
		kind source.Kind
		data string
	}{
		{dir + "/conf", source.Regular, "conf"},
		{dir + "/link", source.Regular, "conf"},
		{dir + "/l.env", source.Regular, "k=v\n"},
		{dir + "/cred.json", source.Regular, "{}"},
		{dir + "/none.env", source.Missing, ""},
		{dir + "/sub/data", source.Regular, "sub"},
		{dir + "/tree/sub", source.Directory, ""},
		{outside + "/a.env", source.Regular, "A=1\n"},
		{outside + "/secret", source.Regular, "s3"},
		{outside, source.Outside, ""},
		{"/nowhere/at/all", source.Missing, ""},
	} {
		f := l.Files[tt.path]
		if f == nil || f.Kind != tt.kind || string(f.Data) != tt.data {
			t.Errorf("%s is %+v, want kind %d with %q", tt.path, f, tt.kind, tt.data)
		}
	}
	if !l.Files[outside].IsDir {
		t.Error("IsDir of what lies outside is wrong")
	}
	tree := l.Files[dir+"/tree"]
	const want = "a/deep:file:deep b:filex:b gone:missing: inside:file:conf linked-dir/deep:file:deep out:outside: self:special: sub:dir:"
	if got := entries(tree); !strings.HasPrefix(got, want) {
		t.Errorf("tree is\n %s\nwant\n %s", got, want)
	}
	if got := l.Project.Services["a"].Labels["k"]; got != "v" {
		t.Errorf("label k is %q", got)
	}
}

func TestFilesAtTheLimits(t *testing.T) {
	dir := project(t, map[string]string{"compose.yaml": `
services: {a: {image: x, volumes: ["./fits:/a", "./over:/b", "./many:/c", "./empty:/d", "./more:/e"]}}
`, "empty/": ""})
	sparse(t, dir+"/fits", 1<<20)
	sparse(t, dir+"/over", disk.MaxFileSize+1)
	for name, n := range map[string]int{"many": disk.MaxEntries, "more": disk.MaxEntries + 1} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if err := os.WriteFile(filepath.Join(dir, name, strconv.Itoa(i)), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	l := mustLoad(t, options(dir))
	for name, want := range map[string]source.Kind{
		"fits": source.Regular, "over": source.TooLarge, "many": source.Directory, "more": source.TooLarge, "empty": source.Directory,
	} {
		if got := l.Files[dir+"/"+name]; got.Kind != want {
			t.Errorf("%s has kind %d, want %d", name, got.Kind, want)
		}
	}
}

// TestFilesOfAProjectBehindALink loads a project through a link to the directory above it: what does not exist there is
// missing, not outside.
func TestFilesOfAProjectBehindALink(t *testing.T) {
	actual := project(t, map[string]string{
		"shop/compose.yaml": "services: {a: {image: x, volumes: ['./data:/data', './a.conf:/a.conf', '../b.conf:/b.conf']}}\n",
		"shop/a.conf":       "a", "b.conf": "b",
	})
	above := t.TempDir()
	link(t, above, "work", actual)
	dir := filepath.Join(above, "work", "shop")
	files := mustLoad(t, options(dir)).Files
	for name, want := range map[string]source.Kind{"data": source.Missing, "a.conf": source.Regular, "../b.conf": source.Outside} {
		if f := files[filepath.Join(dir, name)]; f == nil || f.Kind != want {
			t.Errorf("%s: %+v, want kind %d", name, f, want)
		}
	}
}

// A file that is merged or extended brings its own directory along: what lies there was named as well.
func TestFilesBesideEveryComposeFile(t *testing.T) {
	dir := project(t, map[string]string{
		"compose.yaml":        "services: {a: {image: x, volumes: [./own:/own]}, b: {extends: {file: ../base/b.yaml, service: b}}}",
		"own/x":               "1",
		"../more/add.yaml":    "services: {a: {volumes: [../more/conf:/conf, ../other/conf:/other]}}",
		"../more/conf/x":      "2",
		"../base/b.yaml":      "services: {b: {image: x, volumes: [./seed:/seed]}}",
		"../base/seed/x":      "3",
		"../other/conf/x":     "4",
		"../other/compose.md": "",
	})
	loaded, err := Load(t.Context(), Options{Files: []string{filepath.Join(dir, "compose.yaml"), filepath.Join(dir, "../more/add.yaml")}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"own": "x:file:1", "../more/conf": "x:file:2", "../base/seed": "x:file:3", "../other/conf": ""} {
		f := loaded.Files[filepath.Join(dir, name)]
		if f == nil || entries(f) != want || (f.Kind == source.Outside) != (want == "") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestEnvFilesThatMayBeMissing(t *testing.T) {
	o := options(project(t, map[string]string{
		"compose.yaml": "services: {a: {image: x, env_file: [none.env, a.env], label_file: [none.txt, l.txt]}}\njobs: {j: {image: x, triggers: {manual: true}, env_file: none.env}}\n",
		"a.env":        "A=1\n", "l.txt": "L=1\n",
	}))
	o.AllowMissing = true
	l := mustLoad(t, o)
	a := l.Project.Services["a"]
	if a.Environment["A"] == nil || a.Labels["L"] != "1" {
		t.Errorf("environment %v, labels %v: what is there does not count", a.Environment, a.Labels)
	}
	for _, path := range []string{"services.a.env_file[0]", "services.a.label_file[0]", "jobs.j.env_file[0]"} {
		if !slices.ContainsFunc(l.Findings, func(f diag.Finding) bool {
			return f.Code == "missing-file" && f.Severity == diag.Warning && f.Path.String() == path
		}) {
			t.Errorf("%s is not reported:\n%s", path, describe(l.Findings))
		}
	}
}
