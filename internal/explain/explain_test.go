package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/transform/keys"
)

func TestFindUnderstandsEveryWayToWriteAKey(t *testing.T) {
	for _, c := range []struct{ asked, want string }{
		{"services.healthcheck", "services.healthcheck"},
		{"healthcheck", "services.healthcheck"},
		{"services.*.healthcheck", "services.healthcheck"},
		{"services.web.healthcheck", "services.healthcheck"},
		{"services.web.deploy.resources.limits.cpus", "services.deploy.resources.limits.cpus"},
		{"services.web.ports[0].host_ip", "services.ports.host_ip"},
		{"services.web.ports.[0]", "services.ports"},
		{"ports[].host_ip", "services.ports.host_ip"},
		{"services.web.cap_add[1]", "services.cap_add"},
		{"environment.HOME", "services.environment"},
		{"services.web.environment.HOME", "services.environment"},
		{"networks", "networks"},
		{"services.networks", "services.networks"},
		{"networks.front.internal", "networks.internal"},
		{"internal", "networks.internal"},
		{"ipam", "networks.ipam"},
		{"triggers", "jobs.triggers"},
		{"cron", "jobs.triggers.schedule.cron"},
		{"per_replica", "services.pre_start.per_replica"},
		{"jobs.backup.image", "jobs.image"},
		{"services.web", "services"},
	} {
		topic, err := explain.Find(c.asked)
		if err != nil || topic.Key != c.want {
			t.Errorf("Find(%q) = %q, %v, want %q", c.asked, topic.Key, err, c.want)
		}
	}
}

func TestFindRefusesWithAHint(t *testing.T) {
	for _, c := range []struct{ asked, want string }{
		{"healtcheck", `did you mean "healthcheck"?`},
		{"services.web.imagee", `did you mean "services.image"?`},
		{"host_ipp", `did you mean "host_ip"?`},
		{"zzzzzz", "is not a key of the Compose format"},
		{"target", "several places, name one: services.configs.target, "},
		{"", "names no key"},
		{"..", "names no key"},
		{"image.nonsense", "is not a key of the Compose format"},
	} {
		_, err := explain.Find(c.asked)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Find(%q) = %v, want an error with %q", c.asked, err, c.want)
		}
	}
}

func TestEveryKeyOfTheTableIsFound(t *testing.T) {
	wildcards := strings.NewReplacer(".*", "", ".[]", "")
	for _, r := range keys.All() {
		want := wildcards.Replace(r.Path)
		topic, err := explain.Find(r.Path)
		if err != nil || topic.Key != want {
			t.Errorf("Find(%q) = %q, %v, want %q", r.Path, topic.Key, err, want)
			continue
		}
		isRow := func(e explain.Entry) bool { return e.Path == r.Path }
		if !slices.ContainsFunc(topic.Rows, isRow) {
			t.Errorf("Find(%q) does not tell of that row", r.Path)
		}
	}
}

func TestTopicNamesKeysBelowAndOfTheSameName(t *testing.T) {
	topic, err := explain.Find("networks")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(topic.Below, "internal") || slices.Contains(topic.Below, "subnet") {
		t.Errorf("below networks are %q, want its direct keys", topic.Below)
	}
	if !slices.Contains(topic.Also, "services.networks") {
		t.Errorf("networks mentions %q, want services.networks among them", topic.Also)
	}
	topic, err = explain.Find("cpus")
	if err != nil {
		t.Fatal(err)
	}
	if len(topic.Also) != 0 {
		t.Errorf("cpus mentions %q, but jobs and hooks only repeat it", topic.Also)
	}
}

func TestWriteText(t *testing.T) {
	topic, err := explain.Find("mem_limit")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := explain.WriteText(&b, topic, "en", 72); err != nil {
		t.Fatal(err)
	}
	want := `services.mem_limit: carried over: the same behaviour on Kubernetes

  On Docker    Limits the memory; units are powers of 1024
  Kubernetes   containers[].resources.limits.memory, with a small
               explicit request so that the limit is not reserved

For example

    services:
      web:
        image: app
        mem_limit: 512m

becomes

    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
          - name: web
            resources:
              limits: {memory: 512Mi}
              requests: {memory: 128Mi}
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNotes(t *testing.T) {
	n := explain.OfCode(explain.Code{Code: diag.Code{Name: "port-not-published", Severity: diag.Warning, Title: "a title"}})
	var b strings.Builder
	if err := explain.WriteNote(&b, n, "en", 72); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"warning[port-not-published]: a title\n", "\nWhat to do\n\n  - `transship up` forwards", "For example\n\n    services:\n      web:\n", "--allow=port-not-published makes it an info",
	} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("%q is missing in\n%s", part, b.String())
		}
	}
	for line := range strings.Lines(b.String()) {
		if len(line) > 74 {
			t.Errorf("a line is too long: %s", line)
		}
	}
	rule := explain.Rule(explain.Code{Code: diag.Code{Name: "user-name", Severity: diag.Error, Title: "t"}, CanAllow: true})
	if rule.Meaning == "" || !strings.Contains(rule.Help, "--allow=user-name") || !strings.HasSuffix(rule.URI, "#user-name") || !strings.Contains(rule.Markdown, "\n- ") {
		t.Errorf("rule: %+v", rule)
	}
}

func TestWords(t *testing.T) {
	for asked, want := range map[string]string{"Pod": "Pod", "pods": "Pod", "PVC": "PersistentVolumeClaim", "claim": "PersistentVolumeClaim", "statefulset": "StatefulSet", "Probe": "probe", "HTTPRoute": "Gateway"} {
		if n, _, found := explain.Word(asked); !found || n.Name != want || len(n.Text) == 0 {
			t.Errorf("Word(%q) = %q, %v, want %q", asked, n.Name, found, want)
		}
	}
	for word := range strings.FieldsSeq("Pod Deployment ReplicaSet StatefulSet DaemonSet Job CronJob Service ClusterIP NodePort LoadBalancer ExternalName headless PersistentVolume PersistentVolumeClaim claim label selector probe Ingress ConfigMap Secret namespace node") {
		if _, exact, _ := explain.Word(word); !exact {
			t.Errorf("%s is not explained", word)
		}
	}
	if _, _, found := explain.Word("nothing-of-that-kind"); found {
		t.Error("an unknown word is explained")
	}
}
