//go:build unix

package convert_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/chart"
	"github.com/transship/transship/convert/kustomize"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/graph"
	"github.com/transship/transship/internal/growth"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// dimension is one way in which a project can be large: its files at a size.
type dimension struct {
	name  string
	sizes [4]int
	files func(n int) map[string]string
}

// repeated repeats a line with its number for #, below a head.
func repeated(head, line string, n int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		b.WriteString(strings.ReplaceAll(line, "#", strconv.Itoa(i)))
	}
	return b.String()
}

// following repeats a line with its number and the one before.
func following(line string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line, i+1, i)
	}
	return b.String()
}

func composeFile(text string) map[string]string { return map[string]string{"compose.yaml": text} }

var dimensions = []dimension{
	{"services", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated("services:\n", "  s#: {image: example.com/x:1, expose: ['80'], environment: {DB_PASSWORD: pw-#-abcdefg}}\n", n))
	}},
	{"services without ports", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated("services:\n", "  s#: {image: x}\n", n))
	}},
	{"services on one network", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated("networks: {n: }\nservices:\n", "  s#: {image: x, ports: ['#:80'], networks: [n]}\n", n))
	}},
	{"a chain of dependencies", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile("services:\n  s0: {image: x, expose: [80]}\n" + following("  s%d: {image: x, expose: [80], depends_on: [s%d]}\n", n))
	}},
	{"variables with ports", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated("services:\n", "  part#: {build: ., expose: ['80'], environment: {RPC_PORT: '5001', PART#_PORT: '6001', SMTP_PORT: '25'}}\n", n))
	}},
	{"healthchecks that ask the service before", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile("services:\n  s0: {image: x, container_name: c0, expose: [80]}\n" + following("  s%d: {image: x, expose: [80], healthcheck: {test: 'curl http://s%d/'}}\n", n))
	}},
	{"dependencies of services that depend on all before", [4]int{500, 1000, 2000, 4000}, func(n int) map[string]string {
		var text strings.Builder
		text.WriteString("services:\n  s0: {image: x, expose: [80]}\n")
		for i := 1; i*i < 2*n; i++ {
			fmt.Fprintf(&text, "  s%d: {image: x, expose: [80], depends_on: [%s]}\n", i, strings.TrimSuffix(repeated("", "s#, ", i), ", "))
		}
		return composeFile(text.String())
	}},
	{"ports", [4]int{500, 1000, 2000, 4000}, func(n int) map[string]string {
		return composeFile(fmt.Sprintf("services: {a: {image: x, ports: ['10000-%d:10000-%d']}}\n", 9999+n, 9999+n))
	}},
	{"services that extend one", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated("services:\n  base: {image: x, labels: {a: b}}\n", "  s#: {extends: base}\n", n))
	}},
	{"a chain of extends", [4]int{12, 25, 50, 100}, func(n int) map[string]string {
		return composeFile("services:\n  s0: {image: x, labels: {a: b}}\n" + following("  s%d: {extends: s%d}\n", n))
	}},
	{"includes", [4]int{50, 100, 200, 400}, func(n int) map[string]string {
		files := composeFile(repeated("include:\n", "- part#.yaml\n", n) + "services: {a: {image: x}}\n")
		for i := range n {
			files[fmt.Sprintf("part%d.yaml", i)] = fmt.Sprintf("services: {s%d: {image: x, expose: [80]}}\n", i)
		}
		return files
	}},
	{"depends_on", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile("services:\n  z: {image: x, healthcheck: {test: [CMD, a]}}\n" + repeated("", "  s#: {image: x, depends_on: {z: {condition: service_healthy}}}\n", n))
	}},
	{"volumes", [4]int{200, 400, 800, 1600}, func(n int) map[string]string {
		return composeFile(repeated(repeated("services:\n  a:\n    image: x\n    volumes:\n", "    - v#:/data/#\n", n)+"volumes:\n", "  v#: {}\n", n))
	}},
	{"variables", [4]int{500, 1000, 2000, 4000}, func(n int) map[string]string {
		return composeFile(repeated("services:\n  a:\n    image: x\n    environment:\n", "      V#: value-of-#\n", n))
	}},
	{"secrets", [4]int{200, 400, 800, 1600}, func(n int) map[string]string {
		return composeFile(repeated("services:\n  a:\n    image: x\n    environment:\n", "      V#_PASSWORD: pw-#-abcdefg\n", n))
	}},
	{"secrets that begin alike", [4]int{500, 1000, 2000, 4000}, func(n int) map[string]string {
		return composeFile(repeated("services:\n  a:\n    image: x\n    environment:\n", "      V#_PASSWORD: changeme-in-production-#\n", n))
	}},
	{"secrets without a value", [4]int{500, 1000, 2000, 4000}, func(n int) map[string]string {
		return composeFile(repeated(repeated("services:\n  a:\n    image: x\n    secrets:\n", "    - k#\n", n)+"secrets:\n", "  k#: {environment: UNSET#}\n", n))
	}},
	{"configs with unset variables", [4]int{250, 500, 1000, 2000}, func(n int) map[string]string {
		return composeFile(repeated(repeated("services:\n  a:\n    image: x\n    configs:\n", "    - k#\n", n)+"configs:\n", "  k#: {content: 'a ${UNSET#}'}\n", n))
	}},
	{"devices", [4]int{250, 500, 1000, 2000}, func(n int) map[string]string {
		return composeFile(repeated("services:\n  a:\n    image: x\n    devices:\n", "    - /dev/d#:/dev/d#\n", n))
	}},
	{"anchors and aliases", [4]int{250, 500, 1000, 2000}, func(n int) map[string]string {
		return composeFile(repeated("x-base: &base {image: x, labels: {a: b}}\nservices:\n", "  s#: &s# {<<: *base, environment: &e# {A: b#}}\n  t#: {<<: *s#, environment: *e#}\n", n/2))
	}},
	{"labels", [4]int{500, 1000, 2000, 4000}, func(n int) map[string]string {
		return composeFile(repeated("services:\n  a:\n    image: x\n    labels:\n", "      l#: x\n", n))
	}},
	{"networks", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated(repeated("services:\n", "  s#: {image: x, networks: [n#]}\n", n)+"networks:\n", "  n#: {}\n", n))
	}},
	{"configs", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated(repeated("services:\n", "  s#: {image: x, configs: [c#]}\n", n)+"configs:\n", "  c#: {content: hello #}\n", n))
	}},
	{"profiles", [4]int{200, 400, 800, 1600}, func(n int) map[string]string {
		return composeFile(repeated("services:\n", "  s#: {image: x, profiles: [p#]}\n", n))
	}},
	{"findings", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated("services:\n", "  s#: {image: x, privileged: true, cgroup_parent: a, mac_address: 02:42:ac:11:65:43, devices: ['/dev/a:/dev/a']}\n", n))
	}},
	{"env_file", [4]int{1000, 2000, 4000, 8000}, func(n int) map[string]string {
		return map[string]string{"compose.yaml": "services: {a: {image: x, env_file: a.env}}\n", "a.env": repeated("", "V#=value of #\n", n)}
	}},
	{"Dockerfile", [4]int{500, 1000, 2000, 4000}, func(n int) map[string]string {
		return map[string]string{"compose.yaml": "services: {a: {build: ., volumes: ['d:/data']}}\nvolumes: {d: {}}\n", "Dockerfile": repeated("FROM scratch\n", "RUN mkdir -p /data/#\nENV A#=b\n", n)}
	}},
	{".dockerignore", [4]int{200, 400, 800, 1600}, func(n int) map[string]string {
		return map[string]string{"compose.yaml": "services: {a: {build: ., volumes: ['d:/data']}}\nvolumes: {d: {}}\n", "Dockerfile": "FROM scratch\nCOPY . /data\n", ".dockerignore": repeated("", "dir#/**/x\n", n)}
	}},
	{"build context", [4]int{200, 400, 800, 1600}, func(n int) map[string]string {
		files := map[string]string{"compose.yaml": "services: {a: {build: ., volumes: ['d:/data']}}\nvolumes: {d: {}}\n", "Dockerfile": "FROM scratch\nCOPY . /data\n"}
		for i := range n {
			files[fmt.Sprintf("f%d.txt", i)] = "x"
		}
		return files
	}},
	{"text of a config", [4]int{50_000, 100_000, 200_000, 400_000}, func(n int) map[string]string {
		return map[string]string{"compose.yaml": "services: {a: {image: x, configs: [c]}}\nconfigs: {c: {file: c.txt}}\n", "c.txt": strings.Repeat("a: b c=d\n", n/9)}
	}},
	{"text of a command", [4]int{50_000, 100_000, 200_000, 400_000}, func(n int) map[string]string {
		return composeFile("services: {a: {image: x, command: '" + strings.Repeat("run --a=b ", n/10) + "'}}\n")
	}},
}

// forms are what is made of a converted project of n services.
var forms = []struct {
	name  string
	sizes [4]int
	make  func(t *testing.T, r *convert.Result) error
}{
	{"chart", [4]int{50, 100, 200, 400}, func(t *testing.T, r *convert.Result) error {
		_, _, err := chart.Write(context.Background(), filepath.Join(t.TempDir(), "out"), r, chart.Options{})
		return err
	}},
	{"overlays", [4]int{50, 100, 200, 400}, func(t *testing.T, r *convert.Result) error {
		other, err := convert.Again(t.Context(), r, convert.Options{Transform: transform.Options{Publish: "nodeport"}})
		if err != nil {
			return err
		}
		_, err = kustomize.Write(context.Background(), filepath.Join(t.TempDir(), "out"), r, []kustomize.Overlay{{Name: "prod", Result: other}}, kustomize.Options{})
		return err
	}},
	{"files", [4]int{50, 100, 200, 400}, func(t *testing.T, r *convert.Result) error {
		_, err := convert.WriteDir(context.Background(), filepath.Join(t.TempDir(), "out"), r.Objects, convert.DirectoryOptions{Project: r.Project})
		return err
	}},
	{"graph of objects", [4]int{50, 100, 200, 400}, func(_ *testing.T, r *convert.Result) error {
		return graph.OfObjects(r.Project, r.Objects, func(o runtime.Object) string { return convert.Origin(r, o) }, r.Mask).Write(io.Discard, "svg")
	}},
	{"graph of services", [4]int{50, 100, 200, 400}, func(_ *testing.T, r *convert.Result) error {
		return graph.OfProject(r.Loaded.Project, r.Mask).Write(io.Discard, "svg")
	}},
	{"explanation of a service", [4]int{50, 100, 200, 400}, func(t *testing.T, r *convert.Result) error {
		story, ok := convert.NewStory(r, "s7")
		if !ok {
			return errors.New("there is no story")
		}
		story.Examine(t.Context(), r, transform.Options{})
		return nil
	}},
	{"findings", [4]int{200, 400, 800, 1600}, func(_ *testing.T, r *convert.Result) error {
		lines := map[string][]string{}
		for name, text := range r.Sources {
			lines[name] = strings.Split(string(text), "\n")
		}
		line := func(file string, n int) (string, bool) { return lines[file][n-1], true }
		return errors.Join(
			diag.WriteText(io.Discard, r.Findings, diag.TextOptions{Verbose: true, SourceLine: line, MaskLine: r.MaskLine}), diag.WriteJSON(io.Discard, r.Findings),
			diag.WriteGitHub(io.Discard, r.Findings), diag.WriteSARIF(io.Discard, r.Findings, diag.SARIFOptions{}),
			convert.NewReport(r).WriteMarkdown(io.Discard), convert.NewReport(r).WriteJSON(io.Discard),
		)
	}},
}

// The time of every form that a converted project is written in grows in a straight line with its services.
func TestFormsGrowInAStraightLine(t *testing.T) {
	growth.SkipUnlessAsked(t)
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			growth.Check(t, "write", form.sizes, func(n int) time.Duration {
				text := repeated("services:\n", "  s#:\n    image: example.com/x:1\n    ports: ['#:80']\n    environment: {DB_PASSWORD: pw-#-abcdefg, OTHER: s#}\n    volumes: ['v#:/data']\n    cgroup_parent: a\n    depends_on: [db]\n", n)
				r := convertText(t, repeated(text+"  db: {image: 'postgres:17'}\nvolumes:\n", "  v#: {}\n", n), "")
				if r.Err() != nil {
					t.Fatal(r.Err())
				}
				return growth.ProcessorTime(t, func() {
					if err := form.make(t, r); err != nil {
						t.Fatal(err)
					}
				})
			})
		})
	}
}

// The time of a conversion grows in a straight line with each dimension of a project.
func TestConversionTimeGrowsInAStraightLine(t *testing.T) {
	growth.SkipUnlessAsked(t)
	for _, d := range dimensions {
		t.Run(d.name, func(t *testing.T) {
			growth.Check(t, "convert", d.sizes, func(n int) time.Duration {
				dir := t.TempDir()
				for name, text := range d.files(n) {
					if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				return growth.ProcessorTime(t, func() {
					if _, err := convert.Convert(t.Context(), convert.Options{Load: loader.Options{
						WorkingDirectory: dir, ProjectName: "p", Environ: []string{}, Profiles: []string{"*"},
					}}); err != nil {
						t.Fatal(err)
					}
				})
			})
		})
	}
}
