package loader

import (
	"maps"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
)

type loss struct {
	severity                        diag.Severity
	at, code, path, message, helped string
}

func TestLossesAreFoundAgain(t *testing.T) {
	for _, tt := range []struct {
		name    string
		files   map[string]string
		text    string
		environ []string
		want    []loss
	}{
		{"nothing to say", nil, "services:\n  web:\n    image: nginx\n    volumes: ['./a:/a:ro,z', 'data:/d:nocopy']\nvolumes: {data: {}}\n", nil, nil},
		{
			"an unset variable", nil, "services:\n  web:\n    image: nginx:${TAG}\n    command: [\"$TAG\", \"${OTHER:-x}\", \"$$LITERAL\", \"${SET}\"]\n",
			[]string{"SET=1"},
			[]loss{
				{diag.Warning, "compose.yaml:3:12-24", "unset-variable", "services.web.image", "TAG is not set and becomes an empty string in services.web.image, services.web.command[0]", "${TAG:-value}"},
				{diag.Info, "compose.yaml:4:51-59", "value-from-shell", "services.web.command[3]", "the value of SET comes from the environment of this machine", "unset it in the shell"},
			},
		},
		{
			"unset variables", nil, "services:\n  web:\n    image: nginx:${TAG}\n    command: [\"$TAG\"]\n    hostname: ${A:-${INNER}}\n", nil,
			[]loss{
				{diag.Warning, "compose.yaml:3:12-24", "unset-variable", "", "2 variables are not set and become empty strings: TAG, INNER", "${TAG:-value}"},
			},
		},
		{
			"unset variables of builds and of services that are off",
			map[string]string{"app/Dockerfile": "FROM x\n"},
			"services:\n  web:\n    image: x\n    build: {context: app, args: {A: '${A}'}}\n  off: {image: x, profiles: [p], command: [\"$B\"]}\n", nil,
			[]loss{
				{diag.Warning, "compose.yaml:4:37-43", "unset-variable", "services.web.build.args.A", "the variable A is not set", "${A:-value}"},
				{diag.Info, "compose.yaml:5:19-27", "profile", "services.off.profiles", "off (profiles p)", ""},
			},
		},
		{
			"unset variables of a service that another one extends", nil,
			"services:\n  web: {image: x, extends: a, profiles: !reset []}\n  a: {image: x, profiles: [p], command: [\"$B\"]}\n", nil,
			[]loss{
				{diag.Info, "compose.yaml:3:17-25", "profile", "services.a.profiles", "a (profiles p)", ""},
				{diag.Warning, "compose.yaml:3:42-46", "unset-variable", "services.a.command[0]", "the variable B", ""},
			},
		},
		{
			"options of short volumes", nil, "services:\n  web:\n    image: nginx\n    volumes:\n      - ./a:/a:cached,ro\n      - ./b:/b:exec,rw\n",
			nil,
			[]loss{
				{diag.Info, "compose.yaml:5:9-25", "volume-option", "services.web.volumes[0]", "cached", "remove"},
				{diag.Warning, "compose.yaml:6:9-23", "volume-option", "services.web.volumes[1]", `"exec"`, "long form"},
			},
		},
		{
			"volume of one letter", nil, "services:\n  web:\n    image: nginx\n    volumes: ['n:/n:nocopy', 'c:/Users/x:/data']\nvolumes: {n: {}}\n",
			nil,
			[]loss{{diag.Error, "compose.yaml:4:15-28", "drive-letter", "services.web.volumes[0]", "Windows drive n:", "two letters"}},
		},
		{
			"mounts on one target", nil, "services:\n  web:\n    image: nginx\n    volumes: ['./a:/x', {type: tmpfs, target: /x}]\n",
			nil,
			[]loss{{diag.Warning, "compose.yaml:4:26-30", "duplicate-mount", "services.web.volumes[1]", "/x is mounted twice: services.web.volumes[0] is ignored", ""}},
		},
		{
			"hooks", nil, "services:\n  web:\n    image: x\n    pre_start:\n      - {command: [a], environment: {NOWHERE: }, volumes: ['./a:/a:foo', 'n:/n']}\nvolumes: {n: {}}\n",
			nil,
			[]loss{
				{diag.Info, "compose.yaml:5:38-45", "env-passed-through", "services.web.pre_start[0].environment.NOWHERE", "not passed to web", ""},
				{diag.Warning, "compose.yaml:5:60-72", "volume-option", "services.web.pre_start[0].volumes[0]", `"foo"`, ""},
				{diag.Error, "compose.yaml:5:74-80", "drive-letter", "services.web.pre_start[0].volumes[1]", "Windows drive n:", ""},
			},
		},
		{
			"mounts of a service that nobody inherits do not count",
			map[string]string{"base.yaml": "services:\n  used: {image: x, volumes: [\"./a:/a:foo\"]}\n  unused: {image: x, volumes: [\"./a:/a:bar\"]}\n"},
			"services:\n  b: {extends: {file: base.yaml, service: used}}\n  a: {extends: {file: base.yaml, service: used}}\n", nil,
			[]loss{{diag.Warning, "base.yaml:2:30-42", "volume-option", "services.a.volumes[0]", `"foo"`, ""}},
		},
		{
			"variables without a value",
			map[string]string{"a.env": "SHADOWED=1\n", ".env": "OF_DOT_ENV=1\n"},
			"services:\n  web:\n    image: nginx\n    env_file: a.env\n    environment: {SHADOWED: , SHELL_ONE: , NOWHERE: , EMPTY: \"\"}\n  api:\n    image: x\n    environment: [SHELL_ONE, OF_DOT_ENV]\n",
			[]string{"SHELL_ONE=secret"},
			[]loss{
				{diag.Warning, "compose.yaml:5:19-27", "env-from-shell", "services.web.environment.SHADOWED", "hides the value that a.env gives it", ""},
				{diag.Info, "compose.yaml:5:44-51", "env-passed-through", "services.web.environment.NOWHERE", "is not passed to web", ""},
				{diag.Warning, "compose.yaml:8:19-28", "env-from-shell", "services.api.environment.SHELL_ONE", "environment of this machine, for api, web", "put it into .env"},
				{diag.Info, "compose.yaml:8:30-40", "env-passed-through", "services.api.environment.OF_DOT_ENV", "comes from .env, for api", ""},
			},
		},
		{
			"values of this machine in texts and env files",
			map[string]string{"a.env": "NAMED\nexport ALSO\nFILLED=${INSIDE}\nNOT=here\n", "b.env": "NAMED\n", ".env": "PROJECT=1\n"},
			"services:\n  web:\n    image: app:${TAG}\n    command: [run, \"${PROJECT}\", \"$TAG\", \"$HOME\"]\n    env_file: a.env\n    environment: {ALSO: own}\n  api: {image: x, env_file: [{path: b.env, format: raw}]}\n",
			[]string{"TAG=7", "NAMED=1", "ALSO=1", "INSIDE=1", "HOME=/h", "UNUSED=1"},
			[]loss{
				{diag.Warning, "compose.yaml:4:42-49", "env-from-shell", "services.web.command[3]", "HOME is a directory of this machine", ""},
				{diag.Info, "compose.yaml:5:5-20", "value-from-shell", "", "the values of INSIDE, TAG come from the environment of this machine", "unset it in the shell"},
				{diag.Warning, "compose.yaml:5:5-20", "env-from-shell", "services.web.env_file", "the value of NAMED comes from the environment of this machine, for web", "unset it in the shell"},
			},
		},
		{
			"a directory of this machine in an env file",
			map[string]string{"a.env": "WHERE=${HOME}/x\nRAW='$HOME'\n", "b.env": "WHERE=$HOME\n"},
			"services:\n  web:\n    image: x\n    env_file: a.env\n  raw: {image: x, env_file: [{path: b.env, format: raw}]}\n",
			[]string{"HOME=/h"},
			[]loss{{diag.Warning, "compose.yaml:4:5-20", "env-from-shell", "services.web.env_file", "HOME is a directory of this machine", "write down the path"}},
		},
		{
			"variables of a Dockerfile in the project", nil,
			"services:\n  web:\n    image: \"x:${TAG}\"\n    build:\n      context: .\n      dockerfile_inline: |\n        ARG BASE=alpine\n        FROM alpine:${BASE}\n", nil,
			[]loss{
				{diag.Warning, "compose.yaml:3:12-22", "unset-variable", "services.web.image", "the variable TAG is not set", "${TAG:-value}"},
				{diag.Warning, "compose.yaml:6:26-0", "unset-variable", "services.web.build.dockerfile_inline", "the variable BASE is not set", "write $${BASE}"},
			},
		},
		{
			"directories of this machine",
			map[string]string{"data/x": "1"},
			"services:\n  web:\n    image: nginx\n    environment: [\"DATA=${PWD}/data\", 'LITERAL=$$PWD', 'MINE=$HOME/x']\n    volumes: ['${PWD}/data:/data']\n    command: [serve, '$PWD']\n",
			nil,
			[]loss{
				{diag.Warning, "compose.yaml:4:19-37", "env-from-shell", "services.web.environment[0]", "PWD is a directory of this machine, which a cluster does not have, and its name becomes part of services.web.environment[0], services.web.command[1]", "in the container"},
				{diag.Warning, "compose.yaml:4:56-70", "unset-variable", "services.web.environment[2]", "HOME", ""},
			},
		},
		{
			"directories of this machine in services of another profile", nil,
			"services:\n  web: {image: x, extends: a, profiles: !reset []}\n  a: {image: x, profiles: [p], command: [serve, '$PWD']}\n  b: {image: x, profiles: [p], command: [serve, '$PWD']}\n", nil,
			[]loss{
				{diag.Info, "compose.yaml:3:17-25", "profile", "services.a.profiles", "a, b (profiles p)", ""},
				{diag.Warning, "compose.yaml:3:49-55", "env-from-shell", "services.a.command[1]", "part of services.a.command[1]", ""},
			},
		},
		{
			"profiles", nil, "services:\n  web: {image: nginx}\n  b: {image: x, profiles: [two, one]}\n  a: {image: x, profiles: [one]}\n", nil,
			[]loss{{diag.Info, "compose.yaml:4:17-25", "profile", "services.a.profiles", "a, b (profiles one, two)", "--profile '*'"}},
		},
		{
			"no services", nil, "name: x\nservices: {}\n", nil,
			[]loss{{diag.Error, "compose.yaml:2:1-9", "no-services", "services", "nothing to convert", "--allow=no-services"}},
		},
		{
			"no key for services", nil, "x-later: {}\nvolumes: {v: {}}\n", nil,
			[]loss{{diag.Error, "compose.yaml:1:1-0", "no-services", "services", "nothing to convert", "at least one service"}},
		},
		{
			"all services in profiles", nil, "services:\n  a: {image: x, profiles: [p]}\n", nil,
			[]loss{
				{diag.Warning, "compose.yaml:1:1-9", "no-services", "services", "every service belongs to a profile", "--profile '*'"},
				{diag.Info, "compose.yaml:2:17-25", "profile", "services.a.profiles", "a (profiles p)", ""},
			},
		},
		{"jobs alone", nil, "jobs: {night: {image: x, triggers: {schedule: ['0 0 * * *']}}}\n", nil, nil},
		{
			"files beside those that are read",
			map[string]string{"docker-compose.yml": "services: {old: {image: x}}\n", "compose.override.yml": "{}", "compose.override.yaml": "services: {web: {command: x}}\n"},
			"services: {web: {image: nginx}}\n", nil,
			[]loss{
				{diag.Info, "compose.override.yaml:1:1-0", "file-ignored", "", "compose.override.yaml is not read: compose.override.yml", "-f"},
				{diag.Info, "compose.override.yml:1:1-0", "override-file", "", "on top of compose.yaml", ""},
				{diag.Info, "docker-compose.yml:1:1-0", "file-ignored", "", "docker-compose.yml is not read: compose.yaml", "-f"},
			},
		},
		{
			"version", nil, "version: '3.8'\nservices: {web: {image: nginx}}\n", nil,
			[]loss{{diag.Info, "compose.yaml:1:1-8", "version", "version", "is ignored", ""}},
		},
		{
			"override file",
			map[string]string{"compose.override.yaml": "services: {web: {command: x}}\n"},
			"services: {web: {image: nginx}}\n", nil,
			[]loss{{diag.Info, "compose.override.yaml:1:1-0", "override-file", "", "compose.override.yaml is applied on top of compose.yaml", "-f compose.yaml"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"compose.yaml": tt.text}
			maps.Copy(files, tt.files)
			o := options(project(t, files))
			o.Environ = append(o.Environ, tt.environ...)
			got := mustLoad(t, o).Findings.Sorted()
			if len(got) != len(tt.want) {
				t.Fatalf("%d findings, want %d:\n%s", len(got), len(tt.want), describe(got))
			}
			for i, w := range tt.want {
				f := got[i]
				if f.Severity != w.severity || place(f.Range) != w.at || f.Code != w.code || f.Path.String() != w.path ||
					!strings.Contains(f.Message, w.message) || !strings.Contains(f.Help, w.helped) {
					t.Errorf("finding %d:\n%swant %v", i, describe(got[i:i+1]), w)
				}
				if strings.Contains(f.Message+f.Help, "secret") {
					t.Errorf("a value of the environment is shown: %s", f.Message)
				}
			}
		})
	}
}

func TestDisabledServicesAreNotMentionedWhenTheUserChose(t *testing.T) {
	o := options(project(t, map[string]string{"compose.yaml": "services:\n  web: {image: nginx, depends_on: [db]}\n  db: {image: x}\n  other: {image: x}\n"}))
	o.Services = []string{"web"}
	l := mustLoad(t, o)
	if got := strings.Join(l.Project.ServiceNames(), " "); got != "db web" {
		t.Errorf("services %q, want the chosen one and what it depends on", got)
	}
	if len(l.Findings) != 0 {
		t.Errorf("findings:\n%s", describe(l.Findings))
	}
	o.Services = []string{"wep"}
	f := find(t, loadFails(t, o), "no-such-service")
	if !strings.Contains(f.Help, "did you mean web?") {
		t.Errorf("help %q", f.Help)
	}
}
