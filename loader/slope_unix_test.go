//go:build unix

package loader

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/internal/growth"
)

// dimension is one way in which a project can be large.
type dimension struct {
	name  string
	sizes [4]int
	make  func(n int) map[string]string // the files of a project of size n
}

func one(text string) map[string]string { return map[string]string{"compose.yaml": text} }

// many repeats a line with its number, below a head and above a tail.
func many(head, line, tail string, n int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		b.WriteString(strings.ReplaceAll(line, "#", strconv.Itoa(i)))
	}
	return b.String() + tail
}

var services = [4]int{200, 400, 800, 1600}

var dimensions = []dimension{
	{"services", services, func(n int) map[string]string { return one(many("services:\n", "  s#: {image: x}\n", "", n)) }},
	{"services with ports", services, func(n int) map[string]string {
		return one(many("services:\n", "  s#: {image: x, ports: ['#:80', 443]}\n", "", n))
	}},
	{"a chain of dependencies", services, func(n int) map[string]string {
		return one("services:\n  s0: {image: x}\n" + strings.Join(links(n, "  s%d: {image: x, depends_on: [s%d]}\n"), ""))
	}},
	{"dependencies of services that depend on all before", [4]int{1000, 2000, 4000, 8000}, func(n int) map[string]string {
		var b strings.Builder
		b.WriteString("services:\n  s0: {image: x}\n")
		for i := 1; i*i < 2*n; i++ {
			fmt.Fprintf(&b, "  s%d: {image: x, depends_on: [%s]}\n", i, strings.TrimSuffix(many("", "s#, ", "", i), ", "))
		}
		return one(b.String())
	}},
	{"volumes", [4]int{1000, 2000, 4000, 8000}, func(n int) map[string]string {
		return one(many("services:\n  a:\n    image: x\n    volumes:\n", "    - v#:/data/#\n", many("volumes:\n", "  v#: {}\n", "", n), n))
	}},
	{"ports", [4]int{1000, 2000, 4000, 8000}, func(n int) map[string]string {
		return one(fmt.Sprintf("services: {a: {image: x, ports: ['10000-%d:10000-%d']}}\n", 9999+n, 9999+n))
	}},
	{"variables", [4]int{1000, 2000, 4000, 8000}, func(n int) map[string]string {
		return one(many("services:\n  a:\n    image: x\n    environment:\n", "      V#: x${SET}\n", "", n))
	}},
	{"variables without a value", [4]int{1000, 2000, 4000, 8000}, func(n int) map[string]string {
		return one(many("services:\n  a:\n    image: x\n    environment:\n", "      V#:\n", "", n))
	}},
	{"unset variables", services, func(n int) map[string]string {
		return one(many("services:\n  a:\n    image: x\n    environment:\n", "      V#: ${UNSET#}\n", "", n))
	}},
	{"labels", [4]int{1000, 2000, 4000, 8000}, func(n int) map[string]string {
		return one(many("services:\n  a:\n    image: x\n    labels:\n", "    - l#=x\n", "", n))
	}},
	{"services that extend one", services, func(n int) map[string]string {
		return one(many("services:\n  base: {image: x, labels: {a: b}}\n", "  s#: {extends: base}\n", "", n))
	}},
	{"services that extend one of another file", services, func(n int) map[string]string {
		return map[string]string{
			"compose.yaml": many("services:\n", "  s#: {extends: {file: base.yaml, service: base}}\n", "", n),
			"base.yaml":    "services: {base: {image: x, labels: {a: b}}}\n",
		}
	}},
	{"a chain of extends", [4]int{12, 25, 50, 100}, func(n int) map[string]string {
		return one("services:\n  s0: {image: x, labels: {a: b}}\n" + strings.Join(links(n, "  s%d: {extends: s%d}\n"), ""))
	}},
	{"includes", [4]int{50, 100, 200, 400}, func(n int) map[string]string {
		files := one(many("include:\n", "- part#.yaml\n", "services: {a: {image: x}}\n", n))
		for i := range n {
			files[fmt.Sprintf("part%d.yaml", i)] = fmt.Sprintf("services: {s%d: {image: x}}\n", i)
		}
		return files
	}},
	{"one line", services, func(n int) map[string]string {
		return one(many("services: {", "s#: {image: x}, ", "last: {image: x}}\n", n))
	}},
	{"expressions in one text", [4]int{2000, 4000, 8000, 16000}, func(n int) map[string]string {
		return one("services: {a: {image: x, environment: {A: '" + many("", "${A:-x}${B#:-${C:-y}} ", "", n) + "'}}}\n")
	}},
	{"references that lead nowhere", services, func(n int) map[string]string {
		return one(many("services:\n", "  s#: {image: x, networks: [n#]}\n", "", n))
	}},
}

func links(n int, format string) []string {
	var out []string
	for i := 1; i < n; i++ {
		out = append(out, fmt.Sprintf(format, i, i-1))
	}
	return out
}

// The time of a load grows in a straight line with each dimension of a project.
func TestTimeGrowsInAStraightLine(t *testing.T) {
	growth.SkipUnlessAsked(t)
	for _, d := range dimensions {
		t.Run(d.name, func(t *testing.T) {
			growth.Check(t, "load", d.sizes, func(n int) time.Duration {
				o := options(project(t, d.make(n)))
				o.Environ = []string{"SET=1"}
				return growth.ProcessorTime(t, func() { _, _ = Load(t.Context(), o) }) // some are refused, which must not take long either
			})
		})
	}
}
