package transform

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
)

func TestDependenciesThatOnlyOrderStarts(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a, expose: ["1"]}
  cache: {image: a, expose: ["2"]}
  web:
    image: web
    links: [cache]
    depends_on: {db: {condition: service_started}}
  lax:
    image: web
    depends_on: {db: {condition: service_healthy, required: false}}
  strict:
    image: web
    depends_on: {db: {condition: service_healthy}}
`)
	var messages []string
	for _, f := range r.Findings {
		if f.Code == "depends-on-order" {
			messages = append(messages, f.Message)
		}
	}
	want := "web starts without waiting for db" // what is not required is waited for where it is there
	if got := strings.Join(messages, "\n"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r = convertYAML(t, `services: {db: {image: a}, web: {image: web, depends_on: {db: {condition: service_healthy}}}}`, func(in *Input) { in.Options.Wait = "none" })
	if f := finding(t, r, "depends-on-order"); !strings.Contains(f.Help, "leave out --wait=none") {
		t.Errorf("the condition is there already: %s", f.Help)
	}
}

func TestStrongerCondition(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a, expose: ["1"]}
  web: {image: web, depends_on: {db: {condition: service_started}}}
  side: {image: s, network_mode: "service:web", depends_on: {db: {condition: service_healthy, required: false}}}
`, func(in *Input) { in.Options.Live = true })
	got := find[*appsv1.Deployment](t, r, "web").Annotations[AnnotationDependsOn]
	if want := `{"db":{"condition":"service_healthy","required":true,"restart":false}}`; got != want {
		t.Errorf("annotation %s, want %s", got, want)
	}
}
