package transform

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// A service mesh takes the name of a port for its protocol, so a port has the name of a protocol only where it is certain.
func TestPortsAreNamedByProtocol(t *testing.T) {
	for name, c := range map[string]struct{ services, want string }{
		"the image is known":                {`s: {image: postgres:17, expose: [5432]}`, "postgres:5432"},
		"an image of the same port":         {`s: {image: acme/geo, expose: [5432]}`, "p-5432:5432"},
		"another port of a known image":     {`s: {image: nginx:1.27, expose: [9000, 80]}`, "p-9000:9000 http:80"},
		"built on a known image":            {`s: {build: ., image: nginx:1.27, expose: [80]}`, "p-80:80"},
		"the file says it":                  {`s: {image: acme/s, ports: [{target: 9000, app_protocol: grpc}]}`, "grpc:9000"},
		"a prefixed protocol":               {`s: {image: acme/s, ports: [{target: 9000, app_protocol: kubernetes.io/h2c}]}`, "h2c:9000"},
		"a URL of a peer":                   {`s: {image: acme/s, expose: [9000]}, x: {image: acme/x, environment: {URL: "http://s:9000/a"}}`, "http:9000"},
		"a websocket is http":               {`s: {image: acme/s, expose: [9000]}, x: {image: acme/x, environment: {URL: "ws://s:9000/a"}}`, "http:9000"},
		"peers disagree":                    {`s: {image: acme/s, expose: [9000]}, x: {image: acme/x, environment: {A: "http://s:9000", B: "https://s:9000"}}`, "p-9000:9000"},
		"a scheme without a known protocol": {`s: {image: acme/s, expose: [9000]}, x: {image: acme/x, environment: {A: "jdbc://s:9000"}}`, "p-9000:9000"},
		"the own healthcheck":               {`s: {image: acme/s, expose: [9000], healthcheck: {test: curl -f http://localhost:9000/up}}`, "http:9000"},
		"two ports of one protocol":         {`s: {image: acme/s, expose: [9000, 9001]}, x: {image: acme/x, environment: {A: "http://s:9000", B: "http://s:9001"}}`, "http:9000 http-9001:9001"},
		"the name is taken by the file":     {`s: {image: acme/s, expose: [9000], ports: [{target: 9001, name: http}]}, x: {image: acme/x, environment: {A: "http://s:9000"}}`, "http:9001 http-9000:9000"},
		"udp has no scheme":                 {`s: {image: acme/s, expose: [9000/udp]}, x: {image: acme/x, environment: {A: "http://s:9000"}}`, "p-9000-udp:9000/UDP"},
	} {
		t.Run(name, func(t *testing.T) {
			s := find[*corev1.Service](t, convertYAML(t, "services: {"+c.services+"}"), "s")
			if got := showPorts(s); got != c.want {
				t.Errorf("ports %s, want %s", got, c.want)
			}
		})
	}
}
