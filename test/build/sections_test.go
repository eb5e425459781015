package build_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A project whose Dockerfiles start from images of others and use what the builders know, cloned and run with Docker: the
// second run changes nothing, one changed file rolls one Deployment.
func TestUpBuildsWithDocker(t *testing.T) {
	p := clone(t, "sections")
	p.withDocker()
	p.withCompose()
	p.withBuildx()
	p.standIns("node:22-alpine", "nginx:1.29", "alpine:3.22", "python:3.13-slim")
	c, namespace := p.onNode()
	registry := c.Registry(t)
	p.reachesFromDocker(registry)
	up := []string{"up", "-d", "--wait", "--timeout", "8m", "-n", namespace, "--registry", registry}
	p.says(p.run(0, up...), "pushed: "+registry+"/sections-web:", "pushed: "+registry+"/acme/keeper:")
	p.says(p.run(0, "logs", "-n", namespace, "reader"), "<p>welcome</p>")
	kept := p.run(0, "logs", "-n", namespace, "keeper")
	p.says(kept, "12 /run/secrets/token")
	before := objects(t, c, namespace)

	took := func(what string, run func()) time.Duration {
		began := time.Now()
		run()
		t.Logf("%s of an unchanged project took %s", what, time.Since(began).Round(10*time.Millisecond))
		return time.Since(began)
	}
	theirs := took("docker compose build", func() { p.docker("compose", "build") })
	took("build", func() { p.run(0, "build") })
	ours := took("up --build", func() { p.run(0, append(up, "--build")...) })
	t.Logf("up --build took %.1f times as long as docker compose build", ours.Seconds()/theirs.Seconds())
	if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
		t.Errorf("a second up --build changes %v", changed)
	}
	p.write("web/page.html", "<p>WORD and more</p>\n")
	p.run(0, append(up, "--build")...)
	changed := changes(before, objects(t, c, namespace))
	changed = slices.DeleteFunc(changed, func(name string) bool { return name == "configmap/transship-sections" })
	if !slices.Equal(changed, []string{"deployment/web"}) {
		t.Errorf("one changed file of web changes %v", changed)
	}
	p.run(0, "down", "-n", namespace, "-v", "-t", "0")
}

// withBuildx gives Docker the buildx plugin, built from its Go module.
func (p *project) withBuildx() {
	p.Helper()
	plugins := filepath.Join(p.variable("DOCKER_CONFIG"), "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		p.Fatal(err)
	}
	if err := os.Symlink(fromBuildKit(p.T, "docker-buildx", "github.com/docker/buildx/cmd/buildx"), filepath.Join(plugins, "docker-buildx")); err != nil {
		p.Fatal(err)
	}
}

// standIns makes images of busybox in Docker, under names of others that cannot be pulled here.
func (p *project) standIns(names ...string) {
	p.Helper()
	dir := p.T.TempDir()
	program, err := exec.LookPath("busybox")
	if err != nil {
		p.Fatal(err)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		p.Fatal(err)
	}
	for name, data := range map[string]string{
		"busybox": string(content), "Dockerfile": "FROM scratch\nARG NAME\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nRUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]\nENV STANDS_FOR=$NAME PATH=/bin\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o755); err != nil {
			p.Fatal(err)
		}
	}
	for _, name := range names {
		p.docker("build", "--build-arg", "NAME="+name, "--network", "none", "-t", name, dir)
	}
}

// reachesFromDocker lets Docker, which has a network of its own, reach an address of this machine.
func (p *project) reachesFromDocker(address string) {
	p.Helper()
	network, err := os.Open(p.networkOfDocker())
	if err != nil {
		p.Fatal(err)
	}
	defer network.Close()
	type opened struct {
		net.Listener
		error
	}
	there := make(chan opened)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine, in the other network
		if err := unix.Setns(int(network.Fd()), unix.CLONE_NEWNET); err != nil {
			there <- opened{nil, err}
			return
		}
		listener, err := net.Listen("tcp", address)
		there <- opened{listener, err}
	}()
	door := <-there
	if door.error != nil {
		p.Fatal(door.error)
	}
	p.Cleanup(func() { door.Close() })
	go func() {
		for {
			from, err := door.Accept()
			if err != nil {
				return
			}
			go func() {
				defer from.Close()
				to, err := net.Dial("tcp", address)
				if err != nil {
					return
				}
				defer to.Close()
				go func() {
					_, _ = io.Copy(to, from)
					_ = to.(*net.TCPConn).CloseWrite()
				}()
				_, _ = io.Copy(from, to)
			}()
		}
	}()
}
