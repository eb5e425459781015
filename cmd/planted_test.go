package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
	schematree "github.com/compose-spec/compose-go/v2/tree"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/playground"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// plantedSecrets are secrets that no file of the repository has, of several shapes. The project has one as the variable DB_PASSWORD.
var plantedSecrets = []string{"Zq7-planted-Xw93kd", "Zq7@planted/Xw'93\"kd", "Zq7$planted{Xw}93kd", "Zq7 planted: Xw93 #kd", "Zq7<planted>&Xw|93`kd"}

// plantedProject is a project with a secret in one of its texts.
type plantedProject struct {
	place     string // of the text
	directory string
	text      string
	secret    string
}

// TestPlantedSecretsAreInNoFormShown puts a known secret into one text of a project after the other, of golden projects and of projects
// made from the schema. No form of any command that works without a cluster shows it anywhere but in Secrets, and where an object
// has to have it in the open, a finding says so. TRANSSHIP_PLANTED is the number of projects, TRANSSHIP_SEED their beginning.
func TestPlantedSecretsAreInNoFormShown(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	count, seed := plantedSetting("TRANSSHIP_PLANTED", 40), plantedSetting("TRANSSHIP_SEED", 1)
	files, err := filepath.Glob("../testdata/cases/*/compose.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	random := rand.New(rand.NewPCG(uint64(seed), 2))
	keys := schemaKeys()
	counts := map[string]int{}
	for i := range count {
		plant := func() *plantedProject { return plantKey(t, keys[(i/2*7+seed)%len(keys)], keys, random) }
		if i%2 == 0 {
			file := files[random.IntN(len(files))]
			plant = func() *plantedProject { return plantGolden(t, file, random) }
		}
		p := plant()
		for range 8 { // most of what one writes at random is refused, which is tried as well
			if p != nil && (i%8 == 0 || p.loads()) {
				break
			}
			p = plant()
		}
		if p == nil {
			continue
		}
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Setenv("DB_PASSWORD", p.secret)
			t.Setenv("HOME", t.TempDir())
			judgePlanted(t, p, counts)
			if t.Failed() {
				t.Logf("planted at %s, in %s:\n%s", p.place, p.directory, p.text)
			}
		})
	}
	t.Logf("%d projects: %v", count, counts)
	if counts["converted"] < count/4 || counts["forms"] == 0 {
		t.Errorf("too few projects convert to judge anything: %v", counts)
	}
}

func plantedSetting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// loads reports whether the project can be loaded.
func (p *plantedProject) loads() bool {
	_, err := loader.Load(context.Background(), loader.Options{
		Files: []string{"-"}, ProjectDirectory: p.directory, Stdin: strings.NewReader(p.text), Environ: []string{"DB_PASSWORD=" + p.secret}, Profiles: []string{"*"},
	})
	return err == nil
}

// allowed are all codes of errors that a user can accept.
var allowed = func() string {
	var codes []string
	for _, c := range convert.Codes() {
		if c.Severity == diag.Error && convert.CanAllow(c) {
			codes = append(codes, c.Name)
		}
	}
	return "--allow=" + strings.Join(codes, ",")
}()

// run runs a command on the project and returns what it prints.
func (p *plantedProject) run(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	args = append(args, "-f", "-", "--project-directory", p.directory, "-p", "planted")
	code = Main(context.Background(), args, Streams{In: strings.NewReader(p.text), Out: &out, Err: &errs})
	return out.String(), errs.String(), code
}

// has reports whether a text shows the secret: as it is, or as JSON, YAML, HTML or base64 write it.
func (p *plantedProject) has(text string) bool {
	inJSON := func(escapeHTML bool) string {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(escapeHTML)
		if encoder.Encode(p.secret) != nil {
			return p.secret
		}
		return strings.Trim(b.String(), "\"\n")
	}
	html := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(p.secret)
	return slices.ContainsFunc([]string{
		p.secret, inJSON(true), inJSON(false), html, strings.ReplaceAll(html, "&#34;", "&quot;"), strings.ReplaceAll(p.secret, "'", "''"),
		strings.ReplaceAll(p.secret, "$", "$$"), base64.StdEncoding.EncodeToString([]byte(p.secret)),
	}, func(form string) bool { return strings.Contains(text, form) })
}

// refuse fails where a text shows the secret.
func (p *plantedProject) refuse(t *testing.T, what, text string) {
	t.Helper()
	if !p.has(text) {
		return
	}
	for line := range strings.Lines(text) {
		if p.has(line) {
			at := max(0, strings.Index(line, p.secret[:3]))
			t.Errorf("%s shows it: …%s…", what, line[max(0, at-120):min(len(line), at+80)])
			return
		}
	}
	t.Errorf("%s shows it in several lines", what)
}

func judgePlanted(t *testing.T, p *plantedProject, counts map[string]int) {
	counts["projects"]++
	manifests, findings, code := p.run("convert", "--verbose", "--findings=json", "--profile=*", allowed)
	if strings.Contains(findings, "secret-is-name") { // it is known to everybody, and said
		counts["names"]++
		return
	}
	p.refuse(t, "findings as JSON", findings)
	open := p.judgeManifests(t, manifests, findings)
	for _, format := range []string{"text", "github", "sarif"} {
		_, text, _ := p.run("convert", "--verbose", "--findings="+format, "--profile=*", allowed)
		p.refuse(t, "findings as "+format, text)
		counts["forms"]++
	}
	for _, of := range []string{"kubernetes", "compose"} {
		for _, form := range []string{"svg", "mermaid", "dot", "json"} {
			picture, text, _ := p.run("graph", "--of="+of, "-o", form, "--profile=*", allowed)
			p.refuse(t, "graph as "+form+" of "+of, picture+text)
			counts["forms"]++
		}
	}
	_, text, _ := p.run("lock", "--check", "--from=engine", "--engine=/none/docker")
	p.refuse(t, "lock", text)
	_, text, _ = p.run("config", "-q")
	p.refuse(t, "config", text)
	p.judgeStories(t, counts)
	p.judgePage(t, open)
	if code != exitOK && code != exitFindings {
		return
	}
	counts["converted"]++
	if len(open) > 0 {
		counts["in the open, and said"]++
	}
	p.judgeFiles(t, open, counts)
}

// judgeManifests returns the objects that show the secret and are no Secrets. They have to be said.
func (p *plantedProject) judgeManifests(t *testing.T, manifests, findings string) (open []string) {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(manifests))
	for {
		var o struct {
			Kind     string
			Metadata struct{ Name string }
		}
		var document yaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		text, err := yaml.Marshal(&document)
		if err != nil || document.Decode(&o) != nil {
			t.Fatal(err)
		}
		if o.Kind != "Secret" && p.hasNode(&document, string(text)) {
			open = append(open, o.Kind+"/"+o.Metadata.Name)
		}
	}
	said := slices.ContainsFunc([]string{"secret-in-object", "secret-in-text", "hook-secret", "content-secret"}, func(code string) bool {
		return strings.Contains(findings, `"code":"`+code+`"`) || strings.Contains(findings, `"code": "`+code+`"`)
	})
	if len(open) > 0 && !said {
		t.Errorf("%v show it, and nothing says so", open)
	}
	return open
}

// hasNode reports whether a document shows the secret, in its text or in one of its scalars.
func (p *plantedProject) hasNode(n *yaml.Node, text string) bool {
	if p.has(text) || n.Kind == yaml.ScalarNode && p.has(n.Value) {
		return true
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return p.hasNode(c, "") })
}

// judgeStories asks explain for each service.
func (p *plantedProject) judgeStories(t *testing.T, counts map[string]int) {
	t.Helper()
	names, _, _ := p.run("config", "--services", "--profile=*")
	for _, name := range append(strings.Fields(names), "nothing") {
		for _, form := range []string{"text", "json"} {
			story, text, _ := p.run("explain", "services."+name, "-o", form, "--profile=*")
			p.refuse(t, "explain services."+name+" as "+form, story+text)
			counts["forms"]++
		}
	}
}

// judgePage asks what the page asks. It shows the files and the objects; whatever else it is told has no secret.
func (p *plantedProject) judgePage(t *testing.T, open []string) {
	t.Helper()
	var session playground.Session
	o := convert.Options{Load: loader.Options{
		Files: []string{"-"}, ProjectDirectory: p.directory, Stdin: strings.NewReader(p.text), Environ: []string{"DB_PASSWORD=" + p.secret}, Profiles: []string{"*"},
	}, Transform: transform.Options{Allow: strings.Split(strings.TrimPrefix(allowed, "--allow="), ",")}}
	project, err := session.Convert(context.Background(), o, 0)
	if err != nil {
		t.Error(err)
		return
	}
	var paths []string
	for i := range project.Sources {
		project.Sources[i].Text = ""
	}
	for i, object := range project.Objects {
		if object.Kind == "Secret" || slices.Contains(open, object.Kind+"/"+object.Name) {
			project.Objects[i] = playground.Object{}
		}
	}
	for _, k := range project.Keys {
		if k.Depth == 2 && len(paths) < 6 {
			paths = append(paths, k.Path)
		}
	}
	project.Keys = nil // the page finds its files by them
	keys, err := session.Effects(context.Background(), paths)
	if err != nil {
		t.Error(err)
	}
	isOpen := func(e playground.Effect) bool { return slices.Contains(open, e.Kind+"/"+e.Name) }
	for i := range keys {
		keys[i].Path, keys[i].Sets, keys[i].Prevents = "", slices.DeleteFunc(keys[i].Sets, isOpen), slices.DeleteFunc(keys[i].Prevents, isOpen)
	}
	answer, err := json.Marshal([]any{project, keys})
	if err != nil {
		t.Error(err)
	}
	p.refuse(t, "the page", string(answer))
}

// judgeFiles writes all forms that are directories, and the report.
func (p *plantedProject) judgeFiles(t *testing.T, open []string, counts map[string]int) {
	t.Helper()
	overlay := filepath.Join(t.TempDir(), "prod.yaml")
	if err := os.WriteFile(overlay, []byte("services: {planted-one: {labels: {a: b}, environment: {DB_PASSWORD: \"${DB_PASSWORD}\", MORE: x}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"files":                  {"--comments=objects"},
		"chart":                  {"-o", "helm", "--overlay=prod=" + overlay},
		"overlays":               {"-o", "kustomize", "--overlay=prod=" + overlay},
		"stubs":                  {"--secrets=stub"},
		"skipped Secrets":        {"--secrets=skip"},
		"external Secrets":       {"--secrets=external-secret", "--secret-store=vault"},
		"sealed Secrets":         {"--secrets=sealed-secret"},
		"all in Secrets":         {"--env-secrets=all"},
		"chart, stubs":           {"-o", "helm", "--secrets=stub"},
		"chart, external":        {"-o", "helm", "--secrets=external-secret", "--secret-store=vault"},
		"overlays, stubs":        {"-o", "kustomize", "--secrets=stub", "--overlay=prod=" + overlay},
		"published, for ingress": {"--publish=ingress", "--domain=example.com"},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		_, text, _ := p.run(append([]string{"convert", "--verbose", "--profile=*", "-d", dir, allowed}, args...)...)
		p.refuse(t, "findings of "+name, text)
		secretsMay := !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--secrets=") })
		for path, content := range tree(t, dir) {
			path = strings.TrimPrefix(path, "want/")
			isSecret := secretsMay && (strings.HasPrefix(filepath.Base(path), "secret-values") || strings.Contains(content, "\nkind: Secret\n"))
			mayShow := len(open) > 0 && (strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".tpl") || strings.Contains(path, "/files/") || strings.HasPrefix(path, "files/"))
			if !isSecret && !mayShow {
				p.refuse(t, path+" of "+name, content)
			}
			p.refuse(t, "the name of a file of "+name, path)
		}
		counts["forms"]++
	}
	if len(p.text) > 2000 {
		return // what each key sets takes long
	}
	baseline := filepath.Join(t.TempDir(), "baseline.json")
	p.run("convert", "--profile=*", "--baseline", baseline, "--update-baseline", allowed)
	if content, err := os.ReadFile(baseline); err == nil { // nothing is written where there is no finding
		p.refuse(t, "the baseline", string(content))
	}
	for _, form := range []string{"md", "json"} {
		report := filepath.Join(t.TempDir(), "report."+form)
		manifests, text, _ := p.run("convert", "--verbose", "--profile=*", "--comments=full", "--report", report, allowed)
		content, err := os.ReadFile(report)
		if err != nil {
			t.Error(err)
		}
		p.refuse(t, "findings with a report", text)
		p.refuse(t, "report in "+form, string(content))
		for line := range strings.Lines(manifests) {
			if _, comment, found := strings.Cut(line, " #"); found && !p.has(strings.SplitN(line, " #", 2)[0]) {
				p.refuse(t, "a comment", comment)
			}
		}
		counts["forms"]++
	}
}

// schemaKeys are the keys of the Compose format.
func schemaKeys() []schematree.Path {
	return slices.SortedFunc(slices.Values(schema.AttributePaths()), func(a, b schematree.Path) int { return slices.Compare(a.Parts(), b.Parts()) })
}

// plantKey makes a project that has the secret as the value of a key, beside some other keys.
func plantKey(t *testing.T, key schematree.Path, keys []schematree.Path, random *rand.Rand) *plantedProject {
	t.Helper()
	p := &plantedProject{place: string(key), directory: t.TempDir(), secret: plantedSecrets[random.IntN(len(plantedSecrets))]}
	root := map[string]any{"services": map[string]any{"a": map[string]any{"image": "example.com/a:1"}}}
	usual := []any{"x", "80", []any{"a"}, map[string]any{"a": "b"}, "./a:/b", true, "30s"}
	for range random.IntN(3) {
		setKey(root, keys[random.IntN(len(keys))].Parts(), usual[random.IntN(len(usual))])
	}
	value := p.around(random)
	forms := []any{value, value, []any{value}, map[string]any{"a": value}, map[string]any{value: "a"}, []any{map[string]any{"target": value}}}
	setKey(root, key.Parts(), forms[random.IntN(len(forms))])
	services, ok := root["services"].(map[string]any)
	if !ok {
		return nil
	}
	services["planted-one"] = map[string]any{"image": "example.com/planted:1", "environment": map[string]any{"DB_PASSWORD": "${DB_PASSWORD}"}}
	text, err := yaml.Marshal(root)
	if err != nil {
		return nil
	}
	p.text = string(text)
	return p
}

// around returns a text with the secret.
func (p *plantedProject) around(random *rand.Rand) string {
	asWritten := strings.ReplaceAll(p.secret, "$", "$$")
	return []string{asWritten, asWritten, "x-" + asWritten, asWritten + ":/data", "${DB_PASSWORD}", "./" + asWritten, "https://example.com/" + asWritten, `{"a": "` + asWritten + `"}`, "--opt=" + asWritten}[random.IntN(9)]
}

// setKey puts a value at a path of the schema; a name that it leaves open is "a", a list has one item.
func setKey(at map[string]any, parts []string, value any) {
	key := parts[0]
	if key == schematree.PathMatchAll || key == schematree.PathMatchList {
		key = "a"
	}
	switch {
	case len(parts) == 1:
		at[key] = value
	case parts[1] == schematree.PathMatchList && len(parts) == 2:
		at[key] = []any{value}
	case parts[1] == schematree.PathMatchList:
		item := map[string]any{}
		setKey(item, parts[2:], value)
		at[key] = []any{item}
	default:
		below, ok := at[key].(map[string]any)
		if !ok {
			below = map[string]any{}
		}
		setKey(below, parts[1:], value)
		at[key] = below
	}
}

// plantGolden returns a golden project with the secret in one of its texts, keys included.
func plantGolden(t *testing.T, file string, random *rand.Rand) *plantedProject {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	directory, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	p := &plantedProject{directory: directory, secret: plantedSecrets[random.IntN(len(plantedSecrets))]}
	var document yaml.Node
	if yaml.Unmarshal(text, &document) != nil || len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	type place struct {
		node *yaml.Node
		name string
	}
	var places []place
	var walk func(n *yaml.Node, at string)
	walk = func(n *yaml.Node, at string) {
		for i, c := range n.Content {
			switch {
			case n.Kind == yaml.MappingNode && i%2 == 1:
				walk(c, at+"."+n.Content[i-1].Value)
			case n.Kind == yaml.MappingNode && strings.Count(at, ".") >= 1: // a name, or a key of a service
				places = append(places, place{c, at + " (key)"})
			case n.Kind == yaml.SequenceNode:
				walk(c, at+"[]")
			}
		}
		if n.Kind == yaml.ScalarNode && at != ".name" {
			places = append(places, place{n, at})
		}
	}
	walk(document.Content[0], "")
	if len(places) == 0 {
		return nil
	}
	chosen := places[random.IntN(len(places))]
	p.place = chosen.name
	switch value := p.around(random); random.IntN(3) {
	case 0:
		chosen.node.Value = value
	case 1:
		chosen.node.Value += value
	default:
		chosen.node.Value += "${DB_PASSWORD}"
	}
	chosen.node.Tag, chosen.node.Style = "!!str", yaml.DoubleQuotedStyle
	root := document.Content[0]
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == "services" && root.Content[i+1].Kind == yaml.MappingNode {
			var service yaml.Node
			if err := yaml.Unmarshal([]byte("{image: example.com/planted:1, environment: {DB_PASSWORD: \"${DB_PASSWORD}\"}}"), &service); err != nil {
				t.Fatal(err)
			}
			root.Content[i+1].Content = append(root.Content[i+1].Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "planted-one"}, service.Content[0])
		}
	}
	out, err := yaml.Marshal(&document)
	if err != nil {
		return nil
	}
	p.text = string(out)
	return p
}
