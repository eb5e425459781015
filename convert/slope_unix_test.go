//go:build unix

package convert_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/growth"
	"github.com/transship/transship/loader"
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
