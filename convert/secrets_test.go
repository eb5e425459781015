package convert_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
)

// convertText converts a project of one file and an .env file.
func convertText(t *testing.T, compose, env string) *convert.Result {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"compose.yaml": compose, ".env": env} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{WorkingDirectory: dir, Environ: []string{}}})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// everything returns what is printed about a conversion, in every form.
func everything(t *testing.T, r *convert.Result) string {
	t.Helper()
	var b bytes.Buffer
	line := func(file string, n int) (string, bool) {
		lines := strings.Split(string(r.Sources[file]), "\n")
		return lines[min(n, len(lines))-1], true
	}
	report, err := json.Marshal(convert.NewReport(r))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		diag.WriteText(&b, r.Findings, diag.TextOptions{Verbose: true, SourceLine: line, MaskLine: r.MaskLine}),
		diag.WriteJSON(&b, r.Findings), diag.WriteGitHub(&b, r.Findings), diag.WriteSARIF(&b, r.Findings, diag.SARIFOptions{}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String() + string(report)
}

// TestFindingsShowNoSecrets: a finding may quote what it is about, whoever words it.
func TestFindingsShowNoSecrets(t *testing.T) {
	t.Parallel()
	for name, compose := range map[string]string{
		"command that quotes":     "services:\n  db:\n    image: example\n    environment: {DB_PASSWORD: \"${DB_PASSWORD}\"}\n    command: ready && mysql -uroot -p${DB_PASSWORD}\n",
		"variable of no service":  "services:\n  db:\n    image: example\n    command: ready && mysql -p${DB_PASSWORD}\n",
		"image with a password":   "services:\n  db:\n    image: user:pw4t8nq2xz@registry.example.com/X\n",
		"anchor that is none":     "services:\n  db:\n    image: example\n    environment:\n      DB_PASSWORD: *pw4t8nq2xz\n",
		"value of the wrong type": "services:\n  db:\n    image: example\n    environment: {DB_PASSWORD: pw4t8nq2xz}\n    init: pw4t8nq2xz\n",
		"value of .env":           "services:\n  db:\n    image: example\n    init: ${DB_PASSWORD}\n",
		"secret of the project":   "services:\n  db:\n    image: example\n    command: ready && mysql -p${VALUE}\n    secrets: [s]\nsecrets: {s: {environment: VALUE}}\n",
		"in a build argument":     "services:\n  db:\n    image: example\n    build: {context: ., args: {API_TOKEN: pw4t8nq2xz}}\n    command: ready && x pw4t8nq2xz\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := convertText(t, compose, "DB_PASSWORD=pw4t8nq2xz\nVALUE=pw4t8nq2xz\n")
			if len(r.Findings) == 0 {
				t.Fatal("nothing is found")
			}
			if text := everything(t, r); strings.Contains(text, "pw4t8nq2xz") {
				t.Errorf("a secret is shown:\n%s", text)
			}
		})
	}
}

func TestCommentsEndNoLineOfYAML(t *testing.T) {
	t.Parallel()
	r := convertText(t, "services: {web: {image: example}}", "")
	var b bytes.Buffer
	hostile := convert.YAMLOptions{Comment: func(runtime.Object) string { return "inc\r---\rkind: ServiceAccount\u2028---\u0085\x00x" }}
	if err := convert.WriteYAML(&b, r.Objects, hostile); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\r\u2028\u0085\x00") {
		t.Errorf("a comment ends its line:\n%q", b.String()[:100])
	}
}

// TestSecretsInObjectsAreTold plants a known secret wherever a text of the project becomes part of an object: it is in no object
// but a Secret, or a finding says where.
func TestSecretsInObjectsAreTold(t *testing.T) {
	t.Parallel()
	const value = "pw4t8nq2xz"
	for name, compose := range map[string]string{
		"label":              "labels: {admin: %}",
		"annotation":         "annotations: {admin: %}",
		"variable":           "environment: {OTHER: %}",
		"text in a variable": "environment: {JSON: '{\"x\":\"%\"}'}",
		"command":            "command: [serve, '--password=%']",
		"entrypoint":         "entrypoint: [serve, %]",
		"healthcheck":        "healthcheck: {test: [CMD, ping, %]}",
		"hook":               "post_start: [{command: [auth, %]}]",
		"config":             "configs: [c]",
		"working directory":  "working_dir: /srv/%",
		"host":               "extra_hosts: ['%.example.com:192.0.2.1']",
		"mount":              "volumes: [{type: tmpfs, target: /srv/%}]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := convertText(t, "services:\n  web:\n    image: example\n    "+strings.ReplaceAll(compose, "%", value)+"\n  db:\n    image: example\n    environment: {DB_PASSWORD: "+value+"}\nconfigs: {c: {content: 'password "+value+"'}}\n", "")
			leaked := false
			for _, o := range r.Objects {
				if text, err := json.Marshal(o); err != nil || o.GetObjectKind().GroupVersionKind().Kind != "Secret" && strings.Contains(string(text), value) {
					leaked = true
				}
			}
			told := false
			for _, f := range r.Findings {
				told = told || f.Code == "secret-in-object" || f.Code == "secret-in-text"
			}
			if leaked != told {
				t.Errorf("in the objects: %v, told: %v", leaked, told)
			}
			if strings.Contains(everything(t, r), value) {
				t.Error("the value is shown")
			}
		})
	}
}

// TestImageNamesAreNoSecrets: a value that is a word of the name of an image was taken from there. One that is no plain word is told.
func TestImageNamesAreNoSecrets(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]bool{
		"langgenius/dify-sandbox:1": false, "dify-sandbox": false, "example/x:dify-sandbox": false, "example/dify-sandboxes": true,
		"example/pw4t8nq2xz": true,
	} {
		value := "dify-sandbox"
		if strings.Contains(image, "pw4t") {
			value = "pw4t8nq2xz"
		}
		r := convertText(t, "services: {web: {image: '"+image+"', environment: {API_KEY: "+value+"}}}\n", "")
		if told := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "secret-in-object" }); told != want {
			t.Errorf("%s: told %v, want %v", image, told, want)
		}
	}
}

// TestSecretsAreCalledAfterTheirVariables: the name of a Secret comes from that of a variable, and tells nothing of a value that is like it.
func TestSecretsAreCalledAfterTheirVariables(t *testing.T) {
	t.Parallel()
	const web = "image: example, environment: [HOOK_GITEA_SECRET]"
	r := convertText(t, "services: {web: {"+web+"}, api: {"+web+"}}\n", "HOOK_GITEA_SECRET=hook-gitea\n")
	if i := slices.IndexFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "secret-in-object" }); i >= 0 {
		t.Errorf("told: %s", r.Findings[i].Message)
	}
}

// TestNamesOfSecretsAreNone: the name of a file, the name of a variable and a label that names a secret tell nothing of a value.
func TestNamesOfSecretsAreNone(t *testing.T) {
	t.Parallel()
	for service, want := range map[string]bool{
		"environment: {BANNED_PASSWORDS_LIST: banned-password-list.txt}, command: serve /etc/banned-password-list.txt": false,
		"environment: {RTSP_PASSWORD: PASSWORD}": false,
		"environment: {POSTGRES_PASSWORD: changed7x, DATABASE_URL: 'postgresql://app:POSTGRES_PASSWORD@db:5432/app'}": false,
		"labels: [vault.secret=shop_db_password]":                               false,
		"labels: [vault.secret=Xq93-rt7b2-0ppW]":                                true,
		"environment: {API_PASSWORD: n8sjW2qq9x}, labels: [contact=n8sjW2qq9x]": true,
	} {
		r := convertText(t, "services: {web: {image: example, "+service+"}}\n", "")
		if told := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "secret-in-object" || f.Code == "secret-in-text" }); told != want {
			t.Errorf("%s: told %v, want %v: %v", service, told, want, r.Findings)
		}
	}
}

// TestSecretThatIsANameIsSaidOnce: names stand in names of objects and in DNS, so they are masked nowhere, and a finding at the name says
// which secret is none. The variable stays in a Secret.
func TestSecretThatIsANameIsSaidOnce(t *testing.T) {
	t.Parallel()
	const head = "services:\n  web: {image: example, environment: {DB_PASSWORD: orders-db-2}, command: serve orders-db-2}\n"
	for at, compose := range map[string]string{
		"services.orders-db-2":              head + "  orders-db-2: {image: example, expose: [80]}\n",
		"services.orders_db_2":              head + "  orders_db_2: {image: example, expose: [80]}\n",
		"services.db.hostname":              head + "  db: {image: example, hostname: orders-db-2}\n",
		"services.db.networks.n.aliases[0]": head + "  db: {image: example, networks: {n: {aliases: [orders-db-2]}}}\nnetworks: {n: }\n",
		"jobs.orders-db-2":                  head + "jobs:\n  orders-db-2: {image: example, triggers: {schedule: ['* * * * *']}}\n",
		"volumes.orders-db-2":               head + "  db: {image: example, volumes: ['orders-db-2:/data']}\nvolumes: {orders-db-2: }\n",
		"networks.orders-db-2":              head + "  db: {image: example, networks: [orders-db-2]}\nnetworks: {orders-db-2: }\n",
		"name":                              "name: orders-db-2\n" + head,
	} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			r := convertText(t, compose, "")
			var said []string
			for _, f := range r.Findings {
				if strings.HasPrefix(f.Code, "secret-i") {
					said = append(said, f.Code+" "+f.Path.String())
				}
				if f.Code == "secret-is-name" && (!f.Range.IsKnown() || !strings.HasPrefix(f.Message, "the value of DB_PASSWORD is the same")) {
					t.Errorf("it has no place, or says not what is meant: %s", f)
				}
			}
			if want := "secret-is-name " + at; len(said) != 1 || said[0] != want {
				t.Errorf("said: %q, want only %s", said, want)
			}
			if text := r.Mask("host orders-db-2"); text != "host orders-db-2" {
				t.Errorf("a name is masked: %s", text)
			}
			kept := false
			for _, o := range r.Objects {
				text, err := json.Marshal(o)
				kept = kept || err == nil && o.GetObjectKind().GroupVersionKind().Kind == "Secret" && strings.Contains(string(text), "DB_PASSWORD")
			}
			if !kept {
				t.Error("the variable is in no Secret")
			}
		})
	}
}

// The variables of an env file are not in the model. Those of a job are known as those of a service are.
func TestSecretsOfEnvFilesAreKnown(t *testing.T) {
	t.Parallel()
	for section, more := range map[string]string{"services": "", "jobs": ", triggers: {schedule: ['* * * * *']}"} {
		dir := t.TempDir()
		for name, text := range map[string]string{
			"compose.yaml": section + ":\n  work: {image: example, env_file: work.env, labels: {note: pw4t8nq2xz}" + more + "}\n", "work.env": "DB_PASSWORD=pw4t8nq2xz\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r, err := convert.Convert(t.Context(), convert.Options{Load: loader.Options{WorkingDirectory: dir, Environ: []string{}}})
		if err != nil {
			t.Fatal(err)
		}
		if text := r.Mask("with pw4t8nq2xz"); text != "with ***" {
			t.Errorf("%s: %s, %v", section, text, r.Findings)
		}
	}
}

func TestMaskAlsoHidesWhatTheOtherKnows(t *testing.T) {
	t.Parallel()
	base := convertText(t, "services: {web: {image: example, environment: {DB_PASSWORD: ofthebase-1x}}}\n", "")
	overlay := convertText(t, "services: {web: {image: example, environment: {DB_PASSWORD: ofthebase-1xy, TOKEN: oftheoverlay-2}}}\n", "")
	base.MaskAlso(overlay)
	if got, want := base.Mask("ofthebase-1x oftheoverlay-2 ofthebase-1xy others"), "*** *** *** others"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := overlay.Mask("ofthebase-1x "); got != "ofthebase-1x " {
		t.Errorf("the other set has changed: %q", got)
	}
}
