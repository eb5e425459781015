package oneoff

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/transship/transship/cluster/resource"
)

func TestOneOffKeepsWhatNetworkPoliciesGoByAndEndsWithItsContainer(t *testing.T) {
	workload := &unstructured.Unstructured{}
	err := yaml.Unmarshal([]byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app.kubernetes.io/name: web}}
spec:
  template:
    metadata:
      labels: {app.kubernetes.io/name: web, network.transship/back: "true", transship/internal-only: "true"}
      annotations: {transship/checksum: abc, transship/compose-services: "app,vpn"}
    spec:
      initContainers: [{name: wait}]
      containers:
      - {name: app, image: app, ports: [{containerPort: 80, hostPort: 80}], readinessProbe: {tcpSocket: {port: 80}}}
      - {name: vpn, image: vpn, ports: [{containerPort: 81, hostPort: 81}]}
`), &workload.Object)
	if err != nil {
		t.Fatal(err)
	}
	pod, container, err := oneOff(workload, Options{Project: "shop", Service: "app", Command: []string{"true"}})
	if err != nil || container != "app" {
		t.Fatalf("container %q, %v", container, err)
	}
	labels := pod.GetLabels()
	if labels["network.transship/back"] != "true" || labels["transship/internal-only"] != "true" || labels[resource.LabelName] != pod.GetName() {
		t.Errorf("labels are %v", labels)
	}
	if services := resource.ServicesOf(pod); len(services) != 1 || services[0] != "app" {
		t.Errorf("it stands for %v", services)
	}
	main, beside := resource.Items(pod.Object, "spec", "containers"), resource.Items(pod.Object, "spec", "initContainers")
	if len(main) != 1 || main[0]["name"] != "app" || main[0]["ports"] != nil || main[0]["readinessProbe"] != nil {
		t.Errorf("containers are %v", main)
	}
	if len(beside) != 2 || beside[1]["name"] != "vpn" || beside[1]["restartPolicy"] != "Always" || beside[1]["ports"] != nil {
		t.Errorf("beside it run %v", beside)
	}
}

// TestOneOffOfAServiceThatStartsBeforeOthers: it is an init container, and what was asked for must not run in another one.
func TestOneOffOfAServiceThatStartsBeforeOthers(t *testing.T) {
	workload := &unstructured.Unstructured{}
	err := yaml.Unmarshal([]byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: vpn, labels: {app.kubernetes.io/name: vpn}, annotations: {transship/compose-service: vpn, transship/compose-services: "vpn,app"}}
spec:
  template:
    spec:
      initContainers:
      - {name: wait}
      - {name: vpn, image: vpn, restartPolicy: Always, startupProbe: {exec: {command: [up]}}, ports: [{containerPort: 80, hostPort: 80}]}
      - {name: wait-for-vpn}
      containers: [{name: app, image: app}]
`), &workload.Object)
	if err != nil {
		t.Fatal(err)
	}
	pod, container, err := oneOff(workload, Options{Project: "shop", Service: "vpn", Command: []string{"check"}})
	if err != nil || container != "vpn" {
		t.Fatalf("container %q, %v", container, err)
	}
	before, main := resource.Items(pod.Object, "spec", "initContainers"), resource.Items(pod.Object, "spec", "containers")
	if fmt.Sprint(before) != "[map[name:wait]]" || fmt.Sprint(main) != "[map[args:[check] image:vpn name:vpn stdin:false stdinOnce:false tty:false]]" {
		t.Errorf("before it runs %v, and then %v", before, main)
	}
	pod, _, err = oneOff(workload, Options{Project: "shop", Service: "app"})
	if before := resource.Items(pod.Object, "spec", "initContainers"); err != nil || len(before) != 3 || fmt.Sprint(before[1]["ports"]) != "[map[containerPort:80]]" {
		t.Errorf("before the other one run %v, %v", before, err)
	}
}

// TestOneOffGetsItsWordsAsTheyAre: what Kubernetes makes of them is what was written.
func TestOneOffGetsItsWordsAsTheyAre(t *testing.T) {
	container := map[string]any{"name": "web"}
	o := Options{Command: []string{"sh", "-c", "echo $$ $(HOSTNAME) $HOME"}, Environment: []string{"PRICE=$$5 $(HOME)"}}
	o.change(container)
	if got := fmt.Sprint(container["args"], container["env"]); got != "[sh -c echo $$$$ $$(HOSTNAME) $$HOME] [map[name:PRICE value:$$$$5 $$(HOME)]]" {
		t.Errorf("the container gets %s", got)
	}
}

// TestOneOffIsNoneOfTheJobsPods: its controller takes every Pod that it selects, whoever made it.
func TestOneOffIsNoneOfTheJobsPods(t *testing.T) {
	workload := &unstructured.Unstructured{}
	err := yaml.Unmarshal([]byte(`
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, labels: {app.kubernetes.io/name: migrate}}
spec:
  selector: {matchLabels: {batch.kubernetes.io/controller-uid: "1"}}
  template:
    metadata:
      labels:
        {app.kubernetes.io/name: migrate, network.transship/back: "true", batch.kubernetes.io/controller-uid: "1",
         batch.kubernetes.io/job-name: migrate, controller-uid: "1", job-name: migrate}
    spec:
      containers: [{name: migrate}]
`), &workload.Object)
	if err != nil {
		t.Fatal(err)
	}
	pod, _, err := oneOff(workload, Options{Project: "shop", Service: "migrate"})
	if err != nil {
		t.Fatal(err)
	}
	for key := range pod.GetLabels() {
		if strings.Contains(key, "controller-uid") || strings.Contains(key, "job-name") {
			t.Errorf("labels are %v", pod.GetLabels())
		}
	}
	if pod.GetLabels()["network.transship/back"] != "true" {
		t.Errorf("labels are %v", pod.GetLabels())
	}
}

// TestOneOffMayGoWhereItsServiceMay: a Pod that must be beside others, of which none is there, has to be one of them.
func TestOneOffMayGoWhereItsServiceMay(t *testing.T) {
	workload := &unstructured.Unstructured{}
	err := yaml.Unmarshal([]byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: backup, labels: {app.kubernetes.io/name: backup}}
spec:
  template:
    metadata: {labels: {app.kubernetes.io/name: backup}}
    spec:
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - {topologyKey: kubernetes.io/hostname, labelSelector: {matchExpressions: [{key: app.kubernetes.io/name, operator: In, values: [backup, db]}]}}
      containers: [{name: backup, image: app}]
`), &workload.Object)
	if err != nil {
		t.Fatal(err)
	}
	pod, _, err := oneOff(workload, Options{Project: "shop", Service: "backup", Name: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	terms := resource.Items(pod.Object, "spec", "affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
	if got := fmt.Sprint(resource.Items(terms[0], "labelSelector", "matchExpressions")[0]["values"]); got != "[backup db mine]" {
		t.Errorf("it goes beside %s", got)
	}
}
