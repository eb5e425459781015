package chart

import (
	"strings"
	"testing"

	"github.com/transship/transship/diag"
)

// tree describes the values of the merges: web.env is a mapping of the project's, the others are read key by key.
func mergeTree() *values {
	root := &values{}
	web := root.in("web")
	web.set("replicaCount", count, 1)
	web.set("env", textMap, nil)
	web.set("tolerations", list, nil)
	web.in("image").set("tag", text, "")
	return root
}

func TestMergeOfValues(t *testing.T) {
	t.Parallel()
	base := "web:\n  replicaCount: 1\n  image:\n    tag: \"1\"\n  env:\n    A: a\n    B: b\n  tolerations: []\n"
	for _, c := range []struct {
		what, base, user, next, want string
		gone                         []string
	}{
		{what: "nothing changed", base: base, user: base, next: base, want: base},
		{
			what: "the project changed", base: base, user: "# Mine.\n" + base, next: strings.Replace(base, "tag: \"1\"", "tag: \"2\"", 1),
			want: "# Mine.\n" + strings.Replace(base, "tag: \"1\"", "tag: \"2\"", 1),
		},
		{
			what: "both changed one value: it is the user's", base: base, user: strings.Replace(base, "tag: \"1\"", "tag: mine", 1), next: strings.Replace(base, "tag: \"1\"", "tag: \"2\"", 1),
			want: strings.Replace(base, "tag: \"1\"", "tag: mine", 1),
		},
		{
			what: "a comment behind a value that changes", base: base, user: strings.Replace(base, "A: a", "A: a # why", 1), next: strings.Replace(base, "A: a", "A: z", 1),
			want: strings.Replace(base, "A: a", "A: z # why", 1),
		},
		{
			what: "a variable that the user deleted stays away", base: base, user: strings.Replace(base, "    A: a\n", "", 1), next: strings.Replace(base, "B: b", "B: z", 1),
			want: strings.Replace(strings.Replace(base, "    A: a\n", "", 1), "B: b", "B: z", 1),
		},
		{
			what: "a key that templates read comes back", base: base, user: strings.Replace(base, "  replicaCount: 1\n", "", 1), next: base,
			want: base,
		},
		{
			what: "a new key stands at its place", base: base, user: strings.Replace(base, "A: a", "A: mine", 1), next: strings.Replace(base, "    B: b\n", "    AB: new\n    B: b\n", 1),
			want: strings.Replace(base, "    A: a\n", "    A: mine\n    AB: new\n", 1),
		},
		{
			what: "keys of the user's own stay", base: base, user: base + "mine:\n  x: 1\n", next: strings.Replace(base, "A: a", "A: z", 1),
			want: strings.Replace(base, "A: a", "A: z", 1) + "mine:\n  x: 1\n",
		},
		{
			what: "another order", base: "web:\n  env:\n    A: a\n    B: b\n", user: "web:\n  env:\n    B: b\n    A: mine\n", next: "web:\n  env:\n    A: a\n    B: z\n",
			want: "web:\n  env:\n    B: z\n    A: mine\n",
		},
		{
			what: "what is gone and was not changed goes in silence", base: base, user: "# Mine.\n" + base, next: strings.Replace(base, "    B: b\n", "", 1),
			want: "# Mine.\n" + strings.Replace(base, "    B: b\n", "", 1),
		},
		{
			what: "what is gone and was changed is said", base: base, user: strings.Replace(base, "B: b", "B: mine", 1), next: strings.Replace(base, "    B: b\n", "", 1),
			want: strings.Replace(base, "    B: b\n", "", 1), gone: []string{"web.env.B, which you had set to mine,"},
		},
		{
			what: "a secret is not repeated", base: "web:\n  env:\n    API_TOKEN: a\n", user: "web:\n  env:\n    API_TOKEN: mine\n", next: "web:\n  env: {}\n",
			want: "web:\n  env: {}\n", gone: []string{"web.env.API_TOKEN is taken"},
		},
		{
			what: "a whole service is gone", base: base, user: strings.Replace(base, "tag: \"1\"", "tag: mine", 1), next: "other: {}\n",
			want: "other: {}\n", gone: []string{"web.image.tag, which you had set to mine,"},
		},
		{
			what: "null of the user's", base: base, user: strings.Replace(base, "replicaCount: 1", "replicaCount: null", 1), next: strings.Replace(base, "replicaCount: 1", "replicaCount: 3", 1),
			want: strings.Replace(base, "replicaCount: 1", "replicaCount: null", 1),
		},
		{
			what: "a list of the user's", base: base, user: strings.Replace(base, "tolerations: []", "tolerations:\n  - key: gpu", 1), next: strings.Replace(base, "A: a", "A: z", 1),
			want: strings.Replace(strings.Replace(base, "A: a", "A: z", 1), "tolerations: []", "tolerations:\n  - key: gpu", 1),
		},
		{
			what: "an empty mapping gets entries", base: "web:\n  env: {}\n", user: "# Mine.\nweb:\n  env: {}\n", next: "web:\n  env:\n    A: a\n", want: "# Mine.\nweb:\n  env:\n    A: a\n",
		},
		{
			what: "an alias of the user's", base: base, user: "x: &shared\n  A: a\n  B: b\n" + strings.Replace(base, "env:\n    A: a\n    B: b\n", "env: *shared\n", 1), next: strings.Replace(base, "tag: \"1\"", "tag: \"2\"", 1),
			want: "x: &shared\n  A: a\n  B: b\n" + strings.Replace(strings.Replace(base, "env:\n    A: a\n    B: b\n", "env: *shared\n", 1), "tag: \"1\"", "tag: \"2\"", 1),
		},
	} {
		got, findings, err := mergeValues([]byte(c.base), []byte(c.user), []byte(c.next), mergeTree())
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n--- got\n%s--- want\n%s", c.what, err, got, c.want)
		}
		checkGone(t, c.what, findings, c.gone)
	}
}

func checkGone(t *testing.T, what string, findings diag.List, want []string) {
	t.Helper()
	if len(findings) != len(want) {
		t.Errorf("%s: findings %v, want %q", what, findings, want)
		return
	}
	for i, f := range findings {
		if f.Code != "helm-value-gone" || !strings.Contains(f.Message, want[i]) {
			t.Errorf("%s: finding %s, want %q", what, f.Message, want[i])
		}
	}
}

func TestMergeRefusesWhatIsNoMapping(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"", "# all gone\n", "- a\n", "a: [\n", "text\n"} {
		if _, _, err := mergeValues([]byte("a: 1\n"), []byte(user), []byte("a: 2\n"), nil); err == nil {
			t.Errorf("%q: no error", user)
		}
	}
}

const guestbook = `services:
  web:
    image: ghcr.io/example/guestbook:1.0
    ports: ["8080:80"]
    environment: {DATABASE_HOST: db, COLOR: green}
    configs: [{source: site, target: /etc/site.yaml}]
  db:
    image: postgres:17
    environment: {POSTGRES_HOST_AUTH_METHOD: trust}
    volumes: ["data:/var/lib/postgresql/data"]
volumes: {data: {}}
configs: {site: {file: ./site.yaml}}
`

func guestbookChart(t *testing.T) *project {
	t.Helper()
	p := newProject(t, map[string]string{"compose.yaml": guestbook, "site.yaml": "title: one\n"})
	p.chart()
	return p
}

func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	p := guestbookChart(t)
	before := p.snapshot()
	changes, findings, err := p.tryWrite()
	if err != nil || len(changes.Written)+len(changes.Removed)+len(findings) > 0 || p.snapshot() != before {
		t.Errorf("%v, %v, %v", changes, findings, err)
	}
}

// TestRegenerationKeepsWhatTheUserDid runs the conversion again after the user, and then the project, changed something.
func TestRegenerationKeepsWhatTheUserDid(t *testing.T) {
	t.Parallel()
	p := guestbookChart(t)
	p.edit("chart/values.yaml", "COLOR: green", "COLOR: red # corporate identity", "size: 1Gi", "size: 20Gi", "commonLabels: {}", "# Ours.\ncommonLabels: {team: a}")
	p.edit("chart/Chart.yaml", "version: 0.1.0", "version: 3.1.4", "description: shop on Kubernetes, made from its Compose project", "description: The guestbook # of ours")
	p.write("chart/templates/ours.yaml", "kind: ConfigMap\n")
	p.write("chart/charts/redis/Chart.yaml", "name: redis\n")
	p.write("chart/values-ours.yaml", "web: {}\n")
	p.edit("compose.yaml", "guestbook:1.0", "guestbook:2.0", "COLOR: green", "COLOR: blue, NEW: x")
	p.edit("site.yaml", "one", "two")
	p.chart()
	values := p.read("chart/values.yaml")
	for _, want := range []string{"COLOR: red # corporate identity", "size: 20Gi", "# Ours.\ncommonLabels: {team: a}", "NEW: x"} {
		if !strings.Contains(values, want) {
			t.Errorf("values.yaml has no %q:\n%s", want, values)
		}
	}
	if chart := p.read("chart/Chart.yaml"); !strings.Contains(chart, "version: 3.1.4\n") || !strings.Contains(chart, "The guestbook # of ours") {
		t.Errorf("Chart.yaml:\n%s", chart)
	}
	if p.read("chart/files/site/site.yaml") != "title: two\n" {
		t.Error("the content of the config is the old one")
	}
	for _, mine := range []string{"chart/templates/ours.yaml", "chart/charts/redis/Chart.yaml", "chart/values-ours.yaml"} {
		if !p.has(mine) {
			t.Errorf("%s is gone", mine)
		}
	}
}

func TestRegenerationRemovesWhatIsStale(t *testing.T) {
	t.Parallel()
	p := guestbookChart(t)
	p.write("chart/templates/db/ours.yaml", "kind: ConfigMap\n")
	_, db, _ := strings.Cut(guestbook, "  db:")
	p.edit("compose.yaml", "  db:"+db, "configs: {site: {file: ./site.yaml}}\n")
	findings := p.chart()
	if p.has("chart/templates/db/deployment.yaml") || p.has("chart/templates/persistentvolumeclaim-data.yaml") {
		t.Error("templates of a service that is gone stay")
	}
	if !p.has("chart/templates/db/ours.yaml") {
		t.Error("a template of the user's is gone")
	}
	if len(findings) > 0 {
		t.Errorf("findings about what nobody had changed: %v", findings)
	}
}

// TestEditedFiles: an edited file with the mark stops everything; one without it is the user's.
func TestEditedFiles(t *testing.T) {
	t.Parallel()
	p := guestbookChart(t)
	p.edit("chart/templates/db/service.yaml", "port: 5432", "port: 5433")
	p.edit("compose.yaml", "guestbook:1.0", "guestbook:2.0")
	before := p.snapshot()
	if _, _, err := p.tryWrite(); err == nil || !strings.Contains(err.Error(), "service.yaml was edited, and would be overwritten; nothing was changed: take its first line away to keep it, or delete it") {
		t.Errorf("error %v", err)
	}
	if p.snapshot() != before {
		t.Error("files were changed")
	}
	text := p.read("chart/templates/db/service.yaml")
	p.write("chart/templates/db/service.yaml", text[strings.IndexByte(text, '\n')+1:])
	findings := p.chart()
	if len(findings) != 1 || findings[0].Code != "helm-file-kept" || !strings.Contains(p.read("chart/templates/db/service.yaml"), "5433") {
		t.Errorf("findings %v", findings)
	}
	if !strings.Contains(p.read("chart/values.yaml"), "2.0") {
		t.Error("the rest is not up to date")
	}
	_, db, _ := strings.Cut(guestbook, "  db:")
	p.edit("compose.yaml", "  db:"+db, "configs: {site: {file: ./site.yaml}}\n")
	p.chart()
	if !p.has("chart/templates/db/service.yaml") {
		t.Error("a file of the user's is gone with its service")
	}
}

func TestEditedContentOfAConfigIsRefused(t *testing.T) {
	t.Parallel()
	p := guestbookChart(t)
	p.write("chart/files/site/site.yaml", "title: mine\n")
	p.edit("site.yaml", "one", "two")
	if _, _, err := p.tryWrite(); err == nil || !strings.Contains(err.Error(), "change the file of the Compose project instead") {
		t.Errorf("error %v", err)
	}
}

// TestRenamedTemplates: a generated template under another name would make its object twice.
func TestRenamedTemplates(t *testing.T) {
	t.Parallel()
	p := guestbookChart(t)
	text := p.read("chart/templates/db/service.yaml")
	p.remove("chart/templates/db/service.yaml")
	p.write("chart/templates/services/database.yaml", text)
	before := p.snapshot()
	if _, _, err := p.tryWrite(); err == nil || !strings.Contains(err.Error(), "templates/services/database.yaml") || !strings.Contains(err.Error(), "templates/db/service.yaml") {
		t.Errorf("error %v", err)
	}
	if p.snapshot() != before {
		t.Error("files were changed")
	}
	p.remove("chart/templates/services/database.yaml") // deleted altogether: it comes back
	p.chart()
	if p.read("chart/templates/db/service.yaml") != text {
		t.Error("a deleted template does not come back")
	}
	p.write("chart/templates/services/database.yaml", text[strings.IndexByte(text, '\n')+1:]) // kept under another name by the user, who leaves an empty file at the place
	p.write("chart/templates/db/service.yaml", "")
	if findings := p.chart(); len(findings) != 1 || findings[0].Code != "helm-file-kept" {
		t.Errorf("findings %v", findings)
	}
}

func TestRenamedServiceIsAnotherOne(t *testing.T) {
	t.Parallel()
	p := guestbookChart(t)
	p.edit("chart/values.yaml", "    POSTGRES_HOST_AUTH_METHOD: trust", "    POSTGRES_HOST_AUTH_METHOD: md5")
	p.edit("compose.yaml", "  db:\n", "  database:\n", "DATABASE_HOST: db", "DATABASE_HOST: database")
	findings := p.chart()
	if p.has("chart/templates/db") || !p.has("chart/templates/database/deployment.yaml") {
		t.Error("the templates do not follow the name")
	}
	if len(findings) != 1 || !strings.Contains(findings[0].Message, "db.env.POSTGRES_HOST_AUTH_METHOD") {
		t.Errorf("findings %v", findings)
	}
}

func TestLocalSecretsOfTheUser(t *testing.T) {
	t.Parallel()
	p := newProject(t, map[string]string{"compose.yaml": "services: {web: {image: nginx, environment: {API_PASSWORD: one}}}\n"})
	p.chart()
	p.edit("compose.yaml", "one", "two")
	p.chart()
	if text := p.read("chart/secret-values.yaml"); !strings.Contains(text, "two") {
		t.Errorf("the local values are old:\n%s", text)
	}
	p.write("chart/secret-values.yaml", "web: {secretEnv: {API_PASSWORD: mine}}\n")
	if findings := p.chart(); len(findings) != 1 || findings[0].Code != "helm-file-kept" || !strings.Contains(p.read("chart/secret-values.yaml"), "mine") {
		t.Errorf("findings %v", findings)
	}
}
