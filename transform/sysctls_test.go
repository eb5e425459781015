package transform

import (
	"slices"
	"strings"
	"testing"
)

func TestLowPorts(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		want bool
	}{
		"trap 37: not root":     {`user: "1000", expose: ["80"]`, true},
		"on Windows":            {`platform: windows/amd64, expose: ["80"]`, false},
		"an unknown user":       {`expose: ["80"]`, true},
		"a known user":          {`image: nginx, expose: ["80"]`, false},
		"root":                  {`user: "0", expose: ["80"]`, false},
		"high ports":            {`user: "1000", expose: ["8080"]`, false},
		"without capabilities":  {`user: "0", cap_drop: [ALL], expose: ["80"]`, true},
		"with the one it needs": {`user: "0", cap_drop: [ALL], cap_add: [NET_BIND_SERVICE], expose: ["80"]`, false},
		"privileged":            {`user: "1000", privileged: true, expose: ["80"]`, false},
		"on the host":           {`user: "1000", network_mode: host, expose: ["80"]`, false},
		"an own start":          {`user: "1000", expose: ["80"], sysctls: {net.ipv4.ip_unprivileged_port_start: 79}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := false
			for _, s := range podSpec(t, convertYAML(t, `services: {x: {`+withImage(c.yaml)+`}}`), "x").SecurityContext.Sysctls {
				got = got || s.Name == "net.ipv4.ip_unprivileged_port_start" && s.Value == "0"
			}
			if got != c.want {
				t.Errorf("ports below 1024 opened: %v, want %v", got, c.want)
			}
		})
	}
}

// withImage gives the keys of a service an image if they have none.
func withImage(keys string) string {
	if strings.HasPrefix(keys, "image:") {
		return keys
	}
	return "image: a, " + keys
}

// TestSysctlsOfTheMachine: a kubelet refuses what has no namespace even where it is told to allow it.
func TestSysctlsOfTheMachine(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, sysctls: {vm.max_map_count: 262144, net.core.somaxconn: 1024, kernel.msgmax: 1}}}`,
		func(in *Input) { in.Options.Allow = []string{"unsafe-sysctls"} })
	var got []string
	for _, s := range podSpec(t, r, "x").SecurityContext.Sysctls {
		got = append(got, s.Name)
	}
	if want := []string{"kernel.msgmax", "net.core.somaxconn"}; !slices.Equal(got, want) {
		t.Errorf("sysctls %v, want %v", got, want)
	}
	finding(t, r, "unsafe-sysctls")
}

func TestSysctls(t *testing.T) {
	const unsafe = `services: {x: {image: a, sysctls: {net.ipv4.tcp_syncookies: 0, net.core.somaxconn: 1024}}}`
	r := convertYAML(t, unsafe)
	if got := podSpec(t, r, "x").SecurityContext.Sysctls; len(got) != 1 || got[0].Name != "net.ipv4.tcp_syncookies" || got[0].Value != "0" {
		t.Errorf("sysctls %+v, want the safe one", got)
	}
	if f := finding(t, r, "unsafe-sysctls"); f.Severity.String() != "warning" {
		t.Errorf("%v", f)
	}
	r = convertYAML(t, unsafe, func(in *Input) { in.Options.Allow = []string{"unsafe-sysctls"} })
	if got := podSpec(t, r, "x").SecurityContext.Sysctls; len(got) != 2 {
		t.Errorf("sysctls %+v, want both when they are allowed", got)
	}
	r = convertYAML(t, `services: {x: {image: a, network_mode: host, sysctls: {net.ipv4.tcp_syncookies: 0}}}`)
	if got := podSpec(t, r, "x").SecurityContext.Sysctls; len(got) != 0 {
		t.Errorf("sysctls %+v, which would be those of the node", got)
	}
	r = convertYAML(t, `
services:
  x: {image: a, sysctls: {net.ipv4.tcp_syncookies: 0}}
  y: {image: a, network_mode: "service:x", sysctls: {net.ipv4.tcp_syncookies: 1}}
`)
	finding(t, r, "pod-level")
}

// TestSysctlsThatTheServerRefuses: settings of a namespace that is the node's, and names and values that are none.
func TestSysctlsThatTheServerRefuses(t *testing.T) {
	allowed := func(in *Input) { in.Options.Allow = []string{"unsafe-sysctls"} }
	for keys, want := range map[string]string{
		`ipc: host, sysctls: {kernel.shm_rmid_forced: 1, net.ipv4.tcp_syncookies: 0}`: "net.ipv4.tcp_syncookies",
		`network_mode: host, sysctls: {kernel.shm_rmid_forced: 1, net/ipv4/x: 0}`:     "kernel.shm_rmid_forced",
		`sysctls: {net.core.Somaxconn: 1, net.ipv4.tcp_fin_timeout: 9}`:               "net.ipv4.tcp_fin_timeout",
		`sysctls: [net.ipv4.tcp_syncookies, net.ipv4.tcp_fin_timeout=9]`:              "net.ipv4.tcp_fin_timeout",
		`sysctls: {net/ipv4/conf/eth0.100/rp_filter: 1}`:                              "net/ipv4/conf/eth0.100/rp_filter",
		`sysctls: {net/ipv4/tcp_fin_timeout: 9}`:                                      "net.ipv4.tcp_fin_timeout",
	} {
		r := convertYAML(t, `services: {x: {image: a, `+keys+`}}`, allowed)
		if got := podSpec(t, r, "x").SecurityContext.Sysctls; len(got) != 1 || got[0].Name != want {
			t.Errorf("%s: sysctls %+v, want %s alone", keys, got, want)
		}
	}
}
