package transform

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestPostgresOwnsItsDirectory: initdb changes the mode of its directory, which only the owner may.
func TestPostgresOwnsItsDirectory(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		owner   string
	}{
		"as root":             {"image: 'postgres:16', volumes: ['vol:/var/lib/postgresql/data']", ""},
		"by name":             {"image: 'postgres:16', user: postgres, volumes: ['vol:/var/lib/postgresql/data']", "999:999"},
		"by name, on alpine":  {"image: 'postgres:16-alpine', user: postgres, volumes: ['vol:/var/lib/postgresql/data']", "70:70"},
		"by number":           {"image: 'postgres:16', user: '1000', volumes: ['vol:/var/lib/postgresql/data']", "1000"},
		"PGDATA is below":     {"image: 'postgres:16', user: '1000', environment: {PGDATA: /var/lib/postgresql/data/x}, volumes: ['vol:/var/lib/postgresql/data']", ""},
		"nothing is written":  {"image: 'postgres:16', user: '1000', volumes: ['vol:/var/lib/postgresql/data:ro']", ""},
		"another kind of one": {"image: redis, user: '1000', volumes: ['vol:/data']", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  db: {"+c.service+"}\nvolumes: {vol: {}}\n")
			pod := podOf(t, r, "db")
			if c.owner == "" {
				if len(pod.Spec.InitContainers) > 0 {
					t.Errorf("root is at work without need: %v", pod.Spec.InitContainers[0].Command)
				}
				return
			}
			if len(pod.Spec.InitContainers) != 1 {
				t.Fatal("Postgres finds a directory that belongs to root")
			}
			own := pod.Spec.InitContainers[0]
			m, _ := mountAt(t, pod, "/var/lib/postgresql/data")
			want := corev1.VolumeMount{Name: m.Name, MountPath: "/volume", SubPath: m.SubPath}
			if !slices.Equal(own.Command, []string{"chown", c.owner, "/volume"}) || own.VolumeMounts[0] != want || *own.SecurityContext.RunAsUser != 0 {
				t.Errorf("%v with %+v", own.Command, own.VolumeMounts)
			}
			if m.SubPath == "" {
				t.Error("at the root of the volume, fsGroup would open the directory to the group at each start, which Postgres refuses")
			}
		})
	}
}

// TestFilesThatOnlyRootReads: docker compose mounts the file of the host as it is, here the mode counts.
func TestFilesThatOnlyRootReads(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		group   int64 // 0: none
		warned  bool
	}{
		"by a known user":          {"user: '1000:1001', configs: [{source: conf, mode: 0440}]", 1001, false},
		"by a user without group":  {"user: '1000', configs: [{source: conf, mode: 0440}]", 1000, false},
		"by root":                  {"user: '0', configs: [{source: conf, mode: 0440}]", 0, false},
		"by nobody knows whom":     {"configs: [{source: conf, mode: 0440}]", 0, true},
		"by a group that is named": {"configs: [{source: conf, mode: 0440, gid: '7'}]", 7, false},
		"by all":                   {"configs: [{source: conf, mode: 0444}]", 0, false},
		"with a group of one's own": {
			"configs: [{source: conf, mode: 0440}], x-kubernetes: {fsGroup: 9}", 9, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  web: {image: example, "+c.service+"}\nconfigs: {conf: {content: x}}\n")
			var group int64
			if s := podOf(t, r, "web").Spec.SecurityContext; s.FSGroup != nil {
				group = *s.FSGroup
			}
			if group != c.group || hasCode(r, "content-mode") != c.warned {
				t.Errorf("fsGroup %d, %v", group, codes(r))
			}
		})
	}
}

func TestExistingClaimsAreExpected(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: example, volumes: ['vol:/vol']}\nvolumes: {vol: {external: true, name: Team_Data}}\n")
	if f := finding(t, r, "volume-external"); f.Message != "the Pods expect a claim called team-data" {
		t.Error(f.Message)
	}
	if !hasCode(r, "copy-up-unknown") || !hasCode(r, "volume-owner") {
		t.Errorf("it may be new: %v", codes(r))
	}
	r = convertYAML(t, "services:\n  web: {image: example, volumes: ['vol:/vol']}\nvolumes: {vol: {external: true, x-kubernetes: {claimName: team}}}\n")
	if hasCode(r, "copy-up-unknown") || hasCode(r, "volume-owner") {
		t.Errorf("what is in it is not for the conversion to say: %v", codes(r))
	}
}

// TestGroupOfExistingClaims: data that is not the project's changes its group, which is not to happen in silence.
func TestGroupOfExistingClaims(t *testing.T) {
	for yaml, said := range map[string]bool{
		`user: "1000", volumes: ["ext:/d"]`:                             true,
		`user: "1000", volumes: ["ext:/d:ro"]`:                          false,
		`user: "1000", volumes: ["own:/d"]`:                             false,
		`volumes: ["ext:/d"]`:                                           false,
		`user: "1000", volumes: ["ext:/d"], x-kubernetes: {fsGroup: 5}`: false,
		`user: "1000", volumes: ["own:/o", "ext:/d"]`:                   true,
	} {
		r := convertYAML(t, "services: {x: {image: a, "+yaml+"}}\nvolumes: {ext: {external: true}, own: {}}\n")
		if hasCode(r, "volume-group") != said {
			t.Errorf("%s: %v", yaml, codes(r))
		}
	}
}
