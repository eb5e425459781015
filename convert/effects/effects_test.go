package effects_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
)

func load(t *testing.T, files map[string]string) *loader.Loaded {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := loader.Load(context.Background(), loader.Options{WorkingDirectory: dir, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func examine(t *testing.T, l *loader.Loaded, keys ...diag.Path) map[string]effects.Key {
	t.Helper()
	p, err := effects.Of(context.Background(), l, effects.Options{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]effects.Key{}
	for _, k := range p.Keys {
		found[k.Path.String()] = k
	}
	return found
}

const project = `
services:
  web:
    image: nginx:1.29
    ports:
      - "8080:80"
      - "8443:443"
    environment:
      FIRST: "1"
      SECOND: "2"
    command: [one, two, three]
    depends_on:
      db: {condition: service_healthy}
    restart: always
    cpu_shares: 512
    healthcheck:
      test: [CMD, "true"]
      interval: 7s
      start_period: 20s
    env_file: web.env
  db:
    image: postgres:17
    volumes: [data:/var/lib/postgresql/data]
    secrets: [password]
    deploy:
      resources:
        limits: {memory: 256m}
volumes:
  data:
secrets:
  password:
    file: password.txt
`

func shop(t *testing.T) *loader.Loaded {
	return load(t, map[string]string{"compose.yaml": project, "password.txt": "secret", "web.env": "THIRD=3\n"})
}

func TestKeysSetFields(t *testing.T) {
	found := examine(t, shop(t))
	const web = "Deployment/web spec.template.spec.containers[web]"
	const db = "Deployment/db spec.template.spec.containers[db]"
	for _, c := range []struct {
		key    string
		method effects.Method
		sets   []string // among others
	}{
		{"services.web.image", effects.Replaced, []string{web + ".image"}},
		{"services.web.environment.FIRST", effects.Removed, []string{web + ".env[FIRST]"}},
		{"services.web.command[1]", effects.Removed, []string{web + ".args[1]"}},
		{"services.web.healthcheck.interval", effects.Removed, []string{web + ".readinessProbe.periodSeconds"}},
		{"services.web.healthcheck.start_period", effects.Removed, []string{web + ".startupProbe"}},
		{"services.web.depends_on.db.condition", effects.Replaced, []string{"Deployment/web spec.template.spec.initContainers"}},
		{"services.web.env_file", effects.Removed, []string{web + ".env[THIRD]"}},
		{"services.db.deploy", effects.Below, []string{db + ".resources"}},
		{"services.db.secrets[0]", effects.Removed, []string{db + ".volumeMounts[/run/secrets]"}},
		{"services.db", effects.Removed, []string{"Deployment/db", "Service/db", "PersistentVolumeClaim/data"}},
		{"secrets.password", effects.Removed, []string{"Secret/password"}},
		{"secrets.password.file", effects.Replaced, []string{"Secret/password"}},
	} {
		k, ok := found[c.key]
		if !ok {
			t.Errorf("%s is not among the keys", c.key)
			continue
		}
		if k.Method != c.method {
			t.Errorf("%s was %s, want %s", c.key, k.Method, c.method)
		}
		for _, want := range c.sets {
			if !slices.ContainsFunc(k.Sets, func(f effects.Field) bool { return f.String() == want }) {
				t.Errorf("%s does not set %q but %v", c.key, want, k.Sets)
			}
		}
	}
}

func TestAnItemMovesWithoutBeingChanged(t *testing.T) {
	found := examine(t, shop(t))
	for key, want := range map[string]string{
		"services.web.command[0]": "Deployment/web spec.template.spec.containers[web].args[0]",
		"services.web.command[2]": "Deployment/web spec.template.spec.containers[web].args[2]",
	} {
		if sets := found[key].Sets; len(sets) != 1 || sets[0].String() != want {
			t.Errorf("%s sets %v, want only %s", key, sets, want)
		}
	}
	for _, key := range []string{"services.web.ports[0]", "services.web.ports[1]"} {
		for _, f := range found[key].Findings {
			if f.Path.String() != key && strings.HasPrefix(f.Path.String(), "services.web.ports") {
				t.Errorf("%s is said to be the reason for a finding at %s", key, f.Path)
			}
		}
	}
}

func TestSilentKeysAndKeysWithFindingsOnly(t *testing.T) {
	found := examine(t, shop(t))
	if k := found["services.web.cpu_shares"]; k.IsSilent() || len(k.Findings) == 0 || len(k.Sets) > 0 {
		t.Errorf("cpu_shares has no equivalent, which a finding says: %+v", k)
	}
	l := load(t, map[string]string{"compose.yaml": `
services:
  web:
    image: nginx:1.29
    ports: ["8080:80"]
    expose: ["80"]
`})
	found = examine(t, l)
	if k := found["services.web.expose"]; !k.IsSilent() {
		t.Errorf("ports say what expose says, but without it %v and %v would go", k.Sets, k.Findings)
	}
	if k := found["services.web.ports[0]"]; k.IsSilent() {
		t.Error("the published port has no effect")
	}
}

func TestTheProjectIsNotChanged(t *testing.T) {
	l := shop(t)
	before := examine(t, l)
	after := examine(t, l)
	if len(before) != len(after) {
		t.Fatalf("%d keys, then %d", len(before), len(after))
	}
	for path, k := range before {
		if !slices.Equal(k.Sets, after[path].Sets) {
			t.Errorf("%s sets %v, then %v", path, k.Sets, after[path].Sets)
		}
	}
}

func TestOnlySomeKeys(t *testing.T) {
	all := examine(t, shop(t))
	some := examine(t, shop(t), diag.At("services", "web", "healthcheck"))
	if len(some) >= len(all) || len(some) < 4 {
		t.Fatalf("%d of %d keys", len(some), len(all))
	}
	for path, k := range some {
		if !slices.Equal(k.Sets, all[path].Sets) {
			t.Errorf("%s sets %v alone and %v among all", path, k.Sets, all[path].Sets)
		}
	}
}

func TestACancelledContextEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l := shop(t)
	cancel()
	if _, err := effects.Of(ctx, l, effects.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
