package convert

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/loader"
)

const hosted = `
name: hosted
services:
  web:
    image: busybox:1.37
    init: true
    command: [httpd, -f, -p, "8080"]
    ports: ["18080:8080"]
    depends_on: [db]
  db:
    image: example/db:1
    restart: always
    expose: ["5432"]
    volumes: [data:/data]
  backup: {image: example/db:1, profiles: [tools], command: [dump, "http://web:8080/", "db:9999"], volumes: [data:/data], depends_on: [db]}
  sidecar: {image: example/tap:1, profiles: [tap], network_mode: "service:db"}
  both: {image: example/db:1, profiles: [both], volumes: [data:/data, own:/own]}
  mate: {image: example/mate:1, volumes: [own:/own]}
volumes: {data: {}, own: {}}
`

func convertHosted(t *testing.T, live bool, profiles []string, services ...string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(hosted), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Load: loader.Options{Files: []string{filepath.Join(dir, "compose.yaml")}, Services: services, Profiles: profiles, Environ: []string{}}}
	if live {
		o = o.ForCluster("v1.36.0", "hosted")
	}
	result, err := Convert(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	files, err := Files(result.Objects, DirectoryOptions{Project: "hosted"})
	if err != nil {
		t.Fatal(err)
	}
	out, taken := map[string]string{}, map[string]bool{}
	for i, o := range result.Objects {
		out[FileName(o, taken)] = string(files[i].Data)
	}
	return out
}

// TestOptionalServicesLeaveOthersAsTheyAre: who runs a tool of a profile beside a database does not want the database replaced, now
// and once more by the next up.
func TestOptionalServicesLeaveOthersAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		live     bool
		profiles []string
		services []string
	}{
		"named, to a file":         {false, nil, []string{"backup", "web"}},
		"named, on a cluster":      {true, nil, []string{"backup", "web"}},
		"by profile, on a cluster": {true, []string{"tools"}, nil},
	} {
		before, got := convertHosted(t, c.live, nil), convertHosted(t, c.live, c.profiles, c.services...)
		for _, file := range []string{"deployment-db.yaml", "deployment-web.yaml", "persistentvolumeclaim-data.yaml", "service-web.yaml"} {
			if got[file] != before[file] || got[file] == "" {
				t.Errorf("%s: %s is\n%s\nand was\n%s", name, file, got[file], before[file])
			}
		}
		if !strings.Contains(got["deployment-backup.yaml"], "operator: In\n                values:\n                - backup\n                - db\n") {
			t.Errorf("%s: the tool does not go to the node of the volume:\n%s", name, got["deployment-backup.yaml"])
		}
		if s := got["service-db.yaml"]; !strings.Contains(s, "port: 5432") {
			t.Errorf("%s: %s", name, s)
		}
	}
}

// TestOptionalServicesChangeWhatTheyCannotDoWithout: a Pod that they are in, and Pods that nothing kept on one node before.
func TestOptionalServicesChangeWhatTheyCannotDoWithout(t *testing.T) {
	t.Parallel()
	if got := convertHosted(t, true, nil, "sidecar"); !strings.Contains(got["deployment-db.yaml"], "image: example/tap:1") {
		t.Errorf("the optional service is not in the Pod that it shares:\n%s", got["deployment-db.yaml"])
	}
	got := convertHosted(t, true, []string{"both"})
	for _, file := range []string{"deployment-db.yaml", "deployment-mate.yaml", "deployment-both.yaml"} {
		if !strings.Contains(got[file], "volume.transship/data: \"true\"\n            topologyKey") {
			t.Errorf("%s is not kept on one node with the others:\n%s", file, got[file])
		}
	}
}
