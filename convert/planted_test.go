package convert_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
)

// planted is a secret that no file of the repository has. The project has it as the variable DB_PASSWORD.
const planted = "Zq7-planted-Xw93kd"

// TestPlantedSecretsAreSaidAndNeverShown puts a known secret into one text of a golden project after the other. No finding and no
// report shows it, and where an object that is no Secret has it, a finding says so. TRANSSHIP_PLANTED is the number of projects.
func TestPlantedSecretsAreSaidAndNeverShown(t *testing.T) {
	if testing.Short() {
		t.Skip("it converts two hundred projects")
	}
	t.Parallel()
	count := 200
	if n, err := strconv.Atoi(os.Getenv("TRANSSHIP_PLANTED")); err == nil {
		count = n
	}
	files, err := filepath.Glob("../testdata/cases/*/compose.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	source := rand.New(rand.NewPCG(1, 2))
	converted, seen := 0, 0
	for i := range count {
		file := files[i%len(files)]
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		project, place := plant(text, source)
		if project == nil {
			continue
		}
		name := fmt.Sprintf("%s, %s", filepath.Base(filepath.Dir(file)), place)
		result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{
			WorkingDirectory: filepath.Dir(file), Files: []string{"-"}, Stdin: bytes.NewReader(project), Environ: []string{"DB_PASSWORD=" + planted},
		}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if isAName(result) {
			continue
		}
		if shown := everything(t, result); strings.Contains(shown, planted) {
			at := strings.Index(shown, planted)
			t.Errorf("%s: it is shown: …%s…", name, shown[max(0, at-200):min(len(shown), at+60)])
		}
		if result.Err() != nil {
			continue
		}
		converted++
		if openly := inTheOpen(t, result.Objects); openly != "" {
			seen++
			if !saysSo(result) {
				t.Errorf("%s: %s has it, and nothing says so", name, openly)
			}
		}
	}
	t.Logf("%d projects, %d converted, %d with the secret in the open, all said", count, converted, seen)
	if converted < count/3 {
		t.Error("too few projects convert to judge anything")
	}
}

// isAName reports whether a finding tells that a secret is a name as well, which nothing hides.
func isAName(r *convert.Result) bool {
	return slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "secret-is-name" })
}

// saysSo reports whether a finding tells that a secret can be read by everybody.
func saysSo(r *convert.Result) bool {
	for _, f := range r.Findings {
		switch f.Code {
		case "secret-in-object", "secret-in-text", "hook-secret", "content-secret":
			return true
		}
	}
	return false
}

// inTheOpen returns the name of an object that has the secret and is no Secret.
func inTheOpen(t *testing.T, objects []runtime.Object) string {
	t.Helper()
	for _, o := range objects {
		if _, is := o.(*corev1.Secret); is {
			continue
		}
		var out bytes.Buffer
		if err := convert.WriteYAML(&out, []runtime.Object{o}, convert.YAMLOptions{}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), planted) {
			return strings.Join(strings.Fields(out.String())[:6], " ")
		}
	}
	return ""
}

// plant returns a project in which one text has the secret, and a service has it as a variable.
func plant(text []byte, source *rand.Rand) (project []byte, place string) {
	var document yaml.Node
	if yaml.Unmarshal(text, &document) != nil || len(document.Content) == 0 {
		return nil, ""
	}
	var texts []*yaml.Node
	var places []string
	var walk func(n *yaml.Node, at string)
	walk = func(n *yaml.Node, at string) {
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], at+"."+n.Content[i].Value)
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				walk(item, at+"["+strconv.Itoa(i)+"]")
			}
		case yaml.ScalarNode:
			if n.Tag == "!!str" && at != ".name" {
				texts, places = append(texts, n), append(places, strings.TrimPrefix(at, "."))
			}
		}
	}
	walk(document.Content[0], "")
	if len(texts) == 0 {
		return nil, ""
	}
	i := source.IntN(len(texts))
	switch source.IntN(3) {
	case 0:
		texts[i].Value = planted
	case 1:
		texts[i].Value += planted
	default:
		texts[i].Value += "${DB_PASSWORD}"
	}
	root := document.Content[0]
	for j := 0; j+1 < len(root.Content); j += 2 {
		if root.Content[j].Value == "services" && root.Content[j+1].Kind == yaml.MappingNode {
			var service yaml.Node
			if yaml.Unmarshal([]byte("{image: example.com/planted:1, environment: {DB_PASSWORD: \"${DB_PASSWORD}\"}}"), &service) != nil {
				return nil, ""
			}
			key := &yaml.Node{Kind: yaml.ScalarNode, Value: "planted-one"}
			root.Content[j+1].Content = append(root.Content[j+1].Content, key, service.Content[0])
		}
	}
	out, err := yaml.Marshal(&document)
	if err != nil {
		return nil, ""
	}
	return out, places[i]
}
