//go:build unix

package convert_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/transship/transship/convert"
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

func composeFile(text string) map[string]string { return map[string]string{"compose.yaml": text} }

var dimensions = []dimension{
	{"services", [4]int{100, 200, 400, 800}, func(n int) map[string]string {
		return composeFile(repeated("services:\n", "  s#: {image: example.com/x:1, expose: ['80'], environment: {DB_PASSWORD: pw-#-abcdefg}}\n", n))
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

// steepest is the largest exponent that is allowed: 1 is linear, 2 quadratic.
const steepest = 1.2

// The time of a conversion grows in a straight line with each dimension of a project. It is measured as processor time, and sizes
// are compared with each other, so that the speed of the machine does not matter.
func TestConversionTimeGrowsInAStraightLine(t *testing.T) {
	if os.Getenv("TRANSSHIP_SLOPES") == "" {
		t.Skip("takes some minutes of a processor: TRANSSHIP_SLOPES=1")
	}
	for _, d := range dimensions {
		t.Run(d.name, func(t *testing.T) {
			var times [4]time.Duration
			slope := 0.0
			for range 3 { // a disturbance makes it steeper, never flatter for long
				for i, n := range d.sizes {
					dir := t.TempDir()
					for name, text := range d.files(n) {
						if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
							t.Fatal(err)
						}
					}
					if took := processorTime(t, dir); times[i] == 0 || took < times[i] {
						times[i] = took
					}
				}
				if slope = exponent(d.sizes, times); slope <= steepest {
					break
				}
			}
			t.Logf("exponent %.2f: %v at %v", slope, times, d.sizes)
			if slope > steepest {
				t.Errorf("exponent %.2f, want at most %v", slope, steepest)
			}
		})
	}
}

// processorTime converts the project of a directory.
func processorTime(t *testing.T, dir string) time.Duration {
	t.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	if _, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{
		WorkingDirectory: dir, ProjectName: "p", Environ: []string{}, Profiles: []string{"*"},
	}}); err != nil {
		t.Fatal(err)
	}
	return used() - before
}

// exponent is the slope of the line through the logarithms of sizes and times (least squares).
func exponent(sizes [4]int, times [4]time.Duration) float64 {
	var x, y, xx, xy float64
	for i := range sizes {
		a, b := math.Log(float64(sizes[i])), math.Log(float64(times[i]))
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	n := float64(len(sizes))
	return (n*xy - x*y) / (n*xx - x*x)
}
