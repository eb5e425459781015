package cmd

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// TestEverydayWordsAreExplained asks for words as people say them, each in an empty directory.
func TestEverydayWordsAreExplained(t *testing.T) {
	t.Chdir(t.TempDir())
	asked := map[string]string{
		"port": "services.ports:", "network": "services.networks:", "volume": "services.volumes:", "domain": "Ingress\n", "storage": "PersistentVolume\n",
		"persistent volume": "PersistentVolume\n", "config-map": "ConfigMap\n", "stateful set": "StatefulSet\n", "永続ボリューム": "PersistentVolume\n", "名前空間": "",
	}
	for word := range everyday {
		if _, ok := asked[word]; !ok {
			asked[word] = ""
		}
	}
	for word, want := range asked {
		var out, errs bytes.Buffer
		code := Main(context.Background(), []string{"explain", "--lang=en", word}, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
		if code != 0 || !strings.HasPrefix(out.String(), want) {
			t.Errorf("explain %s: exit code %d, %.80s%s", word, code, out.String(), errs.String())
		}
	}
}

// TestUnknownWordsAreMetWithAWord mistypes words of Kubernetes.
func TestUnknownWordsAreMetWithAWord(t *testing.T) {
	t.Chdir(t.TempDir())
	for typed, want := range map[string]string{"pdo": `"Pod"?`, "deploymnt": `"Deployment"?`, "ingres": `"Ingress"?`} {
		var errs bytes.Buffer
		code := Main(context.Background(), []string{"explain", typed}, Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &errs})
		if code != exitUsage || !strings.Contains(errs.String(), want) {
			t.Errorf("explain %s: exit code %d, %s", typed, code, errs.String())
		}
	}
}

// TestExplainAnswersWithinAProject asks in the directory of a project what became of its services and lines.
func TestExplainAnswersWithinAProject(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	writeTestFile(t, "compose.yaml", "services:\n  web:\n    image: nginx:1.29\n    stop_grace_period: 45s\n    restart: unless-stopped\n    ports: [\"8080:80\"]\n    secrets: [key]\nsecrets:\n  key: {file: ./key.txt}\n")
	writeTestFile(t, "key.txt", "planted-value\n")
	for word, want := range map[string]string{
		"services.web":                   "      here: Deployment/web spec.template.spec.terminationGracePeriodSeconds",
		"services.web.stop_grace_period": "services.web.stop_grace_period (compose.yaml:4) makes in this project\n\n  Deployment/web\n    |       terminationGracePeriodSeconds: 45\n",
		"services.web.restart":           "services.web.restart (compose.yaml:5) changes nothing in this project",
		"services.web.image":             "services.web.image (compose.yaml:3) makes in this project\n",
		"services.web.ports":             "services.web.ports (compose.yaml:6) changes no manifest in this project, only findings: port-not-published\n",
		"secrets.key.file":               "Secret/",
		"services.wbe":                   `the project has no services.wbe: did you mean services.web?`,
		"service":                        "Service\n\n  A Service is a name",
		"context":                        "context\n\n  A context of kubectl",
		"再起動":                            "services.restart: ",
		"rolling update":                 "rolling update\n",
		"CRD":                            "CustomResourceDefinition\n",
		"imagePullPolicy":                `"imagePullPolicy" is a field of Kubernetes; explain the keys that become it: services.image, services.pull_policy, services.pull_refresh_after`,
	} {
		var out, errs bytes.Buffer
		Main(context.Background(), []string{"explain", "--lang=en", word}, Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
		said := out.String() + errs.String()
		if !strings.Contains(said, want) {
			t.Errorf("explain %s does not say %q:\n%s", word, want, said)
		}
		if strings.Contains(said, "planted-value") || strings.Contains(said, "cGxhbnRlZC12YWx1ZQ") {
			t.Errorf("explain %s shows a secret:\n%s", word, said)
		}
	}
}

func writeTestFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
