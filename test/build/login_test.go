package build_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// guarded runs a registry that wants the login of ada, lovelace: under one address for this machine and for the node.
func (p *project) guarded(c *harness.Cluster) string {
	p.Helper()
	needs(p.T, "docker-registry", "htpasswd", "nsenter")
	dir := p.T.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	serve := []string{"docker-registry", "serve", writeRegistryConfig(p, dir, address, true)}
	p.background(serve...)
	p.background(append([]string{"nsenter", "--net=" + networkOfNode(p.T, c)}, serve...)...)
	p.nodeAsks(c, address)
	harness.Eventually(p.T, "the registry wants a login", func(context.Context) (bool, error) {
		answer, err := http.Get("http://" + address + "/v2/")
		if err != nil {
			return false, nil
		}
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusUnauthorized, nil
	})
	return address
}

// nodeAsks lets the node ask a registry itself; for all others it has a mirror.
func (p *project) nodeAsks(c *harness.Cluster, address string) {
	p.Helper()
	hosts := filepath.Join(c.Dir, "node", "registries", address)
	if err := os.MkdirAll(hosts, 0o755); err != nil {
		p.Fatal(err)
	}
	text := fmt.Sprintf("server = %q\n[host.%q]\n  capabilities = [\"pull\", \"resolve\"]\n", "http://"+address, "http://"+address)
	if err := os.WriteFile(filepath.Join(hosts, "hosts.toml"), []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
}

// background runs a program until the test ends.
func (p *project) background(words ...string) {
	p.Helper()
	command := exec.Command(words[0], words[1:]...)
	command.Stdout, command.Stderr = io.Discard, io.Discard
	if err := command.Start(); err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
}

// networkOfNode returns the file of the network namespace in which the node of a cluster is.
func networkOfNode(t *testing.T, c *harness.Cluster) string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(text), "node-init\x00") && strings.Contains(string(text), "\x00"+c.Dir+"\x00") {
			return filepath.Join(filepath.Dir(file), "ns", "net")
		}
	}
	t.Fatal("there is no process of the node")
	return ""
}

// A registry that gives images away for a login only: the nodes get the login where the user says so, and no other login.
func TestPullSecretIsCopiedWhenAskedFor(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	registry := p.guarded(c)
	up := []string{"up", "-d", "--wait", "--timeout", "5m", "-n", namespace, "--registry", registry}

	r := p.run(1, up...)
	p.says(r, "error[registry-auth] services.web.build", "podman login "+registry)
	p.podman("login", "--tls-verify=false", "-u", "ada", "-p", "lovelace", registry)
	p.podman("login", "--tls-verify=false", "-u", "ada", "-p", "lovelace", "--authfile", p.variable("REGISTRY_AUTH_FILE"), registry)
	addStranger(t, p.variable("REGISTRY_AUTH_FILE"))

	// Without the flag the Pods have no login, which is said, and seen.
	p.says(p.run(3, append(up, "--strict")...), "warning[registry-auth] services.web.build", "--pull-secret copy")
	r = p.ctxRun(context.Background(), up...)
	if r.code == 0 {
		t.Error("the node pulls without the login")
	}
	p.says(r, "warning[registry-auth] services.web.build", "--pull-secret copy", "web failed: ")
	for name := range objects(t, c, namespace) {
		if strings.HasPrefix(name, "secret/") {
			t.Errorf("there is %s: nobody asked for it", name)
		}
	}

	r = p.run(0, append(up, "--pull-secret", "copy")...)
	p.says(r, "the login of ada at "+registry+" goes into Secret shop-pull")
	p.says(p.run(0, "logs", "-n", namespace, "worker"), "hello from the worker")
	secret, err := c.Client.CoreV1().Secrets(namespace).Get(context.Background(), "shop-pull", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Auths map[string]struct{ Username, Password string }
	}
	if err := json.Unmarshal(secret.Data[".dockerconfigjson"], &config); err != nil {
		t.Fatal(err)
	}
	if len(config.Auths) != 1 || config.Auths[registry].Password != "lovelace" {
		t.Errorf("the Secret has %d logins, want that of %s alone", len(config.Auths), registry)
	}
	p.run(0, "down", "-n", namespace, "-t", "0")
	if left := objects(t, c, namespace); left["secret/shop-pull"] != "" {
		t.Error("down leaves the login behind")
	}
}

// addStranger adds the login of another registry to a file of logins.
func addStranger(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Auths map[string]map[string]string `json:"auths"`
	}
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	config.Auths["registry.example.com"] = map[string]string{"auth": "YWRhOm90aGVy"}
	text, err = json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What the lock knows of the platforms of images is compared with the nodes before anything is applied.
func TestLockIsComparedWithTheNodes(t *testing.T) {
	p := clone(t, "beside")
	c, namespace := p.onNode()
	p.write("compose.yaml", "name: beside\nservices: {store: {image: \"busybox:1.37\", command: [sleep, \"9\"], volumes: [\"data:/data\"]}}\nvolumes: {data: {}}\n")
	entry := func(platform string, all string) string {
		return `{"lockfileVersion": 1, "generatedBy": "transship lock", "images": [{"reference": "busybox:1.37", "platform": "` + platform +
			`", "source": "registry", "imageID": "sha256:0", "platforms": [` + all + `], "services": ["store"], "paths": {"/data": {"exists": false}}}]}`
	}
	up := []string{"up", "-d", "-n", namespace}
	began := time.Now()
	p.write("transship.lock", entry("linux/arm64", `"linux/arm64"`))
	p.says(p.run(1, up...), "error[build-platform] services.store.image: busybox:1.37 exists for linux/arm64, and the nodes are linux/amd64")
	if left := objects(t, c, namespace); len(left) > 1 { // the certificate of the cluster
		t.Errorf("what was refused left %v after %s", left, time.Since(began))
	}
	p.write("transship.lock", entry("linux/arm64", `"linux/amd64", "linux/arm64"`))
	p.says(p.run(0, up...), "warning[lock-platform] services.store.image", "transship lock --platform linux/amd64")
	p.run(0, "down", "-n", namespace, "-v", "-t", "0")
}
