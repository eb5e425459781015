package build_test

import (
	"strings"
	"testing"
)

// Further contexts of three kinds: a directory, the image of another service, an image by its name. What changes in one of
// them changes the image.
func TestPodmanBuildsWithFurtherContexts(t *testing.T) {
	t.Parallel()
	p := clone(t, "contexts")
	p.withPodman(nobody)
	p.podman("build", "-q", "--format", "docker", "-t", "tools.example.com/tools:1", "tools")
	first := p.run(0, "build")
	if again := p.run(0, "build"); again.out != first.out {
		t.Errorf("the same content has other tags:\n%s%s", first.out, again.out)
	}
	env := p.podman("image", "inspect", "--format", "{{.Config.Env}} {{len .RootFS.Layers}}", "contexts-web")
	if !strings.Contains(env, "BASE=1") || !strings.HasSuffix(strings.TrimSpace(env), " 3") {
		t.Errorf("the image is not made of the contexts: %s", env)
	}
	before := strings.Split(first.out, "\n")
	p.write("lib/word.txt", "two\n")
	changed := strings.Split(p.run(0, "build").out, "\n")
	if changed[0] != before[0] || changed[1] == before[1] {
		t.Errorf("one changed file of a further context changes the tags %q to %q", before, changed)
	}
	p.write("base/Dockerfile", "FROM scratch\nCOPY busybox /bin/busybox\nENV BASE=1 MORE=2\n")
	if last := strings.Split(p.run(0, "build").out, "\n"); last[0] == before[0] || last[1] == changed[1] {
		t.Errorf("a change of the other service changes the tags %q to %q", changed, last)
	}
}

// Docker's engine of before BuildKit's contexts: what is missing is said with what helps.
func TestDockerWithoutFurtherContexts(t *testing.T) {
	t.Parallel()
	p := clone(t, "contexts")
	p.withDocker()
	p.says(p.run(1, "build"), "error[build-failed] services.web.build: `additional_contexts` need buildx", "install buildx")
	p.withBuildx()
	p.says(p.run(1, "build"), "error[build-failed] services.web.build", "moby.buildkit.frontend.contexts", "update Docker to 23 or newer")
	p.withCompose()
	p.says(p.run(1, "build"), "error[build-failed] services.web.build: docker compose could not build it", "update Docker to 23 or newer")
}
