package build_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/test/cluster/images"
)

const (
	// addressOnNode is that of the node: programs on it and Pods reach each other by it.
	addressOnNode = "10.89.0.1"
	builderImage  = "transship.test/buildkit:1"
)

// A user without a Docker Engine, whose builder of buildx is in the cluster: it builds there and pushes, and only what has
// changed is rolled.
func TestBuilderInTheCluster(t *testing.T) {
	p := clone(t, "shop")
	needs(t, "/usr/bin/docker", "docker-registry", "htpasswd", "nsenter", "runc", "busybox")
	c, namespace := p.onNode()
	c.LoadImages(t, buildKit(t))
	p.network = networkOfNode(t, c)
	p.serverOnNode()
	registry, guarded := p.registryOnNode(c, false), p.registryOnNode(c, true)
	p.withBuilderIn(namespace, registry, guarded)

	up := []string{"up", "-d", "--wait", "--timeout", "8m", "-n", namespace, "--registry", registry + "/team"}
	r := p.run(0, up...)
	p.says(r, "image of web building: shop-web (by team)", "image of web pushed: "+registry+"/team/shop-web:")
	p.says(p.run(0, "logs", "-n", namespace, "worker"), "hello from the worker")
	before := objects(t, c, namespace)
	began := time.Now()
	p.run(0, append(up, "--build")...)
	t.Logf("an up --build of an unchanged project took %s with a builder in the cluster", time.Since(began).Round(100*time.Millisecond))
	if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
		t.Errorf("a second up --build changes %v", changed)
	}
	p.write("web/index.html", "<p>changed</p>\n")
	p.run(0, append(up, "--build")...)
	changed := changes(before, objects(t, c, namespace))
	changed = slices.DeleteFunc(changed, func(name string) bool { return name == "configmap/transship-shop" })
	if !slices.Equal(changed, []string{"deployment/web"}) {
		t.Errorf("one changed file of web changes %v", changed)
	}
	p.run(0, "down", "-n", namespace, "-t", "0")

	// Without a registry nobody would have the images, and behind a login a push needs one.
	p.says(p.run(1, "build"), "error[build-needs-registry] services.web.build", "team builds it elsewhere (driver kubernetes)", "transship build --push --registry HOST/PATH")
	p.says(p.run(1, "up", "-d", "-n", namespace), "error[build-needs-registry] services.web.build")
	push := []string{"build", "--push", "--registry", guarded}
	p.says(p.run(1, push...), "error[registry-auth] services.web.build", "docker login "+guarded)
	p.login(guarded)
	p.write("web/Dockerfile", "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"touch\", \"/made\"]\n")
	p.says(p.run(0, append(push, "--no-cache")...), "web "+guarded+"/shop-web:", `RUN ["/bin/busybox", "touch", "/made"]`)
	p.write("worker/Dockerfile", "FROM scratch\nCOPY nothing /\n")
	p.says(p.run(1, push...), "error[build-failed] services.worker.build", "builder team of buildx (driver kubernetes)", "nothing")
}

// buildKit is an image of BuildKit's daemon, with Debian's runc and what that needs.
func buildKit(t *testing.T) images.Spec {
	t.Helper()
	spec := images.Spec{Names: []string{builderImage}, Files: map[string]images.File{
		"/tmp":              {Mode: fs.ModeDir | fs.ModeSticky | 0o777},
		"/var/lib/buildkit": {Mode: fs.ModeDir | 0o700},
	}, Config: v1.Config{
		Entrypoint: []string{"/usr/bin/buildkitd"}, Env: []string{"PATH=/usr/bin:/bin"}, Volumes: map[string]struct{}{"/var/lib/buildkit": {}},
	}}
	add := func(from, to string) {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		spec.Files[to] = images.File{Mode: 0o755, Data: data}
	}
	add(fromBuildKit(t, "buildkitd", "github.com/moby/buildkit/cmd/buildkitd"), "/usr/bin/buildkitd")
	add(fromBuildKit(t, "buildctl", "github.com/moby/buildkit/cmd/buildctl"), "/usr/bin/buildctl")
	runc, err := exec.LookPath("runc")
	if err != nil {
		t.Fatal(err)
	}
	add(runc, "/usr/bin/runc")
	out, err := exec.Command("ldd", runc).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range strings.Fields(string(out)) {
		if filepath.IsAbs(word) {
			add(word, word)
		}
	}
	return spec
}

// fromBuildKit builds a program of BuildKit or buildx from its Go module. What is built is kept until another version is
// asked for.
func fromBuildKit(t *testing.T, name, module string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	file := filepath.Join("buildkit", "bin", name)
	if isOlder(file, filepath.Join("buildkit", "go.mod")) {
		flags := "-s -w"
		if root, isBuildx := strings.CutSuffix(module, "/cmd/buildx"); isBuildx { // docker compose asks for its version
			version, err := exec.Command("go", "-C", "buildkit", "list", "-m", "-f", "{{.Version}}", root).Output()
			if err != nil {
				t.Fatal(err)
			}
			flags += " -X " + root + "/version.Version=" + strings.TrimSpace(string(version))
		}
		build := exec.Command("go", "-C", "buildkit", "build", "-tags", "netgo,osusergo", "-ldflags", flags, "-o", filepath.Join("bin", name), module)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", name, err, out)
		}
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	return absolute
}

// serverOnNode makes the kubeconfig of the project one for programs that run on the node.
func (p *project) serverOnNode() {
	p.Helper()
	p.editKubeconfig(func(config *clientcmdapi.Config) {
		for _, cluster := range config.Clusters {
			cluster.Server = "https://" + addressOnNode + ":6443"
		}
	})
}

// registryOnNode runs a registry that programs on the node, Pods and the node itself reach under one address.
func (p *project) registryOnNode(c *harness.Cluster, isGuarded bool) string {
	p.Helper()
	port := 5100
	if isGuarded {
		port++
	}
	address := fmt.Sprintf("%s:%d", addressOnNode, port)
	config := writeRegistryConfig(p, p.T.TempDir(), address, isGuarded)
	p.background("nsenter", "--net="+p.network, "docker-registry", "serve", config)
	p.nodeAsks(c, address)
	return address
}

// withBuilderIn gives the user of the project Docker without an engine, and a builder of buildx in a namespace.
func (p *project) withBuilderIn(namespace string, registries ...string) {
	p.Helper()
	home := p.T.TempDir()
	plugins := filepath.Join(home, "config", "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.Symlink(fromBuildKit(p.T, "docker-buildx", "github.com/docker/buildx/cmd/buildx"), filepath.Join(plugins, "docker-buildx")); err != nil {
		p.Fatal(err)
	}
	bin := filepath.Join(home, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.Symlink("/usr/bin/docker", filepath.Join(bin, "docker")); err != nil {
		p.Fatal(err)
	}
	p.env = append(p.env, "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+home, "DOCKER_CONFIG="+filepath.Join(home, "config"),
		"DOCKER_HOST=unix://"+home+"/nothing")
	text := ""
	for _, registry := range registries {
		text += fmt.Sprintf("[registry.%q]\n  http = true\n", registry)
	}
	daemon := filepath.Join(home, "buildkitd.toml")
	if err := os.WriteFile(daemon, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
	p.onNodeRun("docker", "buildx", "create", "--name", "team", "--driver", "kubernetes", "--driver-opt", "image="+builderImage+",namespace="+namespace,
		"--buildkitd-config", daemon, "--use", "--bootstrap")
	p.Cleanup(func() { p.onNodeRun("docker", "buildx", "rm", "team") })
}

// login logs the user of the project in at a registry on the node.
func (p *project) login(registry string) {
	p.Helper()
	config := filepath.Join(p.variable("DOCKER_CONFIG"), "config.json")
	text := fmt.Sprintf(`{"auths": {%q: {"auth": "YWRhOmxvdmVsYWNl"}}}`, registry)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
}

// onNodeRun runs a program of the user on the node.
func (p *project) onNodeRun(words ...string) {
	p.Helper()
	command := exec.Command("nsenter", append([]string{"--net=" + p.network}, words...)...)
	command.Dir, command.Env = p.dir, append(os.Environ(), p.env...)
	if out, err := command.CombinedOutput(); err != nil {
		p.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
	}
}
