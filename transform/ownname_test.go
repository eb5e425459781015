package transform

import "testing"

func TestProgramsFindThemselvesByTheirName(t *testing.T) {
	for name, c := range map[string]struct{ service, want string }{
		"listens on its name":        {`{image: a, command: ["-ip=web", "-port=80"]}`, "web"},
		"checks its health by it":    {`{image: a, healthcheck: {test: "curl http://web:80/"}}`, "web"},
		"its name is an alias":       {`{image: a, networks: {default: {aliases: [front]}}, environment: {LISTEN: "front:80"}}`, "front"},
		"its name has an underscore": {`{image: a, container_name: my_web, environment: {LISTEN: "my_web:80"}}`, ""},
		"another name is given":      {`{image: a, hostname: other, command: ["-ip=web"]}`, "other"},
		"the name is not a host":     {`{image: a, command: ["web"]}`, ""},
		"only a peer uses it":        {`{image: a}`, ""},
		"replicas share the name":    {`{image: a, scale: 2, command: ["-ip=web"]}`, ""},
		"the network is the host's":  {`{image: a, network_mode: host, command: ["-ip=web"]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  web: "+c.service+"\n  peer: {image: b, environment: {WEB_HOST: web}}\n")
			if got := podNamed(t, r, "web").Spec.Hostname; got != c.want {
				t.Errorf("the Pod is called %q, want %q", got, c.want)
			}
			if said := hasCode(r, "own-name"); said != (c.want != "" && c.want != "other") {
				t.Errorf("said: %v: %v", said, codes(r))
			}
		})
	}
}

func TestHooksThatWaitForTheirOwnService(t *testing.T) {
	for scale, want := range map[string]bool{"1": false, "2": true} {
		r := convertYAML(t, `services: {x: {image: a, scale: `+scale+`, post_start: [{command: [curl, "http://x:80/warm"]}]}}`)
		if hasCode(r, "hook-self") != want {
			t.Errorf("with %s Pods: %v", scale, codes(r))
		}
	}
}
