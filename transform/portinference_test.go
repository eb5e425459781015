package transform

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
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

// DB_PORT of a shared env file is the port that the host publishes, not one that the container opens.
func TestPortVariableOfTheHostSide(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: example, ports: ["15432:5432"], environment: {DB_PORT: 15432}}
  cache: {image: example}
  app: {image: example, environment: {DB_HOST: db, DB_PORT: 15432, CACHE_HOST: cache, CACHE_PORT: 7000}}
`)
	for name, want := range map[string]string{"db": "[5432]", "cache": "[7000]"} {
		var got []int32
		for _, p := range find[*corev1.Service](t, r, name).Spec.Ports {
			got = append(got, p.Port)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s has the ports %v, want %s", name, got, want)
		}
	}
}

// nginx calls the group of servers as it likes: neither its name nor its port are those of the service.
func TestNameOfAGroupOfServers(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: example, volumes: ["./app.conf:/etc/nginx/conf.d/app.conf:ro"]}
  my_app: {image: example}
`, files(map[string]*source.File{"app.conf": text("upstream my_app { server my_app:8000; }\nserver { location / { proxy_pass http://my_app; } }\n")}))
	if ports := find[*corev1.Service](t, r, "my-app").Spec.Ports; len(ports) != 1 || ports[0].Port != 8000 {
		t.Errorf("ports %+v", ports)
	}
	for _, o := range r.Objects {
		if m, ok := o.Object.(*corev1.ConfigMap); ok && m.Data["app.conf"] != "upstream my_app { server my-app:8000; }\nserver { location / { proxy_pass http://my_app; } }\n" {
			t.Errorf("the file becomes %q", m.Data["app.conf"])
		}
	}
	if strings.Contains(strings.Join(codes(r), " "), "name-unresolvable") {
		t.Error(codes(r))
	}
}

// TestTrap02PortsNamedApartFromTheHost: what waits for an undeclared port waits for ever when the Service does not list it.
func TestTrap02PortsNamedApartFromTheHost(t *testing.T) {
	for command, want := range map[string]string{
		`sh -c "until nc -z db 5433; do sleep 1; done"`: "p-5432:5432 p-5433:5433",
		`redis-cli -h db -p 6380`:                       "p-5432:5432 p-6380:6380",
		`sh -c "redis-cli -h db -p 6380"`:               "p-5432:5432 p-6380:6380",
		`app --dsn "host=db port=5433 user=x"`:          "p-5432:5432 p-5433:5433",
		`sh -c "sleep 10 # db 99"`:                      "p-5432:5432",
	} {
		r := convertYAML(t, "services: {db: {image: a, expose: [5432]}, web: {image: b, command: '"+command+"'}}")
		if got := showPorts(find[*corev1.Service](t, r, "db")); got != want {
			t.Errorf("%s: ports %q, want %q", command, got, want)
		}
	}
}

// Settings that are not read here may name a service with any port.
func TestPortsBesideUnreadSettings(t *testing.T) {
	for mount, want := range map[string]string{
		"../conf:/etc/chain":          "None",
		"../chain/node.toml:/a.toml":  "None",
		"/:/host:ro":                  "",
		"../pictures:/pictures":       "",
		"/etc/ssl/openssl.cnf:/a.cnf": "",
		"./conf:/etc/chain":           "",
	} {
		from := filepath.Join("/project", strings.Split(mount, ":")[0])
		if filepath.IsAbs(mount) {
			from = filepath.Clean(strings.Split(mount, ":")[0])
		}
		r := convertYAML(t, `
services:
  api: {image: acme/api, restart: always, ports: ["3999:3999"]}
  node: {image: acme/node, restart: always, ports: ["20443:20443"], volumes: ["`+from+`:`+strings.SplitN(mount, ":", 2)[1]+`"]}
`, func(in *Input) {
			kind := source.Outside
			if strings.HasPrefix(mount, "./") {
				kind = source.Missing
			}
			in.Files[from] = &source.File{Kind: kind, IsDir: true}
		})
		for _, s := range objects[*corev1.Service](r) {
			if s.Name == "api" && s.Spec.ClusterIP != want {
				t.Errorf("%s: the address of api is %q, want %q", mount, s.Spec.ClusterIP, want)
			}
			if s.Name == "node" && s.Spec.ClusterIP != "" {
				t.Errorf("%s: the address of node is %q", mount, s.Spec.ClusterIP)
			}
		}
	}
}

// What people publish of such a program is less than what its clients use.
func TestProgramsWithFurtherPorts(t *testing.T) {
	for image, headless := range map[string]bool{"nacos/nacos-server:v2.4.3": true, "datalust/seq": true, "registry.example.com/mirror/flink:1.20": true, "example/consequence": false, "example/sparkling": false} {
		r := convertYAML(t, `services: {x: {image: "`+image+`", restart: always, ports: ["8848:8848"]}, y: {image: a, restart: always, environment: {SERVER_ADDR: "x:8848"}}}`)
		if got := find[*corev1.Service](t, r, "x").Spec.ClusterIP == "None"; got != headless {
			t.Errorf("%s: headless %v, want %v", image, got, headless)
		}
	}
}
