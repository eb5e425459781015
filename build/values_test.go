package build_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/transship/transship/build"
)

func TestPlanFindsWhoRunsAnImage(t *testing.T) {
	p := read(t, `
name: shop
services:
  web: {build: .}
  again: {image: "shop-web:latest"}
  other: {image: "shop-web:2"}
  api: {build: {context: ., tags: ["backend:1"]}, image: "api"}
  back: {image: "backend:1"}
  db: {image: postgres}
`)
	var got []string
	for _, target := range build.Plan(p, nil) {
		got = append(got, target.Service+"="+target.Image+" "+strings.Join(target.Users, ","))
	}
	if want := "api=api api,back|web=shop-web again,web"; strings.Join(got, "|") != want {
		t.Errorf("targets %q, want %q", strings.Join(got, "|"), want)
	}
	got = nil
	for _, target := range build.Foreign(p, nil) {
		got = append(got, target.Image)
	}
	if want := "postgres shop-web:2"; strings.Join(got, " ") != want {
		t.Errorf("foreign images %q, want %q", got, want)
	}
}

// Without docker compose, the build section becomes flags of docker build.
func TestSectionAsFlags(t *testing.T) {
	e := newEngine(t)
	e.write("without-compose", "")
	e.write("built/shop-base", webID+" linux/amd64\n")
	e.write("built/shop-web", webID+" linux/amd64\n")
	e.records("kind")
	p := read(t, `
services:
  base: {build: /src/base}
  web:
    build:
      context: /src/web
      dockerfile: Dockerfile.prod
      target: final
      args: {A: b, UNSET: }
      labels: {l: v}
      cache_from: ["example.com/cache"]
      extra_hosts: ["db=10.0.0.1"]
      network: host
      shm_size: 64m
      ulimits: {nofile: {soft: 1, hard: 2}}
      no_cache: true
      pull: true
      secrets: [token, {source: key, target: id_key}]
      ssh: [default]
      privileged: true
      tags: ["example.com/web:1"]
secrets:
  token: {environment: TOKEN}
  key: {file: /key}
`)
	made := provide(t, request(p, clusterCalled("kind-dev")))
	e.called("docker build --tag shop-base --file /src/base/Dockerfile /src/base")
	e.called("docker build --tag shop-web --tag example.com/web:1 --file /src/web/Dockerfile.prod --target final --build-arg A=b " +
		"--label l=v --no-cache --pull --network host --add-host db:10.0.0.1 --shm-size 67108864 --ulimit nofile=1:2 --cache-from example.com/cache " +
		"--secret id=token,env=TOKEN --secret id=id_key,src=/key --ssh default /src/web")
	e.called("env 1 1") // BuildKit, for the secrets
	if len(made.Findings) != 1 || made.Findings[0].Code != "build-key" || made.Findings[0].Path.String() != "services.web.build.privileged" {
		t.Errorf("findings %v", made.Findings)
	}
}

// Further contexts need BuildKit's buildx, or Podman, which must not take what comes from a directory out of its cache.
func TestFurtherContexts(t *testing.T) {
	e := newEngine(t)
	e.write("without-compose", "")
	for _, name := range []string{"shop-base", "shop-web"} {
		e.write("built/"+name, webID+" linux/amd64\n")
	}
	e.records("kind")
	p := read(t, `
services:
  base: {build: /src/base}
  web: {build: {context: /src/web, additional_contexts: {base: "service:base", docs: /docs, tools: "docker-image://tools:1"}}}
`)
	contexts := "--build-context base=docker-image://shop-base --build-context docs=/docs --build-context tools=docker-image://tools:1 /src/web"
	r := request(p, clusterCalled("kind-dev"))
	r.Options.Mode = build.Always
	refused(t, r, "build-failed", "web", "install buildx", "--builder podman")
	e.notCalled("--build-context")

	e.remove("without-compose")
	e.write("without-compose-plugin", "")
	provide(t, r)
	e.called("docker build --tag shop-web --file /src/web/Dockerfile " + contexts)
	calls := strings.Join(e.calls(), "\n")
	if strings.Index(calls, "--tag shop-base") > strings.LastIndex(calls, "--tag shop-web") {
		t.Errorf("base is not built first:\n%s", calls)
	}
	e.write("version", "20.10.24\n") // whose `docker build` is another builder
	provide(t, r)
	e.called("docker buildx build --tag shop-web --file /src/web/Dockerfile " + contexts)
	e.write("build-error", "failed to solve with frontend dockerfile.v0: unsupported frontend capability moby.buildkit.frontend.contexts\n")
	refused(t, r, "build-failed", "base", "update Docker to 23", "`docker buildx create --use`")
}

func TestImagesThatAreBuiltFromEachOther(t *testing.T) {
	e := newEngine(t)
	e.write("without-compose", "")
	e.records("kind")
	p := read(t, `
services:
  a: {build: {context: /a, additional_contexts: {b: "service:b"}}}
  b: {build: {context: /b, additional_contexts: {a: "service:a"}}}
`)
	refused(t, request(p, clusterCalled("kind-dev")), "build-failed", "a", "`service:` contexts")
}

func TestFileOfImages(t *testing.T) {
	made := &build.Result{Images: []build.Image{{Service: "web", Users: []string{"cron", "web"}, Reference: "a/b:c", ID: "sha256:1", Platform: "linux/amd64", IsPushed: true}}}
	var first, second bytes.Buffer
	if err := made.Write(&first, "shop"); err != nil {
		t.Fatal(err)
	}
	_ = made.Write(&second, "shop")
	if first.String() != second.String() {
		t.Error("two writes differ")
	}
	file, err := build.ReadFile(&first)
	if err != nil || file.Project != "shop" || file.References()["cron"] != "a/b:c" || !file.Images["web"].IsPushed {
		t.Errorf("read %+v, %v", file, err)
	}
	for text, want := range map[string]string{
		`{"version":2,"project":"a"}`: "version is 2", `{"vresion":1}`: "vresion", "{\n\n x": "line 3", `{"version":1,"images":{"a":{"reference":"a b"}}}`: "not the name of an image",
		`{"version":1,"images":{"a":{"reference":"nginx"}}}`: "not the name of an image",
	} {
		if _, err := build.ReadFile(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestRegistryNames(t *testing.T) {
	for text, valid := range map[string]bool{
		"ghcr.io": true, "ghcr.io/acme": true, "localhost:5000": true, "registry.example.com:80/a/b/": true,
		"acme": false, "https://ghcr.io": false, "ghcr.io/UPPER": false, "": false, "ghcr.io/a:1": false,
	} {
		if err := build.CheckRegistry(text); (err == nil) != valid {
			t.Errorf("%q: %v", text, err)
		}
	}
}
