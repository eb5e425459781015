package transform

import (
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// TestChangedNamesThatNobodyMentions: also then somebody outside may look for the name.
func TestChangedNamesThatNobodyMentions(t *testing.T) {
	r := convertYAML(t, `
services:
  my_db: {image: acme/db, networks: {default: {aliases: [an_alias, good, used_alias]}}}
  My-Web: {image: acme/web, environment: {H: "http://used_alias/"}}
  named: {image: acme/db, labels: {kompose.service.name_override: other}}
`)
	var got []string
	for _, f := range r.Findings {
		if f.Code == "name-unresolvable" {
			got = append(got, f.Path.String()+": "+f.Message)
		}
	}
	want := []string{
		"services.my_db: no Service can be called my_db: who looks for it has to ask for my-db",
		"services.my_db.networks.default.aliases[0]: no Service can be called an_alias: who looks for it has to ask for an-alias",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestChangedNamesThatOnlyTheirServiceMentions: that its own texts say the new name tells nobody else of it.
func TestChangedNamesThatOnlyTheirServiceMentions(t *testing.T) {
	for project, want := range map[string]bool{
		`services: {my_api: {image: acme/api, environment: {SERVER_NAME: "example.com, my_api, localhost"}}, web: {image: acme/web}}`:                                           true,
		`services: {my_api: {image: acme/api, healthcheck: {test: [CMD, curl, "http://my_api/"]}}, web: {image: acme/web}}`:                                                     true,
		`services: {my_api: {image: acme/api, environment: {SERVER_NAME: "example.com, my_api, localhost"}}, web: {image: acme/web, environment: {API_URL: "http://my_api/"}}}`: false,
	} {
		said := slices.ContainsFunc(convertYAML(t, project).Findings, func(f diag.Finding) bool {
			return f.Code == "name-unresolvable" && strings.HasPrefix(f.Message, "no Service can be called my_api")
		})
		if said != want {
			t.Errorf("%s: said %t", project, said)
		}
	}
}

// The name of a database in the path of a URL, or in a setting for it, is no host.
func TestNamesOfDatabasesAreNoHosts(t *testing.T) {
	r := convertYAML(t, `
services:
  postgres: {image: "postgres:16", container_name: runner_db, environment: {POSTGRES_DB: runner_db, POSTGRES_PASSWORD: x}}
  app: {image: acme/app, environment: {DATABASE_URL: "postgresql://u:p@postgres:5432/runner_db?serverVersion=15"}, volumes: ["./.env:/app/.env:ro"]}
`, func(in *Input) {
		in.Files["/project/.env"] = &source.File{Kind: source.Regular, Data: []byte("A=1\nPOSTGRES_DB=runner_db\n")}
	})
	if got := messages(r, "name-unresolvable"); len(got) > 0 {
		t.Errorf("said: %q", got)
	}
}

// A dump has the name of a database in many lines; that none of them is a host is said once.
func TestNamesInManyLinesAreReportedOnce(t *testing.T) {
	r := convertYAML(t, `
services:
  my_db: {image: acme/db, volumes: ["./init.sql:/docker-entrypoint-initdb.d/init.sql:ro"]}
  api: {image: acme/api, volumes: ["./init.sql:/init.sql:ro"]}
`, func(in *Input) {
		text := "-- a\nUSE my_db;\nGRANT my_db my_db;\n" + strings.Repeat("INSERT INTO my_db;\n", 97)
		in.Files["/project/init.sql"] = &source.File{Kind: source.Regular, Data: []byte(text)}
	})
	var said []string
	for _, f := range r.Findings {
		if f.Code == "name-unresolvable" && strings.Contains(f.Message, "line") {
			said = append(said, f.Message)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "my_db (lines 2, 3, 4, 5, 6 and 94 others) may be") {
		t.Errorf("said: %q", said)
	}
}

// A port in a word of its own makes a host of the word before it.
func TestNamesWithAPortInTheNextWordAreRewritten(t *testing.T) {
	r := convertYAML(t, `
services:
  my_db: {image: acme/db}
  api:
    image: acme/api
    entrypoint: [nc, -z, my_db, "5432"]
    command: ["sh", "-c", "until nc -z my_db 5433; do sleep 1; done"]
    healthcheck: {test: [CMD, redis-cli, -h, my_db, -p, "6380", ping]}
`)
	c := podOf(t, r, "api").Spec.Containers[0]
	for _, words := range [][]string{c.Command, c.Args, c.ReadinessProbe.Exec.Command} {
		if text := strings.Join(words, " "); !strings.Contains(text, " my-db ") || strings.Contains(text, "my_db") {
			t.Errorf("%q", text)
		}
	}
}

// A healthcheck that asks its own service by name never passes before the Service answers, and that waits for the healthcheck.
func TestOwnNameWithAPortInTheNextWord(t *testing.T) {
	r := convertYAML(t, `services: {db: {image: acme/db, expose: ["5432"], healthcheck: {test: [CMD, pg_isready, -h, db, -p, "5432"]}}}`)
	if got := podOf(t, r, "db").Spec.Hostname; got != "db" {
		t.Errorf("the Pod is called %q", got)
	}
}
