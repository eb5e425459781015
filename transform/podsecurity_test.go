package transform

import (
	"slices"
	"strings"
	"testing"
)

func TestPodSecurityLevel(t *testing.T) {
	for name, c := range map[string]struct{ yaml, want string }{
		"plain":             {``, "fits into the Pod Security level baseline"},
		"a capability":      {`, cap_add: [NET_ADMIN]`, "needs the Pod Security level privileged: capability NET_ADMIN"},
		"a usual one":       {`, cap_add: [CHOWN]`, "fits into the Pod Security level baseline"},
		"privileged":        {`, privileged: true`, "needs the Pod Security level privileged: privileged"},
		"the host":          {`, network_mode: host`, "needs the Pod Security level privileged: the network of the node"},
		"no AppArmor":       {`, security_opt: [apparmor=unconfined]`, "needs the Pod Security level privileged: AppArmor unconfined"},
		"almost restricted": {`, user: "0", cap_drop: [ALL], security_opt: [no-new-privileges]`, "fits into the Pod Security level baseline"},
	} {
		t.Run(name, func(t *testing.T) {
			f := finding(t, convertYAML(t, `services: {x: {image: a`+c.yaml+`}}`), "pod-security")
			if !strings.Contains(f.Message, c.want) {
				t.Errorf("message %q, want %q", f.Message, c.want)
			}
		})
	}
}

func TestPodSecurityIsSaidOnceForUsualPods(t *testing.T) {
	r := convertYAML(t, `
services:
  b: {image: example}
  a: {image: example}
  vpn: {image: example, cap_add: [NET_ADMIN]}
`)
	var got []string
	for _, f := range r.Findings {
		if f.Code == "pod-security" {
			got = append(got, f.Path.String()+": "+f.Message)
		}
	}
	want := []string{
		"services.vpn: vpn needs the Pod Security level privileged: capability NET_ADMIN",
		"services: a, b fit into the Pod Security level baseline",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPodSecurityLevelCountsPatches: the level is that of the Pod as it is emitted.
func TestPodSecurityLevelCountsPatches(t *testing.T) {
	const keys = `cap_drop: [ALL], security_opt: [no-new-privileges], x-kubernetes: {patches: [{target: {kind: Deployment}, patch: {spec: {template: {spec: `
	for patch, want := range map[string]string{
		`{securityContext: {runAsNonRoot: true}}`:                          "restricted",
		`{containers: [{name: x, securityContext: {runAsNonRoot: true}}]}`: "restricted",
		`{containers: [{name: x, securityContext: {privileged: true}}]}`:   "privileged",
		`{hostPID: true}`: "privileged",
		`{securityContext: {windowsOptions: {hostProcess: true}}}`: "privileged: hostProcess",
		`{terminationGracePeriodSeconds: 5}`:                       "baseline",
	} {
		f := finding(t, convertYAML(t, `services: {x: {image: a, `+keys+patch+`}}}}]}}}`), "pod-security")
		if !strings.Contains(f.Message, "level "+want) {
			t.Errorf("%s: %s", patch, f.Message)
		}
	}
	r := convertYAML(t, `services: {x: {image: a, security_opt: [systempaths=unconfined]}}`, func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 36} })
	if f := finding(t, r, "pod-security"); !strings.Contains(f.Message, "baseline") {
		t.Errorf("%s: system paths may be seen in a user namespace", f.Message)
	}
}
