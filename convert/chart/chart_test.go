package chart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"text/template/parse"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// project is a folder with a Compose project and its chart.
type project struct {
	t       *testing.T
	dir     string
	options transform.Options
}

func newProject(t *testing.T, files map[string]string) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir()}
	for name, text := range files {
		p.write(name, text)
	}
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) read(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

func (p *project) has(name string) bool {
	_, err := os.Lstat(filepath.Join(p.dir, filepath.FromSlash(name)))
	return err == nil
}

// edit replaces texts of a file, each of which has to be there.
func (p *project) edit(name string, pairs ...string) {
	p.t.Helper()
	text := p.read(name)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			p.t.Fatalf("%s has no %q:\n%s", name, pairs[i], text)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	p.write(name, text)
}

func (p *project) result(profiles ...string) *convert.Result {
	p.t.Helper()
	result, err := convert.Convert(p.t.Context(), convert.Options{
		Load:      loader.Options{Files: []string{filepath.Join(p.dir, "compose.yaml")}, ProjectName: "shop", Environ: []string{}, Profiles: profiles},
		Transform: p.options,
	})
	if err == nil {
		err = result.Err()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

func (p *project) tryWrite() (filetree.Changes, diag.List, error) {
	p.t.Helper()
	return Write(context.Background(), filepath.Join(p.dir, "chart"), p.result(), Options{KubeVersion: "1.35", AllProfiles: p.result("*")})
}

// chart writes the chart, and returns its findings.
func (p *project) chart() diag.List {
	p.t.Helper()
	_, findings, err := p.tryWrite()
	if err != nil {
		p.t.Fatal(err)
	}
	return findings
}

func (p *project) templates() map[string]string {
	p.t.Helper()
	texts := map[string]string{}
	folder := filepath.Join(p.dir, "chart", "templates")
	err := filepath.WalkDir(folder, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(folder, file)
		texts[filepath.ToSlash(name)] = p.read("chart/templates/" + filepath.ToSlash(name))
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return texts
}

// everything has a service for each kind of template.
const everything = `name: shop
x-kubernetes:
  chart: {description: "A {{ HOSTILE }} shop"}
services:
  web:
    image: ghcr.io/example/shop:1.2
    ports: ["8080:80", "8443:443"]
    command: ["serve", "{{ HOSTILE }}", "{{ HOSTILE | quote }} \"and\" 'quotes' ` + "` \\\\" + `"]
    entrypoint: ["/bin/{{ HOSTILE }}"]
    working_dir: /srv/{{ HOSTILE }}
    environment: {FORMAT: "{{ HOSTILE }}", API_PASSWORD: "{{ HOSTILE }}", BOTH: "{{ HOSTILE }} $$(FORMAT)"}
    labels: {com.example.note: "{{ HOSTILE }}"}
    healthcheck: {test: ["CMD", "check", "{{ HOSTILE }}"]}
    configs: [{source: site, target: "/etc/{{ HOSTILE }}/site.yaml"}]
    secrets: [{source: key, target: "/run/{{ HOSTILE }}"}]
    volumes: ["data:/data/{{ HOSTILE }}"]
    tmpfs: ["/tmp/{{ HOSTILE }}"]
    extra_hosts: ["other.example:10.0.0.1"]
    depends_on:
      migrate: {condition: service_completed_successfully}
      db: {condition: service_healthy, required: false}
    deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 64M}}}
    x-kubernetes:
      podAnnotations: {example.com/note: "{{ HOSTILE }}"}
      podLabels: {example.com/tier: front}
      publish: {type: ingress, host: shop.example.com, annotations: {example.com/rewrite: "{{ HOSTILE }}"}}
      autoscale: {min: 2, max: 5, cpu: 70}
  migrate:
    image: ghcr.io/example/shop:1.2
    command: ["migrate", "{{ HOSTILE }}"]
    restart: "no"
  nightly:
    image: busybox:1.37
    command: ["echo", "{{ HOSTILE }}"]
    x-kubernetes: {schedule: "0 3 * * *"}
  db:
    image: postgres:17
    networks: [back]
    healthcheck: {test: ["CMD", "pg_isready"]}
    environment: {POSTGRES_HOST_AUTH_METHOD: trust}
  debug:
    image: adminer:5
    profiles: [debug]
    ports: ["8081:8080"]
networks: {back: {}, default: {}}
volumes: {data: {}}
configs: {site: {content: "title: {{ HOSTILE }}\n\ttabs \n"}}
secrets: {key: {file: ./key.txt}}
`

func everythingProject(t *testing.T) *project {
	t.Helper()
	p := newProject(t, map[string]string{"compose.yaml": everything, "key.txt": "not-in-a-template {{ HOSTILE }}\n"})
	p.chart()
	return p
}

// parsed parses the templates of a chart. Functions need not be known.
func parsed(t *testing.T, texts map[string]string) map[string]*parse.Tree {
	t.Helper()
	trees := map[string]*parse.Tree{}
	for name, text := range texts {
		tree := parse.New(name)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(text, "{{", "}}", trees); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	return trees
}

// visit calls f for every node of a template.
func visit(node parse.Node, f func(parse.Node)) {
	if node == nil {
		return
	}
	f(node)
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, inner := range n.Nodes {
				visit(inner, f)
			}
		}
	case *parse.ActionNode:
		visit(n.Pipe, f)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				visit(command, f)
			}
		}
	case *parse.CommandNode:
		for _, argument := range n.Args {
			visit(argument, f)
		}
	case *parse.IfNode:
		visitBranch(&n.BranchNode, f)
	case *parse.WithNode:
		visitBranch(&n.BranchNode, f)
	case *parse.RangeNode:
		visitBranch(&n.BranchNode, f)
	case *parse.ChainNode:
		visit(n.Node, f)
	}
}

func visitBranch(n *parse.BranchNode, f func(parse.Node)) {
	visit(n.Pipe, f)
	visit(n.List, f)
	visit(n.ElseList, f)
}

// TestTextsOfTheProjectAreNeverActions: what looks like an action in a project stands in a string of an action that quotes it, or not in a
// template at all.
func TestTextsOfTheProjectAreNeverActions(t *testing.T) {
	t.Parallel()
	p := everythingProject(t)
	quoted := 0
	for name, tree := range parsed(t, p.templates()) {
		if tree.Root == nil {
			continue
		}
		visit(tree.Root, func(node parse.Node) {
			switch n := node.(type) {
			case *parse.IdentifierNode:
				if n.Ident == "HOSTILE" {
					t.Errorf("%s: a text of the project is an action", name)
				}
			case *parse.TextNode:
				if bytes.Contains(n.Text, []byte("HOSTILE")) {
					t.Errorf("%s: %q is left of an action", name, n.Text)
				}
			case *parse.StringNode:
				if strings.Contains(n.Text, "{{ HOSTILE") {
					quoted++
				}
			}
		})
	}
	if quoted < 9 { // command twice, entrypoint, workingDir, mounts, volumes, the variable made of another, two commands of Jobs
		t.Errorf("only %d texts are escaped: the project is no longer hostile", quoted)
	}
	if got := p.read("chart/files/site/site"); got != "title: {{ HOSTILE }}\n\ttabs \n" {
		t.Errorf("the content of the config is %q", got)
	}
}

// TestEscapedTextIsTheTextAgain renders single texts, as the engine of Helm does.
func TestEscapedTextIsTheTextAgain(t *testing.T) {
	t.Parallel()
	for i, want := range []string{
		"{{ x }}", "{{", "}}", "a {{`x`}} b", `{{ "a" }} 'b' \ \n`, "{{-\n-}}\n", "{{ x }}\n\n", "tab\t{{ }}", "{{/* no comment */}}", "é {{ ☃ }}", "\"{{ x }}\"", "- {{ x }}",
	} {
		compose := fmt.Sprintf("services: {a: {image: nginx, command: [%q], x-kubernetes: {kind: Deployment}}}\n", want)
		compose = strings.ReplaceAll(compose, "$", "$$")
		p := newProject(t, map[string]string{"compose.yaml": compose})
		p.chart()
		text := p.read("chart/templates/a/deployment.yaml")
		start := strings.Index(text, "        args:\n")
		end := start + strings.Index(text[start:], "        {{- if")
		tree, err := template.New("x").Funcs(template.FuncMap{"quote": func(s string) string { return fmt.Sprintf("%q", s) }}).Parse(text[start:end])
		if err != nil {
			t.Errorf("%d: %v", i, err)
			continue
		}
		var out bytes.Buffer
		if err := tree.Execute(&out, nil); err != nil {
			t.Errorf("%d: %v", i, err)
		}
		var got struct{ Args []string }
		if err := yaml.Unmarshal(out.Bytes(), &got); err != nil || len(got.Args) != 1 || got.Args[0] != want {
			t.Errorf("%q is rendered as %q, %v\n%s", want, got.Args, err, out.String())
		}
	}
}

// chains returns the values that a template reads, as paths.
func chains(node parse.Node) []string {
	var found []string
	visit(node, func(node parse.Node) {
		var names []string
		switch n := node.(type) {
		case *parse.FieldNode:
			names = n.Ident
		case *parse.VariableNode:
			names = n.Ident[1:]
		}
		if i := slices.Index(names, "Values"); i >= 0 && i+1 < len(names) { // a helper has root.Values
			found = append(found, strings.Join(names[i+1:], "."))
		}
	})
	return found
}

// leavesOf returns the paths of the values of a file, and of all mappings.
func leavesOf(value any, path string, leaves, mappings map[string]bool) {
	fields, ok := value.(map[string]any)
	if !ok || len(fields) == 0 {
		leaves[path] = true
		return
	}
	if path != "" {
		mappings[path] = true
	}
	for key, inner := range fields {
		leavesOf(inner, strings.TrimPrefix(path+"."+key, "."), leaves, mappings)
	}
}

// TestValuesAndTemplatesFitTogether: every value is read by a template, and every value that a template reads is there.
func TestValuesAndTemplatesFitTogether(t *testing.T) {
	t.Parallel()
	p := everythingProject(t)
	var values map[string]any
	if err := yaml.Unmarshal([]byte(p.read("chart/values.yaml")), &values); err != nil {
		t.Fatal(err)
	}
	leaves, mappings := map[string]bool{}, map[string]bool{}
	leavesOf(values, "", leaves, mappings)
	read := map[string]bool{}
	for _, tree := range parsed(t, p.templates()) {
		if tree.Root != nil {
			for _, path := range chains(tree.Root) {
				read[path] = true
			}
		}
	}
	for path := range read {
		if strings.HasSuffix(path, "ameOverride") { // refused by name
			continue
		}
		if !leaves[path] && !mappings[path] {
			t.Errorf("a template reads %s, which is not in values.yaml", path)
		}
	}
	for leaf := range leaves {
		used := false
		for path := leaf; path != "" && !used; path = path[:max(0, strings.LastIndexByte(path, '.'))] {
			used = read[path]
		}
		if !used {
			t.Errorf("no template reads %s", leaf)
		}
	}
	if len(leaves) < 150 {
		t.Errorf("only %d values", len(leaves))
	}
}

func TestSecretsAreInOneFileOnly(t *testing.T) {
	t.Parallel()
	p := everythingProject(t)
	err := filepath.WalkDir(filepath.Join(p.dir, "chart"), func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "secret-values.yaml" {
			return err
		}
		text, err := os.ReadFile(file)
		if bytes.Contains(text, []byte("not-in-a-template")) {
			t.Errorf("%s has a secret", file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := p.read("chart/secret-values.yaml"); !strings.Contains(text, "not-in-a-template") {
		t.Errorf("the local values have no secret:\n%s", text)
	}
	if info, err := os.Stat(filepath.Join(p.dir, "chart", "secret-values.yaml")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestWaitersAreKnownByThePlan: also the one of an optional dependency, whose script begins in another way.
func TestWaitersAreKnownByThePlan(t *testing.T) {
	t.Parallel()
	text := everythingProject(t).templates()["web/deployment.yaml"]
	for _, want := range []string{
		"{{- if and .Values.wait.enabled .Values.migrate.enabled }}\n      - name: wait-migrate\n", "{{- if and .Values.wait.enabled .Values.db.enabled }}\n      - name: wait-db\n",
		"- job/{{ include \"shop.migrate.name\" $ }}",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the Deployment has no %q:\n%s", want, text)
		}
	}
}

func compiledSchema(t *testing.T, text string) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("values.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchema takes the values of the chart and what people set, and refuses what is wrong with its path.
func TestSchema(t *testing.T) {
	t.Parallel()
	p := everythingProject(t)
	schema := compiledSchema(t, p.read("chart/values.schema.json"))
	check := func(text string) error {
		var values any
		if err := yaml.Unmarshal([]byte(text), &values); err != nil {
			t.Fatal(err)
		}
		return schema.Validate(values)
	}
	for _, good := range []string{
		p.read("chart/values.yaml"), p.read("chart/secret-values.yaml"), "{}", "web: {replicaCount: 0}", "web: {env: null}", "web: {env: {FORMAT: null, MORE: x}}",
		"global: {imagePullSecrets: [a, {name: b}]}", "web: {ingress: {hosts: [{host: a.example, paths: [{path: /, pathType: Prefix}]}]}}", "web: {readinessProbe: null}",
		"persistence: {data: {size: 1.5Gi}}", "web: {resources: {limits: {cpu: 1}}}", "extraObjects: [{kind: X}]", "web: {autoscaling: {enabled: false}}",
	} {
		if err := check(good); err != nil {
			t.Errorf("%.60s: %v", good, err)
		}
	}
	for bad, path := range map[string]string{
		"web: {replicaCount: two}": "/web/replicaCount", "web: {replicaCount: -1}": "/web/replicaCount", "web: {env: {PORT: 8080}}": "/web/env/PORT", "wbe: {}": "wbe",
		"web: {image: {pullPolicy: Sometimes}}": "/web/image/pullPolicy", "web: {image: {repository: \"\"}}": "/web/image/repository", "web: {image: {digest: abc}}": "/web/image/digest",
		"web: {service: {type: Loadbalancer}}": "/web/service/type", "persistence: {data: {size: large}}": "/persistence/data/size", "persistence: {data: {retain: true}}": "retain",
		"global: {imagePullSecrets: [1]}": "/global/imagePullSecrets/0", "web: {ingress: {hosts: [{hots: a}]}}": "hots", "web: {ingress: {hosts: [{paths: [{path: /, pathType: prefix}]}]}}": "pathType",
		"web: {tolerations: {}}": "/web/tolerations", "secrets: {key: {value: 1}}": "/secrets/key/value",
	} {
		if err := check(bad); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error does not name %s: %v", bad, path, err)
		}
	}
}

// TestKeysAreUnique: services, volumes and secrets whose names differ in what a key cannot have, or that are called as a key of the chart.
func TestKeysAreUnique(t *testing.T) {
	t.Parallel()
	var b builder
	taken := map[string]bool{}
	var keys []string
	for _, name := range []string{"web", "my-api", "my.api", "my_api", "MyApi", "global", "secrets", "global-service", "1st", "サービス", "x", "nameOverride", "tags"} {
		keys = append(keys, b.claimKey(name, taken))
	}
	want := []string{"web", "myApi", "myApi2", "myApi3", "myApi4", "globalService", "secretsService", "globalService2", "n1st", "x", "x2", "nameOverrideService", "tagsService"}
	if !slices.Equal(keys, want) {
		t.Errorf("keys %q,\nwant %q", keys, want)
	}
	if len(b.findings) != 5 || b.findings[0].Code != "helm-key-renamed" {
		t.Errorf("findings %v", b.findings)
	}
}

func TestPartsOf(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("ab", 32)
	for ref, want := range map[string]imageParts{
		"nginx":                        {"", "nginx", "latest", ""},
		"nginx:1.29":                   {"", "nginx", "1.29", ""},
		"library/nginx":                {"", "library/nginx", "latest", ""},
		"ghcr.io/a/b:v1":               {"ghcr.io", "a/b", "v1", ""},
		"localhost/a":                  {"localhost", "a", "latest", ""},
		"localhost:5000/a":             {"localhost:5000", "a", "latest", ""},
		"r.example:5000/a/b@" + digest: {"r.example:5000", "a/b", "", digest},
		"a:1@" + digest:                {"", "a", "1", digest},
		"selenium/firefox:":            {"", "selenium/firefox", "latest", ""},
		"my.registry/a:1":              {"my.registry", "a", "1", ""},
	} {
		if have := partsOf(ref); have != want {
			t.Errorf("%s: %+v, want %+v", ref, have, want)
		}
	}
}

func TestVariablesThatReferToOthers(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"": false, "a": false, "$(A)": true, "$$(A)": false, "$$$(A)": true, "$": false, "a$b(c)": false, "$$": false, "x $(A) y": true} {
		if have := refersToVariable(value); have != want {
			t.Errorf("%q: %t", value, have)
		}
	}
}

func TestWriteRefusesForeignFiles(t *testing.T) {
	t.Parallel()
	for what, prepare := range map[string]func(p *project){
		"a template":         func(p *project) { p.write("chart/templates/web/service.yaml", "kind: Service\n") },
		"values.yaml":        func(p *project) { p.write("chart/values.yaml", "a: 1\n") },
		"Chart.yaml":         func(p *project) { p.write("chart/Chart.yaml", "name: mine\n") },
		"a file in its room": func(p *project) { p.write("chart", "text") },
		"another project":    func(p *project) { p.write("chart/.transship/files.json", `{"project": "other"}`) },
		"a broken ledger":    func(p *project) { p.write("chart/.transship/files.json", `{`) },
		"a symbolic link": func(p *project) {
			p.write("elsewhere", "text")
			p.write("chart/templates/x", "")
			if err := os.Symlink(filepath.Join(p.dir, "elsewhere"), filepath.Join(p.dir, "chart/README.md")); err != nil {
				p.t.Skip(err)
			}
		},
		"a link for a folder": func(p *project) {
			p.write("elsewhere/file", "text")
			p.write("chart/README.txt", "")
			if err := os.Symlink(filepath.Join(p.dir, "elsewhere"), filepath.Join(p.dir, "chart/templates")); err != nil {
				p.t.Skip(err)
			}
		},
		"a link to nothing": func(p *project) {
			if err := os.Symlink("nowhere", filepath.Join(p.dir, "chart")); err != nil {
				p.t.Skip(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, map[string]string{"compose.yaml": "services: {web: {image: nginx, ports: [\"80\"]}}\n"})
			prepare(p)
			before := p.snapshot()
			_, _, err := p.tryWrite()
			if foreign := (*convert.ForeignFileError)(nil); err == nil || what != "a broken ledger" && !errors.As(err, &foreign) {
				t.Errorf("error %v", err)
			}
			if after := p.snapshot(); after != before {
				t.Errorf("files were changed:\n%s\n%s", before, after)
			}
		})
	}
}

// snapshot returns all files with their contents.
func (p *project) snapshot() string {
	p.t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(p.dir, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		if entry.Type()&os.ModeSymlink != 0 { // which may lead nowhere, or to a folder
			var target string
			target, err = os.Readlink(file)
			text = append(text, target...)
		}
		fmt.Fprintf(&out, "%s %s %q\n", file, entry.Type(), text)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return out.String()
}

func (p *project) remove(name string) {
	p.t.Helper()
	if err := os.Remove(filepath.Join(p.dir, filepath.FromSlash(name))); err != nil {
		p.t.Fatal(err)
	}
}

// A service may be called off or yes, which Helm's reader would take for a boolean.
func TestKeysThatReadLikeBooleans(t *testing.T) {
	t.Parallel()
	p := newProject(t, map[string]string{"compose.yaml": "services: {'off': {image: nginx, environment: {Y: a}}}\nvolumes: {'no': {}}\n"})
	p.chart()
	if text := p.read("chart/values.yaml"); !strings.Contains(text, "\n\"off\":\n") || !strings.Contains(text, "\"Y\": a") {
		t.Errorf("values.yaml:\n%s", text)
	}
}
