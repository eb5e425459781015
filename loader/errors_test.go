package loader

import (
	"maps"
	"strings"
	"testing"
)

type failure struct{ at, code, path, message, help string }

func TestNameOfStandardInputReplacesNoDash(t *testing.T) {
	o := options(project(t, nil))
	o.Files, o.Stdin = []string{"-"}, strings.NewReader("services:\n  1: {image: x}\n")
	f := find(t, loadFails(t, o), "invalid-value")
	if f.Message != "non-string key in services: 1" || place(f.Range) != "<stdin>:2:3-4" {
		t.Errorf("%s %s", place(f.Range), f.Message)
	}
}

func TestErrorsSayWhereAndWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string // without a compose.yaml this is one file of this text
		text  string
		want  []failure
	}{
		{
			"not YAML", nil, "services:\n  web:\n    image: [a\n",
			[]failure{{"compose.yaml:3:12-0", "yaml-syntax", "", "did not find expected ',' or ']'", "indent with spaces"}},
		},
		{
			"tab", nil, "services:\n\tweb: {}\n",
			[]failure{{"compose.yaml:2:1-0", "yaml-syntax", "", "a tab cannot stand here", "spaces"}},
		},
		{
			"a tab in front of a key", nil, "services:\n  web:\n\timage: a\n",
			[]failure{{"compose.yaml:3:1-0", "yaml-syntax", "", "a tab cannot stand here", "spaces"}},
		},
		{
			"duplicate key", nil, "services:\n  web:\n    image: a\n    image: b\n",
			[]failure{{"compose.yaml:4:5-10", "duplicate-key", "services.web.image", "image is given twice", "line 3"}},
		},
		{
			"a list at the top", nil, "- a\n",
			[]failure{{"compose.yaml:1:3-4", "yaml-syntax", "", "its top level is a list", "services:"}},
		},
		{
			"plain text", nil, "hello\n",
			[]failure{{"compose.yaml:1:1-6", "yaml-syntax", "", "its top level is a single value", ""}},
		},
		{
			"not UTF-8", nil, "services:\n  web:\n    image: a\xff\n",
			[]failure{{"compose.yaml:3:13-0", "yaml-syntax", "", "not valid YAML: invalid", "UTF-8"}},
		},
		{
			"a byte order mark is no column", nil, "\ufeffa: \u00e9: b\n",
			[]failure{{"compose.yaml:1:5-0", "yaml-syntax", "", "mapping values are not allowed", ""}},
		},
		{
			"where the parser stopped", nil, "services:\n  web:\n    ports: [a\n    image: b\nvolumes: {}\n",
			[]failure{{"compose.yaml:4:10-0", "yaml-syntax", "", "did not find expected ',' or ']'", ""}},
		},
		{
			"a list that goes on as a mapping", nil, "- a\nb: c\n",
			[]failure{{"compose.yaml:2:1-0", "yaml-syntax", "", "did not find expected '-' indicator", ""}},
		},
		{
			"a quote that is never closed", nil, "services:\n  a: \"x\n\n",
			[]failure{{"compose.yaml:2:6-0", "yaml-syntax", "", "unexpected end of stream", ""}},
		},
		{
			"a control character", nil, "services:\n  a: {image: \"x\x07\"}\n",
			[]failure{{"compose.yaml:2:16-0", "yaml-syntax", "", "control characters", "escape"}},
		},
		{
			"a zero byte", nil, "services:\n  a: \u00e9\x00\n",
			[]failure{{"compose.yaml:2:7-0", "compose-file", "", "binary file, with a zero byte in line 2", "as text"}},
		},
		{
			"sizes and durations", nil, "services:\n  my.web:\n    image: a\n    mem_limit: lots\n    stop_grace_period: soon\n",
			[]failure{
				{"compose.yaml:4:5-20", "invalid-value", "services.my.web.mem_limit", `"lots" is no size`, "512m"},
				{"compose.yaml:5:5-28", "invalid-value", "services.my.web.stop_grace_period", `"soon" is no duration`, "1m30s"},
			},
		},
		{"no services", nil, "services:\n", []failure{{"compose.yaml:1:1-9", "invalid-value", "services", "services must be a mapping", "indented"}}},
		{"empty file", nil, "", []failure{{"compose.yaml:1:1-0", "empty-file", "", "compose.yaml is empty", "services:"}}},
		{"comments only", nil, "# nothing\n---\n", []failure{{"compose.yaml:1:1-0", "empty-file", "", "compose.yaml is empty", ""}}},
		{
			"undefined alias", nil, "services:\n  web: *nope\n",
			[]failure{{"compose.yaml:2:8-0", "yaml-syntax", "", "unknown anchor 'nope'", ""}},
		},
		{
			"a key that must be there", nil, "services: {}\njobs:\n  night:\n    image: a\n",
			[]failure{{"compose.yaml:3:3-8", "invalid-value", "jobs.night", "jobs.night lacks triggers", "add the missing key"}},
		},
		{
			"an image whose variable is not set", nil, "services: {web: {image: \"${TAG}\"}}\n",
			[]failure{
				{"compose.yaml:1:18-33", "no-image", "services.web.image", "the image of web is empty", "variables"},
				{"compose.yaml:1:25-33", "unset-variable", "services.web.image", "the variable TAG is not set", "${TAG:-value}"},
			},
		},
		{
			"keys of which one must be there", nil, "services: {}\njobs: {night: {image: a, triggers: {}}}\n",
			[]failure{{"compose.yaml:2:26-34", "invalid-value", "jobs.night.triggers", "jobs.night.triggers needs manual or schedule", "add the one"}},
		},
		{
			"several wrong types and unknown keys", nil, `
services:
  web:
    image: nginx
    ports: "80:80"
    privileged: sure
    imgae: x
    healthcheck:
      interval: 3
      retries: many
    deploy:
      replicas: -x
      resources: {limits: {cpu: "1"}}
  api:
    image: [a]
    environment: 3
volume: {}
`,
			[]failure{
				{"compose.yaml:5:5-19", "invalid-value", "services.web.ports", "services.web.ports must be a list", "after a dash"},
				{"compose.yaml:6:5-21", "invalid-value", "services.web.privileged", "wrong type: \"sure\" is neither true nor false", "true or false"},
				{"compose.yaml:7:5-13", "unknown-key", "services.web.imgae", "not a key", "did you mean image?"},
				{"compose.yaml:9:7-18", "invalid-value", "services.web.healthcheck.interval", "must be a string, not a number", "write the unit: 3s"},
				{"compose.yaml:10:7-20", "invalid-value", "services.web.healthcheck.retries", `wrong type: "many" is no number`, "a number"},
				{"compose.yaml:12:7-19", "invalid-value", "services.web.deploy.replicas", `wrong type: "-x" is no number`, "a number"},
				{"compose.yaml:13:28-36", "unknown-key", "services.web.deploy.resources.limits.cpu", "not a key", "did you mean cpus?"},
				{"compose.yaml:15:5-10", "invalid-value", "services.api.image", "must be a string, not a list", "single value"},
				{"compose.yaml:16:5-19", "invalid-value", "services.api.environment", "must be a list or a mapping", "after a dash"},
				{"compose.yaml:17:1-7", "unknown-key", "volume", "not a key", "did you mean volumes?"},
			},
		},
		{
			"one mistake beside another keeps its words", nil,
			`services:
  web: {image: nginx, stop_grace_period: 10}
  api: {image: nginx, volumes: [""]}
`,
			[]failure{
				{"compose.yaml:2:23-44", "invalid-value", "services.web.stop_grace_period", "must be a string, not a number", "write the unit: 10s"},
				{"compose.yaml:3:33-35", "invalid-value", "services.api.volumes[0]", "is not a volume", "TARGET"},
			},
		},
		{
			"misplaced keys", nil, "image: nginx\nservices:\n  web:\n    image: x\n    services: {}\n",
			[]failure{
				{"compose.yaml:1:1-13", "unknown-key", "image", "not a key", "below services.<name>"},
				{"compose.yaml:5:5-13", "unknown-key", "services.web.services", "not a key", "the top level"},
			},
		},
		{
			"invalid service name", nil, "services:\n  \"my web\": {image: x}\n",
			[]failure{{"compose.yaml:2:3-11", "invalid-name", "services.my web", "not a valid name", "rename"}},
		},
		{
			"interpolation", nil, "services:\n  web:\n    image: ${A?set it}\n    command: echo ${B:?}\n    hostname: ${}\n",
			[]failure{
				{"compose.yaml:3:12-23", "required-variable", "services.web.image", "needs the variable A, which is not set: set it", "set A"},
				{"compose.yaml:4:14-25", "required-variable", "services.web.command", "needs the variable B, which is not set", ".env"},
				{"compose.yaml:5:15-18", "interpolation", "services.web.hostname", "starts no variable", "$$"},
			},
		},
		{
			"ports and volumes in short form", nil, "services:\n  web:\n    image: x\n    ports: ['80', 'a:b', '99999']\n    volumes: ['./a:/b:ro:z:x']\n",
			[]failure{
				{"compose.yaml:4:19-24", "invalid-value", "services.web.ports[1]", `not a port: "a:b"`, "PUBLISHED"},
				{"compose.yaml:4:26-33", "invalid-value", "services.web.ports[2]", `not a port: "99999"`, ""},
				{"compose.yaml:5:15-30", "invalid-value", "services.web.volumes[0]", "too many colons", "SOURCE"},
			},
		},
		{
			"references that lead nowhere", nil, `
services:
  web:
    image: x
    volumes: ["dta:/data"]
    networks: [front]
    secrets: [token]
    configs: [{source: conf, target: /c}]
    depends_on: [dbb]
  db:
    command: x
  api:
    image: x
    network_mode: service:nope
    depends_on: {off: {condition: service_started}}
  off:
    image: x
    profiles: [extra]
  also-off:
    profiles: [extra]
volumes: {data: {}}
`,
			[]failure{
				{"compose.yaml:5:15-26", "undefined-volume", "services.web.volumes[0]", "the volume dta, which is not declared", "did you mean data?"},
				{"compose.yaml:6:16-21", "undefined-network", "services.web.networks.front", "the network front", "networks: {front: {}}"},
				{"compose.yaml:7:15-20", "undefined-secret", "services.web.secrets[0]", "the secret token", "secrets: {token: …}"},
				{"compose.yaml:8:16-22", "undefined-config", "services.web.configs[0]", "the config conf", ""},
				{"compose.yaml:9:18-21", "undefined-service", "services.web.depends_on.dbb", "dbb, which does not exist", "did you mean db?"},
				{"compose.yaml:10:3-5", "no-image", "services.db", "neither an image nor a build", "image:"},
				{"compose.yaml:14:5-31", "undefined-service", "services.api.network_mode", "nope, which does not exist", ""},
				{"compose.yaml:15:18-21", "disabled-dependency", "services.api.depends_on.off", "no active profile enables", "--profile extra"},
			},
		},
		{
			"dependency cycle", nil, "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [a]}\n",
			[]failure{{"compose.yaml:2:30-31", "dependency-cycle", "services.a.depends_on.b", "a -> b -> c -> a", "remove"}},
		},
		{
			"extends cycle", nil, "services:\n  a: {image: x, extends: b}\n  b: {extends: a}\n",
			[]failure{{"", "extends-cycle", "", "Circular reference", "remove one"}},
		},
		{
			"extends a service that does not exist", nil, "services:\n  a:\n    extends: bb\n  b: {image: x}\n",
			[]failure{{"compose.yaml:3:5-16", "extends", "services.a.extends", `service "bb" not found`, "did you mean b?"}},
		},
		{
			"extends a file that does not exist", nil, "services:\n  a:\n    extends: {file: nope.yaml, service: b}\n",
			[]failure{{"compose.yaml:3:21-30", "extends", "services.a.extends.file", "nope.yaml cannot be read: no such file", ""}},
		},
		{
			"include cycle",
			map[string]string{"b.yaml": "include: [compose.yaml]\n"},
			"include: [b.yaml]\nservices: {a: {image: x}}\n",
			[]failure{{"b.yaml:1:11-23", "include-cycle", "include", "compose.yaml includes b.yaml includes compose.yaml", "third"}},
		},
		{
			"include of a missing file", nil, "include:\n  - path: [nope.yaml]\n",
			[]failure{{"compose.yaml:2:12-21", "include", "include", "nope.yaml cannot be read: no such file", ""}},
		},
		{
			"remote include", nil, "include:\n  - oci://example.com/x\n  - https://example.com/x.git\n  - git@example.com:x\n",
			[]failure{
				{"compose.yaml:2:5-24", "remote-include", "include", "oci://example.com/x is remote", "fetch it first"},
				{"compose.yaml:3:5-30", "remote-include", "include", "nothing is fetched", ""},
				{"compose.yaml:4:5-22", "remote-include", "include", "git@example.com:x is remote", ""},
			},
		},
		{
			"errors in an included file",
			map[string]string{"b.yaml": "services:\n  b: {imag: x}\n"},
			"include: [b.yaml]\nservices: {a: {image: x}}\n",
			[]failure{{"b.yaml:2:7-14", "unknown-key", "services.b.imag", "not a key", "did you mean image?"}},
		},
		{
			"missing env files", nil, "services:\n  a:\n    image: x\n    env_file: [a.env, {path: b.env}, {path: c.env, required: false}]\n    label_file: l.env\n",
			[]failure{
				{"compose.yaml:4:16-21", "missing-file", "services.a.env_file[0]", "a.env cannot be read: no such file", "required: false"},
				{"compose.yaml:4:24-28", "missing-file", "services.a.env_file[1]", "b.env cannot be read", ""},
				{"compose.yaml:5:5-22", "missing-file", "services.a.label_file[0]", "l.env cannot be read", ""},
			},
		},
		{
			"an env file that is no env file",
			map[string]string{"a.env": "A=1\nnot valid\n"},
			"services: {a: {image: x, env_file: a.env}}\n",
			[]failure{{"a.env:2:1-0", "env-file", "services.a.env_file[0]", "the env file a.env is invalid: the name of a variable cannot hold a space", "KEY=value"}},
		},
		{
			"env files that are none, each said once and without what may be a secret in them",
			map[string]string{
				"a.env": "A=1\nKEY=MIIE\n+hunter2/x=\n", "b.env": "X=1\n\nB=\"hunter2\nC=3\n", "c.env": "hunter2 x\n", "l.env": "l=\"${hunter2\"\n",
				"m.env": "A=1\nM=${NEEDED:?}\n",
			},
			"services:\n  a:\n    image: x\n    env_file: [a.env, b.env, {path: c.env, format: raw}, m.env]\n    label_file: l.env\n  b: {image: x, env_file: b.env}\n",
			[]failure{
				{"a.env:3:1-0", "env-file", "services.a.env_file[0]", `cannot hold "+"`, "KEY=value"},
				{"b.env:3:1-0", "env-file", "services.a.env_file[1]", "a quote is opened and never closed", "close the quote"},
				{"c.env:1:1-0", "env-file", "services.a.env_file[2]", "a line that is not KEY=value", "KEY=value"},
				{"l.env", "env-file", "services.a.label_file[0]", "a dollar sign that starts no variable", "$$"},
				{"m.env:2:1-0", "required-variable", "services.a.env_file[3]", "needs the variable NEEDED", ".env"},
			},
		},
		{
			"a .env that is none",
			map[string]string{".env": "A=1\nB='\n"},
			"services: {a: {image: x}}\n",
			[]failure{{".env:2:1-0", "env-file", "", ".env is invalid: a quote is opened and never closed", "close the quote"}},
		},
		{
			"two mounts that differ only in spelling", nil, "services: {a: {image: x, volumes: ['./a:/x', {type: tmpfs, target: /x/}]}}\n",
			[]failure{{"compose.yaml:1:47-51", "duplicate-mount", "services.a.volumes[1]", "already mounted", "once"}},
		},
		{
			"a test that starts with a program", nil, "services:\n  a: {image: x, healthcheck: {test: [CMD_SHELL, x]}}\n  b: {image: x, healthcheck: {test: [curl, x]}}\n",
			[]failure{
				{"compose.yaml:2:38-47", "invalid-value", "services.a.healthcheck.test[0]", `starts with "CMD_SHELL"`, "did you mean CMD-SHELL?"},
				{"compose.yaml:3:38-42", "invalid-value", "services.b.healthcheck.test[0]", `starts with "curl"`, "write [CMD,"},
			},
		},
		{
			"one name for many containers", nil, "services:\n  a: {image: x, container_name: one, deploy: {replicas: 2}}\n",
			[]failure{{"compose.yaml:2:17-36", "inconsistent", "services.a.container_name", "one container_name for 2 containers", "keep one"}},
		},
		{
			"two numbers of replicas", nil, "services:\n  a: {image: x, scale: 3, deploy: {replicas: 2}}\n",
			[]failure{{"compose.yaml:2:17-25", "inconsistent", "services.a.scale", "can't set distinct values", "one of the two"}},
		},
		{
			"a port without a number", nil, "services:\n  a: {image: x, ports: ['80:0']}\n",
			[]failure{{"compose.yaml:2:25-31", "invalid-value", "services.a.ports[0]", "is missing a target port", "missing"}},
		},
		{
			"a platform that is not built", nil, "services:\n  a: {platform: linux/amd64, build: {context: ., platforms: [linux/arm64]}}\n",
			[]failure{{"compose.yaml:2:50-59", "inconsistent", "services.a.build.platforms", "not built for linux/amd64, the platform of a", "add the platform"}},
		},
		{
			"a key that is a number", nil, "services:\n  a: {image: x, environment: {1: x}}\n",
			[]failure{{"compose.yaml:2:31-35", "invalid-value", "services.a.environment.1", "non-string key", "quote"}},
		},
		{
			"a service whose name is a number", nil, "services:\n  b: {image: x}\n  1: {image: x}\n",
			[]failure{{"compose.yaml:3:3-4", "invalid-value", "services.1", "non-string key", "quote"}},
		},
		{
			"keys that are lists and mappings", nil, "services:\n  ? [a]\n  : {image: x}\nx-a:\n  {{q: r}: s}\n",
			[]failure{
				{"compose.yaml:2:6-7", "yaml-syntax", "services", "a list cannot be a key", "name"},
				{"compose.yaml:5:5-6", "yaml-syntax", "x-a", "a mapping cannot be a key", "name"},
			},
		},
		{
			"numbers without end", nil, "x-a: .nan\nservices:\n  a: {image: x, cpus: -.Inf}\n",
			[]failure{
				{"compose.yaml:1:6-10", "invalid-value", "x-a", "x-a is .nan", "a number"},
				{"compose.yaml:3:23-28", "invalid-value", "services.a.cpus", "is -.Inf", "a number"},
			},
		},
		{
			"numbers with a comma", nil, "services:\n  a:\n    image: b\n    cpus: \"0,5\"\n    privileged: sure\n",
			[]failure{
				{"compose.yaml:4:5-16", "invalid-value", "services.a.cpus", `"0,5" is no number`, "with a point: 0.5"},
				{"compose.yaml:5:5-21", "invalid-value", "services.a.privileged", `"sure" is neither true nor false`, "true or false"},
			},
		},
		{
			"a size and a duration with a comma", nil, "services:\n  a:\n    image: b\n    mem_limit: 1,5g\n    stop_grace_period: 10,5s\n",
			[]failure{
				{"compose.yaml:4:5-20", "invalid-value", "services.a.mem_limit", `"1,5" is no number`, "with a point: 0.5"},
				{"compose.yaml:5:5-29", "invalid-value", "services.a.stop_grace_period", `"10,5s" is no duration`, "with a point: 0.5"},
			},
		},
		{
			"a list where a text stands, and a text of another form", nil, "services:\n  a:\n    image: b\n    user: [1]\n    container_name: a b\n",
			[]failure{
				{"compose.yaml:4:5-9", "invalid-value", "services.a.user", "must be a string, not a list", "write a single value there"},
				{"compose.yaml:5:5-24", "invalid-value", "services.a.container_name", `is "a b", which has not the form`, "write a value of that form"},
			},
		},
		{
			"a date, and numbers of the wrong kind", nil, "services:\n  a:\n    image: 2001-01-01\n    ports: [{target: -1}]\n    deploy: {resources: {limits: {cpus: lots}}}\n",
			[]failure{
				{"compose.yaml:3:5-22", "invalid-value", "services.a.image", "a date without quotes", "quote the value"},
				{"compose.yaml:4:14-24", "invalid-value", "services.a.ports[0].target", "-1 overflows", "not negative"},
				{"compose.yaml:5:35-45", "invalid-value", "services.a.deploy.resources.limits.cpus", `"lots" is no number`, "write a number"},
			},
		},
		{
			"a part of a replica", nil, "services:\n  a: {image: x, deploy: {replicas: 1.5}}\n",
			[]failure{{"compose.yaml:2:26-39", "invalid-value", "services.a.deploy.replicas", "must be a string or an integer, not a number", "whole number"}},
		},
		{
			"a Kubernetes manifest", nil, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Service\n",
			[]failure{{"compose.yaml:2:1-5", "kubernetes-manifest", "", "is not a Compose file: it holds a Kubernetes manifest (kind: Deployment)", "kubectl apply -f"}},
		},
		{
			"a Kubernetes manifest after the services", nil, "services: {a: {image: x}}\n---\napiVersion: v1\nkind: Service\n",
			[]failure{{"compose.yaml:4:1-5", "kubernetes-manifest", "", "(kind: Service)", "kubectl apply -f"}},
		},
		{
			"a Kubernetes manifest as an include",
			map[string]string{"k8s.yaml": "apiVersion: v1\nkind: Pod\n"},
			"include: [k8s.yaml]\nservices: {a: {image: x}}\n",
			[]failure{{"k8s.yaml:2:1-5", "kubernetes-manifest", "", "k8s.yaml is not a Compose file", "kubectl apply -f"}},
		},
		{
			"services beside a kind", nil, "kind: web\napiVersion: v1\nservices: {a: {image: x}}\n",
			[]failure{{"compose.yaml:1:1-10", "unknown-key", "kind", "not a key", "x-"}, {"compose.yaml:2:1-15", "unknown-key", "apiVersion", "not a key", "x-"}},
		},
		{
			"an include that is no list", nil, "services: {a: {image: x}}\ninclude: b.yaml\n",
			[]failure{{"compose.yaml:2:1-16", "invalid-value", "include", "include must be a list, not a string", "after a dash"}},
		},
		{
			"an include with a key it does not have", nil, "services: {a: {image: x}}\ninclude: [{pth: b.yaml}]\n",
			[]failure{
				{"compose.yaml:2:12-15", "invalid-value", "include[0]", "lacks path", "add"},
				{"compose.yaml:2:12-15", "unknown-key", "include[0].pth", "not a key", "did you mean path?"},
			},
		},
		{
			"extends of nothing", nil, "services:\n  a: {image: x, extends: 3}\n  b: {image: x, extends: {}}\n",
			[]failure{
				{"compose.yaml:2:17-27", "invalid-value", "services.a.extends", "must be a mapping or a string", ""},
				{"compose.yaml:3:17-24", "invalid-value", "services.b.extends", "lacks service", "add"},
			},
		},
		{
			"a value beside the pattern", nil, "services:\n  a: {image: x, pull_policy: foo}\n",
			[]failure{{"compose.yaml:2:17-33", "invalid-value", "services.a.pull_policy", `"foo", which has not the form`, "of that form"}},
		},
		{
			"a secret without a source", nil, "services: {a: {image: x}}\nsecrets:\n  s: {}\n",
			[]failure{{"compose.yaml:3:3-4", "inconsistent", "secrets.s", "file|environment", ""}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"compose.yaml": tt.text}
			maps.Copy(files, tt.files)
			got := loadFails(t, options(project(t, files)))
			if len(got) != len(tt.want) {
				t.Fatalf("%d findings, want %d:\n%s", len(got), len(tt.want), describe(got))
			}
			for i, w := range tt.want {
				f := got[i]
				if w.at != "" && place(f.Range) != w.at || f.Code != w.code || w.path != "" && f.Path.String() != w.path ||
					!strings.Contains(f.Message, w.message) || !strings.Contains(f.Help, w.help) || f.Help == "" {
					t.Errorf("finding %d:\n%swant %v", i, describe(got[i:i+1]), w)
				}
			}
		})
	}
}
