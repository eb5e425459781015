package images

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for reference, want := range map[string][2]string{
		"postgres":                              {"docker.io/library/postgres", "latest"},
		"postgres:16-alpine":                    {"docker.io/library/postgres", "16-alpine"},
		"docker.io/postgres:16":                 {"docker.io/library/postgres", "16"},
		"docker.io/library/postgres":            {"docker.io/library/postgres", "latest"},
		"index.docker.io/library/postgres":      {"docker.io/library/postgres", "latest"},
		"mirror.gcr.io/library/postgres:16":     {"docker.io/library/postgres", "16"},
		"public.ecr.aws/docker/library/nginx:1": {"docker.io/library/nginx", "1"},
		"bitnami/redis":                         {"docker.io/bitnami/redis", "latest"},
		"localhost/app":                         {"localhost/app", "latest"},
		"localhost:5000/team/app:1.2":           {"localhost:5000/team/app", "1.2"},
		"registry:5000/app":                     {"registry:5000/app", "latest"},
		"quay.io/keycloak/keycloak:26@sha256:1": {"quay.io/keycloak/keycloak", "26"},
		"redis@sha256:abc":                      {"docker.io/library/redis", "latest"},
	} {
		if repository, tag := split(reference); repository != want[0] || tag != want[1] {
			t.Errorf("Split(%q) = %q, %q; want %q, %q", reference, repository, tag, want[0], want[1])
		}
	}
}

func TestLookup(t *testing.T) {
	cases := []struct {
		reference, volume string
		found             bool
	}{
		{"postgres:16-alpine", "/var/lib/postgresql/data", true},
		{"postgres:9.6", "/var/lib/postgresql/data", true},
		{"postgres:18", "/var/lib/postgresql", true},
		{"postgres", "/var/lib/postgresql", true},
		{"timescale/timescaledb:latest-pg16", "/var/lib/postgresql/data", true},
		{"timescale/timescaledb:2.13.0-pg15-oss", "/var/lib/postgresql/data", true},
		{"timescale/timescaledb:2.23.0-pg18", "/var/lib/postgresql", true},
		{"postgis/postgis:16-3.4", "/var/lib/postgresql/data", true},
		{"mariadb:11", "/var/lib/mysql", true},
		{"registry.example.com/postgres:16", "", false}, // somebody's own image of that name
		{"someone/postgres", "", false},
		{"graylog/graylog:6.1", "/usr/share/graylog/data", true},
		{"wordpress:cli", "", false},
		{"gitea/gitea:1.22-rootless", "", false},
		{"gitea/gitea:1.22", "/data", true},
		{"", "", false},
	}
	for _, c := range cases {
		row, found := Lookup(c.reference)
		if found != c.found || c.found && !slices.Contains(row.Volumes, c.volume) {
			t.Errorf("Lookup(%q) = %+v, %v; want the volume %q, %v", c.reference, row, found, c.volume, c.found)
		}
	}
	if row, _ := Lookup("rabbitmq:4-management-alpine"); !slices.Contains(row.Ports, "15672/tcp") {
		t.Errorf("the management interface is missing: %v", row.Ports)
	}
}

// TestTable holds the rows to what the rest of the program takes for granted.
func TestTable(t *testing.T) {
	port := regexp.MustCompile(`^[0-9]+/(tcp|udp)$`)
	for _, row := range all() {
		name := strings.Join(row.Repositories, ", ") + " " + row.Tags
		if !strings.HasPrefix(row.Source, "https://") {
			t.Errorf("%s: no public source: %q", name, row.Source)
		}
		if _, err := regexp.Compile(row.Tags); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, repository := range row.Repositories {
			if normal, _ := split(repository); normal != repository {
				t.Errorf("%s: can never match, it is looked up as %s", repository, normal)
			}
		}
		for _, p := range row.Ports {
			if !port.MatchString(p) {
				t.Errorf("%s: port %q", name, p)
			}
		}
		for _, dir := range slices.Concat(row.Volumes, row.DataDirs, row.ContentDirs, row.EmptyDirs) {
			if !strings.HasPrefix(dir, "/") || strings.HasSuffix(dir, "/") {
				t.Errorf("%s: directory %q", name, dir)
			}
		}
		if row.User != "" && row.Process != nil && row.Process.UID == 0 {
			t.Errorf("%s: USER %s but the process is root", name, row.User)
		}
		seen := map[string]bool{}
		for _, repository := range row.Repositories {
			if seen[repository] {
				t.Errorf("%s: %s twice", name, repository)
			}
			seen[repository] = true
		}
	}
}

// TestTableIsReachable finds rows that an earlier row without tags hides.
func TestTableIsReachable(t *testing.T) {
	whole := map[string]bool{}
	for _, row := range all() {
		for _, repository := range row.Repositories {
			if whole[repository] {
				t.Errorf("%s %s: an earlier row without tags matches first", repository, row.Tags)
			}
			if row.Tags == "" {
				whole[repository] = true
			}
		}
	}
}

func TestLacks(t *testing.T) {
	for _, c := range []struct {
		image, program string
		want           bool
	}{
		{"vaultwarden/server:1.34.1", "wget", true},
		{"vaultwarden/server:1.34.1", "curl", false},
		{"vaultwarden/server:1.34.1-alpine", "wget", false},
		{"ghost:5.130.0", "wget", true},
		{"ghost:5.130.0-alpine", "wget", false},
		{"quay.io/minio/minio:RELEASE.2025-04-22T22-12-26Z", "curl", false},
		{"quay.io/minio/minio:RELEASE.2025-04-22T22-12-26Z", "wget", true},
		{"python:3.13-slim", "curl", true},
		{"python:3.13", "curl", false},
	} {
		if got := Lacks(c.image, c.program); got != c.want {
			t.Errorf("%s, %s: %t, want %t", c.image, c.program, got, c.want)
		}
	}
}

func TestTagsThatAreNotRoot(t *testing.T) {
	for image, want := range map[string]bool{"louislam/uptime-kuma:2": true, "louislam/uptime-kuma:2-rootless": false} {
		if row, found := Lookup(image); !found || (row.Process != nil) != want {
			t.Errorf("%s: the process %v is known: want %t", image, row.Process, want)
		}
	}
}
