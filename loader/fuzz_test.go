package loader

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/transship/transship/diag"
)

var loadSeeds = []string{
	"services:\n  web:\n    image: nginx:${TAG:-1}\n    ports: ['80:80', 443]\n    volumes: ['data:/d', './a:/b:ro']\nvolumes: {data: }\n",
	"x-a: &a {image: x}\nservices:\n  web: {<<: *a, environment: [A, B=1]}\n  api: {extends: web, env_file: a.env}\n",
	"services:\n  web: {image: x, labels: !override {a: b}, command: !reset null}\n---\nservices:\n  web: {image: y}\n",
	"include: [compose.yaml]\nservices: {}\n", "services: {a: {build: {context: ., dockerfile_inline: 'FROM a'}}}\n",
	"services: {a: {image: x, depends_on: [b]}, b: {image: y, depends_on: {a: {condition: service_healthy}}}}\n",
	"jobs: {j: {image: x, triggers: {schedule: ['* * * * *']}}}\n", "services: {a: {image: x, secrets: [s], configs: [{source: c, target: /c}]}}\nsecrets: {s: {file: a.env}}\nconfigs: {c: {content: '$$x'}}\n",
	"services:\n  a: {image: x, healthcheck: {test: [NONE]}, deploy: {replicas: '3'}, networks: {n: {aliases: [b]}}, pre_start: [{image: y}]}\nnetworks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}\n",
	"", "-", "a", "[]", "services: &s {a: *s}", "services: {\"a.b\": {image: 1}}", "services: {a: null}\n", "services: null\n", "? [a]\n: b\n", "1: 2\n", "services: {1: {image: x}}\n",
	"version: '3'\nname: ${N}\nservices: {a: {image: '${', ports: [{target: 80, published: '80-81'}], volumes: [n:/n:nocopy, {type: bind}]}}\n",
	"<<: {services: {a: {image: x}}}\n", "services:\n  a: {image: x}\n  <<: [{b: {image: y}}]\n", "services: {a: {extends: {file: compose.yaml, service: a}}}\n", "services: {a: {image: x, volumes: [{}], ports: [{}]}}\n",
}

// FuzzLoad checks that no text makes loading panic or hang, that a failure always names an error with a message, and
// that every key of a project that loads can be asked for its position.
func FuzzLoad(f *testing.F) {
	for _, s := range loadSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		for name, content := range map[string]string{"compose.yaml": text, "a.env": "A=1\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		l, err := Load(context.Background(), Options{WorkingDirectory: dir, ProjectName: "p", Environ: []string{}, Profiles: []string{"*"}})
		if err != nil {
			var failed *Error
			if !errors.As(err, &failed) || failed.Findings.Worst() != diag.Error || failed.Error() == "" {
				t.Fatalf("error %#v", err)
			}
			for _, x := range failed.Findings {
				if x.Code == "loader-crash" {
					t.Fatal(x.Message)
				}
			}
			return
		}
		locateAll(l, l.Model, nil)
	})
}

func locateAll(l *Loaded, v any, p diag.Path) {
	l.Locate(p)
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			locateAll(l, e, p.Key(key))
		}
	case []any:
		for i, e := range v {
			locateAll(l, e, p.Index(i))
		}
	}
}
