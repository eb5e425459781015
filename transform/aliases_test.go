package transform

import (
	"maps"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

func TestAliasesAreServices(t *testing.T) {
	for name, services := range map[string]string{
		"a network alias": `db: {image: a, expose: [5432], networks: {default: {aliases: [database]}}}`,
		"a link":          `db: {image: a, expose: [5432]}, api: {image: b, links: ["db:database"]}`,
		"trap 26: a container name that a peer uses": `db: {image: a, expose: [5432], container_name: database}, api: {image: b, environment: {X: "database:5432"}}`,
		"trap 26: a host name that a peer uses":      `db: {image: a, expose: [5432], hostname: database}, api: {image: b, command: [connect, database]}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services: {"+services+"}")
			s := find[*corev1.Service](t, r, "database")
			want := map[string]string{"alias.transship/database": "true", LabelInstance: "shop"}
			if !maps.Equal(s.Spec.Selector, want) || showPorts(s) != "p-5432:5432" {
				t.Errorf("selector %v, ports %s", s.Spec.Selector, showPorts(s))
			}
			if labels := podNamed(t, r, "db").Labels; labels["alias.transship/database"] != "true" {
				t.Errorf("labels %v", labels)
			}
			find[*corev1.Service](t, r, "db")
		})
	}
}

func TestNamesNobodyUsesGetNoService(t *testing.T) {
	r := convertYAML(t, `services: {db: {image: a, container_name: database, hostname: pg, environment: {SELF: database}}, api: {image: b}}`)
	if has[*corev1.Service](r, "database") || has[*corev1.Service](r, "pg") {
		t.Error("a Service for a name nobody uses")
	}
	finding(t, r, "container-name")
}

func TestNameThatAServiceGivesForItself(t *testing.T) {
	r := convertYAML(t, `services: {core: {image: a, container_name: edge-core, environment: {SERVICE_HOST: edge-core}}}`)
	find[*corev1.Service](t, r, "edge-core")
	if got := valueOf(t, containerNamed(t, r, "core", "core"), "SERVICE_HOST"); got != "edge-core" {
		t.Errorf("SERVICE_HOST=%s: a legal name is never touched", got)
	}
}

func TestNamesInsideOnePod(t *testing.T) {
	r := convertYAML(t, `
services:
  app: {image: a, container_name: main-app}
  host: {image: b, pid: "service:app", environment: {URL: "tcp://main-app:80"}}
`)
	find[*corev1.Service](t, r, "main-app")
	r = convertYAML(t, `services: {app: {image: a, container_name: main-app}, word: {image: b, pid: "service:app", environment: {NAME: main-app}}}`)
	for _, f := range r.Findings {
		if f.Code == "name-unresolvable" || f.Code == "name-rewritten" {
			t.Errorf("a legal name is reported: %s", f.Message)
		}
	}
}

func TestSharedAliasSelectsAllWhoHaveIt(t *testing.T) {
	r := convertYAML(t, `
services:
  a: {image: a, expose: [80], networks: {default: {aliases: [web]}}}
  b: {image: b, expose: [81], networks: {default: {aliases: [web]}}}
`)
	if got := showPorts(find[*corev1.Service](t, r, "web")); got != "p-80:80 p-81:81" {
		t.Errorf("ports %s", got)
	}
	for _, name := range []string{"a", "b"} {
		if podNamed(t, r, name).Labels["alias.transship/web"] != "true" {
			t.Errorf("%s lacks the label", name)
		}
	}
}

func TestAliasThatIsTheNameOfAnotherService(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a, expose: [80]}
  replica: {image: b, expose: [80], networks: {default: {aliases: [db]}}}
`)
	if got := find[*corev1.Service](t, r, "db").Spec.Selector; got["alias.transship/db"] != "true" {
		t.Errorf("selector %v: Docker resolves db to both", got)
	}
	if m := finding(t, r, "alias-service").Message; !strings.Contains(m, "db leads to db, replica") {
		t.Errorf("message %q", m)
	}
}

func TestTrap27AliasConflict(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		want bool
	}{
		"separate networks": {`services: {a: {image: a, networks: {x: {aliases: [db]}}}, b: {image: b, networks: {y: {aliases: [db]}}}}
networks: {x: {}, y: {}}`, true},
		"the name of a service on another network": {`services: {db: {image: a, networks: [x]}, b: {image: b, networks: {y: {aliases: [db]}}}}
networks: {x: {}, y: {}}`, true},
		"somebody sees only one": {`services: {a: {image: a, networks: {x: {aliases: [db]}, y: {aliases: [db]}}}, b: {image: b, networks: {y: {aliases: [db]}}}, c: {image: c, networks: [x]}}
networks: {x: {}, y: {}}`, true},
		"everybody sees both": {`services: {a: {image: a, networks: {x: {aliases: [db]}, y: {aliases: [db]}}}, b: {image: b, networks: {y: {aliases: [db]}}}, c: {image: c, networks: [y]}}
networks: {x: {}, y: {}}`, false},
		"links":      {`services: {a: {image: a}, b: {image: b}, c: {image: c, links: ["a:db"]}, d: {image: d, links: ["b:db"]}}`, true},
		"one target": {`services: {a: {image: a}, c: {image: c, links: ["a:db"]}, d: {image: d, links: ["a:db"]}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, c.yaml)
			got := false
			for _, f := range r.Findings {
				got = got || f.Code == "alias-conflict" && f.Severity == diag.Error
			}
			if got != c.want {
				t.Errorf("conflict %v, want %v", got, c.want)
			}
		})
	}
}

func TestAliasesThatNoServiceCanHave(t *testing.T) {
	r := convertYAML(t, `
services:
  s3: {image: a, expose: [9000], networks: {default: {aliases: [files.example.com, my_files]}}}
  api: {image: b, environment: {A_URL: "http://my_files:9000", B_URL: "http://files.example.com"}}
`)
	c := containerNamed(t, r, "api", "api")
	if a, b := valueOf(t, c, "A_URL"), valueOf(t, c, "B_URL"); a != "http://my-files:9000" || b != "http://files.example.com" {
		t.Errorf("A_URL=%s B_URL=%s", a, b)
	}
	find[*corev1.Service](t, r, "my-files")
	finding(t, r, "name-unresolvable")
}

func TestContainerNameThatNoServiceCanHaveLeadsToTheService(t *testing.T) {
	r := convertYAML(t, `services: {db: {image: a, container_name: my_db}, api: {image: b, environment: {DB_HOST: my_db}}}`)
	if got := valueOf(t, containerNamed(t, r, "api", "api"), "DB_HOST"); got != "db" {
		t.Errorf("DB_HOST=%s, want db", got)
	}
}

func TestUseServiceNameAlias(t *testing.T) {
	hidden := convertYAML(t, `services: {db: {image: a, networks: {default: {use_service_name_alias: false}}}}`)
	if has[*corev1.Service](hidden, "db") {
		t.Error("a Service for a name that is off on every network")
	}
	partly := convertYAML(t, `
services: {db: {image: a, networks: {x: {use_service_name_alias: false}, y: {}}}}
networks: {x: {}, y: {}}`)
	find[*corev1.Service](t, partly, "db")
	finding(t, partly, "service-name-alias")
}

func TestNameOfOneContainer(t *testing.T) {
	r := convertYAML(t, `services: {db: {image: a}, api: {image: b, environment: {DB: "shop-db-1:5432"}}}`)
	if f := finding(t, r, "name-unresolvable"); f.Path.String() != "services.api.environment.DB" {
		t.Errorf("path %s", f.Path)
	}
}

func TestExternalLinks(t *testing.T) {
	r := convertYAML(t, `services: {api: {image: a, external_links: ["legacy:db"]}}`)
	finding(t, r, "external-link")
	r = convertYAML(t, `services: {api: {image: a, external_links: ["legacy:db"], x-kubernetes: {externalName: db.example.com}}}`)
	if s := find[*corev1.Service](t, r, "db"); s.Spec.Type != corev1.ServiceTypeExternalName || s.Spec.ExternalName != "db.example.com" {
		t.Errorf("spec %+v", s.Spec)
	}
	r = convertYAML(t, `services: {api: {image: a, external_links: ["legacy:db"]}, db: {image: b, x-kubernetes: {externalName: db.example.com}}}`)
	if s := find[*corev1.Service](t, r, "db"); hasCode(r, "external-link") || s.Spec.ExternalName != "db.example.com" {
		t.Errorf("spec %+v", s.Spec)
	}
}

// TestAliasesOfAServiceOutside: no Pod carries the label of the alias, so it has to lead where the service's name leads.
func TestAliasesOfAServiceOutside(t *testing.T) {
	r := convertYAML(t, `services: {db: {image: a, networks: {default: {aliases: [database]}}, x-kubernetes: {externalName: db.example.com}}}`)
	if got := find[*corev1.Service](t, r, "database").Spec; got.ExternalName != "db.example.com" || len(got.Selector) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestNameOverride(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: a, expose: [80], labels: {kompose.service.name_override: store}}
  api: {image: b, environment: {X: "db:80"}}
`)
	podNamed(t, r, "store")
	find[*corev1.Service](t, r, "store")
	if s := find[*corev1.Service](t, r, "db"); s.Spec.Selector["alias.transship/db"] != "true" {
		t.Errorf("selector %v: peers know the service as db", s.Spec.Selector)
	}
}

func TestAddressFamilies(t *testing.T) {
	r := convertYAML(t, `
services: {a: {image: a, networks: [six]}, b: {image: b, networks: [only]}, c: {image: c}}
networks: {six: {enable_ipv6: true}, only: {enable_ipv4: false, enable_ipv6: true}}
`)
	if got := find[*corev1.Service](t, r, "a").Spec.IPFamilyPolicy; got == nil || *got != corev1.IPFamilyPolicyPreferDualStack {
		t.Errorf("a: %v", got)
	}
	only := find[*corev1.Service](t, r, "b").Spec
	if len(only.IPFamilies) != 1 || only.IPFamilies[0] != corev1.IPv6Protocol || *only.IPFamilyPolicy != corev1.IPFamilyPolicySingleStack {
		t.Errorf("b: %+v", only)
	}
	if find[*corev1.Service](t, r, "c").Spec.IPFamilyPolicy != nil {
		t.Error("c has a policy")
	}
}
