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
