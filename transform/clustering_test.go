package transform

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestClusteredNames: a name that leads to ready Pods only is a deadlock for those who need it to become ready.
func TestClusteredNames(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		want bool
	}{
		"a single Pod finds itself by its host name":  {`web: {image: a, expose: [7000], environment: {SEED: "web:7000"}}`, false},
		"by a host name of its own":                   {`web: {image: a, hostname: web, expose: [7000], environment: {SEED: "web:7000"}}`, false},
		"not by another host name":                    {`web: {image: a, hostname: other, expose: [7000], environment: {SEED: "web:7000"}}`, true},
		"headless, it resolves as on Docker":          {`web: {image: a, environment: {SEED_HOST: web}}`, true},
		"replicas":                                    {`web: {image: a, scale: 2, expose: [7000], environment: {SEED: "web:7000"}}`, true},
		"replicas with a web address for users":       {`web: {image: a, scale: 2, expose: [80], environment: {SITE: "http://web:80"}}`, false},
		"replicas that check their health by name":    {`web: {image: a, scale: 2, expose: [80], healthcheck: {test: "curl http://web:80"}}`, true},
		"a single Pod that checks its health by name": {`web: {image: a, expose: [80], healthcheck: {test: "curl http://web:80"}}`, false},
		"two services of one image name each other": {
			`web: {image: a, expose: [7000], environment: {PEERS: "web:7000,web2:7000"}}, web2: {image: a, expose: [7000], environment: {PEERS: "web:7000,web2:7000"}}`, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {"+c.yaml+"}")
			if got := find[*corev1.Service](t, r, "web").Spec.PublishNotReadyAddresses; got != c.want {
				t.Errorf("publishNotReadyAddresses %v, want %v", got, c.want)
			}
		})
	}
}

// TestWaitingForMembersOfACluster: their own name answers before they are healthy, so that waiters ask another one.
func TestWaitingForMembersOfACluster(t *testing.T) {
	const yaml = `
services:
  es: {image: a, scale: 2, expose: [9200], environment: {SEEDS_HOST: es}, healthcheck: {test: [CMD, check]}}
  app: {image: b, depends_on: {es: {condition: service_healthy}}}
`
	r := convertYAML(t, yaml)
	ready := find[*corev1.Service](t, r, "es-ready")
	if ready.Spec.PublishNotReadyAddresses || showPorts(ready) != "p-9200:9200" || ready.Spec.Selector[LabelName] != "es" {
		t.Errorf("%+v", ready.Spec)
	}
	if command := strings.Join(podOf(t, r, "app").Spec.InitContainers[0].Command, " "); !strings.Contains(command, "nslookup es-ready") {
		t.Errorf("waits with %s", command)
	}
	finding(t, r, "ready-service")
	for _, o := range convertYAML(t, yaml, func(in *Input) { in.Options.Wait = "none" }).Objects {
		if s, ok := o.Object.(*corev1.Service); ok && s.Name == "es-ready" {
			t.Error("nobody waits, and there is a Service for it")
		}
	}
}
