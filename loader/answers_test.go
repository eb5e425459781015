package loader

import (
	"strings"
	"testing"
)

// compose-go tells one of several errors at random. Each of these projects has several, of kinds that hide one another.
func TestSeveralErrorsAreTheSameOnEveryRun(t *testing.T) {
	count := map[string]int{"extends that lead nowhere beside errors of others": 9, "values of one service that cannot be decoded": 4, "an included file": 6}
	for name, files := range map[string]map[string]string{
		"extends that lead nowhere beside errors of others": {
			"compose.yaml": `services:
  a: {image: x, extends: {service: nope}}
  b: {image: x, extends: {file: x/x.yaml, service: q}}
  b1: {image: x, extends: {file: y/x.yaml, service: q}}
  c: {image: x, extends: c}
  d: {image: x, extends: e}
  e: {image: x, extends: d}
  f: {image: x, extends: {service: nope2}}
  g: {image: x, ulimits: {nofile: {soft: 1}}}
  h: {image: x, mem_limit: lots, stop_grace_period: 1x}
`,
			"x/x.yaml": "services: {q: {image: x, extends: {service: foo}}}\n",
			"y/x.yaml": "services: {q: {image: x, extends: {service: bar}, mem_limit: []}}\n",
		},
		"values of one service that cannot be decoded": {
			"compose.yaml": "services:\n  h: {image: x, mem_limit: lots, shm_size: many, stop_grace_period: 1x}\n  i: {image: x, mem_limit: more}\n",
		},
		"an included file": {
			"compose.yaml": "include: [x/x.yaml, y/x.yaml]\nservices: {a: {image: x, extends: none}, b: {image: x, cap_add: [{a: b}]}}\n",
			"x/x.yaml":     "services: {q: {image: x, extends: foo}, r: {image: x, shm_size: lots}}\n",
			"y/x.yaml":     "services: {s: {image: x, extends: bar}, t: {image: x, extends: s, shm_size: lots}}\n",
		},
	} {
		o := options(project(t, files))
		first := describe(answer(o))
		for range 8 {
			if again := describe(answer(o)); again != first {
				t.Errorf("%s: two answers:\n%s\nand\n%s", name, first, again)
				break
			}
		}
		if n := strings.Count(first, "\n"); n != count[name] {
			t.Errorf("%s: %d errors, want %d:\n%s", name, n, count[name], first)
		}
	}
}
