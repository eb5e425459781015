package build_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

// pulls tries `transship pull` with an engine: has tells whether the engine has an image, remove takes one from it.
func (p *project) pulls(engine, registry, guarded string, has func(string) bool, remove func(string)) {
	p.Helper()
	pushed := strings.Fields(p.run(0, "push", "--registry", registry+"/team").out) // web REF worker REF
	web, worker := pushed[1], pushed[3]
	gone := func() {
		for _, ref := range []string{web, worker} {
			if has(ref) {
				remove(ref)
			}
		}
	}
	gone()
	p.write("compose.yaml", fmt.Sprintf("name: shop\nservices:\n  web: {image: %q}\n  twin: {image: %q}\n  worker: {image: %q, depends_on: [web]}\n  own: {build: web}\n", web, web, worker))
	r := p.run(0, "pull")
	p.says(r, "image of twin pulling: "+web, "image of twin pulled: "+web, "image of worker pulled: "+worker)
	if r.out != "" || strings.Count(r.err, web) != 2 || strings.Contains(r.err, "own") {
		p.Errorf("pull says\n%s%s", r.out, r.err)
	}
	if !has(web) || !has(worker) {
		p.Error("what was pulled is not there")
	}
	gone()
	if r := p.run(0, "pull", "--quiet", "worker"); r.err+r.out != "" || has(web) || !has(worker) {
		p.Errorf("pull of one service: web is there: %t, worker: %t\n%s%s", has(web), has(worker), r.out, r.err)
	}
	gone()
	if p.run(0, "pull", "--include-deps", "worker"); !has(web) {
		p.Error("what the service depends on is not there")
	}
	gone()

	// What cannot be pulled is said with its place, all of it, and the rest is there.
	p.write("compose.yaml", fmt.Sprintf("name: shop\nservices:\n  web: {image: %q}\n  missing: {image: '%s/nothing:1'}\n  locked: {image: '%s/team/web:1'}\n  down: {image: '127.0.0.1:1/web:1'}\n", web, registry, guarded))
	r = p.run(1, "pull")
	p.says(r, "error[image-pull] services.missing.image: "+registry+"/nothing:1 could not be pulled", "compose.yaml:4:", "run `"+engine+" pull "+registry+"/nothing:1`",
		"error[registry-auth] services.locked.image: "+guarded+" does not give", "run `"+engine+" login "+guarded+"`", "services.down.image: 127.0.0.1:1/web:1 could not be pulled")
	if !has(web) {
		p.Error("a failure keeps others from being pulled")
	}
	p.says(p.run(0, "pull", "--ignore-pull-failures"), "warning[image-pull] services.missing.image", "warning[registry-auth] services.locked.image")
	p.says(p.run(1, "pull", "nobody"), "error[no-such-service] services.nobody")
	p.says(p.run(1, "pull", "--builder", "none"), "--builder=none")
	p.says(p.run(2, "pull", "--platform", "arm64"), `"arm64" is not OS/ARCH`)
	p.says(p.run(1, "pull", "--platform", "linux/s390x", "web"), "error[image-pull] services.web.image", "linux/s390x")
}

func TestDockerPulls(t *testing.T) {
	t.Parallel()
	p := clone(t, "shop")
	p.withDocker()
	p.run(0, "build")
	has := func(ref string) bool { return strings.TrimSpace(p.docker("image", "ls", "-q", ref)) != "" }
	p.pulls("docker", "127.0.0.1:5000", "127.0.0.1:5001", has, func(ref string) { p.docker("image", "rm", "-f", ref) })
	p.docker("login", "-u", "ada", "-p", "lovelace", "127.0.0.1:5001")
	p.says(p.run(1, "pull", "locked"), "error[image-pull] services.locked.image") // there is no such image behind the login
}

func TestPodmanPulls(t *testing.T) {
	t.Parallel()
	p := clone(t, "shop")
	p.withPodman(nobody)
	p.run(0, "build")
	has := func(ref string) bool { return strings.TrimSpace(p.podman("image", "ls", "-q", ref)) != "" }
	p.pulls("podman", p.registry(false), p.registry(true), has, func(ref string) { p.podman("image", "rm", "-f", ref) })
}

// registry runs a registry on this machine, and returns its address. One that is guarded wants the login of ada, lovelace.
func (p *project) registry(isGuarded bool) string {
	p.Helper()
	needs(p.T, "docker-registry", "htpasswd")
	dir := p.T.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	config := writeRegistryConfig(p, dir, address, isGuarded)
	p.background("docker-registry", "serve", config)
	harness.Eventually(p.T, "the registry answers", func(context.Context) (bool, error) {
		answer, err := http.Get("http://" + address + "/v2/")
		if err != nil {
			return false, nil
		}
		defer answer.Body.Close()
		return isGuarded == (answer.StatusCode == http.StatusUnauthorized), nil
	})
	return address
}

// htpasswd writes the file of logins of a registry, with that of ada.
func (p *project) htpasswd(file, password string) {
	p.Helper()
	if out, err := exec.Command("htpasswd", "-Bbc", file, "ada", password).CombinedOutput(); err != nil {
		p.Fatalf("htpasswd: %v\n%s", err, out)
	}
}

func writeRegistryConfig(p *project, dir, address string, isGuarded bool) string {
	p.Helper()
	config := fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %s/images}}\nhttp: {addr: '%s'}\n", dir, address)
	if isGuarded {
		config += fmt.Sprintf("auth: {htpasswd: {realm: test, path: %s/htpasswd}}\n", dir)
		p.htpasswd(filepath.Join(dir, "htpasswd"), "lovelace")
	}
	file := filepath.Join(dir, "registry.yml")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		p.Fatal(err)
	}
	return file
}
