package schema

import (
	"math"
	"regexp"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
	"go.yaml.in/yaml/v4"
)

// The rules come from the schema of the compose-go that is linked; otherwise every project would be left to it, slowly.
func TestRulesAreCurrent(t *testing.T) {
	t.Parallel()
	if !current() {
		t.Error("the checksum is not that of the schema: run make generate")
	}
}

// A function that stands for a regular expression answers as it does.
func TestFunctionsAreTheExpressions(t *testing.T) {
	t.Parallel()
	for expression, function := range map[string]func(string) bool{
		"^x-": isExtension, "^.+$": isOneLine, ".+": hasText, "^[a-z]+$": isLowerCase, "^[a-zA-Z0-9._-]+$": isPlainName,
	} {
		is := regexp.MustCompile(expression)
		for _, text := range []string{"", "x", "x-", "x-a", "X-", "-", "a-x-", "a", "ab", "aZ", "a1", "a.b_c-D9", "a b", " ", "\n", "a\n", "\na", "\n\n", "\r", "é", "a\u2028", "`", "{", "@", "[", "/", ":"} {
			if got := function(text); got != is.MatchString(text) {
				t.Errorf("%s: %q is %t", expression, text, got)
			}
		}
	}
}

// The answer is that of compose-go, in every form of rule that the schema has.
func TestAnswerIsThatOfComposeGo(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"{}", "services: {}", "services: []", "services: {a: {image: x}}", "services: {a: {image: 1}}", "services: {a: {imag: x}}", "services: {a: }",
		"services: {'a b': {image: x}}", "services: {a: {x-b: [1, {c: d}]}}", "x-a: 1", "y: 1", "version: 3", "version: '3'", "name: a",
		"services: {a: {cap_add: [A, B]}}", "services: {a: {cap_add: [A, A]}}", "services: {a: {cap_add: [1]}}", "services: {a: {expose: [1, '1', 1.0]}}", "services: {a: {expose: [1, 1.0]}}",
		"services: {a: {build: {}}}", "services: {a: {build: .}}", "services: {a: {build: [.]}}", "services: {a: {build: {contxt: .}}}",
		"services: {a: {ports: [80, '80', {target: 80}, {target: '80', mode: host}]}}", "services: {a: {ports: [{published: 80, target: 1.5}]}}", "services: {a: {ports: [[]]}}",
		"services: {a: {oom_score_adj: 1000}}", "services: {a: {oom_score_adj: 1001}}", "services: {a: {oom_score_adj: -1001}}", "services: {a: {oom_score_adj: 1.5}}", "services: {a: {mem_swappiness: 1.0}}",
		"services: {a: {pull_policy: every_3d}}", "services: {a: {pull_policy: sometimes}}", "services: {a: {container_name: '-'}}", "services: {a: {container_name: ab}}",
		"services: {a: {environment: {A: 1, B: true, C: , D: x}}}", "services: {a: {environment: {A: [1]}}}", "services: {a: {environment: [A=1, A=1]}}", "services: {a: {environment: [1]}}",
		"services: {a: {deploy: {replicas: 1, resources: {limits: {cpus: 1, pids: x}}}}}", "services: {a: {deploy: {replica: 1}}}", "services: {a: {healthcheck: {test: [], interval: abc}}}",
		"services: {a: {ulimits: {nofile: 1, nproc: {soft: 1, hard: 2}}}}", "services: {a: {ulimits: {nofile: {soft: 1}}}}", "services: {a: {ulimits: {NOFILE: 1}}}",
		"services: {a: {depends_on: {b: {condition: service_healthy}}}}", "services: {a: {depends_on: {b: {condition: often}}}}", "services: {a: {depends_on: [b, b]}}", "services: {a: {depends_on: {b: {}}}}",
		"services: {a: {pre_start: [{image: x, ports: [1]}]}}", "services: {a: {pre_start: [{image: x, command: y}]}}", "services: {a: {triggers: {}}}", "jobs: {j: {image: x}}", "jobs: {j: {image: x, triggers: {schedule: ['* * * * *']}}}",
		"networks: {n: , m: {ipam: {config: [{subnet: x}]}}}", "networks: {n: {ipam: {confg: []}}}", "volumes: {v: {external: {name: x}}, w: {external: x}}", "secrets: {s: {file: 1}}", "configs: {c: {content: x, x-y: z}}",
		"include: [a.yaml, {path: [b.yaml]}]", "include: {}", "models: {m: {model: x, context_size: 1}}", "services: {a: {gpus: all, devices: [x, {source: y}], develop: {watch: [{path: x, action: sync}]}}}", "services: {a: {develop: {watch: [{path: x}]}}}",
	} {
		var model map[string]any
		if err := yaml.Unmarshal([]byte(text), &model); err != nil {
			t.Fatal(err)
		}
		err := schema.Validate(model)
		if got := Accepts(model); got != (err == nil) {
			t.Errorf("%s: accepted is %t, and compose-go says %v", text, got, err)
		}
	}
}

// What JSON cannot hold is not accepted, wherever it stands.
func TestNoJSON(t *testing.T) {
	t.Parallel()
	for _, value := range []any{math.NaN(), math.Inf(1), "\xff", map[string]any{"\xff": 1}, []any{[]string{"a"}}, map[any]any{"a": 1}} {
		if Accepts(map[string]any{"x-a": []any{value}}) {
			t.Errorf("%#v is accepted", value)
		}
	}
}
