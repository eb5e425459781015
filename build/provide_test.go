package build_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/build"
)

func TestComposeBuildsAllImagesInOneRun(t *testing.T) {
	e := newEngine(t)
	e.builds()
	e.records("kind")
	r := request(shop(t), clusterCalled("kind-dev"))
	r.Compose.EnvFiles, r.Compose.Profiles = []string{"prod.env"}, []string{"debug"}
	r.Options.NoCache, r.Options.Pull, r.Options.Args = true, true, []string{"A=b"}
	made := provide(t, r)
	e.called("docker compose --project-name shop --project-directory /project --file /project/compose.yaml --env-file prod.env --profile debug " +
		"build --no-cache --pull --build-arg A=b web worker")
	e.called("env 1") // no platform where it is the engine's own, and no record of the build in the image
	want := map[string]string{"web": "shop-web:0123456789ab", "worker": "acme/worker:fedcba987654", "helper": "acme/worker:fedcba987654"}
	if got := made.References(); !maps.Equal(got, want) {
		t.Errorf("references %v, want %v", got, want)
	}
	e.called("docker image tag " + webID + " docker.io/library/shop-web:0123456789ab")
}

func TestWhatIsThereIsNotBuilt(t *testing.T) {
	e := newEngine(t)
	e.write("images/shop-web", webID+" linux/amd64\n")
	e.write("images/acme_worker_dev", workerID+" linux/amd64\n")
	e.records("kind")
	r := request(shop(t), clusterCalled("kind-dev"))
	if made := provide(t, r); len(made.Images) != 2 {
		t.Errorf("images %+v", made.Images)
	}
	e.notCalled(" build ")
	// pull_policy: build builds each time.
	p := read(t, "services: {web: {build: ./web, pull_policy: build}}")
	r = request(p, clusterCalled("kind-dev"))
	e.write("built/shop-web", webID+" linux/amd64\n")
	provide(t, r)
	e.called("docker compose --project-name shop --project-directory /project --file /project/compose.yaml build web")
}

func TestDryRunBuildsNothing(t *testing.T) {
	e := newEngine(t)
	e.write("images/shop-web", webID+" linux/amd64\n")
	r := request(shop(t), clusterCalled("somewhere"))
	r.Options.DryRun, r.Options.Registry = true, "registry.example.com/team"
	made := provide(t, r)
	if got := made.References(); !maps.Equal(got, map[string]string{"web": "registry.example.com/team/shop-web:0123456789ab"}) {
		t.Errorf("references %v", got)
	}
	if calls := e.calls(); len(calls) > 0 {
		t.Errorf("a dry run does %q", calls)
	}
}

func TestBuiltForTheNodes(t *testing.T) {
	e := newEngine(t)
	e.write("built/shop-web", webID+" linux/arm64\n")
	e.write("built/acme_worker_dev", workerID+" linux/arm64\n")
	e.records("kind")
	c := clusterCalled("kind-dev")
	c.Nodes[0].Architecture = "arm64"
	provide(t, request(shop(t), c))
	e.called("env linux/arm64 1")
	e.called("docker image save -o ARCHIVE --platform linux/arm64 docker.io/library/shop-web:0123456789ab docker.io/acme/worker:fedcba987654")
}

func TestWrongPlatformIsRefused(t *testing.T) {
	e := newEngine(t)
	e.write("images/shop-web", webID+" linux/arm64\n")
	e.write("images/acme_worker_dev", workerID+" linux/amd64\n")
	e.records("kind")
	r := request(shop(t), clusterCalled("kind-dev"))
	refused(t, r, "build-platform", "web", "`transship up --build --platform linux/amd64`", "--allow=build-platform")
	e.notCalled("kind load")
	e.notCalled("image tag")
	r.Options.AllowPlatform = true
	if made := provide(t, r); len(made.Findings) != 1 || made.Findings[0].Code != "build-platform" {
		t.Errorf("findings %v", made.Findings)
	}
	mixed := clusterCalled("kind-dev")
	mixed.Nodes = append(mixed.Nodes, build.Node{Name: "second", OS: "linux", Architecture: "arm64"})
	refused(t, request(shop(t), mixed), "build-platform", "web", "`transship up --build --registry HOST/PATH`")
	// The key of a service chooses the nodes as well, so that any of them will do.
	e.write("images/shop-web", webID+" linux/arm64\n")
	chosen := request(read(t, "services: {web: {build: ./web, platform: linux/arm64}}"), mixed)
	provide(t, chosen)
	// A platform that the project asks for is compared before anything is built.
	e.builds()
	p := read(t, "services: {web: {build: ./web, platform: linux/s390x}}")
	again := request(p, clusterCalled("kind-dev"))
	again.Options.Mode = build.Always
	refused(t, again, "build-platform", "web", "`platform: linux/amd64`")
	e.notCalled(" build ")
	// Nodes that may not be read are not compared.
	unknown := clusterCalled("kind-dev")
	unknown.Nodes = nil
	provide(t, request(shop(t), unknown))
}

// TestMixedNodesGetAnIndex: one image is built for each platform, under a name of its own.
func TestMixedNodesGetAnIndex(t *testing.T) {
	e := newEngine(t)
	e.write("without-compose", "")
	for name, platform := range map[string]string{"shop-web_linux-amd64": "amd64", "acme_worker_dev-linux-amd64": "amd64", "shop-web_linux-arm64": "arm64", "acme_worker_dev-linux-arm64": "arm64"} {
		id := webID
		if platform == "arm64" {
			id = workerID
		}
		e.write("built/"+name, id+" linux/"+platform+"\n")
	}
	mixed := clusterCalled("somewhere")
	mixed.Nodes = append(mixed.Nodes, build.Node{Name: "second", OS: "linux", Architecture: "arm64"})
	r := request(shop(t), mixed)
	r.Options.Registry = "127.0.0.1:1/team" // the index is not written by the engine
	refused(t, r, "build-push", "web", "docker login 127.0.0.1:1")
	e.called("docker build --tag shop-web:linux-amd64 --platform linux/amd64 --file /project/web/Dockerfile /project/web")
	e.called("docker build --tag acme/worker:dev-linux-arm64 --platform linux/arm64 --file /project/worker/Dockerfile /project/worker")
	e.called("docker image push 127.0.0.1:1/team/shop-web:0123456789ab")
	e.called("docker image push 127.0.0.1:1/team/shop-web:fedcba987654")
	r.Options.DryRun = true
	made := provide(t, r)
	if len(made.Images) != 2 || made.Images[0].Platform != "linux/amd64,linux/arm64" {
		t.Errorf("images %+v", made.Images)
	}
	// A subset of the platforms, asked for by hand, is refused.
	r.Options.Platforms, r.Options.DryRun, r.Options.Mode = []string{"linux/arm64"}, false, build.Always
	e.builds()
	refused(t, r, "build-platform", "web", "`transship up --build --platform linux/amd64,linux/arm64`")
}

func TestWithoutABuilder(t *testing.T) {
	newEngine(t)
	t.Setenv("PATH", t.TempDir())
	r := request(shop(t), clusterCalled("kind-dev"))
	refused(t, r, "build-no-builder", "web", "Docker or Podman", "transship push", "--no-build")
	// What has a name may be in a registry; only a build that was asked for is refused.
	named := read(t, "services: {web: {build: ./web, image: example.com/web}}")
	if made := provide(t, request(named, clusterCalled("x"))); len(made.Images) != 0 {
		t.Errorf("images %v", made.Images)
	}
	r = request(named, clusterCalled("x"))
	r.Options.Mode = build.Always
	refused(t, r, "build-no-builder", "web")
	r = request(shop(t), clusterCalled("x"))
	r.Options.Mode = build.Never
	if made := provide(t, r); len(made.Images) != 0 {
		t.Errorf("images %v", made.Images)
	}
}

func TestWithoutARegistry(t *testing.T) {
	e := newEngine(t)
	r := request(shop(t), clusterCalled("production"))
	// Docker Hub is no default: somebody's code would be public.
	refused(t, r, "build-needs-registry", "worker", "`transship up --registry HOST/PATH`", "`image: HOST/PATH/acme/worker`")
	e.notCalled(" build ")
	e.builds()
	r.Options.Registry = "ghcr.io/acme/"
	r.Options.KnowsPullSecret = true // nothing here answers for the registry
	made := provide(t, r)
	if got := made.References()["web"]; got != "ghcr.io/acme/shop-web:0123456789ab" {
		t.Errorf("reference %s", got)
	}
	e.called("docker image push ghcr.io/acme/shop-web:0123456789ab")
	e.called("docker image push ghcr.io/acme/acme/worker:fedcba987654")
	if made.Images[0].IsPushed != true {
		t.Errorf("images %+v", made.Images)
	}
}

func TestPushOfANameOnDockerHub(t *testing.T) {
	e := newEngine(t)
	e.write("images/acme_worker_dev", workerID+" linux/amd64\n")
	p := read(t, "services: {worker: {build: ., image: 'acme/worker:dev'}}")
	r := request(p, nil)
	r.Options.Mode, r.Options.Push, r.Options.Rerun = build.Never, true, "transship push"
	if got := provide(t, r).References()["worker"]; got != "acme/worker:fedcba987654" {
		t.Errorf("reference %s", got)
	}
	e.called("docker image push docker.io/acme/worker:fedcba987654")
	p = read(t, "services: {web: {build: .}}")
	r = request(p, nil)
	r.Options.Mode, r.Options.Push, r.Options.Rerun = build.Never, true, "transship push"
	refused(t, r, "build-missing", "web", "`transship build web`")
	e.write("images/shop-web", webID+" linux/amd64\n")
	refused(t, r, "build-needs-registry", "web", "`transship push --registry HOST/PATH`")
}

func TestRefusedPush(t *testing.T) {
	e := newEngine(t)
	e.builds()
	r := request(read(t, "services: {web: {build: ., image: registry.example.com/web}}"), clusterCalled("production"))
	e.write("built/registry.example.com_web", webID+" linux/amd64\n")
	r.Options.Mode = build.Always
	e.write("push-error", "unauthorized: authentication required\n")
	refused(t, r, "registry-auth", "web", "`docker login registry.example.com`")
	for said, help := range map[string]string{
		"connection refused":                "`docker push registry.example.com/web:0123456789ab`",
		"open /run/lock: permission denied": "`docker push registry.example.com/web:0123456789ab`",
		"unknown: received unexpected HTTP status: 507 Insufficient Storage":                               "--registry HOST/PATH",
		"uploading layer chunked: StatusCode: 413, <html>":                                                 "client_max_body_size",
		"error parsing HTTP 413 response body: invalid character '<' looking for beginning of value: \"<h": "client_max_body_size",
	} {
		e.write("push-error", said+"\n")
		refused(t, r, "build-push", "web", help)
	}
}

func TestFailedBuild(t *testing.T) {
	e := newEngine(t)
	e.write("build-error", "step one\ntarget worker: failed to solve: process \"/bin/sh -c false\"\x1b[31m did not complete\n")
	r := request(shop(t), clusterCalled("kind-dev"))
	e.records("kind")
	refused(t, r, "build-failed", "worker", "docker compose --project-name shop", "build web worker")
	_, err := build.Provide(context.Background(), r, nil)
	if !strings.Contains(err.Error(), "failed to solve") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("error %q", err)
	}
	e.notCalled("kind load")
}

func TestBuilderThatKeepsNoImage(t *testing.T) {
	e := newEngine(t)
	e.records("kind")
	refused(t, request(shop(t), clusterCalled("kind-dev")), "build-failed", "web", "BUILDX_BUILDER")
}

func TestAnInterruptionEndsTheBuilder(t *testing.T) {
	e := newEngine(t)
	e.records("kind")
	e.program("docker", strings.Replace(fakeDocker, "build*|*\" build \"*)", "build*|*\" build \"*) trap ': > interrupted; exit 130' INT; touch began; while :; do sleep 0.05; done;;\nnever)", 1))
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(e.dir, "began")); err == nil {
				stop()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	if _, err := build.Provide(ctx, request(shop(t), clusterCalled("kind-dev")), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(e.dir, "interrupted")); err != nil {
		t.Error("the builder was not interrupted")
	}
	e.notCalled("kind load")
}
