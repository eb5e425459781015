package transform

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

// kindOf returns the kind of the workload of this name, "" for none.
func kindOf(r Result, name string) string {
	for _, o := range r.Objects {
		switch o.Object.(type) {
		case *appsv1.Deployment, *appsv1.StatefulSet, *appsv1.DaemonSet, *batchv1.Job, *batchv1.CronJob, *corev1.Pod:
			if objectName(o) == name {
				return strings.TrimPrefix(reflect.TypeOf(o.Object).String()[strings.LastIndex(reflect.TypeOf(o.Object).String(), ".")+1:], "*")
			}
		}
	}
	return ""
}

// hasCode reports whether a finding has this code.
func hasCode(r Result, code string) bool {
	for _, f := range r.Findings {
		if f.Code == code {
			return true
		}
	}
	return false
}

func TestKindOfWorkload(t *testing.T) {
	waits := "\n  web: {image: web, depends_on: {x: {condition: service_completed_successfully}}}"
	for name, c := range map[string]struct {
		yaml string
		want string
		code string // a finding that must be there
	}{
		"plain":                                      {`services: {x: {image: a}}`, "Deployment", "restart-unclear"},
		"always":                                     {`services: {x: {image: a, restart: always}}`, "Deployment", ""},
		"trap 32: others wait for its end":           {`services:` + "\n  x: {image: a}" + waits, "Job", "kind-chosen"},
		"waited for and always":                      {`services:` + "\n  x: {image: a, restart: always}" + waits, "Job", "restart-conflict"},
		"explicit no":                                {`services: {x: {image: a, restart: "no"}}`, "Job", "kind-chosen"},
		"explicit none":                              {`services: {x: {image: a, deploy: {restart_policy: {condition: none}}}}`, "Job", "kind-chosen"},
		"no but publishes a port":                    {`services: {x: {image: a, restart: "no", ports: ["80"]}}`, "Deployment", "restart-policy"},
		"no but exposes a port":                      {`services: {x: {image: a, restart: "no", expose: ["80"]}}`, "Deployment", "restart-policy"},
		"no but has a healthcheck":                   {`services: {x: {image: a, restart: "no", healthcheck: {test: "true"}}}`, "Deployment", "restart-policy"},
		"no but a peer depends on it":                {`services: {x: {image: a, restart: "no"}, y: {image: b, depends_on: [x]}}`, "Deployment", "restart-policy"},
		"no but a peer calls it":                     {`services: {x: {image: a, restart: "no"}, y: {image: b, environment: {U: "http://x:80/"}}}`, "Deployment", "restart-policy"},
		"waited for but shares its Pod":              {"services:\n  x: {image: a}\n  y: {image: b, network_mode: \"service:x\"}" + waits, "Deployment", "one-shot-in-pod"},
		"no and a peer has a similar word":           {`services: {x: {image: a, restart: "no"}, y: {image: b, environment: {U: "http://xy:80/"}}}`, "Job", "kind-chosen"},
		"on-failure of a queue worker":               {`services: {x: {image: a, restart: on-failure}}`, "Deployment", "restart-policy"},
		"on-failure of a migration":                  {`services: {x: {image: a, restart: on-failure, command: rails db:migrate}}`, "Job", "kind-chosen"},
		"on-failure of a word that holds it":         {`services: {x: {image: a, restart: on-failure, command: initialize}}`, "Deployment", "restart-policy"},
		"on-failure of a script that migrates first": {`services: {x: {image: a, restart: on-failure, command: ["sh", "-c", "db migrate && exec worker"]}}`, "Deployment", "restart-on-success"},
		"the value of an option":                     {`services: {x: {image: a, command: agent -server -retry-join server-bootstrap}}`, "Deployment", "restart-default"},
		"the host of a URL":                          {`services: {x: {image: a, command: "web --upstream http://setup:80"}}`, "Deployment", "restart-unclear"},
		"a server that is waited for":                {`services: {x: {image: a, command: ["bash", "-c", "until curl -f http://rest-server:80; do sleep 1; done; echo the server is up; wait-for-it api-server:80 -- /do.sh"]}}`, "Deployment", "restart-unclear"},
		"a list of peers":                            {`services: {x: {image: a, command: "node seed,node"}}`, "Deployment", "restart-unclear"},
		"a worker for migrations":                    {`services: {x: {image: a, command: celery -A migrations worker}}`, "Deployment", "restart-default"},
		"a script that does both":                    {`services: {x: {image: a, command: ./migrate-and-start.sh}}`, "Deployment", "restart-unclear"},
		"a module that migrates":                     {`services: {x: {image: a, command: python -m app.migrate}}`, "Job", "kind-chosen"},
		"a script behind a wait":                     {`services: {x: {image: a, command: "wait-for-it.sh db:5432 -- ./migrate.sh"}}`, "Job", "kind-chosen"},
		"a database called x-seed":                   {`{services: {x: {image: a, command: seed, volumes: ["data:/var/lib/mysql"]}}, volumes: {data: {}}}`, "Deployment", "restart-default"},
		"a loop of a tool":                           {`services: {x: {image: curlimages/curl, restart: on-failure, command: [sh, -c, "while true; do curl http://a; sleep 9; done"]}}`, "Deployment", "restart-on-success"},
		"a loop that is left":                        {`services: {x: {image: a, restart: on-failure, command: [sh, -c, "while true; do nc -z db 5432 && exit 0; sleep 1; done"]}}`, "Job", "kind-chosen"},
		"a loop that is not left":                    {`services: {x: {image: a, command: [sh, -c, "while true; do date; sleep 9; done"]}}`, "Deployment", "restart-default"},
		"a loop that fails":                          {`services: {x: {image: a, restart: on-failure, command: [sh, -c, "while true; do nc -z db 5432 || exit 1; sleep 9; done"]}}`, "Deployment", "restart-on-success"},
		"on-failure of a script that migrates last":  {`services: {x: {image: a, restart: on-failure, command: ["sh", "-c", "wait-for db; db migrate; exit 0"]}}`, "Job", "kind-chosen"},
		"on-failure of a migration as entrypoint":    {`services: {x: {image: a, restart: on-failure, entrypoint: ["./migrate"]}}`, "Job", "kind-chosen"},
		"on-failure below an init":                   {`services: {x: {image: a, restart: on-failure, entrypoint: [/usr/bin/dumb-init, --], command: [worker]}}`, "Deployment", "restart-on-success"},
		"on-failure of init itself":                  {`services: {x: {image: a, restart: on-failure, command: [/sbin/init]}}`, "Deployment", "restart-policy"},
		"on-failure with a flag":                     {`services: {x: {image: a, restart: on-failure, command: [node, --import, tsx, worker.js]}}`, "Deployment", "restart-on-success"},
		"no and its healthcheck is NONE":             {`services: {x: {image: a, restart: "no", healthcheck: {test: [NONE]}}}`, "Job", "kind-chosen"},
		"global and never again":                     {`services: {x: {image: a, deploy: {mode: global, restart_policy: {condition: none}}}}`, "DaemonSet", "restart-policy"},
		"chosen StatefulSet on failure":              {`services: {x: {image: a, restart: on-failure, x-kubernetes: {kind: StatefulSet}}}`, "StatefulSet", "restart-on-success"},
		"global":                                     {`services: {x: {image: a, deploy: {mode: global}}}`, "DaemonSet", "kind-chosen"},
		"replicated-job":                             {`services: {x: {image: a, deploy: {mode: replicated-job}}}`, "Job", "kind-chosen"},
		"global-job":                                 {`services: {x: {image: a, deploy: {mode: global-job}}}`, "Job", "global-job"},
		"policy without a condition":                 {`services: {x: {image: a, deploy: {restart_policy: {max_attempts: 3}}}}`, "Deployment", "restart-condition"},
		"chosen StatefulSet":                         {`services: {x: {image: a, x-kubernetes: {kind: StatefulSet}}}`, "StatefulSet", "kind-chosen"},
		"chosen Deployment of a one-shot":            {`services: {x: {image: a, restart: "no", x-kubernetes: {kind: Deployment}}}`, "Deployment", ""},
		"chosen Pod":                                 {`services: {x: {image: a, scale: 2, x-kubernetes: {kind: Pod}}}`, "Pod", "pod-replicas"},
		"job":                                        {`jobs: {x: {image: a, triggers: {manual: true}}}`, "CronJob", "job-manual"},
		"provider":                                   {`services: {x: {provider: {type: cloud}}}`, "", "provider"},
		"external":                                   {`services: {x: {image: a, x-kubernetes: {externalName: db.example.com}}}`, "", "kind-chosen"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, c.yaml)
			if got := kindOf(r, "x"); got != c.want {
				t.Errorf("kind %q, want %q; %v", got, c.want, codes(r))
			}
			if c.code != "" {
				finding(t, r, c.code)
			}
		})
	}
}

// Work that is named for what it does, and has to start first, ends all the same; a Deployment would do it again and again.
func TestWorkThatOthersStartAfter(t *testing.T) {
	for _, c := range []struct{ service, condition, want string }{
		{"app-migrate: {image: a, restart: on-failure}", "service_started", "Job"},
		{"migrator: {image: a, deploy: {restart_policy: {condition: on-failure}}}", "service_started", "Job"},
		{`fix-permission: {image: a, restart: "no"}`, "service_started", "Job"},
		{`seeder: {image: a, restart: "no", ports: ["80"]}`, "service_started", "Deployment"},
		{`init: {image: a, restart: "no", healthcheck: {test: "true"}}`, "service_healthy", "Deployment"},
		{`init: {image: a, restart: always}`, "service_started", "Deployment"},
		{"setup: {image: a}", "service_started", "Job"},
		{"web2: {image: a}", "service_started", "Deployment"},
	} {
		name, _, _ := strings.Cut(c.service, ":")
		r := convertYAML(t, "services:\n  "+c.service+"\n  web: {image: b, depends_on: {"+name+": {condition: "+c.condition+"}}}\n")
		if got := kindOf(r, name); got != c.want {
			t.Errorf("%s: %s, want %s", c.service, got, c.want)
		}
	}
}

func TestUnsetRestartIsNotAOneShot(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a}, y: {image: b}, z: {image: c, restart: always}}`)
	f := finding(t, r, "restart-unclear")
	if !strings.Contains(f.Message, "x, y ") || strings.Contains(f.Message, "z") {
		t.Errorf("message %q, want x and y named once", f.Message)
	}
}

func TestJobRestarts(t *testing.T) {
	waits := ", web: {image: web, depends_on: {x: {condition: service_completed_successfully}}}}"
	for name, c := range map[string]struct {
		yaml   string
		policy corev1.RestartPolicy
		limit  int32
	}{
		"unset":                        {`services: {x: {image: a}` + waits, corev1.RestartPolicyNever, 0},
		"no":                           {`services: {x: {image: a, restart: "no"}` + waits, corev1.RestartPolicyNever, 0},
		"trap 33: on-failure:N":        {`services: {x: {image: a, restart: "on-failure:3"}` + waits, corev1.RestartPolicyNever, 3},
		"max_attempts":                 {`services: {x: {image: a, deploy: {restart_policy: {condition: on-failure, max_attempts: 4}}}` + waits, corev1.RestartPolicyNever, 4},
		"on-failure without end":       {`services: {x: {image: a, restart: on-failure}` + waits, corev1.RestartPolicyOnFailure, math.MaxInt32},
		"always":                       {`services: {x: {image: a, restart: always}` + waits, corev1.RestartPolicyOnFailure, math.MaxInt32},
		"policy replaces restart":      {`services: {x: {image: a, restart: always, deploy: {restart_policy: {condition: none}}}` + waits, corev1.RestartPolicyNever, 0},
		"global-job, Swarm's wish":     {`services: {x: {image: a, deploy: {mode: global-job}}}`, corev1.RestartPolicyOnFailure, math.MaxInt32},
		"replicated-job, Swarm's wish": {`services: {x: {image: a, deploy: {mode: replicated-job}}}`, corev1.RestartPolicyOnFailure, math.MaxInt32},
	} {
		t.Run(name, func(t *testing.T) {
			job := find[*batchv1.Job](t, convertYAML(t, c.yaml), "x")
			if got := job.Spec.Template.Spec.RestartPolicy; got != c.policy {
				t.Errorf("restartPolicy %s, want %s", got, c.policy)
			}
			if got := *job.Spec.BackoffLimit; got != c.limit {
				t.Errorf("backoffLimit %d, want %d", got, c.limit)
			}
		})
	}
}

// The replicas of a one-shot are containers of their own on Docker: one that fails ends no other.
func TestReplicasOfAOneShotFailOnTheirOwn(t *testing.T) {
	text := `services: {x: {image: a, deploy: {mode: replicated-job, replicas: 3, restart_policy: {condition: on-failure, max_attempts: 2}}}}`
	job := find[*batchv1.Job](t, convertYAML(t, text), "x").Spec
	if job.BackoffLimit != nil || job.BackoffLimitPerIndex == nil || *job.BackoffLimitPerIndex != 2 || *job.CompletionMode != batchv1.IndexedCompletion || *job.Completions != 3 {
		t.Errorf("spec %+v", job)
	}
	for name, c := range map[string]struct {
		yaml string
		in   func(*Input)
	}{
		"a version without it":          {text, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 32} }},
		"a hostname, which it replaces": {strings.Replace(text, "image: a", "image: a, hostname: h", 1), func(*Input) {}},
		"a name without room":           {strings.Replace(text, "x:", strings.Repeat("x", 62)+":", 1), func(*Input) {}},
	} {
		r := convertYAML(t, c.yaml, c.in)
		for _, o := range r.Objects {
			if job, is := o.Object.(*batchv1.Job); is && (job.Spec.CompletionMode != nil || *job.Spec.BackoffLimit != 2) {
				t.Errorf("%s: spec %+v", name, job.Spec)
			}
		}
	}
}

func TestBarePodRestartsAsWritten(t *testing.T) {
	for restart, want := range map[string]corev1.RestartPolicy{
		"": corev1.RestartPolicyNever, `restart: "no",`: corev1.RestartPolicyNever,
		"restart: always,": "", "restart: on-failure,": corev1.RestartPolicyOnFailure,
	} {
		pod := find[*corev1.Pod](t, convertYAML(t, `services: {x: {image: a, `+restart+` x-kubernetes: {kind: Pod}}}`), "x")
		if pod.Spec.RestartPolicy != want {
			t.Errorf("%q: restartPolicy %q, want %q", restart, pod.Spec.RestartPolicy, want)
		}
	}
}

func TestLongStatefulSetNames(t *testing.T) {
	name := strings.Repeat("long", 15)
	r := convertYAML(t, `services: {`+name+`: {image: a, x-kubernetes: {kind: StatefulSet}}}`)
	for _, o := range r.Objects {
		if s, ok := o.Object.(*appsv1.StatefulSet); ok && len(s.Name) > 52 {
			t.Errorf("%s has %d characters: its Pods cannot be made", s.Name, len(s.Name))
		}
	}
}

func TestOneShotInASharedPod(t *testing.T) {
	r := convertYAML(t, `
services:
  vpn: {image: vpn}
  init: {image: a, network_mode: "service:vpn"}
  web: {image: web, depends_on: {init: {condition: service_completed_successfully}}}
`)
	finding(t, r, "one-shot-in-pod")
	web := find[*appsv1.Deployment](t, r, "web")
	if len(web.Spec.Template.Spec.InitContainers) != 0 {
		t.Error("web waits for a container that is restarted whenever it ends")
	}
}

func TestReplicas(t *testing.T) {
	r := convertYAML(t, `
services:
  none: {image: a, scale: 0}
  many: {image: a, deploy: {replicas: 3}}
  auto: {image: a, mem_limit: 1g, x-kubernetes: {autoscale: {max: 5, cpu: 80}}}
  batch: {image: a, deploy: {mode: replicated-job, replicas: 4}}
  idle: {image: a, restart: "no", scale: 0}
`)
	if got := find[*appsv1.Deployment](t, r, "none").Spec.Replicas; got == nil || *got != 0 {
		t.Errorf("none: replicas %v, want 0", got)
	}
	if got := *find[*appsv1.Deployment](t, r, "many").Spec.Replicas; got != 3 {
		t.Errorf("many: replicas %d, want 3", got)
	}
	if got := find[*appsv1.Deployment](t, r, "auto").Spec.Replicas; got != nil {
		t.Errorf("auto: replicas %d, want none: the autoscaler decides", *got)
	}
	if s := find[*batchv1.Job](t, r, "batch").Spec; *s.Completions != 4 || *s.Parallelism != 4 || *s.PodReplacementPolicy != batchv1.Failed {
		t.Errorf("batch: %+v, want four at once", s)
	}
	if s := find[*batchv1.Job](t, r, "idle").Spec; s.Suspend == nil || !*s.Suspend {
		t.Error("idle: a Job without containers must not run")
	}
	if !slices.Contains(codes(r), "warning[autoscale-request] services.auto.x-kubernetes.autoscale") {
		t.Errorf("no warning about the missing CPU request: %v", codes(r))
	}
}

func TestPodReplacementPolicyWaitsForItsVersion(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, restart: "no"}}`, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 33} })
	if got := find[*batchv1.Job](t, r, "x").Spec.PodReplacementPolicy; got != nil {
		t.Errorf("podReplacementPolicy %s on 1.33, where it is not generally available", *got)
	}
}

func TestRestartPoliciesThatDockerRefuses(t *testing.T) {
	for restart, want := range map[string]string{
		"sometimes": `"sometimes" is no restart policy: it is taken as always`, "on-failure:x": `"on-failure:x" is no restart policy: it is taken as on-failure`,
		"always:3": `"always:3" is no restart policy: it is taken as always`, "unless-stopped": "", "on-failure:3": "", "no": "",
	} {
		got := ""
		for _, f := range convertYAML(t, "services: {x: {image: a, restart: '"+restart+"'}}").Findings {
			if f.Code == "restart-policy" && strings.Contains(f.Message, "is no restart policy") {
				got = f.Message
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", restart, got, want)
		}
	}
}

// TestReplicasOfOtherKinds: a number of replicas is carried or said not to count.
func TestReplicasOfOtherKinds(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, scale: 2, x-kubernetes: {kind: CronJob, schedule: "@daily"}}}`)
	if spec := find[*batchv1.CronJob](t, r, "x").Spec.JobTemplate.Spec; spec.Completions == nil || *spec.Completions != 2 || *spec.Parallelism != 2 {
		t.Errorf("%+v", spec)
	}
	for yaml, said := range map[string]bool{
		"deploy: {mode: global, replicas: 3}": true, "scale: 3, x-kubernetes: {kind: DaemonSet}": true, "deploy: {mode: global}": false,
	} {
		f := finding(t, convertYAML(t, "services: {x: {image: a, "+yaml+"}}"), "kind-chosen")
		if strings.HasSuffix(f.Message, "the number of replicas, 3, does not count") != said {
			t.Errorf("%s: %s", yaml, f.Message)
		}
	}
}

// What the Dockerfile or the lock says of the command of an image tells as much as what the file says.
func TestKindByTheCommandOfTheImage(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		facts   source.ImageFacts
		want    string
		unclear bool
	}{
		"a migration":                     {"build: .", source.ImageFacts{Cmd: []string{"python", "manage.py", "migrate"}, EntryKnown: true}, "Job", false},
		"a script that ends":              {"build: .", source.ImageFacts{Cmd: []string{"/bin/sh", "-c", "load; exit 0"}, EntryKnown: true}, "Job", false},
		"a worker":                        {"build: .", source.ImageFacts{Cmd: []string{"celery", "-A", "shop", "worker"}, EntryKnown: true}, "Deployment", false},
		"below an entrypoint":             {"build: .", source.ImageFacts{Entrypoint: []string{"tini", "--"}, Cmd: []string{"alembic", "upgrade", "head"}, EntryKnown: true}, "Job", false},
		"a program that tells nothing":    {"build: .", source.ImageFacts{Cmd: []string{"/app/run"}, EntryKnown: true}, "Deployment", true},
		"the command of the file wins":    {"{build: ., command: /app/run}", source.ImageFacts{Cmd: []string{"migrate"}, EntryKnown: true}, "Deployment", true},
		"an entrypoint drops the command": {"{build: ., entrypoint: /app/run}", source.ImageFacts{Cmd: []string{"migrate"}, EntryKnown: true}, "Deployment", true},
		"another program than the server": {"{build: ., command: python report.py}", source.ImageFacts{Cmd: []string{"gunicorn", "app:app"}, Ports: []string{"80/tcp"}}, "Deployment", true},
		"the server by another command":   {"{build: ., command: poetry run gunicorn app:app}", source.ImageFacts{Cmd: []string{"gunicorn", "app:app"}, Ports: []string{"80/tcp"}}, "Deployment", false},
		"the server while it is made":     {"{build: ., command: npm run dev}", source.ImageFacts{Cmd: []string{"npm", "start"}, Ports: []string{"80/tcp"}}, "Deployment", false},
		"what its entrypoint is given":    {"{build: ., command: other}", source.ImageFacts{Entrypoint: []string{"/server"}, Cmd: []string{"usual"}, Ports: []string{"80/tcp"}, EntryKnown: true}, "Deployment", false},
		"what a script goes on with":      {"{build: ., command: other}", source.ImageFacts{Entrypoint: []string{"/entry.sh"}, Cmd: []string{"usual"}, Ports: []string{"80/tcp"}, EntryKnown: true}, "Deployment", true},
		"a build of a server":             {"{build: ., command: yarn build}", source.ImageFacts{Cmd: []string{"yarn", "start"}, Ports: []string{"80/tcp"}}, "Job", false},
		"a check of its settings":         {"{image: \"nginx:1.27\", command: nginx -t}", source.ImageFacts{}, "Job", false},
		"a server with a setup":           {"build: .", source.ImageFacts{Entrypoint: []string{"/setup.sh"}, Ports: []string{"80/tcp"}, EntryKnown: true}, "Deployment", false},
	} {
		t.Run(name, func(t *testing.T) {
			service := c.service
			if !strings.HasPrefix(service, "{") {
				service = "{" + service + "}"
			}
			r := convertYAML(t, "services: {x: "+service+"}", image("x", c.facts))
			if got := kindOf(r, "x"); got != c.want {
				t.Errorf("kind %q, want %q", got, c.want)
			}
			if got := hasCode(r, "restart-unclear"); got != c.unclear {
				t.Errorf("restart-unclear %v, want %v", got, c.unclear)
			}
		})
	}
}
