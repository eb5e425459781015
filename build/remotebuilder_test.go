package build_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/build"
)

// inCluster is what buildx tells of a builder that runs in a cluster.
const inCluster = "Name:          team\nDriver:        kubernetes\nLast Activity: 2026-01-01\n\nNodes:\nName:     team0\nEndpoint: kubernetes:///team\n"

// buildsAway makes the builder of the user one that is in a cluster, and says what it builds.
func (e *engine) buildsAway() {
	e.Helper()
	e.write("builder", inCluster)
	for context, told := range map[string]map[string]string{
		"web":    {"containerimage.config.digest": webID, "containerimage.digest": workerID},
		"worker": {"containerimage.digest": workerID}, // as for several platforms
	} {
		text, err := json.Marshal(told)
		if err != nil {
			e.Fatal(err)
		}
		e.write("metadata-"+context, string(text))
	}
}

func TestBuilderInTheClusterPushes(t *testing.T) {
	for _, without := range []string{"nothing", "without-daemon"} {
		t.Run(without, func(t *testing.T) {
			e := newEngine(t)
			e.buildsAway()
			e.write(without, "")
			r := request(shop(t), clusterCalled("production"))
			r.Options.Registry, r.Options.KnowsPullSecret, r.Options.NoCache, r.Options.Pull = "registry.example.com/team", true, true, true
			made := provide(t, r)
			want := map[string]string{
				"web":    "registry.example.com/team/shop-web:0123456789ab",
				"worker": "registry.example.com/team/acme/worker:fedcba987654", "helper": "registry.example.com/team/acme/worker:fedcba987654",
			}
			if got := made.References(); !maps.Equal(got, want) {
				t.Errorf("references %v, want %v", got, want)
			}
			if !made.Images[0].IsPushed || made.Images[0].ID != webID || made.Images[0].Platform != "linux/amd64" {
				t.Errorf("the image of web is %+v", made.Images[0])
			}
			e.called("docker buildx build --metadata-file METADATA --output type=image --platform linux/amd64 --file /project/web/Dockerfile --no-cache --pull /project/web")
			e.called("docker buildx build --metadata-file METADATA --output type=image,push=true --tag registry.example.com/team/shop-web:0123456789ab --platform linux/amd64 --file /project/web/Dockerfile /project/web")
			for _, other := range []string{"compose", "image push", "image save", "image tag", "--load"} {
				e.notCalled(other)
			}
		})
	}
}

// Such a builder builds one index for all platforms, and a service that is built from another one from what was pushed.
func TestBuilderInTheClusterKnowsEveryKey(t *testing.T) {
	e := newEngine(t)
	e.buildsAway()
	p := read(t, `
services:
  web:
    build: {context: ./web, no_cache: true, no_cache_filter: [deps], provenance: "false", sbom: "true", entitlements: [network.host], tags: ["acme/web:other"], privileged: true}
  worker:
    build: {context: ./worker, additional_contexts: {base: "service:web"}, dockerfile_inline: "FROM base"}
`)
	r := request(p, clusterCalled("production"))
	r.Cluster.Nodes = append(r.Cluster.Nodes, build.Node{Name: "other", OS: "linux", Architecture: "arm64"})
	r.Options.Registry, r.Options.KnowsPullSecret = "registry.example.com", true
	made := provide(t, r)
	e.called("docker buildx build --metadata-file METADATA --output type=image --platform linux/amd64,linux/arm64 --file /project/web/Dockerfile --no-cache --allow network.host --no-cache-filter deps --provenance false --sbom true /project/web")
	e.called("docker buildx build --metadata-file METADATA --output type=image,push=true --tag registry.example.com/shop-web:0123456789ab " +
		"--platform linux/amd64,linux/arm64 --file /project/web/Dockerfile --allow network.host --provenance false --sbom true /project/web")
	e.called("docker buildx build --metadata-file METADATA --output type=image,push=true --tag registry.example.com/shop-worker:fedcba987654 " +
		"--platform linux/amd64,linux/arm64 --file - --build-context base=docker-image://registry.example.com/shop-web:0123456789ab /project/worker")
	if len(made.Findings) != 1 || made.Findings[0].Code != "build-key" || !strings.Contains(made.Findings[0].Message, "privileged") {
		t.Errorf("findings %v", made.Findings)
	}
	if i := slices.IndexFunc(e.calls(), func(c string) bool { return strings.Contains(c, "acme/web:other") }); i >= 0 {
		t.Errorf("a tag that nobody asked to push: %s", e.calls()[i])
	}
}

func TestBuilderInTheClusterWithoutRegistry(t *testing.T) {
	e := newEngine(t)
	e.buildsAway()
	e.builds()
	// Without an engine nobody here could hand the image to kind. With one, docker compose loads it from the builder.
	e.records("kind")
	e.write("without-daemon", "")
	refused(t, request(shop(t), clusterCalled("kind-dev")), "build-needs-registry", "web", "`transship up --registry HOST/PATH`")
	r := request(shop(t), nil)
	r.Options.Mode, r.Options.Rerun = build.Always, "transship build"
	refused(t, r, "build-needs-registry", "web", "`transship build --push --registry HOST/PATH`")
	e.write("without-daemon", "")
	e.remove("without-daemon")
	provide(t, request(shop(t), clusterCalled("kind-dev")))
	e.called("docker compose --project-name shop --project-directory /project --file /project/compose.yaml build web worker")
	e.called("kind load image-archive ARCHIVE --name dev <>")

	// A project whose images are built one by one: buildx is told to load them.
	e.remove("calls")
	e.write("without-compose", "")
	e.write("builder", strings.Replace(inCluster, "kubernetes", "docker-container", 1))
	e.remove("images/shop-web")
	r = request(shop(t), clusterCalled("kind-dev"))
	provide(t, r)
	e.notCalled("--load") // there is no buildx
	e.remove("calls")
	e.remove("without-compose")
	e.write("without-compose-plugin", "")
	e.remove("images/shop-web")
	provide(t, r)
	e.called("docker build --load --tag shop-web --file /project/web/Dockerfile /project/web")
}

func TestBuilderInTheClusterFails(t *testing.T) {
	e := newEngine(t)
	e.buildsAway()
	r := request(shop(t), clusterCalled("production"))
	r.Options.Registry = "registry.example.com"
	e.write("push-error", "ERROR: failed to push registry.example.com/shop-web: 401 Unauthorized\n")
	refused(t, r, "registry-auth", "web", "docker login registry.example.com")
	e.write("push-error", "ERROR: failed to push: dial tcp: lookup registry.example.com: no such host\n")
	refused(t, r, "build-push", "web", "docker buildx build --output type=image,push=true", "builder team has to reach the registry")
	e.write("build-error", "ERROR: failed to solve: nothing\n")
	refused(t, r, "build-failed", "web", "docker buildx build --output type=image --platform linux/amd64 --file /project/web/Dockerfile /project/web")
	e.remove("build-error")
	e.write("metadata-web", "{}")
	refused(t, r, "build-failed", "web", "update buildx")
	e.write("metadata-web", "{")
	refused(t, r, "build-failed", "web", "update buildx")

	r.Options.Mode, r.Cluster, r.Options.Push = build.Never, nil, true
	refused(t, r, "build-missing", "web", "`transship build --push web`")
	r.Options.Mode, r.Options.Platforms, r.Cluster = build.Missing, []string{"linux/arm64"}, clusterCalled("production")
	refused(t, r, "build-platform", "web", "--platform linux/amd64")
	e.write("without-daemon", "")
	e.write("builder", strings.Replace(inCluster, "kubernetes", "docker-container", 1))
	r.Options.Builder = "docker"
	refused(t, r, "build-no-builder", "web")
}
