package convert_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
)

// TestHookImage: what is known about the image of a hook decides over the hook, not what is known about the service's.
func TestHookImage(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"compose.yaml": `
services:
  web:
    image: web:1
    user: app
    pre_start:
      - {image: "tool:1", user: app, command: [prepare]}
      - {user: app, command: [prepare]}
`,
		"transship.lock": `{"lockfileVersion": 1, "generatedBy": "transship lock", "images": [
 {"reference": "tool:1", "platform": "linux/amd64", "source": "registry", "imageID": "sha256:1", "services": ["web"], "shell": true, "users": {"app": {"uid": 1000, "gid": 2000}}},
 {"reference": "web:1", "platform": "linux/amd64", "source": "registry", "imageID": "sha256:2", "services": ["web"], "shell": true, "users": {"app": {"uid": 5, "gid": 6}}}]}`,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{WorkingDirectory: dir}})
	if err != nil || result.Err() != nil {
		t.Fatal(err, result.Err())
	}
	for _, o := range result.Objects {
		d, is := o.(*appsv1.Deployment)
		if !is {
			continue
		}
		pod := d.Spec.Template.Spec
		if len(pod.InitContainers) != 2 || *pod.InitContainers[0].SecurityContext.RunAsUser != 1000 || *pod.InitContainers[1].SecurityContext.RunAsUser != 5 || *pod.Containers[0].SecurityContext.RunAsUser != 5 {
			t.Errorf("the users are not those of the images: %+v", pod)
		}
		return
	}
	t.Error("there is no Deployment")
}
