package transform

import "testing"

// TestProbeWithoutWhatToCheck: the API server refuses a probe without a handler.
func TestProbeWithoutWhatToCheck(t *testing.T) {
	for _, keys := range []string{
		`x-kubernetes: {readiness: {periodSeconds: 9, failureThreshold: 2}}`,
		`labels: {kompose.service.healthcheck.readiness.interval: 9s, kompose.service.healthcheck.readiness.retries: 2}`,
	} {
		c := mainContainer(t, convertYAML(t, `services: {x: {image: a, healthcheck: {test: [CMD, ready], timeout: 7s}, `+keys+`}}`), "x")
		if p := c.ReadinessProbe; p == nil || p.Exec == nil || p.Exec.Command[0] != "ready" || p.PeriodSeconds != 9 || p.TimeoutSeconds != 7 || p.FailureThreshold != 2 {
			t.Errorf("%s: %+v", keys, p)
		}
		r := convertYAML(t, `services: {x: {image: a, `+keys+`}}`)
		if finding(t, r, "healthcheck-unknown"); mainContainer(t, r, "x").ReadinessProbe != nil {
			t.Errorf("%s: %+v", keys, mainContainer(t, r, "x").ReadinessProbe)
		}
	}
}

func TestProbeOfANamedPort(t *testing.T) {
	const probe = `x-kubernetes: {readiness: {httpGet: {port: web}}}`
	finding(t, convertYAML(t, `services: {x: {image: a, ports: ["80"], `+probe+`}}`), "healthcheck-unknown")
	if r := convertYAML(t, `services: {x: {image: a, ports: [{target: 80, name: web}], `+probe+`}}`); hasCode(r, "healthcheck-unknown") {
		t.Errorf("%v", codes(r))
	}
}
