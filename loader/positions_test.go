package loader

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"github.com/transship/transship/diag"
)

func place(r diag.Range) string {
	if !r.IsKnown() {
		return r.File
	}
	return fmt.Sprintf("%s:%d:%d-%d", r.File, r.Line, r.Column, r.EndColumn)
}

// pointed returns the text that a range covers.
func pointed(l *Loaded, r diag.Range) string {
	lines := strings.Split(string(l.Sources[r.File]), "\n")
	if r.Line < 1 || r.Line > len(lines) {
		return ""
	}
	text := []rune(lines[r.Line-1])
	if r.EndColumn == 0 {
		return string(text[r.Column-1:])
	}
	return string(text[r.Column-1 : r.EndColumn-1])
}

type located struct{ path, file, text string }

func checkLocated(t *testing.T, l *Loaded, want []located) {
	t.Helper()
	for _, w := range want {
		r := l.Locate(keys(w.path))
		if r.File != w.file || pointed(l, r) != w.text {
			t.Errorf("%s is at %s %q, want %s %q", w.path, place(r), pointed(l, r), w.file, w.text)
		}
	}
}

func TestLocateInOneFile(t *testing.T) {
	l := mustLoad(t, options(project(t, map[string]string{"a.env": "", "src/": "", "compose.yaml": `
x-env: &env
  SHARED: "1"
x-base: &base
  restart: always
  privileged: true
services:
  web:
    <<: *base
    image: nginx
    restart: "no"
    build: ./src
    command: sleep 1
    dns: 1.1.1.1
    environment:
      <<: *env
      ÄÖÜ: "ß" # after multi-byte characters
    ports:
      - "8000-8001:80-81"
      - 443
      - target: 53
        published: 5353
        protocol: udp
    volumes:
      - data:/data/
      - type: bind
        source: ./src
        target: /src
    depends_on: [api, "db"]
    secrets: [token]
    configs:
      - source: conf
        target: /etc/conf
    extra_hosts: ["somehost:1.2.3.4"]
  api:
    image: api
    environment: {ONE: 1, TWO: "two"}
    labels: ["a=b", 'c=d']
  db:
    image: db
    environment:
      - ONE=1
      - FROM_SHELL
    env_file: [a.env, {path: b.env, required: false}]
    healthcheck:
      test: ["CMD", "true", "true"]
volumes: {data: }
secrets: {token: {environment: TOKEN}}
configs: {conf: {content: "x"}}
`})))
	checkLocated(t, l, []located{
		{"services.web", "compose.yaml", "web"},
		{"services.web.image", "compose.yaml", "image: nginx"},
		{"services.web.restart", "compose.yaml", `restart: "no"`},
		{"services.web.privileged", "compose.yaml", "privileged: true"},
		{"services.web.build.context", "compose.yaml", "build: ./src"},
		{"services.web.command[1]", "compose.yaml", "command: sleep 1"},
		{"services.web.dns[0]", "compose.yaml", "dns: 1.1.1.1"},
		{"services.web.environment.SHARED", "compose.yaml", `SHARED: "1"`},
		{"services.web.environment.ÄÖÜ", "compose.yaml", `ÄÖÜ: "ß"`},
		{"services.web.ports[0]", "compose.yaml", `"8000-8001:80-81"`},
		{"services.web.ports[1].target", "compose.yaml", `"8000-8001:80-81"`},
		{"services.web.ports[2]", "compose.yaml", "443"},
		{"services.web.ports[3].protocol", "compose.yaml", "protocol: udp"},
		{"services.web.volumes[0]", "compose.yaml", "data:/data/"},
		{"services.web.volumes[1].source", "compose.yaml", "source: ./src"},
		{"services.web.volumes[1].bind.create_host_path", "compose.yaml", "type"},
		{"services.web.depends_on.db", "compose.yaml", `"db"`},
		{"services.web.depends_on.db.condition", "compose.yaml", `"db"`},
		{"services.web.secrets[0]", "compose.yaml", "token"},
		{"services.web.configs[0].target", "compose.yaml", "target: /etc/conf"},
		{"services.web.extra_hosts[0]", "compose.yaml", `"somehost:1.2.3.4"`},
		{"services.api.environment.TWO", "compose.yaml", `TWO: "two"`},
		{"services.api.labels.c", "compose.yaml", "'c=d'"},
		{"services.db.environment.FROM_SHELL", "compose.yaml", "FROM_SHELL"},
		{"services.db.env_file[0]", "compose.yaml", "a.env"},
		{"services.db.env_file[1].required", "compose.yaml", "required: false"},
		{"services.db.healthcheck.test[1]", "compose.yaml", `"true"`},
		{"services.db.networks.default", "compose.yaml", "db"},
		{"volumes.data", "compose.yaml", "data"},
		{"networks.default", "", ""},
	})
}

func TestLocateFollowsTheFileThatWon(t *testing.T) {
	o := options(project(t, map[string]string{
		"compose.yaml": `
services:
  web:
    image: one
    environment: {A: "1", B: "1"}
    ports: ["80:80", "81:81"]
    volumes: ["./a:/a", "./b:/b"]
    labels: [x=1]
    cap_add: [NET_ADMIN]
    healthcheck:
      interval: 1s
`,
		"two.yaml": `
services:
  web:
    image: two
    environment: ["B=2"]
    ports: ["82:82"]
    volumes:
      - {type: bind, source: ./c, target: /b}
    labels: !override
      y: "2"
    cap_add: !reset []
    healthcheck: !override
      test: "true"
  extra:
    image: x
`,
	}))
	o.Files = []string{"compose.yaml", "two.yaml"}
	l := mustLoad(t, o)
	checkLocated(t, l, []located{
		{"services.web.image", "two.yaml", "image: two"},
		{"services.web.environment.A", "compose.yaml", `A: "1"`},
		{"services.web.environment.B", "two.yaml", `"B=2"`},
		{"services.web.ports[0]", "compose.yaml", `"80:80"`},
		{"services.web.ports[2]", "two.yaml", `"82:82"`},
		{"services.web.volumes[0]", "compose.yaml", `"./a:/a"`},
		{"services.web.volumes[1].source", "two.yaml", "source: ./c"},
		{"services.web.labels.y", "two.yaml", `y: "2"`},
		{"services.web.healthcheck.test", "two.yaml", `test: "true"`},
		{"services.web.healthcheck.interval", "two.yaml", "healthcheck"},
		{"services.web.cap_add[0]", "two.yaml", "web"},
		{"services.extra", "two.yaml", "extra"},
	})
}

func TestLocateThroughExtendsAndInclude(t *testing.T) {
	l := mustLoad(t, options(project(t, map[string]string{
		"compose.yaml": `
include:
  - db/compose.yaml
  - path: [cache/one.yaml, cache/two.yaml]
services:
  base:
    image: base
    environment: {A: "1", B: "1"}
  web:
    extends: base
    environment: {B: "2"}
  api:
    extends: {file: other/base.yaml, service: template}
    command: run
`,
		"other/base.yaml": `
services:
  template:
    extends: {file: deeper.yaml, service: deep}
    image: template
    ports: ["80"]
`,
		"other/deeper.yaml":    "services:\n  deep:\n    user: nobody\n    image: deep\n",
		"db/compose.yaml":      "services:\n  db:\n    image: postgres\n    volumes: ['./data:/data']\n",
		"cache/one.yaml":       "services:\n  cache:\n    image: one\n    restart: always\n",
		"cache/two.yaml":       "services:\n  cache:\n    image: two\n",
		"compose.override.yml": "services:\n  db:\n    image: postgres:17\n",
	})))
	checkLocated(t, l, []located{
		{"services.web.environment.A", "compose.yaml", `A: "1"`},
		{"services.web.environment.B", "compose.yaml", `B: "2"`},
		{"services.web.image", "compose.yaml", "image: base"},
		{"services.api.command", "compose.yaml", "command: run"},
		{"services.api.image", "other/base.yaml", "image: template"},
		{"services.api.ports[0]", "other/base.yaml", `"80"`},
		{"services.api.user", "other/deeper.yaml", "user: nobody"},
		{"services.db.image", "compose.override.yml", "image: postgres:17"},
		{"services.db.volumes[0]", "db/compose.yaml", "'./data:/data'"},
		{"services.cache.image", "cache/two.yaml", "image: two"},
		{"services.cache.restart", "cache/one.yaml", "restart: always"},
	})
}

// Some shells of Windows write UTF-16, which YAML allows. The file is read as the text it is, so columns count characters.
func TestFilesInUTF16(t *testing.T) {
	text := "services:\n  a: {image: \"x:\u00e9\", extends: {file: b.yaml, service: b}}\ninclude: [c.yaml]\n"
	utf16 := func(s string) string {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	l := mustLoad(t, options(project(t, map[string]string{
		"compose.yaml": utf16(text), "b.yaml": utf16("services: {b: {image: y, hostname: h}}\n"), "c.yaml": "\ufeffservices: {c: {image: z}}\n",
	})))
	checkLocated(t, l, []located{
		{"services.a.image", "compose.yaml", "image: \"x:\u00e9\""},
		{"services.a.hostname", "b.yaml", "hostname: h"},
		{"services.c.image", "c.yaml", "image: z"},
	})
}

// A range is parsed once, not once for each of its ports: there are projects with ten thousand of them.
func TestLocateInARangeOfPorts(t *testing.T) {
	l := compose(t, "services:\n  pbx:\n    image: x\n    ports: [\"5060:5060\", \"10000-10999:10000-10999/udp\"]\n")
	checkLocated(t, l, []located{
		{"services.pbx.ports[0]", "compose.yaml", `"5060:5060"`},
		{"services.pbx.ports[1000]", "compose.yaml", `"10000-10999:10000-10999/udp"`},
	})
	i := 1
	allocations := testing.AllocsPerRun(10, func() {
		l.Locate(diag.At("services", "pbx", "ports").Index(i))
		i++
	})
	if allocations > 100 {
		t.Errorf("%v allocations to locate one port: the range is parsed again", allocations)
	}
}

func TestLocateIsSafeForConcurrentUse(t *testing.T) {
	l := compose(t, "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got := place(l.Locate(keys("services.web.ports[0]"))); got != "compose.yaml:4:13-20" {
				t.Errorf("located at %s", got)
			}
		})
	}
	wait.Wait()
}
