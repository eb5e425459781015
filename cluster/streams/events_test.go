package streams

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

func read(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	encoded, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &o.Object); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestEventsAreThoseOfTheProjectsContainers(t *testing.T) {
	web := read(t, `{kind: Deployment, metadata: {name: web, labels: {app.kubernetes.io/name: web}, annotations: {transship/compose-service: web}}}`)
	workloads := []*unstructured.Unstructured{web}
	pods := []unstructured.Unstructured{*read(t, `
kind: Pod
metadata: {name: web-7c9-abc, uid: u1, labels: {app.kubernetes.io/name: web}}
status:
  containerStatuses:
  - name: web
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 3, reason: Error, finishedAt: "2026-01-02T12:00:00Z", containerID: "containerd://1"}}
`)}
	for text, want := range map[string]string{
		`{reason: Started, lastTimestamp: "2026-01-02T12:00:00Z", involvedObject: {kind: Pod, name: web-7c9-abc, fieldPath: "spec.containers{web}"}}`: "web start",
		`{reason: Killing, lastTimestamp: "2026-01-02T12:00:00Z", involvedObject: {kind: Pod, name: web-6d8-gone}}`:                                   "web kill",
		`{reason: FailedCreate, involvedObject: {kind: ReplicaSet, name: web-7c9}}`:                                                                   "web failedcreate",
		`{reason: Started, involvedObject: {kind: Pod, name: webshop-7c9-abc}}`:                                                                       "",
		`{reason: Started, involvedObject: {kind: Pod, name: other}}`:                                                                                 "",
	} {
		h, is := fromEvent(read(t, text), workloads, pods)
		if got := h.Service + " " + h.Action; is != (want != "") || is && got != want {
			t.Errorf("%s is %q, %v", text, got, is)
		}
	}
	died := ends(&pods[0], workloads)
	if len(died) != 1 || died[0].Action != "die" || died[0].Attributes["exitCode"] != "3" {
		t.Errorf("ends are %+v", died)
	}
}
