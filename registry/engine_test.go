package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/transship/transship/lockfile"
)

// required returns a program of the machine, and skips the test where there is none, unless that is forbidden.
func required(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("TRANSSHIP_TEST_REQUIRE") != "" {
			t.Fatalf("%s is required: %v", program, err)
		}
		t.Skipf("%s is not installed: test/images/install-packages.sh installs it on Debian", program)
	}
	return path
}

// script writes a program that a test calls.
func script(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// local is an image with something of everything, as an archive that engines load.
func local(t *testing.T, tag string) (archive string, image v1.Image) {
	t.Helper()
	image = imageOf(t, v1.Config{
		User: "app", ExposedPorts: map[string]struct{}{"8080/tcp": {}}, Volumes: map[string]struct{}{"/data": {}}, Cmd: []string{"serve"}, WorkingDir: "/srv",
		Entrypoint: []string{"/entry"}, Env: []string{"A=1"}, StopSignal: "SIGINT",
		Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "true"}, Interval: 5 * time.Second, Retries: 2},
	},
		base(t), layerOf(t, file{name: "data/", uid: 5000, gid: 5001, mode: 0o750}, file{name: "data/x"}, file{name: "old/"}, file{name: "old/x"}),
		layerOf(t, file{name: "old/.wh.x"}, file{name: "link -> data"}))
	ref, err := name.NewTag(tag)
	archive = filepath.Join(t.TempDir(), "image.tar")
	if err == nil {
		err = tarball.WriteToFile(archive, ref, image)
	}
	if err != nil {
		t.Fatal(err)
	}
	return archive, image
}

func wantLocal(t *testing.T, got lockfile.Image, image v1.Image) {
	t.Helper()
	config, _ := image.ConfigName()
	if got.ImageID != config.String() || got.Digest != "" || got.Platform != "linux/amd64" || got.User != "app" || *got.UID != 5000 || *got.GID != 5001 ||
		text(t, got.Groups) != "[33,998]" || text(t, got.Ports) != `["8080/tcp"]` || text(t, got.Cmd) != `["serve"]` || text(t, got.Entrypoint) != `["/entry"]` ||
		got.WorkingDir != "/srv" || got.Env["A"] != "1" || got.StopSignal != "SIGINT" || !*got.Shell {
		t.Errorf("%s", text(t, got))
	}
	if h := got.Healthcheck; h == nil || text(t, h.Test) != `["CMD","true"]` || h.Interval != "5s" || h.Retries != 2 {
		t.Errorf("healthcheck %s", text(t, h))
	}
	for p, want := range map[string]string{
		"/data": `{"exists":true,"directory":true,"content":true,"uid":5000,"gid":5001,"mode":"0750"}`,
		"/link": `{"exists":true,"directory":true,"content":true,"uid":5000,"gid":5001,"mode":"0750"}`,
		"/old":  `{"exists":true,"directory":true,"uid":0,"gid":0,"mode":"0755"}`,
		"/none": `{"exists":false}`,
	} {
		if text(t, got.Paths[p]) != want {
			t.Errorf("%s: %s, want %s", p, text(t, got.Paths[p]), want)
		}
	}
}

// The engine's own answers decide what it has; here they are those of docker, recorded, with the archive that it saves.
func TestDocker(t *testing.T) {
	archive, image := local(t, "shop:1")
	config, err := image.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	var parts struct {
		Config json.RawMessage `json:"config"`
		Rootfs struct {
			Diffs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	_ = json.Unmarshal(config, &parts)
	id, _ := image.ConfigName()
	answer := filepath.Join(t.TempDir(), "inspect.json")
	inspected := fmt.Sprintf(`[{"Id": %q, "RepoTags": ["shop:1"], "RepoDigests": [], "Architecture": "amd64", "Os": "linux", "Config": %s, "RootFS": {"Type": "layers", "Layers": %s}}]`,
		id, parts.Config, text(t, parts.Rootfs.Diffs))
	if err := os.WriteFile(answer, []byte(inspected), 0o644); err != nil {
		t.Fatal(err)
	}
	calls := filepath.Join(t.TempDir(), "calls")
	docker := script(t, "docker", `echo "$*" >>`+calls+`
case "$*" in
"image inspect shop:1") cat `+answer+` ;;
"image save shop:1") cat `+archive+` ;;
*) echo "Error response from daemon: No such image: $3" >&2; exit 1 ;;
esac
`)
	r := reader(t, func(o *Options) { o.From, o.Engine = Auto, docker })
	q := request("shop:1", "/data", "/old", "/none", "/link")
	q.Built = true
	for range 2 {
		got := readOne(t, r, q)
		wantLocal(t, got, image)
		if got.Source != "docker" {
			t.Errorf("from %s", got.Source)
		}
	}
	said, _ := os.ReadFile(calls)
	if n := strings.Count(string(said), "save"); n != 1 {
		t.Errorf("it was saved %d times:\n%s", n, said)
	}
	q.Platform = "linux/arm64"
	r = reader(t, func(o *Options) { o.From, o.Engine = FromEngine, docker })
	fails(t, r, q, "image-platform")
	fails(t, r, request("other:1"), "image-not-found")
	fails(t, r, request("-rf"), "image-not-found")
	fails(t, reader(t, func(o *Options) { o.From, o.Engine = FromEngine, script(t, "docker", "echo no daemon >&2; exit 1\n") }), q, "image-not-found")
	broken := script(t, "docker", `case "$*" in *inspect*) cat `+answer+` ;; *) head -c 3000 `+archive+` ;; esac
`)
	q.Platform = "linux/amd64"
	fails(t, reader(t, func(o *Options) { o.From, o.Engine = FromEngine, broken }), q, "image-invalid")
}

// What the registry does not have, the engine may.
func TestEngineAfterRegistry(t *testing.T) {
	s := serve(t, nil)
	docker := script(t, "docker", `case "$*" in *inspect*) echo '[{"Id": "sha256:`+strings.Repeat("a", 64)+`", "Architecture": "amd64", "Os": "linux", "Config": {"User": "9"}, "RootFS": {"Layers": []}}]' ;; *) exit 1 ;; esac
`)
	r := reader(t, func(o *Options) { o.From, o.Engine = Auto, docker })
	if got := readOne(t, r, request(s.host+"/only-here:1")); got.Source != "docker" || *got.UID != 9 {
		t.Errorf("%s", text(t, got))
	}
	s.push(t, "there:1", imageOf(t, v1.Config{User: "7"}, base(t)))
	if got := readOne(t, r, request(s.host+"/there:1")); got.Source != "registry" {
		t.Errorf("%s", text(t, got))
	}
}

// Podman itself: it loads the image, prints it in its own way, and saves it.
func TestPodman(t *testing.T) {
	podman := required(t, "podman")
	if os.Geteuid() != 0 {
		t.Skip("storage of its own is for root")
	}
	archive, image := local(t, "localhost/shop:1")
	root := t.TempDir()
	own := script(t, "podman", fmt.Sprintf("exec %s --root %s --runroot %s --storage-driver vfs --cgroup-manager cgroupfs \"$@\"\n", podman, filepath.Join(root, "s"), filepath.Join(root, "r")))
	if out, err := exec.Command(own, "load", "-i", archive).CombinedOutput(); err != nil {
		t.Skipf("podman cannot load an image here: %v: %s", err, out)
	}
	r := reader(t, func(o *Options) { o.From, o.Engine = FromEngine, own })
	got := readOne(t, r, request("localhost/shop:1", "/data", "/old", "/none", "/link"))
	config, _ := image.ConfigName()
	if got.Source != "podman" || got.ImageID != config.String() {
		t.Errorf("%s", text(t, got))
	}
	got.Digest = "" // podman makes one up for what it loads
	if got.Healthcheck == nil {
		t.Logf("this podman does not tell the healthcheck of a loaded image")
		got.Healthcheck = &lockfile.Healthcheck{Test: []string{"CMD", "true"}, Interval: "5s", Retries: 2}
	}
	wantLocal(t, got, image)
}

// Debian's registry with a password, as htpasswd has it (user: jane, password: opensesame).
func TestCredentials(t *testing.T) {
	program := required(t, "docker-registry")
	dir := t.TempDir()
	const users = "jane:$2y$05$j6PURE9lzXBdsvIUDmCpvuYFAMzMHDcqPUREi5VHbejOd6WB5RtIa\n"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	l.Close()
	passwords := filepath.Join(dir, "htpasswd")
	text := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %s}\nauth: {htpasswd: {realm: test, path: %s}}\n", dir, host, passwords)
	if err := os.WriteFile(filepath.Join(dir, "config.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(passwords, []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "serve", filepath.Join(dir, "config.yml"))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	for deadline := time.Now().Add(2 * time.Minute); ; {
		if answer, err := http.Get("http://" + host + "/v2/"); err == nil {
			answer.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("docker-registry does not answer")
		}
		time.Sleep(50 * time.Millisecond)
	}
	ref, err := name.ParseReference(host + "/private/shop:1")
	if err == nil {
		err = remote.Write(ref, imageOf(t, v1.Config{User: "app"}, base(t)), remote.WithAuth(&authn.Basic{Username: "jane", Password: "opensesame"}))
	}
	if err != nil {
		t.Fatal(err)
	}
	const auth = "amFuZTpvcGVuc2VzYW1l" // jane:opensesame
	home := t.TempDir()
	for _, v := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE"} {
		t.Setenv(v, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(home, "run"))
	own := func() *Reader {
		return New(Options{From: FromRegistry, Timeout: 2 * time.Minute})
	}
	put := func(file, registry, auth string) {
		t.Helper()
		path := filepath.Join(home, file)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err == nil {
			err = os.WriteFile(path, []byte(`{"auths": {"`+registry+`": {"auth": "`+auth+`"}}}`), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	failed := fails(t, own(), request(ref.String()), "registry-auth")
	if failed.Host != host {
		t.Errorf("host %s", failed.Host)
	}
	put(".docker/config.json", host, auth)
	if got := readOne(t, own(), request(ref.String())); *got.UID != 5000 {
		t.Errorf("with docker's credentials: %v", got)
	}
	put(".docker/config.json", host, "amFuZTp3cm9uZw==")
	fails(t, own(), request(ref.String()), "registry-auth")
	// Docker knows other registries; podman knows this one.
	put(".docker/config.json", "registry.example.com", auth)
	put("run/containers/auth.json", host, auth)
	if got := readOne(t, own(), request(ref.String())); *got.UID != 5000 {
		t.Errorf("with podman's credentials: %v", got)
	}
	if results := own().Digests(context.Background(), []Request{request(ref.String())}); results[0].Err != nil || !strings.HasPrefix(results[0].Image.Digest, "sha256:") {
		t.Errorf("digest: %+v", results[0])
	}
}
