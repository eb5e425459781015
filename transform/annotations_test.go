package transform

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/transship/transship/diag"
)

// Labels and annotations of a service are two maps; what no annotation can be called is kept from both.
func TestOddLabelsAndAnnotationsAreKept(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, labels: {"bad key": "1", ok: "2"}, annotations: {"worse key": "3", fine: "4"},
  pre_start: [{command: [a], labels: {"hook key": "5"}}]}}`)
	got := find[*appsv1.Deployment](t, r, "x").Spec.Template.Annotations
	if got["transship/labels"] != `{"bad key":"1","hook key":"5","worse key":"3"}` || got["ok"] != "2" || got["fine"] != "4" {
		t.Errorf("annotations %v", got)
	}
}

func TestLabelsBeyondWhatAnObjectTakes(t *testing.T) {
	label := func(size int) Result {
		return convertYAML(t, "services: {web: {image: acme/web, labels: {a: "+strings.Repeat("x", size)+"}, annotations: {b: "+strings.Repeat("y", 128<<10)+"}}}")
	}
	if f := finding(t, label(128<<10), "object-too-large"); f.Path.String() != "services.web.labels" || !strings.Contains(f.Message, "256 KiB") {
		t.Errorf("%s", f)
	}
	if r := label(128<<10 - 2); r.Findings.Worst() == diag.Error {
		t.Errorf("what just fits is refused: %v", codes(r))
	}
}

// Two containers on Docker have labels of their own, the Pod that they become has one value for each key.
func TestLabelsOfServicesInOnePod(t *testing.T) {
	r := convertYAML(t, `services:
  x: {image: a, labels: {team: one, "odd key": "1"}}
  y: {image: b, network_mode: "service:x", labels: {team: two, own: "3", "odder key": "2"}, annotations: {team: two}}
  z: {image: b, network_mode: "service:x", labels: {team: one}}`)
	got := find[*appsv1.Deployment](t, r, "x").Spec.Template.Annotations
	if got["team"] != "one" || got["own"] != "3" || got["transship/labels"] != `{"odd key":"1","odder key":"2"}` {
		t.Errorf("annotations %v", got)
	}
	f := finding(t, r, "pod-level")
	if f.Path.String() != "services.y.annotations.team" || !strings.Contains(f.Message, "team") {
		t.Errorf("finding %v", f)
	}
}

// What no annotation can be called is kept together, and yet each key has one value.
func TestOddLabelsOfServicesInOnePod(t *testing.T) {
	r := convertYAML(t, `services:
  x: {image: a, labels: {"odd key": "1"}}
  y: {image: b, network_mode: "service:x", labels: {"odd key": "2", "odder key": "3"}}`)
	got := find[*appsv1.Deployment](t, r, "x").Spec.Template.Annotations
	if got["transship/labels"] != `{"odd key":"1","odder key":"3"}` {
		t.Errorf("annotations %v, want those of the main service", got)
	}
	if f := finding(t, r, "pod-level"); f.Path.String() != "services.y.labels.odd key" {
		t.Errorf("finding %v", f)
	}
}
