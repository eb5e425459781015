package transform

import (
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestScheduledJob(t *testing.T) {
	r := convertYAML(t, `
jobs:
  backup:
    image: backup
    triggers:
      manual: false
      schedule:
      - {cron: "0 3 * * *", timezone: Europe/Paris, missed_fires: skip}
      - "@daily"
`)
	first, second := find[*batchv1.CronJob](t, r, "backup"), find[*batchv1.CronJob](t, r, "backup-2")
	s := first.Spec
	if s.Schedule != "0 3 * * *" || *s.TimeZone != "Europe/Paris" || *s.StartingDeadlineSeconds != 60 || s.Suspend != nil {
		t.Errorf("spec %+v", s)
	}
	if s.ConcurrencyPolicy != batchv1.ForbidConcurrent {
		t.Errorf("concurrencyPolicy %q: the default lets runs overlap, Compose never does", s.ConcurrencyPolicy)
	}
	job := s.JobTemplate.Spec
	if *job.BackoffLimit != 0 || job.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		t.Errorf("a job is one attempt, not %d more", *job.BackoffLimit)
	}
	if second.Spec.Schedule != "@daily" || second.Spec.TimeZone != nil || second.Spec.StartingDeadlineSeconds != nil {
		t.Errorf("second %+v", second.Spec)
	}
	if first.Annotations["transship/manual"] != "false" {
		t.Error("triggers.manual: false is lost")
	}
	finding(t, r, "job-timezone")
}

func TestManualJob(t *testing.T) {
	r := convertYAML(t, `jobs: {report: {image: a, triggers: {manual: true}}}`)
	s := find[*batchv1.CronJob](t, r, "report").Spec
	if !*s.Suspend || s.Schedule != "0 0 31 2 *" {
		t.Errorf("spec %+v, want one that never runs by itself", s)
	}
	finding(t, r, "job-manual")
}

func TestJobQueue(t *testing.T) {
	r := convertYAML(t, `jobs: {report: {image: a, triggers: {schedule: [{cron: "* * * * *", timezone: UTC, concurrency: queue}]}}}`)
	if got := find[*batchv1.CronJob](t, r, "report").Spec.ConcurrencyPolicy; got != batchv1.ForbidConcurrent {
		t.Errorf("concurrencyPolicy %s", got)
	}
	finding(t, r, "job-queue")
}

func TestSchedulesThatTheServerRefuses(t *testing.T) {
	for cron, refused := range map[string]bool{
		"*/5 * * * *": false, "0 0 1,15 * MON-FRI": false, "@hourly": false, "@every 1h": false, "0 0 ? * *": false,
		"* * * *": true, "* * * * * *": true, "TZ=UTC 0 0 * * *": true, "@reboot": true, "0 0 * * $": true,
		"0 0 * jan,DEC 7": false, "0 0 * * 1-7/2": false, "10-20/5,40 1/2 * * *": false, "@every 1h30m": false,
		"60 * * * *": true, "0 24 * * *": true, "0 0 0 * *": true, "0 0 32 * *": true, "0 0 * 13 *": true, "0 0 * * 8": true,
		"*/0 * * * *": true, "*/x * * * *": true, "5-1 * * * *": true, "1-2-3 * * * *": true, "0 0 L * *": true, "0 0 * * mon-foo": true,
		"-1 * * * *": true, "0 0 * * 8-7": true, "@every day": true, "@Daily": true, "CRON_TZ=UTC 0 0 * * *": true,
	} {
		r := convertYAML(t, `jobs: {x: {image: a, triggers: {schedule: [{cron: "`+cron+`", timezone: UTC}]}}}`)
		if got := hasCode(r, "cron"); got != refused {
			t.Errorf("%q refused: %v, want %v", cron, got, refused)
		}
	}
}

func TestARefusedScheduleIsShownAsWritten(t *testing.T) {
	r := convertYAML(t, `jobs: {x: {image: a, triggers: {schedule: [{cron: "0 3 * * 7,8", timezone: UTC}]}}}`)
	if f := finding(t, r, "cron"); !strings.Contains(f.Message, `"0 3 * * 7,8"`) || !strings.Contains(f.Message, "above maximum (6): 8") {
		t.Error(f.Message)
	}
}

func TestSundayAsTheSeventhDay(t *testing.T) {
	for cron, want := range map[string]string{
		"0 3 * * 7": "0 3 * * 0", "0 3 * * 5-7": "0 3 * * 0,5,6", "0 3 7 * 1": "0 3 7 * 1", "0 3 * * 1,7": "0 3 * * 0,1", "0 3 * * 1-7/3": "0 3 * * 0,1,4",
		"0 3 * * */2": "0 3 * * */2",
	} {
		r := convertYAML(t, `jobs: {x: {image: a, triggers: {schedule: [{cron: "`+cron+`", timezone: UTC}]}}}`)
		if got := find[*batchv1.CronJob](t, r, "x").Spec.Schedule; got != want {
			t.Errorf("%q becomes %q, want %q", cron, got, want)
		}
	}
}

func TestJobThatMustNotBeRunByHand(t *testing.T) {
	r := convertYAML(t, `jobs: {x: {image: a, triggers: {manual: false}}, y: {image: a, triggers: {manual: false, schedule: ["@daily"]}}}`)
	var said []string
	for _, f := range r.Findings {
		if f.Code == "job-manual" {
			said = append(said, f.Message)
		}
	}
	if len(said) != 2 || !strings.Contains(said[0], "never runs") || !strings.Contains(said[1], "forbids to run y by hand") {
		t.Errorf("said %q", said)
	}
}

func TestLongJobNames(t *testing.T) {
	name := strings.Repeat("long", 15)
	r := convertYAML(t, `jobs: {`+name+`: {image: a, triggers: {schedule: ["@daily", "@hourly"]}}}`)
	seen := map[string]bool{}
	for _, o := range r.Objects {
		if c, ok := o.Object.(*batchv1.CronJob); ok {
			seen[c.Name] = true
			if len(c.Name) > 52 {
				t.Errorf("%s has %d characters", c.Name, len(c.Name))
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("names %v, want two", seen)
	}
}

func TestServiceAsCronJob(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, restart: "on-failure:2", x-kubernetes: {kind: CronJob, schedule: "@daily"}}}`)
	if got := find[*batchv1.CronJob](t, r, "x").Spec; got.Schedule != "@daily" || *got.JobTemplate.Spec.BackoffLimit != 2 {
		t.Errorf("spec %+v", got)
	}
}

func TestDependencyOnAJob(t *testing.T) {
	r := convertYAML(t, `
services: {db: {image: a, expose: ["5432"]}}
jobs:
  dump: {image: a, triggers: {manual: true}, depends_on: {db: {condition: service_healthy}}}
  send: {image: a, triggers: {manual: true}, depends_on: {dump: {condition: service_completed_successfully}}}
`)
	if got := containerNames(find[*batchv1.CronJob](t, r, "dump").Spec.JobTemplate.Spec.Template.Spec.InitContainers); got != "wait-db" {
		t.Errorf("dump waits with %q", got)
	}
	if got := containerNames(find[*batchv1.CronJob](t, r, "send").Spec.JobTemplate.Spec.Template.Spec.InitContainers); got != "" {
		t.Errorf("send waits with %q for a job that runs when it likes", got)
	}
	finding(t, r, "depends-on-job")
}

func TestModels(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: a, models: [my-llm]}
  api: {image: a, models: {served: {endpoint_var: LLM}}}
models:
  my-llm: {model: ai/smollm2}
  served: {model: ai/qwen, x-kubernetes: {endpoint: "http://vllm:8000/v1"}}
  spare: {model: ai/other}
`)
	if f := finding(t, r, "models"); f.Severity.String() != "warning" || !strings.Contains(f.Message, "MY_LLM_URL") {
		t.Errorf("%+v", f)
	}
	got := map[string]string{}
	for _, v := range mainContainer(t, r, "api").Env {
		got[v.Name] = v.Value
	}
	if got["LLM"] != "http://vllm:8000/v1" || got["SERVED_MODEL"] != "ai/qwen" {
		t.Errorf("variables %v", got)
	}
	if f := finding(t, r, "model-unused"); f.Path.String() != "models.spare" {
		t.Errorf("reported at %s", f.Path)
	}
}

func TestProvider(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {provider: {type: cloud, options: {size: small}}, x-kubernetes: {externalName: db.example.com, env: {URL: "postgres://db"}}}
  web: {image: a, depends_on: [db]}
`)
	var url string
	for _, v := range mainContainer(t, r, "web").Env {
		if v.Name == "DB_URL" {
			url = v.Value
		}
	}
	if url != "postgres://db" {
		t.Errorf("DB_URL %q", url)
	}
	if hasCode(r, "provider") {
		t.Errorf("x-kubernetes says all there is to say: %v", codes(r))
	}
	r = convertYAML(t, `services: {db: {provider: {type: cloud, options: {size: small}}}}`)
	if f := finding(t, r, "provider"); !strings.Contains(f.Message, "with size") {
		t.Errorf("message %q", f.Message)
	}
}

func TestLabelsBecomeAnnotations(t *testing.T) {
	r := convertYAML(t, `
services:
  x:
    image: a
    labels: {com.example.team: "web & db", "not a key!": v, traefik.enable: "true", kompose.service.type: nodeport}
    annotations: {run.oci.handler: krun}
    deploy: {labels: {com.example.tier: front, "ofelia.job": x}}
`)
	template := podSpecTemplate(t, r, "x")
	if template.Annotations["com.example.team"] != "web & db" || template.Annotations["transship/labels"] != `{"not a key!":"v"}` {
		t.Errorf("annotations %v", template.Annotations)
	}
	if _, kept := template.Annotations["kompose.service.type"]; kept {
		t.Error("a label for the converter is no annotation of the Pod")
	}
	if _, selects := template.Labels["com.example.team"]; selects {
		t.Error("labels of Docker do not select")
	}
	var controllers int
	for _, f := range r.Findings {
		if f.Code == "label-controller" {
			controllers++
		}
	}
	if controllers != 2 {
		t.Errorf("%d programs named, want Traefik and Ofelia: %v", controllers, codes(r))
	}
	finding(t, r, "annotation-runtime")
	finding(t, r, "label-annotation")
}

// A variable may say that a program ends when its work is done.
func TestVariablesThatTellOfAnEnd(t *testing.T) {
	for variables, want := range map[string]bool{
		`PGAUTO_ONESHOT: "yes"`: true, `RUN_ONCE: "1"`: true, `ONE_SHOT: "true"`: true,
		`PGAUTO_ONESHOT: "no"`: false, `ONESHOT_TIMEOUT: "1"`: false, `ROUNDS: "1"`: false,
	} {
		r := convertYAML(t, `
services: {lift: {image: "acme/postgres-lift:17", environment: {`+variables+`}, volumes: ["data:/var/lib/postgresql/data"]}}
volumes: {data: {}}
`)
		if got := has[*batchv1.Job](r, "lift"); got != want {
			t.Errorf("%s: a Job: %v", variables, got)
		}
	}
}
