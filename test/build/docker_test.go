package build_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// withDocker gives the user of the project a Docker Engine of her own, and no Podman. Two registries are beside the engine:
// 127.0.0.1:5000, and 127.0.0.1:5001 which wants a login of ada with the password lovelace.
func (p *project) withDocker() {
	p.Helper()
	needs(p.T, "/usr/bin/docker", "dockerd", "docker-registry", "htpasswd", "unshare")
	dir, err := os.MkdirTemp("", "transship-dockerd-")
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { os.RemoveAll(dir) })
	p.htpasswd(filepath.Join(dir, "htpasswd"), "lovelace")
	// Debian's Docker alone: another one of the machine may be too new for its engine.
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.Symlink("/usr/bin/docker", filepath.Join(bin, "docker")); err != nil {
		p.Fatal(err)
	}
	p.env = append(p.env, "PATH="+bin+":"+os.Getenv("PATH"), "DOCKER_HOST=unix://"+dir+"/docker.sock", "DOCKER_CONFIG="+filepath.Join(dir, "config"), "HOME="+dir)
	engine := exec.Command("./dockerd.sh", dir)
	engine.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	var said strings.Builder
	engine.Stderr = &said
	lifeline, err := engine.StdinPipe()
	if err != nil {
		p.Fatal(err)
	}
	if err := engine.Start(); err != nil {
		p.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- engine.Wait() }()
	p.Cleanup(func() { p.end(lifeline, ended, engine) })
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "ready")); err == nil {
			return
		}
		select {
		case err := <-ended:
			ended <- err
			p.Fatalf("dockerd ended: %v\n%s", err, said.String())
		default:
		}
		if time.Now().After(deadline) {
			p.Fatal("dockerd does not become ready")
		}
	}
}

func (p *project) end(lifeline io.Closer, ended chan error, engine *exec.Cmd) {
	_ = lifeline.Close()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		p.Error("dockerd does not end")
		_ = engine.Process.Kill()
	}
}

// building is held by the test that builds a program of others: the next one uses it.
var building sync.Mutex

// withCompose gives Docker the compose plugin, built from its Go module.
func (p *project) withCompose() {
	p.Helper()
	building.Lock()
	defer building.Unlock()
	plugin := filepath.Join("plugins", "bin", "docker-compose")
	// Its dependencies are many: what is built is kept until another version is asked for.
	if isOlder(plugin, filepath.Join("plugins", "go.mod")) {
		build := exec.Command("go", "-C", "plugins", "build", "-ldflags", "-s -w", "-o", "bin/docker-compose", "github.com/docker/compose/v5/cmd")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			p.Fatalf("build docker compose: %v\n%s", err, out)
		}
	}
	absolute, err := filepath.Abs(plugin)
	if err != nil {
		p.Fatal(err)
	}
	config := p.variable("DOCKER_CONFIG")
	if err := os.MkdirAll(filepath.Join(config, "cli-plugins"), 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.Symlink(absolute, filepath.Join(config, "cli-plugins", "docker-compose")); err != nil {
		p.Fatal(err)
	}
}

// isOlder reports whether a file is missing or older than another one.
func isOlder(file, than string) bool {
	made, err := os.Stat(file)
	if err != nil {
		return true
	}
	asked, err := os.Stat(than)
	return err == nil && made.ModTime().Before(asked.ModTime())
}

func (p *project) variable(name string) string {
	value := ""
	for _, pair := range p.env {
		if v, is := strings.CutPrefix(pair, name+"="); is {
			value = v
		}
	}
	return value
}

// networkOfDocker returns the file of the network namespace in which the engine and the registries are.
func (p *project) networkOfDocker() string {
	p.Helper()
	pid, err := os.ReadFile(filepath.Join(p.variable("HOME"), "pid"))
	if err != nil {
		p.Fatal(err)
	}
	return "/proc/" + strings.TrimSpace(string(pid)) + "/ns/net"
}

// docker runs a command of Docker as the user of the project.
func (p *project) docker(args ...string) string {
	p.Helper()
	command := exec.Command("/usr/bin/docker", args...)
	command.Dir, command.Env = p.dir, append(os.Environ(), p.env...)
	out, err := command.CombinedOutput()
	if err != nil {
		p.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestDockerBuildsAndPushes(t *testing.T) {
	t.Parallel()
	p := clone(t, "shop")
	p.withDocker()
	first := p.run(0, "build", "--image-file", "plain.json")
	p.says(first, "web shop-web:", "worker shop-worker:")
	if again := p.run(0, "build"); again.out != first.out {
		t.Errorf("the same content has other tags:\n%s%s", first.out, again.out)
	}
	if env := p.docker("image", "inspect", "--format", "{{.Config.Env}}", "shop-worker"); !strings.Contains(env, "GREETING=hello") {
		t.Errorf("the argument of the build section is not followed: %s", env)
	}
	pushed := p.run(0, "push", "--registry", "127.0.0.1:5000/team")
	p.says(pushed, "web 127.0.0.1:5000/team/shop-web:")
	ref := strings.Fields(strings.Split(pushed.out, "\n")[0])[1]
	p.docker("image", "rm", "-f", ref)
	p.docker("pull", ref)

	// A registry that wants a login: what to do is said, and works.
	refused := p.run(1, "push", "--registry", "127.0.0.1:5001")
	p.says(refused, "error[registry-auth] services.web.build", "docker login 127.0.0.1:5001")
	p.docker("login", "-u", "ada", "-p", "lovelace", "127.0.0.1:5001")
	p.run(0, "push", "--registry", "127.0.0.1:5001")
	p.says(p.run(1, "push", "--registry", "127.0.0.1:1"), "error[build-push] services.web.build")
	p.says(p.run(1, "push"), "error[build-needs-registry] services.web.build", "transship push --registry HOST/PATH")

	// For several platforms: the index is written by the program itself, so it has to see the registry.
	p.network = p.networkOfDocker()
	both := []string{"build", "--push", "--registry", "127.0.0.1:5001/team", "--platform", "linux/amd64,linux/arm64"}
	index := p.run(0, both...)
	if again := p.run(0, both...); again.out != index.out {
		t.Errorf("the same content has other tags:\n%s%s", index.out, again.out)
	}
	ref = strings.Fields(index.out)[1]
	p.docker("pull", ref)
	if platform := p.docker("image", "inspect", "--format", "{{.Architecture}}", ref); strings.TrimSpace(platform) != "amd64" {
		t.Errorf("Docker takes %q from the index", platform)
	}
	p.docker("pull", "--platform", "linux/arm64", ref)
	if platform := p.docker("image", "inspect", "--format", "{{.Architecture}}", ref); strings.TrimSpace(platform) != "arm64" {
		t.Errorf("Docker takes %q from the index for arm64", platform)
	}
	p.docker("logout", "127.0.0.1:5001")
	p.says(p.run(1, both...), "error[registry-auth] services.web.build", "docker login 127.0.0.1:5001")

	p.write("worker/Dockerfile", "FROM scratch\nCOPY nothing /\n")
	p.says(p.run(1, "build"), "error[build-failed] services.worker.build: docker could not build it", "compose.yaml:10:")
}

func TestDockerComposeBuilds(t *testing.T) {
	t.Parallel()
	p := clone(t, "shop")
	p.withDocker()
	plain := p.run(0, "build")
	p.withCompose()
	// One program builds all images, and says so in its own words.
	first := p.run(0, "build")
	if again := p.run(0, "build"); again.out != first.out {
		t.Errorf("the same content has other tags:\n%s%s", first.out, again.out)
	}
	if len(strings.Fields(first.out)) != len(strings.Fields(plain.out)) {
		t.Errorf("compose builds\n%snot what docker builds\n%s", first.out, plain.out)
	}
	if strings.Contains(first.err, "  web | ") || !strings.Contains(plain.err, "  web | ") {
		t.Errorf("docker compose did not build it:\n%s\nwithout compose:\n%s", first.err, plain.err)
	}
	p.write("web/index.html", "<p>changed</p>\n")
	changed := p.run(0, "build", "web")
	if changed.out == "" || slices.Contains(strings.Split(first.out, "\n"), strings.TrimSpace(changed.out)) {
		t.Errorf("one changed file does not change the tag: %s", changed.out)
	}
	p.write("web/Dockerfile", "FROM scratch\nCOPY nothing /\n")
	p.says(p.run(1, "build"), "error[build-failed] services.web.build", "docker compose", "build web worker")
}
