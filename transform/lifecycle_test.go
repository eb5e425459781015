package transform

import (
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/source"
)

func TestGracePeriod(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		want int64
	}{
		"trap 10: Docker's default":   {``, 10},
		"rounded up":                  {`, stop_grace_period: 1500ms`, 2},
		"never 0":                     {`, stop_grace_period: 0s`, 1},
		"with a pre_stop hook":        {`, stop_grace_period: 1m, pre_stop: [{command: [a]}]`, 70},
		"a pre_start hook that lasts": {`, pre_start: [{command: [a], stop_grace_period: 40s}]`, 40},
	} {
		t.Run(name, func(t *testing.T) {
			if got := *podSpec(t, convertYAML(t, `services: {x: {image: a`+c.yaml+`}}`), "x").TerminationGracePeriodSeconds; got != c.want {
				t.Errorf("%d s, want %d s", got, c.want)
			}
		})
	}
}

func TestGracePeriodOfASharedPod(t *testing.T) {
	r := convertYAML(t, `
services:
  x: {image: a, stop_grace_period: 45s}
  y: {image: a, network_mode: "service:x", stop_grace_period: 5s}
`)
	if got := *podSpec(t, r, "x").TerminationGracePeriodSeconds; got != 45 {
		t.Errorf("%d s, want the longest", got)
	}
}

func TestHooks(t *testing.T) {
	for name, c := range map[string]struct {
		hooks string
		want  []string
	}{
		"one stays as it is":             {`[{command: [./warm.sh, "a b"]}]`, []string{"./warm.sh", "a b"}},
		"trap 5: hooks are not expanded": {`[{command: [sh, -c, "echo $$(date)"]}]`, []string{"sh", "-c", "echo $(date)"}},
		"a directory and variables": {
			`[{command: [./warm.sh, "a b"], environment: [MODE=fast, "TEXT=it's"], working_dir: /srv}, {command: [touch, /tmp/ok]}]`,
			[]string{"sh", "-c", `(cd /srv && env MODE=fast TEXT='it'\''s' ./warm.sh 'a b') && touch /tmp/ok`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := mainContainer(t, convertYAML(t, `services: {x: {image: a, post_start: `+c.hooks+`, pre_stop: `+c.hooks+`}}`), "x")
			if got := c2.Lifecycle.PostStart.Exec.Command; !slices.Equal(got, c.want) {
				t.Errorf("postStart %q, want %q", got, c.want)
			}
			if got := c2.Lifecycle.PreStop.Exec.Command; !slices.Equal(got, c.want) {
				t.Errorf("preStop %q, want %q", got, c.want)
			}
		})
	}
}

func TestHookFindings(t *testing.T) {
	for hook, code := range map[string]string{
		`{command: [a], user: root}`:                           "hook-user",
		`{command: [a], privileged: true}`:                     "hook-user",
		`{command: [a], environment: {DB_PASSWORD: secret12}}`: "hook-secret",
		`{command: [a], environment: {UNSET: }}`:               "env-null",
	} {
		r := convertYAML(t, `services: {x: {image: a, post_start: [`+hook+`]}}`)
		f := finding(t, r, code)
		if strings.Contains(f.Message+f.Help, "secret12") {
			t.Errorf("a finding shows a secret: %q", f.Message)
		}
	}
	r := convertYAML(t, `services: {x: {image: a, pre_stop: [{command: [a], user: root}]}}`)
	if f := finding(t, r, "hook-user"); strings.Contains(f.Help, "pre_start") {
		t.Errorf("a hook before the start cannot do the work of the stop: %s", f.Help)
	}
	r = convertYAML(t, `services: {x: {image: a, user: "1000", post_start: [{command: [a], user: "1000"}]}}`)
	if hasCode(r, "hook-user") {
		t.Errorf("the hook runs as the user it asks for: %v", codes(r))
	}
}

func TestHooksRunMoreOften(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, pre_start: [{command: [a]}], post_start: [{command: [b]}], pre_stop: [{command: [c]}]}}`)
	var at []string
	for _, f := range r.Findings {
		if f.Code == "hook-repeated" {
			at = append(at, f.Path.String())
		}
	}
	slices.Sort(at)
	if got := strings.Join(at, " "); got != "services.x.post_start services.x.pre_start[0] services.x.pre_stop" {
		t.Errorf("said at %s", got)
	}
	if r := convertYAML(t, `services: {x: {image: a, pre_start: [{command: [a], per_replica: true}]}}`); hasCode(r, "hook-repeated") {
		t.Error("with per_replica a hook runs for each Pod as it should")
	}
}

func TestHookWithoutAShell(t *testing.T) {
	r := convertYAML(t, `services: {web: {image: a, post_start: [{command: "warm && touch /ok"}]}}`)
	if f := finding(t, r, "command-shell"); f.Path.String() != "services.web.post_start[0].command" || !strings.Contains(f.Message, "&& touch /ok") {
		t.Errorf("finding %v", f)
	}
}

func TestStopSignal(t *testing.T) {
	for signal, code := range map[string]string{
		"SIGINT": "stop-signal", "INT": "stop-signal", "2": "stop-signal", "SIGRTMIN+3": "stop-signal",
		"SIGTERM": "stop-signal-same", "15": "stop-signal-same", "sigterm": "stop-signal-same",
	} {
		r := convertYAML(t, `services: {x: {image: a, stop_signal: "`+signal+`"}}`)
		finding(t, r, code)
		if l := mainContainer(t, r, "x").Lifecycle; l != nil {
			t.Errorf("%s: lifecycle %+v, an alpha field", signal, l)
		}
	}
	r := convertYAML(t, `services: {x: {image: a, stop_signal: SIGINT}}`, withFacts("x", source.ImageFacts{StopSignal: "2"}))
	finding(t, r, "stop-signal-same")
}

func TestInit(t *testing.T) {
	if s := podSpec(t, convertYAML(t, `services: {x: {image: a, init: true}}`), "x"); s.ShareProcessNamespace == nil || !*s.ShareProcessNamespace {
		t.Error("nothing reaps zombies")
	}
	if s := podSpec(t, convertYAML(t, `services: {x: {image: a, init: false}}`), "x"); s.ShareProcessNamespace != nil {
		t.Error("init: false asks for nothing")
	}
	if s := podSpec(t, convertYAML(t, `services: {x: {image: a, init: true, pid: host}}`), "x"); s.ShareProcessNamespace != nil {
		t.Error("the API server refuses a shared process namespace together with the one of the node")
	}
	r := convertYAML(t, `
services:
  x: {image: a, init: true}
  y: {image: a, network_mode: "service:x"}
`)
	if s := podSpec(t, r, "x"); s.ShareProcessNamespace != nil {
		t.Error("the containers of the Pod see each other's processes")
	}
	finding(t, r, "init-shared-pod")
}

func TestPreStart(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a, expose: ["5432"]}
  x:
    image: app
    scale: 2
    environment: {MODE: fast}
    labels: {team: web}
    volumes: [data:/data]
    depends_on: {db: {condition: service_healthy}}
    pre_start:
    - {command: [./migrate]}
    - {command: [./seed], image: tools, labels: {role: seed}, init: true}
    x-kubernetes: {initContainers: [{name: last, image: last}]}
volumes: {data: {}}
`)
	spec := podSpec(t, r, "x")
	if got := containerNames(spec.InitContainers); got != "wait-db pre-start-0 pre-start-1 last" {
		t.Fatalf("initContainers %s", got)
	}
	hook := spec.InitContainers[1]
	if hook.Image != "app" || hook.Args[0] != "./migrate" || len(hook.Env) != 1 || hook.Env[0].Value != "fast" {
		t.Errorf("hook %+v, want image and variables of the service", hook)
	}
	if len(hook.VolumeMounts) != 1 || hook.VolumeMounts[0].MountPath != "/data" {
		t.Errorf("mounts %+v, want those of the service", hook.VolumeMounts)
	}
	if spec.InitContainers[2].Image != "tools" {
		t.Errorf("image %s, want its own", spec.InitContainers[2].Image)
	}
	finding(t, r, "pre-start-replicas")
	finding(t, r, "hook-init")
}

func TestPreStartCannotHaveItsOwnPod(t *testing.T) {
	for _, key := range []string{"hostname: h", "dns: [1.1.1.1]", "sysctls: {net.ipv4.tcp_syncookies: 0}", "group_add: [\"5\"]", "platform: linux/arm64"} {
		r := convertYAML(t, `services: {x: {image: a, pre_start: [{command: [a], `+key+`}]}}`)
		finding(t, r, "hook-pod-level")
	}
	r := convertYAML(t, `services: {x: {image: a, hostname: h, pre_start: [{command: [a]}, {command: [b], hostname: h}]}}`)
	if hasCode(r, "hook-pod-level") {
		t.Errorf("what the service says as well is no difference: %v", codes(r))
	}
}
