package convert

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/loader"
	"github.com/transship/transship/source"
)

// The report names the source of each fact: the Compose file before what the project knows of the image, and that before
// the built-in table.
func TestSourcesOfFacts(t *testing.T) {
	loaded := &loader.Loaded{
		Project: &types.Project{Name: "shop", Services: types.Services{
			"table": {ContainerSpec: types.ContainerSpec{Image: "postgres:17"}},
			"lock":  {ContainerSpec: types.ContainerSpec{Image: "postgres:17"}},
			"key":   {ContainerSpec: types.ContainerSpec{Image: "postgres:17", User: "70", Entrypoint: types.ShellCommand{"a"}, Command: types.ShellCommand{"b"}}, WorkloadSpec: types.WorkloadSpec{HealthCheck: &types.HealthCheckConfig{Disable: true}}},
			"none":  {ContainerSpec: types.ContainerSpec{Image: "acme/unheard-of"}},
		}},
		Images: map[string]source.ImageFacts{"lock": {Source: "transship.lock, sha256:0", Ports: []string{"1/tcp"}, PortsKnown: true, ConfigKnown: true}},
	}
	got := map[string]string{}
	for _, r := range imageReports(loaded) {
		for _, f := range r.Facts {
			got[r.Service+" "+f.Fact] = f.Value + " | " + f.Source
		}
	}
	table := got["table ports"][len("5432/tcp | "):]
	for fact, want := range map[string]string{
		"table ports": "5432/tcp | " + table, "lock ports": "1/tcp | transship.lock, sha256:0",
		"key ports": "5432/tcp | " + table, "key user": "70 | services.key.user", "key command": "a b | services.key.entrypoint",
		"key healthcheck": "none | services.key.healthcheck", "none ports": "",
	} {
		if got[fact] != want {
			t.Errorf("%s: %q, want %q", fact, got[fact], want)
		}
	}
}
