package transform

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

// Secret values stand in Secrets only: a file that holds one is carried by a Secret.
func TestFilesWithSecretValuesBecomeSecrets(t *testing.T) {
	const value = "8f3a-91bc-77d0"
	file := func(in *Input) {
		in.Files["/project/app.ini"] = &source.File{Kind: source.Regular, Data: []byte("token = " + value + "\n")}
	}
	r := convertYAML(t, `
services:
  web:
    image: acme/web
    restart: always
    environment: {API_TOKEN: `+value+`, LEVEL: debug}
    volumes: ["./app.ini:/etc/app.ini:ro"]
    configs: [settings, plain]
    secrets: [settings]
configs:
  settings: {content: "a = `+value+`"}
  plain: {content: "a = debug"}
secrets:
  settings: {environment: LEVEL}
`, file, func(in *Input) { in.Project.Environment = map[string]string{"LEVEL": "debug"} })
	if got := len(objects[*corev1.ConfigMap](r)); got != 1 {
		t.Errorf("%d ConfigMaps, want that of plain only", got)
	}
	for _, o := range objects[*corev1.ConfigMap](r) {
		for key, text := range o.Data {
			if text != "a = debug" {
				t.Errorf("%s of ConfigMap %s is %q", key, o.Name, text)
			}
		}
	}
	if f := finding(t, r, "content-secret"); f.Path == nil {
		t.Errorf("no place: %+v", f)
	}
	names := map[string]bool{}
	for _, s := range objects[*corev1.Secret](r) {
		if names[s.Name] {
			t.Errorf("two Secrets are called %s", s.Name)
		}
		names[s.Name] = true
	}
	if !names["settings"] { // the secret keeps its name
		t.Errorf("Secrets %v", names)
	}
}

// objects returns all objects of a type.
func objects[T any](r Result) []T {
	var list []T
	for _, o := range r.Objects {
		if typed, ok := o.Object.(T); ok {
			list = append(list, typed)
		}
	}
	return list
}
