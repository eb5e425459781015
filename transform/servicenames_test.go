package transform

import (
	"slices"
	"strings"
	"testing"

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
