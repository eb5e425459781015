package transform

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

func waitersOf(t testing.TB, r Result, name string) []corev1.Container {
	t.Helper()
	return find[*appsv1.Deployment](t, r, name).Spec.Template.Spec.InitContainers
}

func TestWaitForHealthy(t *testing.T) {
	for name, c := range map[string]struct{ db, want string }{
		"trap 40: a TCP port": {`{image: a, healthcheck: {test: "true"}, expose: ["5432"]}`, "until out=$(nc -z -w 2 db 5432 2>&1); do\n"},
		"any of its ports":    {`{image: a, healthcheck: {test: "true"}, expose: ["53/udp", "80", "443"]}`, "until out=$({ nc -z -w 2 db 80 || nc -z -w 2 db 443; } 2>&1); do\n"},
		"UDP ports only":      {`{image: a, healthcheck: {test: "true"}, expose: ["53/udp"]}`, "until out=$(nslookup db 2>&1); echo \"$out\" | grep -q \"^Name:\"; do\n"},
		"no port":             {`{image: a, healthcheck: {test: "true"}}`, "until out=$(nslookup db 2>&1); echo \"$out\" | grep -q \"^Name:\"; do\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  db: "+c.db+"\n  web: {image: web, depends_on: {db: {condition: service_healthy}}}")
			waiters := waitersOf(t, r, "web")
			if len(waiters) != 1 || waiters[0].Name != "wait-db" || waiters[0].Image != "busybox:1.37" {
				t.Fatalf("initContainers %v", containerNames(waiters))
			}
			if got := waiters[0].Command; len(got) != 3 || got[0] != "sh" || got[1] != "-c" || !strings.HasPrefix(got[2], c.want) {
				t.Errorf("command %q, want %q", got, c.want)
			}
			if s := waiters[0].SecurityContext; !*s.RunAsNonRoot || *s.AllowPrivilegeEscalation || s.Capabilities.Drop[0] != "ALL" {
				t.Errorf("securityContext %+v is not restricted", s)
			}
		})
	}
}

// What is not required is waited for where it is there, as docker compose does; the wait ends when it does not come.
func TestOptionalDependenciesAreWaitedFor(t *testing.T) {
	r := convertYAML(t, "services:\n  db: {image: a, expose: [\"1\"], healthcheck: {test: x, interval: 10s, retries: 5, start_period: 20s}}\n"+
		"  web: {image: web, depends_on: {db: {condition: service_healthy, required: false}}}")
	waits := waitersOf(t, r, "web")
	if len(waits) != 1 || !strings.HasPrefix(waits[0].Command[2], "timeout 140 sh -c") || !strings.Contains(waits[0].Command[2], "|| echo") {
		t.Errorf("waits %+v", waits)
	}
	r = convertYAML(t, "services:\n  job: {image: a}\n  web: {image: web, depends_on: {job: {condition: service_completed_successfully, required: false}}}")
	for _, w := range waitersOf(t, r, "web") {
		if strings.HasPrefix(w.Name, "check-") {
			t.Errorf("%s fails where the Job has failed, which it need not", w.Name)
		}
	}
}

func TestNothingToWaitFor(t *testing.T) {
	for name, c := range map[string]struct {
		yaml   string
		change func(*Input)
	}{
		"started":        {"services:\n  db: {image: a, expose: [\"1\"]}\n  web: {image: web, depends_on: [db]}", nil},
		"no containers":  {"services:\n  db: {image: a, expose: [\"1\"], scale: 0}\n  web: {image: web, depends_on: {db: {condition: service_healthy}}}", nil},
		"a provider":     {"services:\n  db: {provider: {type: cloud}}\n  web: {image: web, depends_on: {db: {condition: service_healthy}}}", nil},
		"the same Pod":   {"services:\n  db: {image: a, network_mode: \"service:web\"}\n  web: {image: web, expose: [\"1\"]}", nil},
		"--wait=none":    {"services:\n  db: {image: a, expose: [\"1\"]}\n  web: {image: web, depends_on: {db: {condition: service_healthy}}}", func(in *Input) { in.Options.Wait = "none" }},
		"up: in waves":   {"services:\n  db: {image: a, expose: [\"1\"]}\n  web: {image: web, depends_on: {db: {condition: service_healthy}}}", func(in *Input) { in.Options.Live = true }},
		"only UDP ports": {"services:\n  db: {image: a, expose: [\"53/udp\"], x-kubernetes: {service: clusterip}}\n  web: {image: web, depends_on: {db: {condition: service_healthy}}}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, c.yaml, func(in *Input) {
				if c.change != nil {
					c.change(in)
				}
			})
			for _, w := range waitersOf(t, r, "web") {
				if strings.HasPrefix(w.Name, "wait-") {
					t.Errorf("waits: %q", w.Command)
				}
			}
		})
	}
}

func TestWaitForJob(t *testing.T) {
	r := convertYAML(t, `
services:
  migrate: {image: a}
  web: {image: web, depends_on: {migrate: {condition: service_completed_successfully}}}
`)
	pod := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec
	if got := containerNames(pod.InitContainers); got != "wait-migrate check-migrate" {
		t.Fatalf("initContainers %v", got)
	}
	if c := pod.InitContainers[1]; c.Image != "registry.k8s.io/kubectl:v1.35.0" || !slices.Contains(c.Command, "--for=condition=Complete") || c.Command[len(c.Command)-1] != "job/migrate" {
		t.Errorf("check %+v", c)
	}
	if *pod.AutomountServiceAccountToken {
		t.Error("the Pod's own containers get a token")
	}
	for _, c := range pod.Containers {
		if len(c.VolumeMounts) != 0 {
			t.Errorf("container %s mounts %v", c.Name, c.VolumeMounts)
		}
	}
	role := find[*rbacv1.Role](t, r, "shop-waiter")
	want := rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list", "watch"}, ResourceNames: []string{"migrate"}}
	if len(role.Rules) != 1 || role.Rules[0].String() != want.String() {
		t.Errorf("rules %+v, want only the Job that is waited for", role.Rules)
	}
	find[*corev1.ServiceAccount](t, r, "shop-waiter")
	if s := find[*rbacv1.RoleBinding](t, r, "shop-waiter").Subjects; len(s) != 1 || s[0].Name != pod.ServiceAccountName {
		t.Errorf("subjects %+v, account %s", s, pod.ServiceAccountName)
	}
}

func TestWaitForJobWithAnAccountOfItsOwn(t *testing.T) {
	r := convertYAML(t, `
services:
  migrate: {image: a}
  web: {image: web, depends_on: {migrate: {condition: service_completed_successfully}}, x-kubernetes: {serviceAccountName: web}}
`)
	if s := find[*rbacv1.RoleBinding](t, r, "shop-waiter").Subjects; len(s) != 1 || s[0].Name != "web" {
		t.Errorf("subjects %+v, want the account that the Pod has", s)
	}
	if has[*corev1.ServiceAccount](r, "shop-waiter") {
		t.Error("an account that nobody uses")
	}
}

// A one-shot that others want healthy is ready for a while only.
func TestWaitForHealthyOneShot(t *testing.T) {
	r := convertYAML(t, `services:
  seed: {image: a, expose: [80], healthcheck: {test: "true"}}
  x: {image: b, depends_on: {seed: {condition: service_completed_successfully}}}
  y: {image: b, depends_on: {seed: {condition: service_healthy}}}`)
	if f := finding(t, r, "depends-on-kind"); f.Path.String() != "services.y.depends_on.seed" || !strings.Contains(f.Message, "waits for ever") {
		t.Errorf("finding %v", f)
	}
}

// What has no network can be asked by nobody, and no policy opens it for a wait that is not written.
func TestWaitForAServiceWithoutNetwork(t *testing.T) {
	r := convertYAML(t, `services:
  api: {image: nginx, restart: always, depends_on: {db: {condition: service_healthy}}, networks: [n]}
  db: {image: "postgres:17", restart: always, network_mode: none, healthcheck: {test: pg_isready}}
networks: {n: {}}`)
	if f := finding(t, r, "depends-on-kind"); !strings.Contains(f.Message, "which has no network") {
		t.Errorf("%q", f.Message)
	}
	for _, o := range r.Objects {
		if p, ok := o.Object.(*networkingv1.NetworkPolicy); ok && strings.HasPrefix(p.Name, "allow-") {
			t.Errorf("%s lets %v in", p.Name, p.Spec.Ingress)
		}
	}
	if hasCode(r, "wait-across-networks") {
		t.Error("a policy is told that nobody wrote")
	}
}

func TestNobodyWaitsForTheRunsOfACronJob(t *testing.T) {
	r := convertYAML(t, `services:
  x: {image: a, x-kubernetes: {kind: CronJob, schedule: "@daily"}}
  y: {image: b, depends_on: {x: {condition: service_healthy}}}`)
	if finding(t, r, "depends-on-job"); hasCode(r, "no-healthcheck") {
		t.Errorf("something stands in for a healthcheck that nobody waits for: %v", codes(r))
	}
}

func TestWaitImageReplacesBoth(t *testing.T) {
	r := convertYAML(t, `
services:
  migrate: {image: a}
  db: {image: a, expose: ["1"]}
  web: {image: web, depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_healthy}}}
`, func(in *Input) { in.Options.WaitImage = "tools:1" })
	for _, c := range waitersOf(t, r, "web") {
		if c.Image != "tools:1" {
			t.Errorf("%s uses %s", c.Name, c.Image)
		}
	}
}

func TestPodsNeverWaitForEachOther(t *testing.T) {
	r := convertYAML(t, `
services:
  a: {image: a, expose: ["1"]}
  side: {image: s, network_mode: "service:a", depends_on: {b: {condition: service_healthy}}}
  b: {image: b, expose: ["2"], depends_on: {a: {condition: service_healthy}}}
`)
	finding(t, r, "depends-on-cycle")
	if len(waitersOf(t, r, "b")) != 1 {
		t.Error("b must still wait for a, as the file says")
	}
	for _, c := range waitersOf(t, r, "a") {
		if c.Name == "wait-b" {
			t.Error("the Pods of a and b wait for each other")
		}
	}
}

func TestWaiterNamesDoNotClash(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a, expose: ["1"]}
  wait-db: {image: web, depends_on: {db: {condition: service_healthy}}}
`)
	pod := find[*appsv1.Deployment](t, r, "wait-db").Spec.Template.Spec
	if pod.InitContainers[0].Name == pod.Containers[0].Name {
		t.Errorf("two containers are called %s", pod.Containers[0].Name)
	}
}

func TestInlinedOneShot(t *testing.T) {
	const project = `
services:
  db: {image: a, expose: ["5432"]}
  migrate:
    image: app
    command: [migrate]
    ports: ["9000"]
    healthcheck: {test: "true"}
    volumes: [data:/data]
    depends_on: {db: {condition: service_healthy}}
    x-kubernetes: {inline: true}
  web: {image: app, depends_on: {migrate: {condition: service_completed_successfully}}}
volumes: {data: {}}
`
	r := convertYAML(t, project)
	if kindOf(r, "migrate") != "" {
		t.Error("migrate has a workload of its own")
	}
	init := waitersOf(t, r, "web")
	if got := containerNames(init); got != "wait-db migrate" {
		t.Fatalf("initContainers %v", got)
	}
	if c := init[1]; len(c.Ports) != 0 || c.ReadinessProbe != nil || c.Args[0] != "migrate" || len(c.VolumeMounts) != 1 {
		t.Errorf("container %+v", c)
	}
	two := strings.Replace(project, "volumes: {data", "  other: {image: b, depends_on: {migrate: {condition: service_completed_successfully}}}\nvolumes: {data", 1)
	r = convertYAML(t, two)
	finding(t, r, "inline-ignored")
	find[*batchv1.Job](t, r, "migrate")
}

func TestDependenciesForUp(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a, expose: ["1"]}
  off: {image: a, scale: 0}
  web:
    image: web
    depends_on: {db: {condition: service_healthy, restart: true}, off: {condition: service_started}}
`, func(in *Input) { in.Options.Live = true })
	got := find[*appsv1.Deployment](t, r, "web").Annotations[AnnotationDependsOn]
	if want := `{"db":{"condition":"service_healthy","required":true,"restart":true}}`; got != want {
		t.Errorf("annotation %s, want %s", got, want)
	}
}

func TestRestartWithADependencyIsReported(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a}
  web: {image: web, depends_on: {db: {condition: service_started, restart: true}}}
  linked: {image: web, links: [db]}
`)
	var at []string
	for _, c := range codes(r) {
		if strings.Contains(c, "depends-on-restart") {
			at = append(at, c)
		}
	}
	if !slices.Equal(at, []string{"warning[depends-on-restart] services.web.depends_on.db.restart"}) {
		t.Errorf("got %v, want only what the file says", at)
	}
}
