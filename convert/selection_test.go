package convert

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/transship/transship/loader"
)

const partial = `
name: partial
services:
  api:
    image: example/api:1
    environment: {DB_URL: "tcp://db:5432/x"}
    depends_on: {migrate: {condition: service_completed_successfully}}
    configs: [settings]
    networks: [front, default]
  migrate:
    image: busybox:1.36
    command: ["sh", "-c", "echo migration >> /data/log"]
    volumes: [data:/data]
    depends_on: [db]
  db:
    image: example/db:1
    environment: {DB_PASSWORD: secret}
    volumes: [data:/data]
  alone:
    image: example/alone:1
    volumes: [own:/own]
configs: {settings: {content: "x: y"}}
volumes: {data: {}, own: {}}
networks: {front: {}}
`

func convertPart(t *testing.T, services ...string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(partial), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := Convert(context.Background(), Options{Load: loader.Options{
		Files: []string{filepath.Join(dir, "compose.yaml")}, Services: services, Environ: []string{},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	taken := map[string]bool{}
	files, err := Files(result.Objects, DirectoryOptions{Project: "partial"})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range result.Objects {
		out[FileName(o, taken)] = string(files[i].Data)
	}
	return out
}

// Every object of a part is an object of the whole, byte by byte, and nothing that the part needs is left out.
func TestPartIsAPartOfTheWhole(t *testing.T) {
	t.Parallel()
	whole := convertPart(t)
	for _, c := range []struct {
		services  []string
		have, not []string
	}{
		{[]string{"migrate"}, []string{"job-migrate.yaml", "deployment-db.yaml", "persistentvolumeclaim-data.yaml", "secret-db-env.yaml"}, []string{"deployment-api.yaml", "configmap-settings.yaml", "persistentvolumeclaim-own.yaml"}},
		{[]string{"alone"}, []string{"deployment-alone.yaml", "persistentvolumeclaim-own.yaml"}, []string{"deployment-db.yaml", "secret-db-env.yaml", "persistentvolumeclaim-data.yaml"}},
		{[]string{"api"}, []string{"deployment-api.yaml", "configmap-settings.yaml", "job-migrate.yaml", "networkpolicy-net-front.yaml"}, []string{"deployment-alone.yaml"}},
	} {
		part := convertPart(t, c.services...)
		for name, text := range part {
			if whole[name] != text {
				t.Errorf("%v: %s is not what the whole has:\n%s", c.services, name, text)
			}
		}
		for _, name := range c.have {
			if part[name] == "" {
				t.Errorf("%v: %s is missing", c.services, name)
			}
		}
		for _, name := range c.not {
			if part[name] != "" {
				t.Errorf("%v: %s is none of it", c.services, name)
			}
		}
	}
	if len(convertPart(t, "alone", "api")) != len(whole) {
		t.Error("all services are less than the whole")
	}
	if got := withPodMates(nil, []string{"b", "a", "b"}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("services are %v", got)
	}
}
