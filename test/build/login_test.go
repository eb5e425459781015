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
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// guarded runs a registry that wants the login of ada, lovelace: under one address for this machine and for the node. It
// returns a function that gives her another password.
func (p *project) guarded(c *harness.Cluster) (address string, setPassword func(string)) {
	p.Helper()
	needs(p.T, "docker-registry", "htpasswd", "nsenter")
	dir := p.T.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.Fatal(err)
	}
	address = listener.Addr().String()
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
	return address, func(password string) { p.htpasswd(filepath.Join(dir, "htpasswd"), password) }
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
	registry, setPassword := p.guarded(c)
	up := []string{"up", "-d", "--wait", "--timeout", "5m", "-n", namespace, "--registry", registry}
	login := func(password string) {
		p.podman("login", "--tls-verify=false", "-u", "ada", "-p", password, registry)
		p.podman("login", "--tls-verify=false", "-u", "ada", "-p", password, "--authfile", p.variable("REGISTRY_AUTH_FILE"), registry)
	}

	r := p.run(1, up...)
	p.says(r, "error[registry-auth] services.web.build", "podman login "+registry)
	login("lovelace")
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
	logins := func() map[string]string {
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
		passwords := map[string]string{}
		for host, login := range config.Auths {
			passwords[host] = login.Password
		}
		return passwords
	}
	if got := logins(); len(got) != 1 || got[registry] != "lovelace" {
		t.Errorf("the Secret has %d logins, want that of %s alone", len(got), registry)
	}
	copying := append(up, "--pull-secret", "copy")
	if r := p.run(0, "diff", "-n", namespace, "--registry", registry, "--pull-secret", "copy"); r.out != "" {
		t.Errorf("diff after up shows\n%s", r.out)
	}

	// Another password reaches the cluster with the next up, and nothing else changes; the nodes pull with it.
	before := objects(t, c, namespace)
	p.run(0, copying...)
	if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
		t.Errorf("a second up changes %v", changed)
	}
	setPassword("byron")
	p.says(p.run(1, append(copying, "--build")...), "error[registry-auth] services.web.build", "podman login "+registry)
	if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
		t.Errorf("an up without a login changes %v", changed)
	}
	login("byron")
	p.run(0, copying...)
	changed := changes(before, objects(t, c, namespace))
	changed = slices.DeleteFunc(changed, func(name string) bool { return name == "configmap/transship-shop" })
	if !slices.Equal(changed, []string{"secret/shop-pull"}) || logins()[registry] != "byron" {
		t.Errorf("another password changes %v, and the cluster has %v", changed, logins())
	}
	p.write("web/index.html", "<p>changed</p>\n")
	p.run(0, append(copying, "--build")...)

	p.run(0, "down", "-n", namespace, "-t", "0")
	if left := objects(t, c, namespace); left["secret/shop-pull"] != "" {
		t.Error("down leaves the login behind")
	}
}

// A Secret of the name that the copy would have, which somebody else made, stays as it is, and is told before anything is
// built.
func TestPullSecretOfOthers(t *testing.T) {
	p := clone(t, "shop")
	p.withPodman(0)
	c, namespace := p.onNode()
	registry, _ := p.guarded(c)
	p.podman("login", "--tls-verify=false", "-u", "ada", "-p", "lovelace", registry)
	p.podman("login", "--tls-verify=false", "-u", "ada", "-p", "lovelace", "--authfile", p.variable("REGISTRY_AUTH_FILE"), registry)
	ctx, secrets := context.Background(), c.Client.CoreV1().Secrets(namespace)
	_, err := secrets.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "shop-pull"}, Type: corev1.SecretTypeOpaque, StringData: map[string]string{"word": "theirs"},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before := objects(t, c, namespace)
	up := []string{"up", "-d", "--wait", "--timeout", "5m", "-n", namespace, "--registry", registry, "--pull-secret", "copy"}
	for _, built := range []bool{false, true} {
		r := p.run(1, up...)
		p.says(r, "secret/shop-pull: already exists, and it was not made by this project", "to use it as it is, give its name to --pull-secret")
		if strings.Contains(r.err, "pushed") && !built {
			t.Errorf("an image is pushed before that is said:\n%s", r.err)
		}
		if changed := changes(before, objects(t, c, namespace)); len(changed) > 0 {
			t.Errorf("what was refused changes %v", changed)
		}
		p.run(0, "build") // the next one has nothing to build
	}
	if err := secrets.Delete(ctx, "shop-pull", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}

	// A secret of the project may have the name as well.
	p.write("compose.override.yaml", "services: {web: {secrets: [shop-pull]}}\nsecrets: {shop-pull: {file: web/index.html}}\n")
	r := p.run(0, up...)
	both, err := secrets.List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/instance=shop"})
	if err != nil || len(both.Items) != 2 || !strings.Contains(r.err, "goes into Secret shop-pull-") {
		t.Errorf("%d Secrets, %v\n%s", len(both.Items), err, r.err)
	}
	p.run(0, "down", "-n", namespace, "-t", "0")
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
