package cmd

import (
	"bytes"
	"context"
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
