package build_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An index of images for several platforms is built and pushed, and a node takes its own from it.
func TestPodmanPushesAnIndex(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	registry := c.Registry(t)
	both := []string{"build", "--push", "--registry", registry, "--platform", "linux/amd64,linux/arm64"}
	first := p.run(0, append(both, "--image-file", "images.json")...)
	if again := p.run(0, both...); again.out != first.out {
		t.Errorf("the same content has other tags:\n%s%s", first.out, again.out)
	}
	text, err := os.ReadFile(filepath.Join(p.dir, "images.json"))
	if err != nil || strings.Count(string(text), "linux/amd64,linux/arm64") != 3 {
		t.Errorf("the file of images is\n%s%v", text, err)
	}
	ref := strings.TrimPrefix(strings.Fields(first.out)[1], registry+"/")
	if platforms := platformsOf(t, registry, ref); platforms != "linux/amd64 linux/arm64" {
		t.Errorf("the index of %s has %q", ref, platforms)
	}
	p.run(0, "up", "-d", "--wait", "--timeout", "8m", "-n", namespace, "--images", "images.json", "--builder", "none")
	p.says(p.run(0, "logs", "-n", namespace, "worker"), "hello from the worker: <p>welcome</p>")
	p.run(0, "down", "-n", namespace, "-t", "0")

	// An image for one of them only is refused where the nodes are others, before anything is applied.
	r := p.run(1, "up", "-d", "-n", namespace, "--registry", registry, "--build", "--platform", "linux/arm64,linux/s390x")
	p.says(r, "error[build-platform] services.web.build: the image is for linux/arm64 and linux/s390x, and the nodes are linux/amd64", "--platform linux/amd64`")
}

// platformsOf returns the platforms of an index in a registry.
func platformsOf(t *testing.T, registry, ref string) string {
	t.Helper()
	repository, tag, _ := strings.Cut(ref, ":")
	request, err := http.NewRequest(http.MethodGet, fmt.Sprintf("http://%s/v2/%s/manifests/%s", registry, repository, tag), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/vnd.docker.distribution.manifest.list.v2+json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var index struct {
		Manifests []struct {
			Platform struct{ OS, Architecture string }
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&index); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range index.Manifests {
		out = append(out, m.Platform.OS+"/"+m.Platform.Architecture)
	}
	return strings.Join(out, " ")
}
