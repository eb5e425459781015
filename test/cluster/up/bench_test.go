package up_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// composeFile returns a compose file of so many services that becomes three times as many objects: a Deployment, a Service and
// a ConfigMap each.
func composeFile(services int) string {
	var b strings.Builder
	b.WriteString("name: bench\nservices:\n")
	for i := range services {
		fmt.Fprintf(&b, `  service-%[1]d:
    image: registry.example.com/team/service-%[1]d:1.%[1]d
    ports: ["%[2]d:8080", "9090"]
    environment: {LOG_LEVEL: info, UPSTREAM: service-%[3]d, WORKERS: 4}
    healthcheck: {test: [CMD, wget, -q, -O, /dev/null, "http://localhost:8080/health"], interval: 10s, timeout: 3s}
    configs: [{source: config-%[1]d, target: /etc/service.conf}]
    labels: {team: team-%[4]d}
`, i, 10000+i, (i+1)%services, i%7)
	}
	b.WriteString("configs:\n")
	for i := range services {
		fmt.Fprintf(&b, "  config-%[1]d: {content: service %[1]d}\n", i)
	}
	return b.String()
}

// process is what one run of a program cost.
type process struct {
	wall   time.Duration
	memory float64 // peak resident set, MiB
}

func run(tb testing.TB, kubeconfig, program string, args ...string) process {
	tb.Helper()
	c := exec.CommandContext(context.Background(), program, args...)
	c.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig)
	began := time.Now()
	if out, err := c.CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", c, err, out[max(0, len(out)-3000):]) // what went wrong stands at the end
	}
	p := process{wall: time.Since(began)}
	if r, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		p.memory = float64(r.Maxrss) / 1024
	}
	return p
}

// contest is kubectl and transship at work on the same objects.
type contest struct {
	*testing.B
	cluster            *harness.Cluster
	transship, kubectl string
	compose, manifests string
}

func newContest(b *testing.B) *contest {
	b.Helper()
	dir := b.TempDir()
	c := &contest{
		B: b, cluster: harness.Start(b, harness.Controllers), kubectl: filepath.Join(harness.BinDir(b), "kubectl"),
		transship: filepath.Join(dir, "transship"), compose: filepath.Join(dir, "compose.yaml"), manifests: filepath.Join(dir, "manifests.yaml"),
	}
	if out, err := exec.CommandContext(context.Background(), "go", "-C", "../../..", "build", "-o", c.transship, "./cmd/transship").CombinedOutput(); err != nil {
		b.Fatalf("build transship: %v\n%s", err, out)
	}
	if err := os.WriteFile(c.compose, []byte(composeFile(100)), 0o600); err != nil {
		b.Fatal(err)
	}
	manifests, err := exec.CommandContext(context.Background(), c.transship, "-f", c.compose, "convert").Output()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(c.manifests, manifests, 0o600); err != nil {
		b.Fatal(err)
	}
	return c
}

func (c *contest) apply(kubeconfig, namespace string) process {
	return run(c, kubeconfig, c.kubectl, "apply", "--server-side", "-n", namespace, "-f", c.manifests)
}

func (c *contest) up(kubeconfig, namespace string) process {
	return run(c, kubeconfig, c.transship, "-f", c.compose, "up", "-d", "-n", namespace)
}

// inNamespace does something in a fresh namespace, and more once everything in it is ready, and leaves the cluster as
// quiet as it was: what controllers still do would count against whoever is next.
func (c *contest) inNamespace(do, whenReady func(namespace string)) {
	namespace := c.cluster.Namespace(c)
	do(namespace)
	harness.Eventually(c, "100 Deployments are ready", func(ctx context.Context) (bool, error) {
		list, err := c.cluster.Client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{})
		ready := 0
		for i := range list.Items {
			ready += int(list.Items[i].Status.ReadyReplicas)
		}
		return ready == 100, err
	})
	if whenReady != nil {
		whenReady(namespace)
	}
	if err := c.cluster.Client.AppsV1().Deployments(namespace).DeleteCollection(context.Background(), metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
		c.Fatal(err)
	}
	harness.Eventually(c, "no Pod is left", func(ctx context.Context) (bool, error) {
		list, err := c.cluster.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
		return len(list.Items) == 0, err
	})
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// figures are measurements by name.
type figures map[string][]float64

func (f figures) note(name string, value float64) { f[name] = append(f[name], value) }

// race measures both programs at work, one after the other, on a cluster reached through this kubeconfig.
func (c *contest) race(kubeconfig, suffix string, f figures) {
	var applied, up process
	c.inNamespace(func(namespace string) { applied = c.apply(kubeconfig, namespace) }, nil)
	c.inNamespace(func(namespace string) { up = c.up(kubeconfig, namespace) }, func(namespace string) {
		again := c.up(kubeconfig, namespace)
		f.note("again-s"+suffix, again.wall.Seconds())
		f.note("again/kubectl"+suffix, again.wall.Seconds()/applied.wall.Seconds())
	})
	f.note("kubectl-s"+suffix, applied.wall.Seconds())
	f.note("up-s"+suffix, up.wall.Seconds())
	f.note("up/kubectl"+suffix, up.wall.Seconds()/applied.wall.Seconds())
	if suffix == "" {
		f.note("kubectl-MiB", applied.memory)
		f.note("up-MiB", up.memory)
	}
}

// countRequests counts what both programs ask of the API server.
func (c *contest) countRequests(proxy *harness.FaultProxy, f figures) {
	var requests atomic.Int64
	proxy.Inject(func(*http.Request) *harness.Fault { requests.Add(1); return nil })
	kubeconfig := proxy.Kubeconfig(c)
	c.inNamespace(func(namespace string) { c.apply(kubeconfig, namespace) }, nil)
	f.note("kubectl-requests", float64(requests.Swap(0)))
	c.inNamespace(func(namespace string) {
		c.up(kubeconfig, namespace)
		f.note("up-requests", float64(requests.Swap(0)))
	}, func(namespace string) {
		c.up(kubeconfig, namespace)
		f.note("again-requests", float64(requests.Swap(0)))
	})
}

// measureLarge notes what an up of 1000 objects takes in memory.
func (c *contest) measureLarge(f figures) {
	file := filepath.Join(c.TempDir(), "compose.yaml")
	if err := os.WriteFile(file, []byte(composeFile(334)), 0o600); err != nil {
		c.Fatal(err)
	}
	namespace := c.cluster.Namespace(c)
	f.note("up-1000-objects-MiB", run(c, c.cluster.Kubeconfig, c.transship, "-f", file, "up", "-d", "-n", namespace).memory)
}

// tolerance is how much more than the stored figures `up` may cost, and mostRaces how many are run before that counts.
const (
	tolerance = 1.15
	mostRaces = 9
)

// guarded are the figures that are compared with the stored ones: what does not depend on the machine.
var guarded = []string{"up/kubectl", "up/kubectl-10ms", "again/kubectl", "up-requests", "again-requests", "up-MiB", "up-1000-objects-MiB"}

func (f figures) medians() map[string]float64 {
	out := map[string]float64{}
	for name, values := range f {
		out[name] = math.Round(median(values)*100) / 100
	}
	return out
}

// worseThan says which guarded figures are beyond the tolerance.
func (f figures) worseThan(stored map[string]float64) []string {
	var worse []string
	for _, name := range guarded {
		if was, is := stored[name], f.medians()[name]; was > 0 && len(f[name]) > 0 && is > was*tolerance {
			worse = append(worse, fmt.Sprintf("%s is %.2f, and was %.2f", name, is, was))
		}
	}
	return worse
}

// storedFigures are those that docs/performance.md shows.
const storedFigures = "figures.json"

func readFigures(tb testing.TB) map[string]float64 {
	tb.Helper()
	stored := map[string]float64{}
	data, err := os.ReadFile(storedFigures)
	if os.IsNotExist(err) {
		tb.Log("no figures are stored to compare with: UPDATE=1 stores them")
		return stored
	}
	if err == nil {
		err = json.Unmarshal(data, &stored)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return stored
}

func (f figures) write(tb testing.TB) {
	tb.Helper()
	data, err := json.MarshalIndent(f.medians(), "", "  ")
	if err == nil {
		err = os.WriteFile(storedFigures, append(data, '\n'), 0o644)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkUp compares whole processes: `up -d` of 100 services with `kubectl apply --server-side` of their manifests,
// in turn, so that both see the same machine; and a second `up` that has nothing to change. It does so with the API
// server on the same machine, whose cores the programs then share with the whole control plane, and with one that is
// 10 ms away, as most are. It fails if `up` costs 15 % more than the stored figures say, after some more races; UPDATE=1
// stores the figures instead.
func BenchmarkUp(b *testing.B) {
	c := newContest(b)
	f := figures{}
	far := c.cluster.FaultProxy(b, c.cluster.Config)
	far.Inject(func(*http.Request) *harness.Fault { return &harness.Fault{Delay: 10 * time.Millisecond} })
	races := 0
	race := func() {
		races++
		c.race(c.cluster.Kubeconfig, "", f)
		c.race(far.Kubeconfig(b), "-10ms", f)
	}
	for b.Loop() {
		race()
	}
	c.countRequests(c.cluster.FaultProxy(b, c.cluster.Config), f)
	c.measureLarge(f)
	update := os.Getenv("UPDATE") != ""
	for !update && races < mostRaces && len(f.worseThan(readFigures(b))) > 0 {
		race()
	}
	for name, value := range f.medians() {
		b.ReportMetric(value, name)
	}
	b.ReportMetric(0, "ns/op") // says nothing: it holds the waiting too
	if update {
		f.write(b)
		return
	}
	for _, line := range f.worseThan(readFigures(b)) {
		b.Error(line)
	}
}
