package transform

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// valueOf returns the plain value of a variable of a container.
func valueOf(t testing.TB, c corev1.Container, name string) string {
	t.Helper()
	for _, v := range c.Env {
		if v.Name == name {
			return v.Value
		}
	}
	t.Fatalf("no variable %s", name)
	return ""
}

func TestTrap25NamesNoLabelCanCarryAreRewritten(t *testing.T) {
	r := convertYAML(t, `
services:
  my_db: {image: acme/db}
  api:
    image: acme/api
    command: ["serve", "--db-host=my_db", "wait my_db:5432"]
    healthcheck: {test: ["CMD", "check", "http://my_db:5432"]}
    environment:
      DATABASE_URL: jdbc:postgresql://my_db:5432/my_db
      BROKERS: my_db:9092,other:9092
      DB_HOST: my_db
      CACHE_NAME: my_db
`)
	c := containerNamed(t, r, "api", "api")
	for name, want := range map[string]string{
		"DATABASE_URL": "jdbc:postgresql://my-db:5432/my_db", "BROKERS": "my-db:9092,other:9092", "DB_HOST": "my-db", "CACHE_NAME": "my_db",
	} {
		if got := valueOf(t, c, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	if want := []string{"serve", "--db-host=my-db", "wait my-db:5432"}; !slices.Equal(c.Args, want) {
		t.Errorf("args %q, want %q", c.Args, want)
	}
	if !slices.ContainsFunc(r.Findings, func(f diag.Finding) bool {
		return f.Code == "name-rewritten" && f.Severity == diag.Warning && strings.Contains(f.Message, "my_db:9092 becomes my-db:9092")
	}) {
		t.Errorf("no warning that shows before and after among %v", r.Findings)
	}
	if want := "warning[name-unresolvable] services.api.environment.CACHE_NAME"; !slices.Contains(codes(r), want) {
		t.Errorf("no %s among %v", want, codes(r))
	}
	if not := "warning[name-unresolvable] services.api.environment.DATABASE_URL"; slices.Contains(codes(r), not) { // the path names a database
		t.Errorf("%s among %v", not, codes(r))
	}
}

func TestRewritingShowsNoSecrets(t *testing.T) {
	r := convertYAML(t, `
services:
  my_db: {image: acme/db}
  api: {image: acme/api, environment: {DSN: "postgres://root:hunter2@my_db:5432/x?sslkey=hunter3"}}
`)
	for _, f := range r.Findings {
		if strings.Contains(f.Message+f.Help, "hunter") {
			t.Errorf("%s shows a secret: %s", f.Code, f.Message)
		}
	}
	finding(t, r, "name-rewritten")
}

func TestKeptNamesAreErrors(t *testing.T) {
	r := convertYAML(t, `services: {my_db: {image: acme/db}, api: {image: acme/api, environment: {DB_HOST: my_db, NAME: my_db}}}`,
		func(in *Input) { in.Options.KeepNames = true })
	if got := valueOf(t, containerNamed(t, r, "api", "api"), "DB_HOST"); got != "my_db" {
		t.Errorf("DB_HOST=%s", got)
	}
	for _, want := range []string{"error[name-kept] services.api.environment.DB_HOST", "error[name-kept] services.api.environment.NAME"} {
		if !slices.Contains(codes(r), want) {
			t.Errorf("no %s among %v", want, codes(r))
		}
	}
}

func TestLegalNamesAreNeverTouched(t *testing.T) {
	r := convertYAML(t, `
services:
  DB: {image: acme/db}
  my-db: {image: acme/db}
  api: {image: acme/api, environment: {A_HOST: DB, B_URL: "tcp://my-db:80", C_URL: "http://other_db:80"}}
`)
	c := containerNamed(t, r, "api", "api")
	for name, want := range map[string]string{"A_HOST": "DB", "B_URL": "tcp://my-db:80", "C_URL": "http://other_db:80"} {
		if got := valueOf(t, c, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	find[*corev1.Service](t, r, "db")
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Code, "name-") {
			t.Errorf("%s: %s", f.Code, f.Message)
		}
	}
}

func TestServiceNames(t *testing.T) {
	long := strings.Repeat("a", 70)
	for name, c := range map[string]struct{ services, service, want string }{
		"upper case":                        {`Web: {image: a}`, "Web", "web"},
		"a dot":                             {`db.local: {image: a}`, "db.local", "db-local"},
		"a digit first":                     {`3scale: {image: a}`, "3scale", "s-3scale"},
		"the exact spelling keeps the name": {`my_db: {image: a}, my-db: {image: b}`, "my-db", "my-db"},
		"the other one gets a hash":         {`my_db: {image: a}, my-db: {image: b}`, "my_db", "my-db-e0a37f2f"},
		"too long":                          {long + `: {image: a}`, long, strings.Repeat("a", 54) + "-6bd5e503"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {"+c.services+"}")
			var have []string
			for _, o := range r.Objects {
				if s, ok := o.Object.(*corev1.Service); ok {
					if s.Annotations[AnnotationService] == c.service && s.Name == c.want {
						return
					}
					have = append(have, s.Annotations[AnnotationService]+"="+s.Name)
				}
			}
			t.Errorf("no Service %s among %v", c.want, have)
		})
	}
}

func TestServiceIsCalledLikeItsStatefulSet(t *testing.T) {
	r := convertYAML(t, "services: {"+strings.Repeat("a", 60)+": {image: a, x-kubernetes: {kind: StatefulSet}}}")
	for _, o := range r.Objects {
		if name := objectName(o); len(name) != 52 || !strings.HasPrefix(name, "aaaa") {
			t.Errorf("%s is called %s, with %d characters", o.GetObjectKind().GroupVersionKind().Kind, name, len(name))
		}
	}
}

func TestNamesThatOnlyCaseTellsApart(t *testing.T) {
	r := convertYAML(t, `services: {Web: {image: a}, web: {image: b}}`)
	if f := finding(t, r, "name-collision"); f.Severity != diag.Error {
		t.Errorf("severity %s", f.Severity)
	}
}

func TestTrap02PortsNamedByPeers(t *testing.T) {
	for name, c := range map[string]struct{ environment, want string }{
		"name:port":                 {`X: "fpm:9000"`, "p-9000:9000"},
		"the port of the scheme":    {`X: "postgresql+asyncpg://u:p@fpm/x"`, "postgres:5432"},
		"X_PORT beside X_HOST":      {`DB_HOST: fpm, DB_PORT: "3307"`, "p-3307:3307"},
		"udp":                       {`X: "udp://fpm:8125"`, "p-8125-udp:8125/UDP"},
		"two ports":                 {`X: "server.1=fpm:2888:3888;2181"`, "p-2888:2888 p-3888:3888"},
		"another service's name":    {`X: "fpm2:9000"`, ""},
		"an image is not a port":    {`FPM_IMAGE: "fpm:16"`, ""},
		"a password is not a port":  {`X: "http://fpm:1234@other/"`, ""},
		"a port that is known once": {`X: "fpm:9000", Y: "http://fpm:9000"`, "http:9000"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {fpm: {image: acme/fpm}, web: {image: acme/web, environment: {"+c.environment+"}}}")
			s := find[*corev1.Service](t, r, "fpm")
			if got := showPorts(s); got != c.want {
				t.Errorf("ports %q, want %q", got, c.want)
			}
			if s.Spec.ClusterIP != corev1.ClusterIPNone {
				t.Errorf("clusterIP %q: ports that only texts tell are not certain to be all", s.Spec.ClusterIP)
			}
		})
	}
}

func TestPortsNamedByFiles(t *testing.T) {
	r := convertYAML(t, `
services:
  fpm: {image: acme/fpm}
  web: {image: acme/web, volumes: ["./nginx.conf:/etc/nginx.conf"]}
`, func(in *Input) {
		in.Files["/project/nginx.conf"] = &source.File{Kind: source.Regular, Data: []byte("server {\n  fastcgi_pass fpm:9000;\n}\n")}
	})
	if got := showPorts(find[*corev1.Service](t, r, "fpm")); got != "p-9000:9000" {
		t.Errorf("ports %q", got)
	}
	if f := finding(t, r, "port-inferred"); !strings.Contains(f.Message, "services.web.volumes[0] names it") {
		t.Errorf("message %q", f.Message)
	}
}

func TestPortsOfTheOwnHealthcheck(t *testing.T) {
	for _, c := range []struct{ test, want string }{
		{`curl -f http://localhost:3000/health`, "http:3000"},
		{`wget http://127.0.0.1/`, "http:80"},
		{`nc -z localhost 6000`, "p-6000:6000"},
		{`pg_isready -U postgres`, ""},
	} {
		r := convertYAML(t, "services: {web: {image: acme/web, healthcheck: {test: "+c.test+"}}}")
		if got := showPorts(find[*corev1.Service](t, r, "web")); got != c.want {
			t.Errorf("%s: ports %q, want %q", c.test, got, c.want)
		}
	}
}

func TestClusterMembersReachEachOtherBeforeTheyAreReady(t *testing.T) {
	for name, c := range map[string]struct {
		services string
		want     bool
	}{
		"names itself":         {`es: {image: es, scale: 2, environment: {SEED: "es:9300"}}`, true},
		"name each other":      {`es: {image: es, environment: {SEED_HOSTS: b}}, b: {image: es, environment: {SEED_HOSTS: es}}`, true},
		"a web address":        {`es: {image: es, environment: {ROOT_URL: "http://es:9300"}}`, false},
		"one names the other":  {`es: {image: es}, b: {image: es, environment: {SEED_HOSTS: es}}`, false},
		"application and base": {`es: {image: es, environment: {PEER: "b:1"}}, b: {image: app, environment: {SEED_HOSTS: es}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {"+c.services+"}")
			if got := find[*corev1.Service](t, r, "es").Spec.PublishNotReadyAddresses; got != c.want {
				t.Errorf("publishNotReadyAddresses %v, want %v", got, c.want)
			}
		})
	}
}

func TestStaticAddressesInTexts(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: acme/db, networks: {back: {ipv4_address: 172.28.0.5}}}
  api: {image: acme/api, networks: [back], environment: {DB: "172.28.0.5:5432", TRUSTED: "172.28.0.0/16", OTHER: 172.29.0.55}}
networks: {back: {ipam: {config: [{subnet: 172.28.0.0/16}]}}}
`)
	var got []string
	for _, code := range codes(r) {
		if strings.Contains(code, "static-address-used") {
			got = append(got, code)
		}
	}
	want := []string{"warning[static-address-used] services.api.environment.DB", "warning[static-address-used] services.api.environment.TRUSTED"}
	if !slices.Equal(got, want) {
		t.Errorf("findings %v, want %v", got, want)
	}
}

func TestDockerHostInTexts(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: acme/db, ports: ["5433:5432"]}
  api: {image: acme/api, environment: {DB: "host.docker.internal:5433"}}
  agent: {image: acme/agent, network_mode: host, environment: {DB: "localhost:5433", SELF: "localhost:9"}}
`)
	if f := finding(t, r, "host-gateway"); f.Help != "use db:5432" {
		t.Errorf("help %q", f.Help)
	}
	if f := finding(t, r, "localhost-published"); f.Path.String() != "services.agent.environment.DB" || f.Help != "use db:5432" {
		t.Errorf("%s: %s", f.Path, f.Help)
	}
}

func TestContentOfConfigsIsSearched(t *testing.T) {
	r := convertYAML(t, `
services:
  fpm: {image: acme/fpm}
  web: {image: acme/web, configs: [site]}
configs: {site: {content: "fastcgi_pass fpm:9000;"}}
`)
	if got := showPorts(find[*corev1.Service](t, r, "fpm")); got != "p-9000:9000" {
		t.Errorf("ports %q", got)
	}
}

func TestTextForPeopleIsNotSearchedForNames(t *testing.T) {
	text := func(name string) source.Entry {
		return source.Entry{Path: name, File: source.File{Kind: source.Regular, Data: []byte("my_db: see my_db:5432\n")}}
	}
	for name, searched := range map[string]bool{
		"README.md": false, "docs/setup.rst": false, "compose.yaml": false, "docker-compose.override.yml": false, "compose_full.yml": false,
		"app.yaml": true, "compose.conf": true, "decompose.yaml": true,
	} {
		r := convertYAML(t, `
services:
  my_db: {image: acme/db}
  api: {image: acme/api, volumes: ["./conf:/conf:ro"]}
`, func(in *Input) {
			in.Files["/project/conf"] = &source.File{Kind: source.Directory, Entries: []source.Entry{text(name)}}
		})
		for _, code := range []string{"name-unresolvable", "name-rewritten", "port-inferred"} {
			said := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool {
				return f.Code == code && (code == "port-inferred" || f.Path.String() != "services.my_db") // there it says that nobody uses the name
			})
			if said != searched {
				t.Errorf("%s: %s said: %v, want %v", name, code, said, searched)
			}
		}
	}
}
