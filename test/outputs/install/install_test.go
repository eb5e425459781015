// Package install runs charts through the life of a release on a real control plane, with the library of Helm: install, upgrade, rollback
// and uninstall. The cluster is a program of test/cluster; nodes are fake, so Pods are ready at once and Jobs complete.
package install

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/kube"
)

const compose = `name: guestbook
services:
  web:
    image: ghcr.io/example/guestbook:1.4.2
    ports: ["8000:8000"]
    environment: {DATABASE_HOST: db, DATABASE_PASSWORD: s3cret}
    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate:
    image: ghcr.io/example/guestbook:1.4.2
    command: ["migrate"]
    restart: "no"
  db:
    image: postgres:17
    volumes: ["db-data:/var/lib/postgresql/data"]
volumes: {db-data: {}}
`

// testbed is a cluster and a chart.
type testbed struct {
	t                        *testing.T
	kubectl, kubeconfig, dir string
}

func TestLifeOfARelease(t *testing.T) {
	b := newTestbed(t)
	run := func(name string, args ...string) { b.command(name, args...) }
	repository, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	program := os.Getenv("TRANSSHIP_BIN")
	if program == "" {
		program = filepath.Join(t.TempDir(), "transship")
		build := exec.Command("go", "build", "-o", program, "./cmd/transship")
		build.Dir = repository
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(b.dir, "compose.yaml"), []byte(compose), 0o600); err != nil {
		t.Fatal(err)
	}
	run(program, "convert", "-o", "helm", "-d", "chart")

	first := b.install()
	if got := b.get("deployment", "web", "{.spec.replicas}"); got != "1" {
		t.Errorf("web has %s replicas", got)
	}
	claim := b.get("pvc", "db-data", "{.metadata.uid}")

	b.refusesASecondRelease()
	second := b.upgrade(map[string]any{
		"web":     map[string]any{"replicaCount": 3, "env": map[string]any{"DATABASE_HOST": "other"}},
		"migrate": map[string]any{"image": map[string]any{"tag": "1.5.0"}},
	})
	if first == second {
		t.Errorf("another image, and the Job is still %s", first)
	}
	if got := b.get("deployment", "web", "{.spec.replicas} {.spec.template.spec.containers[0].env[0].value}"); got != "3 other" {
		t.Errorf("after the upgrade web has %s", got)
	}
	if jobs := b.get("job", "", "{.items[*].metadata.name}"); jobs != second {
		t.Errorf("after the upgrade there are the Jobs %s", jobs)
	}

	rollback := action.NewRollback(b.configuration())
	rollback.Version, rollback.Timeout, rollback.WaitStrategy, rollback.ServerSideApply = 1, 5*time.Minute, kube.LegacyStrategy, "auto"
	if err := rollback.Run("guestbook"); err != nil {
		t.Fatalf("rollback: %v", err)
	}
	if got := b.get("deployment", "web", "{.spec.replicas} {.spec.template.spec.containers[0].env[0].value}"); got != "1 db" {
		t.Errorf("after the rollback web has %s", got)
	}
	if jobs := b.get("job", "", "{.items[*].metadata.name}"); jobs != first {
		t.Errorf("after the rollback there are the Jobs %s", jobs)
	}
	if now := b.get("pvc", "db-data", "{.metadata.uid}"); now != claim {
		t.Errorf("the claim was replaced: %s, %s", claim, now)
	}

	uninstall := action.NewUninstall(b.configuration())
	uninstall.Timeout, uninstall.WaitStrategy = 5*time.Minute, kube.LegacyStrategy
	if _, err := uninstall.Run("guestbook"); err != nil {
		t.Fatalf("uninstall: %v", err)
	}
	if left := b.get("deployment,service,job,secret,configmap,role,rolebinding", "", "{.items[*].metadata.name}"); strings.Trim(strings.ReplaceAll(strings.ReplaceAll(left, "kube-root-ca.crt", ""), "kubernetes", ""), " ") != "" {
		t.Errorf("the uninstallation left %s", left)
	}
	if now := b.get("pvc", "db-data", "{.metadata.uid}"); now != claim {
		t.Errorf("the claim with the data is gone")
	}
	b.install() // takes the claim that was kept
	if now := b.get("pvc", "db-data", "{.metadata.uid}"); now != claim {
		t.Errorf("a second installation has another claim")
	}
}

// refusesASecondRelease installs the chart again under another name: the objects of the first release are in the way, and stay as they are.
func (b *testbed) refusesASecondRelease() {
	b.t.Helper()
	loaded, values := b.chart()
	other := action.NewInstall(b.configuration())
	other.ReleaseName, other.Namespace = "other", "default"
	_, err := other.Run(loaded, values)
	if err == nil || !strings.Contains(err.Error(), "cannot be imported into the current release") {
		b.t.Errorf("a second release: %v", err)
	}
	if got := b.get("deployment", "web", "{.metadata.labels.app\\.kubernetes\\.io/instance}"); got != "guestbook" {
		b.t.Errorf("web is of the release %s", got)
	}
	named := action.NewInstall(b.configuration())
	named.ReleaseName, named.Namespace = "named", "default"
	values["nameOverride"] = "mine"
	if _, err := named.Run(loaded, values); err == nil || !strings.Contains(err.Error(), "use one namespace for each release") {
		b.t.Errorf("nameOverride: %v", err)
	}
}

func newTestbed(t *testing.T) *testbed {
	t.Helper()
	bin := os.Getenv("TRANSSHIP_TESTCLUSTER_BIN")
	if bin == "" {
		cluster := filepath.Join("..", "..", "cluster")
		build := exec.Command("make", "-C", cluster, "bin/transship-testcluster", "bin/kubectl")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build the cluster: %v\n%s", err, out)
		}
		bin = filepath.Join(cluster, "bin")
	}
	bin, err := filepath.Abs(bin)
	if err != nil {
		t.Fatal(err)
	}
	b := &testbed{t: t, kubectl: filepath.Join(bin, "kubectl"), dir: t.TempDir()}
	b.kubeconfig = filepath.Join(b.dir, "kubeconfig.yaml")
	up := exec.Command(filepath.Join(bin, "transship-testcluster"), "up", "--level", "controllers", "--kubeconfig", b.kubeconfig)
	stdin, err := up.StdinPipe() // its end is the end of the cluster
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := up.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	up.Stderr = &log
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); _ = up.Wait() })
	ready := make(chan bool, 1)
	go func() {
		scanner := bufio.NewScanner(stdout)
		ready <- scanner.Scan()
		for scanner.Scan() {
		}
	}()
	select {
	case ok := <-ready:
		if !ok {
			t.Fatalf("the cluster does not start:\n%s", log.String())
		}
	case <-time.After(10 * time.Minute):
		t.Fatalf("the cluster is not ready:\n%s", log.String())
	}
	return b
}

func (b *testbed) command(name string, args ...string) string {
	b.t.Helper()
	var stderr bytes.Buffer
	c := exec.CommandContext(context.Background(), name, args...)
	c.Dir, c.Stderr = b.dir, &stderr
	out, err := c.Output()
	if err != nil {
		b.t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

func (b *testbed) get(kind, name, path string) string {
	b.t.Helper()
	args := []string{"--kubeconfig", b.kubeconfig, "-n", "default", "get", kind, "-o", "jsonpath=" + path}
	if name != "" {
		args = append(args, name)
	}
	return b.command(b.kubectl, args...)
}

func (b *testbed) configuration() *action.Configuration {
	b.t.Helper()
	settings := cli.New()
	settings.KubeConfig = b.kubeconfig
	c := action.NewConfiguration()
	if err := c.Init(settings.RESTClientGetter(), "default", "secret"); err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *testbed) chart() (chart.Charter, map[string]any) {
	b.t.Helper()
	loaded, err := loader.LoadDir(filepath.Join(b.dir, "chart"))
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(b.dir, "chart", "secret-values.yaml"))
	if err != nil {
		b.t.Fatal(err)
	}
	var values map[string]any
	if err := yaml.Unmarshal(text, &values); err != nil {
		b.t.Fatal(err)
	}
	return loaded, values
}

// install installs the chart, waits until everything is ready, and returns the name of the Job.
func (b *testbed) install() string {
	b.t.Helper()
	loaded, values := b.chart()
	install := action.NewInstall(b.configuration())
	install.ReleaseName, install.Namespace, install.Timeout, install.WaitStrategy, install.WaitForJobs = "guestbook", "default", 5*time.Minute, kube.LegacyStrategy, true
	if _, err := install.Run(loaded, values); err != nil {
		b.t.Fatalf("install: %v\n%s", err, b.command(b.kubectl, "--kubeconfig", b.kubeconfig, "get", "pods", "-o", "wide"))
	}
	return b.get("job", "", "{.items[*].metadata.name}")
}

func (b *testbed) upgrade(changes map[string]any) string {
	b.t.Helper()
	loaded, values := b.chart()
	var merged map[string]any
	text, err := json.Marshal(merge(values, changes))
	if err == nil {
		err = json.Unmarshal(text, &merged)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	upgrade := action.NewUpgrade(b.configuration())
	upgrade.Namespace, upgrade.Timeout, upgrade.WaitStrategy, upgrade.WaitForJobs = "default", 5*time.Minute, kube.LegacyStrategy, true
	if _, err := upgrade.Run("guestbook", loaded, merged); err != nil {
		b.t.Fatalf("upgrade: %v", err)
	}
	return b.get("job", "", "{.items[*].metadata.name}")
}

func merge(to, from map[string]any) map[string]any {
	for key, value := range from {
		inner, ok := value.(map[string]any)
		have, both := to[key].(map[string]any)
		if ok && both {
			to[key] = merge(have, inner)
		} else {
			to[key] = value
		}
	}
	return to
}
