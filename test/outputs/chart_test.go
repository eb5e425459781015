package outputs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const guestbook = `name: guestbook
services:
  web:
    image: ghcr.io/example/guestbook:1.4.2
    ports: ["8000:8000"]
    environment:
      DATABASE_HOST: db
      LOG_FORMAT: "{{ .Level }} {{ .Message }}"
      PRICE: $$(5)
      DATABASE_PASSWORD: not-in-values
    command: ["serve", "--format={{.Name}}"]
    configs: [{source: site, target: /etc/guestbook/site.yaml}]
    healthcheck: {test: ["CMD", "wget", "-qO-", "http://localhost:8000/"]}
    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate:
    image: ghcr.io/example/guestbook:1.4.2
    command: ["migrate"]
    restart: "no"
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db_password}
    secrets: [db_password]
    volumes: ["db-data:/var/lib/postgresql/data"]
  admin:
    image: adminer:5
    ports: ["8080:8080"]
    profiles: [debug]
volumes: {db-data: {}}
configs: {site: {file: ./site.yaml}}
secrets: {db_password: {file: ./db_password.txt}}
`

// guestbookChart writes a project and its chart.
func guestbookChart(t *testing.T) (dir, chart string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"compose.yaml": guestbook, "site.yaml": "title: \"{{ guestbook }}\"\n# tab\there, trailing space \n", "db_password.txt": "also-not-in-values\n",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	mustTransship(t, dir, "convert", "-o", "helm", "-d", "chart", "--publish=ingress", "--domain=example.com")
	return dir, filepath.Join(dir, "chart")
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// render renders a chart with values written as YAML, on top of the local values of its secrets.
func render(t *testing.T, chart, values string) (objects, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "values.yaml")
	write(t, file, values)
	text, err := helmTemplate(chart, "guestbook", "default", valuesOf(t, filepath.Join(chart, "secret-values.yaml"), file))
	if err != nil {
		return nil, err
	}
	return readObjects(t, text), nil
}

func TestChartValuesOfSecretsAreInOneFileOnly(t *testing.T) {
	_, chart := guestbookChart(t)
	err := filepath.WalkDir(chart, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "secret-values.yaml" {
			return err
		}
		if strings.Contains(read(t, path), "not-in-values") {
			t.Errorf("%s has the value of a secret", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(chart, "secret-values.yaml")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secret-values.yaml: %v %v", info, err)
	}
	_, err = helmTemplate(chart, "guestbook", "default", nil)
	for _, missing := range []string{"web.secretEnv.DATABASE_PASSWORD (or web.existingSecret)", "secrets.dbPassword.value (or secrets.dbPassword.existingSecret)"} {
		if err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("%s is not said to be missing: %v", missing, err)
		}
	}
}

func TestChartRefusesBadValuesWithTheirPath(t *testing.T) {
	_, chart := guestbookChart(t)
	for values, path := range map[string]string{
		"web: {replicaCount: two}":              "/web/replicaCount",
		"web: {env: {PORT: 8080}}":              "/web/env/PORT",
		"web: {image: {pullPolicy: Sometimes}}": "/web/image/pullPolicy",
		"web: {image: {digest: abc}}":           "/web/image/digest",
		"wbe: {enabled: false}":                 "wbe",
		"persistence: {dbData: {retain: true}}": "retain",
	} {
		if _, err := render(t, chart, values); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error does not name %s: %v", values, path, err)
		}
	}
}

// TestChartToggles sets what people set, and looks for what it must change.
func TestChartToggles(t *testing.T) {
	_, chart := guestbookChart(t)
	for _, c := range []struct {
		values, object, path string
		want                 any // nil: not there
	}{
		{"{}", "Deployment/<nil>/web", "spec.template.spec.containers.0.args.1", "--format={{.Name}}"},
		{"{}", "Deployment/<nil>/web", "spec.template.spec.containers.0.env.1.value", "{{ .Level }} {{ .Message }}"},
		{"web: {enabled: false}", "Deployment/<nil>/web", "", nil},
		{"web: {enabled: false}", "Ingress/<nil>/web", "", nil},
		{"web: {enabled: false}", "ConfigMap/<nil>/site", "", nil},
		{"admin: {enabled: true}", "Deployment/<nil>/admin", "metadata.name", "admin"},
		{"{}", "Deployment/<nil>/admin", "", nil},
		{"web: {ingress: {enabled: false}}", "Ingress/<nil>/web", "", nil},
		{"web: {replicaCount: 7}", "Deployment/<nil>/web", "spec.replicas", 7},
		{"web: {readinessProbe: null}", "Deployment/<nil>/web", "spec.template.spec.containers.0.readinessProbe", nil},
		{"web: {env: {LOG_FORMAT: null}}", "Deployment/<nil>/web", "spec.template.spec.containers.0.env.1.name", "PRICE"},
		{"web: {extraEnv: [{name: MORE, value: x}]}", "Deployment/<nil>/web", "spec.template.spec.containers.0.env.4.name", "MORE"},
		{"web: {existingSecret: mine}", "Secret/<nil>/web-env", "", nil},
		{"web: {existingSecret: mine}", "Deployment/<nil>/web", "spec.template.spec.containers.0.env.3.valueFrom.secretKeyRef.name", "mine"},
		{"secrets: {dbPassword: {existingSecret: mine, key: pw}}", "Deployment/<nil>/db", "spec.template.spec.volumes.1.secret.items.0.key", "pw"},
		{"configs: {site: {existingConfigMap: mine}}", "ConfigMap/<nil>/site", "", nil},
		{"persistence: {dbData: {existingClaim: mine}}", "PersistentVolumeClaim/<nil>/db-data", "", nil},
		{"persistence: {dbData: {existingClaim: mine}}", "Deployment/<nil>/db", "spec.template.spec.volumes.0.persistentVolumeClaim.claimName", "mine"},
		{"persistence: {dbData: {enabled: false}}", "Deployment/<nil>/db", "spec.template.spec.volumes.0.persistentVolumeClaim", nil},
		{"persistence: {dbData: {storageClass: \"-\"}}", "PersistentVolumeClaim/<nil>/db-data", "spec.storageClassName", ""},
		{"global: {imageRegistry: r.example}", "Deployment/<nil>/db", "spec.template.spec.containers.0.image", "r.example/postgres:17"},
		{"global: {imagePullSecrets: [a]}", "Deployment/<nil>/db", "spec.template.spec.imagePullSecrets.0.name", "a"},
		{"db: {serviceAccount: {create: true}}", "Deployment/<nil>/db", "spec.template.spec.serviceAccountName", "db"},
		{"wait: {enabled: false}", "Deployment/<nil>/web", "spec.template.spec.initContainers", nil},
		{"migrate: {enabled: false}", "Deployment/<nil>/web", "spec.template.spec.initContainers", nil},
		{"commonLabels: {team: a}", "Service/<nil>/db", "metadata.labels.team", "a"},
		{"commonAnnotations: {note: b}", "PersistentVolumeClaim/<nil>/db-data", "metadata.annotations.note", "b"},
		{"web: {nodeSelector: {disk: ssd}}", "Deployment/<nil>/web", "spec.template.spec.nodeSelector.disk", "ssd"},
	} {
		all, err := render(t, chart, c.values)
		if err != nil {
			t.Errorf("%s: %v", c.values, err)
			continue
		}
		var have any
		if o := all[c.object]; o != nil {
			have = at(o, c.path)
		}
		if have != c.want && !(c.want == nil && have == nil) {
			t.Errorf("%s: %s %s is %v, want %v", c.values, c.object, c.path, have, c.want)
		}
	}
}

func at(value any, path string) any {
	if path == "" {
		return value
	}
	key, rest, _ := strings.Cut(path, ".")
	switch v := value.(type) {
	case map[string]any:
		return at(v[key], rest)
	case []any:
		if i := int(key[0] - '0'); i < len(v) {
			return at(v[i], rest)
		}
	}
	return nil
}

// TestChartJobsAreNewWhenTheyChange: the name of a Job, and all that refer to it, follow what it does.
func TestChartJobsAreNewWhenTheyChange(t *testing.T) {
	_, chart := guestbookChart(t)
	name := func(values string) string {
		all, err := render(t, chart, values)
		if err != nil {
			t.Fatal(err)
		}
		for key, o := range all {
			if o["kind"] == "Job" {
				job := strings.TrimPrefix(key, "Job/<nil>/")
				if wait := at(all["Deployment/<nil>/web"], "spec.template.spec.initContainers.0.command.4"); wait != "job/"+job {
					t.Errorf("%s waits for %v", job, wait)
				}
				if role := at(all["Role/<nil>/guestbook-waiter"], "rules.0.resourceNames.0"); role != job {
					t.Errorf("the Role of %s allows %v", job, role)
				}
				return job
			}
		}
		t.Fatal("no Job")
		return ""
	}
	first, same, other := name("{}"), name("web: {replicaCount: 3}"), name("migrate: {image: {tag: \"2\"}}")
	if first != same || first == other {
		t.Errorf("the names are %s, %s with a change elsewhere, %s with another image", first, same, other)
	}
}

// TestChartKeepsWhatTheUserChanged regenerates a chart that was edited from a project that changed.
func TestChartKeepsWhatTheUserChanged(t *testing.T) {
	dir, chart := guestbookChart(t)
	convert := []string{"convert", "-v", "-o", "helm", "-d", "chart", "--publish=ingress", "--domain=example.com"}
	values := filepath.Join(chart, "values.yaml")
	edit := func(file string, pairs ...string) {
		text := read(t, file)
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				t.Fatalf("%s has no %q", file, pairs[i])
			}
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
		write(t, file, text)
	}
	edit(values, "DATABASE_HOST: db", "DATABASE_HOST: elsewhere # of our own", "size: 1Gi", "size: 20Gi", "commonLabels: {}", "# Ours.\ncommonLabels: {team: a}", "PRICE: $$(5)\n", "MINE: \"1\"\n")
	edit(filepath.Join(chart, "Chart.yaml"), "version: 0.1.0", "version: 3.0.0")
	edit(filepath.Join(dir, "compose.yaml"), "guestbook:1.4.2\n    ports", "guestbook:1.5.0\n    ports", "      PRICE: $$(5)", "      NEW: fresh\n      PRICE: $$(5)",
		"volumes: [\"db-data:/var/lib/postgresql/data\"]", "tmpfs: /var/lib/postgresql/data", "volumes: {db-data: {}}\n", "")
	o := mustTransship(t, dir, convert...)
	text := read(t, values)
	for _, want := range []string{"DATABASE_HOST: elsewhere # of our own", "# Ours.\n", "MINE: \"1\"", "NEW: fresh", "tag: 1.5.0"} {
		if !strings.Contains(text, want) {
			t.Errorf("values.yaml has no %q:\n%s", want, text)
		}
	}
	for _, gone := range []string{"PRICE", "persistence"} {
		if strings.Contains(text, gone) {
			t.Errorf("values.yaml still has %s", gone)
		}
	}
	if !strings.Contains(o.stderr, "helm-value-gone") || !strings.Contains(o.stderr, "persistence.dbData.size, which you had set to 20Gi,") {
		t.Errorf("nothing says that the size is gone:\n%s", o.stderr)
	}
	if !strings.Contains(read(t, filepath.Join(chart, "Chart.yaml")), "version: 3.0.0") {
		t.Error("the version of the chart is lost")
	}
	if again := mustTransship(t, dir, convert...); !strings.Contains(again.stderr, ": 0 written, ") {
		t.Errorf("a second run writes files again: %s", again.stderr)
	}

	template := filepath.Join(chart, "templates/db/service.yaml")
	edit(template, "port: 5432", "port: 5433")
	if o := transship(t, dir, convert...); o.code != 1 || !strings.Contains(o.stderr, "service.yaml was edited") {
		t.Errorf("an edited template: exit code %d\n%s", o.code, o.stderr)
	}
	kept := read(t, template)
	write(t, template, kept[strings.Index(kept, "\n")+1:])
	if o := mustTransship(t, dir, convert...); !strings.Contains(o.stderr, "helm-file-kept") {
		t.Errorf("nothing says that the file is kept:\n%s", o.stderr)
	}
	if !strings.Contains(read(t, template), "5433") {
		t.Error("a file of the user's was overwritten")
	}
}
