package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/transship/transship/internal/invariants"
)

// saysOpen are the findings that tell of a secret which an object has in the open.
var saysOpen = []string{"[secret-in-object]", "[secret-in-text]", "[hook-secret]", "[content-secret]"}

// inTheOpenToo are the cases whose project has what is a Secret in the open as well, with the reason.
var inTheOpenToo = map[string]string{"binds-project": "two services mount one directory, and x-kubernetes makes a Secret of it for one of them only"}

// goldenLeaks fails if a value of a Secret of a golden case stands in any other file or in a finding; and, as the case has secrets, if any
// other form of output shows it.
func goldenLeaks(t *testing.T, have map[string]string) {
	t.Helper()
	values := valuesOfSecrets(t, have)
	if len(values) == 0 {
		return
	}
	_, said := inTheOpenToo[strings.TrimPrefix(t.Name(), "TestGolden/")]
	for _, code := range saysOpen {
		said = said || strings.Contains(have["want.diag"], code)
	}
	refuse := func(what, text string) {
		if shown := invariants.Shown(text, values); len(shown) > 0 {
			t.Errorf("%s shows %q, a value of a Secret", what, shown)
		}
	}
	refuse("a finding", have["want.diag"])
	for name, text := range have {
		if !said && strings.HasPrefix(name, "want/") && !strings.Contains(text, "\nkind: Secret\n") {
			refuse(name, text)
		}
	}
	for _, form := range [][]string{
		{"--comments=full", "--findings=json", "--report=report.json"},
		{"--findings=sarif", "--report=report.md", "-o", "helm"},
		{"--findings=github", "-o", "kustomize"},
	} {
		dir := t.TempDir()
		args := []string{"convert", "--verbose", "-d", filepath.Join(dir, "out")}
		for _, a := range append(form, goldenFlags(t)...) {
			if file, is := strings.CutPrefix(a, "--report="); is {
				a = "--report=" + filepath.Join(dir, file)
			}
			args = append(args, a)
		}
		stdout, stderr := inMemory(args)
		refuse("convert "+strings.Join(form, " "), stdout+stderr)
		for name, text := range tree(t, dir) {
			isSecret := strings.Contains(text, "\nkind: Secret\n") || strings.HasPrefix(filepath.Base(name), "secret-values")
			if !isSecret && (!said || strings.Contains(name, "report.")) {
				refuse(name+" of convert "+strings.Join(form, " "), text)
			}
		}
	}
	for _, of := range []string{"kubernetes", "compose"} {
		stdout, stderr := inMemory([]string{"graph", "--of=" + of, "-o", "json"})
		refuse("graph of "+of, stdout+stderr)
	}
}

func inMemory(args []string) (stdout, stderr string) {
	var out, errs bytes.Buffer
	Main(context.Background(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	return out.String(), errs.String()
}

// valuesOfSecrets returns the telling values of all manifests that are Secrets.
func valuesOfSecrets(t *testing.T, files map[string]string) []string {
	t.Helper()
	var out []string
	for name, text := range files {
		if !strings.Contains(text, "\nkind: Secret\n") {
			continue
		}
		var s struct {
			StringData map[string]string
			Data       map[string]string
		}
		if err := yaml.Unmarshal([]byte(text), &s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, v := range s.StringData {
			if v = strings.TrimSpace(v); invariants.IsTelling(v) {
				out = append(out, v)
			}
		}
		for _, v := range s.Data {
			if v, err := base64.StdEncoding.DecodeString(v); err == nil && invariants.IsTelling(string(v)) {
				out = append(out, string(v))
			}
		}
	}
	return out
}
