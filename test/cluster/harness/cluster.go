// Package harness gives Go tests a Kubernetes cluster: one per test binary and level, a namespace per test.
package harness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

// Level says how much of a cluster a test needs.
type Level string

// The levels, each with everything of the one before.
const (
	// API is etcd and an API server: objects are judged and stored, nothing happens to them.
	API Level = "api"
	// Controllers adds controllers, scheduler and fake nodes: rollouts happen, but no container runs.
	Controllers Level = "controllers"
	// Node has one real node instead of fake ones. Tests are skipped where it cannot run, see Start.
	Node Level = "node"
)

// Cluster is a running cluster, which the tests of a binary share.
type Cluster struct {
	Level Level
	// Kubeconfig is a file, Config the same for Go; both are the admin's, without client-side rate limit.
	Kubeconfig string
	Config     *rest.Config
	Client     kubernetes.Interface
	Dynamic    dynamic.Interface
	// Mapper knows the kinds the API server has.
	Mapper meta.RESTMapper
	// Dir holds keys, data and logs.
	Dir string

	cmd     *exec.Cmd
	stdin   io.Closer
	orders  io.Writer
	answers *bufio.Reader
	mu      sync.Mutex
}

// clusters are those of this process: that there is one per process is what makes them affordable.
var clusters = struct {
	sync.Mutex
	running map[Level]*started
}{running: map[Level]*started{}}

type started struct {
	cluster *Cluster
	err     error
}

// Start returns the cluster of the level, starting it at the first call. It needs no cleanup: the cluster ends with
// the process, however that ends. Level Node skips the test where the host cannot run it, and says why;
// TRANSSHIP_TEST_REQUIRE=node makes that a failure.
func Start(tb testing.TB, level Level) *Cluster {
	tb.Helper()
	if level == Node {
		RequireNode(tb)
	}
	clusters.Lock()
	defer clusters.Unlock()
	s := clusters.running[level]
	if s == nil {
		s = &started{}
		s.cluster, s.err = startCluster(level)
		clusters.running[level] = s
	}
	if s.err != nil {
		tb.Fatalf("start cluster at level %s: %v", level, s.err)
	}
	return s.cluster
}

// Main runs the tests of a package and ends their clusters before it returns; call it from TestMain to keep the
// clusters of one package from overlapping with those of the next.
func Main(m *testing.M) int {
	code := m.Run()
	clusters.Lock()
	defer clusters.Unlock()
	for level, s := range clusters.running {
		if s.cluster != nil {
			s.cluster.stop()
		}
		delete(clusters.running, level)
	}
	return code
}

func startCluster(level Level) (*Cluster, error) {
	program, err := program()
	if err != nil {
		return nil, err
	}
	c := &Cluster{Level: level, cmd: exec.Command(program, "up", "--level", string(level))}
	// Signals to the test's process group are not for the cluster, which ends with its standard input.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr, err := os.CreateTemp("", "transship-testcluster-stderr-")
	if err != nil {
		return nil, fmt.Errorf("make file for messages: %w", err)
	}
	defer stderr.Close()
	defer os.Remove(stderr.Name())
	c.cmd.Stderr = stderr
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe to cluster: %w", err)
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe from cluster: %w", err)
	}
	c.stdin, c.orders, c.answers = stdin, stdin, bufio.NewReader(stdout)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	path, err := c.answers.ReadString('\n')
	if err != nil {
		_ = c.cmd.Wait()
		said, _ := os.ReadFile(stderr.Name())
		return nil, errors.New(strings.TrimSpace(string(said)))
	}
	c.Kubeconfig = strings.TrimSpace(path)
	c.Dir = filepath.Dir(c.Kubeconfig)
	return c, c.connect()
}

func (c *Cluster) connect() error {
	var err error
	if c.Config, err = clientcmd.BuildConfigFromFlags("", c.Kubeconfig); err != nil {
		return fmt.Errorf("read kubeconfig: %w", err)
	}
	c.Config.QPS, c.Config.Burst = -1, 0
	if c.Client, err = kubernetes.NewForConfig(c.Config); err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	if c.Dynamic, err = dynamic.NewForConfig(c.Config); err != nil {
		return fmt.Errorf("make dynamic client: %w", err)
	}
	c.Mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.Client.Discovery()))
	return nil
}

func (c *Cluster) stop() {
	_ = c.stdin.Close()
	_ = c.cmd.Wait()
}

// StopAPIServer takes the API server away; the rest of the cluster waits for its return. It comes back at the end
// of the test at the latest.
func (c *Cluster) StopAPIServer(tb testing.TB) {
	tb.Helper()
	tb.Cleanup(func() { c.StartAPIServer(tb) })
	c.order(tb, "apiserver stop")
}

// StartAPIServer brings the API server back, with the data and the address it had, and returns when it is ready.
func (c *Cluster) StartAPIServer(tb testing.TB) {
	tb.Helper()
	c.order(tb, "apiserver start")
}

// StartMetrics makes the cluster answer for the metrics API, as measured by its kubelet, until the end of the test. Its level
// is Node.
func (c *Cluster) StartMetrics(tb testing.TB) {
	tb.Helper()
	tb.Cleanup(func() {
		services := c.Dynamic.Resource(schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"})
		if err := services.Delete(context.Background(), "v1beta1.metrics.k8s.io", metav1.DeleteOptions{}); err != nil {
			tb.Errorf("take the metrics API away: %v", err)
		}
	})
	c.order(tb, "metrics start")
}

func (c *Cluster) order(tb testing.TB, order string) {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := fmt.Fprintln(c.orders, order); err != nil {
		tb.Fatalf("order %q: %v", order, err)
	}
	answer, err := c.answers.ReadString('\n')
	if err != nil {
		tb.Fatalf("order %q: %v", order, err)
	}
	if answer = strings.TrimSpace(answer); answer != "ok" {
		tb.Fatalf("order %q: %s", order, answer)
	}
}
