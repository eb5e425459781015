package transform

import (
	"strings"
	"testing"
)

// A service that prepares something in the image of a database, and is healthy when it is done, opens none of its ports.
func TestImagePortsOfServicesThatRunSomethingElse(t *testing.T) {
	for run, want := range map[string]bool{
		``: true, `command: postgres -c ssl=on`: true, `command: [bash]`: true,
		`command: ["bash", "-c", "make-certs; sleep 60"]`: false, `command: /bin/sh -ec "make-certs"`: false,
		`entrypoint: ["/bin/bash", "-c"], command: ["make-certs"]`: false,
	} {
		service := "image: postgres:16, healthcheck: {test: test -f /done}"
		if run != "" {
			service += ", " + run
		}
		r := convertYAML(t, "services:\n  setup: {"+service+"}\n  app: {image: a, depends_on: {setup: {condition: service_healthy}}}\n")
		wait := strings.Join(podOf(t, r, "app").Spec.InitContainers[0].Command, " ")
		if got := strings.Contains(wait, "nc -z -w 2 setup 5432"); got != want {
			t.Errorf("%s: the dependent waits by %q", run, wait)
		}
		if !want && !strings.Contains(wait, "nslookup setup") {
			t.Errorf("%s: the dependent does not wait for the name: %q", run, wait)
		}
	}
}
