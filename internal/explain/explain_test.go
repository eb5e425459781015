package explain_test

import (
	"slices"
	"strings"
	"testing"

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
	if err := explain.WriteText(&b, topic, 72); err != nil {
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
