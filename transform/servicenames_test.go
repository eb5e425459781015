package transform

import (
	"slices"
	"testing"
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
