package up_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

// onNode is like start, with a real node on which containers run.
func onNode(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	c := harness.Start(t, harness.Node)
	return &bench{T: t, cluster: c, client: connect(t, c.Kubeconfig), namespace: c.Namespace(t)}
}

const busybox = "busybox:1.37"

// lines returns what containers were heard to write.
func (r *record) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, e := range r.events {
		if l, ok := e.(cluster.LogLine); ok {
			out = append(out, l.Service+" "+l.Text)
		}
	}
	return out
}

func (b *bench) deletePods(name string) {
	b.Helper()
	var none int64
	err := b.cluster.Client.CoreV1().Pods(b.namespace).DeleteCollection(context.Background(),
		metav1.DeleteOptions{GracePeriodSeconds: &none}, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=" + name})
	if err != nil {
		b.Fatal(err)
	}
}

func TestLogsAreFollowedOverRestartsReplacementAndBrokenConnections(t *testing.T) {
	b := onNode(t)
	proxy := b.cluster.FaultProxy(t, b.cluster.Config)
	client := connect(t, proxy.Kubeconfig(t))
	b.up(project(t,
		service{Name: "clock", Image: busybox, Command: `[sh, -c, "echo clock of $HOSTNAME starts; i=0; while sleep 0.1; do i=$((i+1)); echo tick $HOSTNAME $i; done"]`},
		service{Name: "flaky", Image: busybox, Command: `[sh, -c, "if [ -f /tmp/x ]; then :; fi; echo flaky says hello; sleep 1; exit 3"]`},
	), func(o *cluster.UpOptions) { o.Wait = false })
	events := &record{}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- client.Logs(ctx, cluster.LogOptions{Project: "shop", Namespace: b.namespace, Follow: true, Tail: -1}, events.add)
	}()
	count := func(what string) int { return strings.Count(strings.Join(events.lines(), "\n"), what) }
	heard := func(what string, times int) {
		t.Helper()
		harness.Eventually(t, fmt.Sprintf("%q is heard %d times", what, times), func(context.Context) (bool, error) {
			return count(what) >= times, fmt.Errorf("heard %d times", count(what))
		})
	}
	heard("clock tick", 5)
	proxy.Cut()
	n := count("clock tick")
	heard("clock tick", n+5)
	heard("flaky flaky says hello", 2) // the container was restarted
	b.deletePods("clock")
	heard("starts", 2) // the Pod was replaced
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("following ended with %v", err)
	}
	seen := map[string]bool{}
	for _, line := range events.lines() {
		if strings.HasPrefix(line, "clock tick") && seen[line] {
			t.Errorf("%q was told twice", line)
		}
		seen[line] = true
	}
	missing := 0
	for line := range seen {
		var pod string
		var i int
		if _, err := fmt.Sscanf(line, "clock tick %s %d", &pod, &i); err == nil && i > 1 && !seen[fmt.Sprintf("clock tick %s %d", pod, i-1)] {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d lines are missing", missing)
	}
}

func TestLogsEndWithoutFollow(t *testing.T) {
	b := onNode(t)
	b.up(project(t, service{Name: "task", Kind: "Job", Image: busybox, Command: `[sh, -c, "echo one; echo two; echo three"]`}))
	events := &record{}
	o := cluster.LogOptions{Project: "shop", Namespace: b.namespace, Services: []string{"task"}, Tail: 2}
	if err := b.client.Logs(context.Background(), o, events.add); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(events.lines(), ","); got != "task two,task three" {
		t.Errorf("lines are %q", got)
	}
}

func TestForwardedPortsSurviveThePod(t *testing.T) {
	b := onNode(t)
	b.up(project(t, service{
		Name: "web", Image: busybox, Published: `[{"hostIP":"","published":"","target":80,"protocol":"tcp"},{"published":"53","target":53,"protocol":"udp"}]`,
		Command: `[sh, -c, "mkdir /www; echo served by $HOSTNAME > /www/index.html; exec httpd -f -p 80 -h /www"]`,
	}))
	ctx, stop := context.WithCancel(context.Background())
	address, warned, ended := make(chan string, 1), make(chan string, 10), make(chan error, 1)
	go func() {
		ended <- b.client.Forward(ctx, "shop", b.namespace, nil, func(e cluster.Event) {
			switch e := e.(type) {
			case cluster.Forwarding:
				address <- e.Address
			case cluster.Warning:
				warned <- e.Message
			}
		})
	}()
	url := "http://" + <-address
	if w := <-warned; !strings.Contains(w, "a cluster forwards TCP only") {
		t.Errorf("warned %q", w)
	}
	get := func() (string, error) {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(url)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return string(body), err
	}
	var first string
	harness.Eventually(t, "the port answers", func(context.Context) (ok bool, err error) {
		first, err = get()
		return strings.HasPrefix(first, "served by web-"), err
	})
	b.deletePods("web")
	harness.Eventually(t, "the port answers from the new Pod", func(context.Context) (bool, error) {
		body, err := get()
		return strings.HasPrefix(body, "served by web-") && body != first, err
	})
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("forwarding ended with %v", err)
	}
}

// TestPortThatNobodyListensOnHurtsNoOther: connections to one Pod share a transport.
func TestPortThatNobodyListensOnHurtsNoOther(t *testing.T) {
	b := onNode(t)
	b.up(project(t, service{
		Name: "web", Image: busybox, Published: `[{"target":80,"protocol":"tcp"},{"target":81,"protocol":"tcp"}]`,
		Command: `[nc, -ll, -p, "80", -e, cat]`,
	}))
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	addresses, warned := make(chan string, 2), make(chan string, 1000)
	go func() {
		_ = b.client.Forward(ctx, "shop", b.namespace, nil, func(e cluster.Event) {
			switch e := e.(type) {
			case cluster.Forwarding:
				addresses <- e.Address
			case cluster.Warning:
				warned <- e.Message
			}
		})
	}()
	address := <-addresses
	var open net.Conn
	echo := func() error {
		answer := make([]byte, 5)
		if _, err := io.WriteString(open, "hello"); err != nil {
			return err
		}
		if _, err := io.ReadFull(open, answer); err != nil || string(answer) != "hello" {
			return fmt.Errorf("the connection answers %q: %w", answer, err)
		}
		return nil
	}
	harness.Eventually(t, "the container listens", func(context.Context) (ok bool, err error) {
		if open, err = net.Dial("tcp", address); err != nil {
			return false, err
		}
		if err = echo(); err != nil {
			_ = open.Close()
		}
		return err == nil, err
	})
	defer open.Close()
	dead, err := net.Dial("tcp", <-addresses)
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	for w := range warned {
		if strings.Contains(w, "nothing in the container listens on port 81") {
			break
		}
		t.Logf("warned %q", w) // of the other port, before the container listened
	}
	if err := echo(); err != nil {
		t.Error(err)
	}
}

func TestExecGivesOutputAndExitCode(t *testing.T) {
	b := onNode(t)
	b.up(project(t, service{Name: "web", Image: busybox, Command: "[sleep, '3600']"}))
	pod, container, err := b.client.PodOf(context.Background(), "shop", b.namespace, "web", 0)
	if err != nil {
		t.Fatal(err)
	}
	var out, complaints bytes.Buffer
	err = b.client.Exec(context.Background(), b.namespace, pod, container, []string{"sh", "-c", "cat; echo oops >&2; exit 7"},
		cluster.Session{Stdin: strings.NewReader("typed"), Stdout: &out, Stderr: &complaints})
	var exit *cluster.ExitError
	if !errors.As(err, &exit) || exit.Code != 7 || out.String() != "typed" || complaints.String() != "oops\n" {
		t.Errorf("exec ended with %v, wrote %q and %q", err, out.String(), complaints.String())
	}
}

func TestOneOffRunsLikeItsService(t *testing.T) {
	b := onNode(t)
	ctx := context.Background()
	b.up(project(t, service{Name: "web", Image: busybox, Env: "from the service", Command: "[sleep, '3600']"}))
	pod, container, err := b.client.RunOnce(ctx, cluster.RunOptions{
		Project: "shop", Namespace: b.namespace, Service: "web", Entrypoint: []string{"sh", "-c"},
		Command: []string{"echo $VALUE $MORE; exit 5"}, Environment: []string{"MORE=and more"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := b.client.CopyLog(ctx, b.namespace, pod, container, true, &out); err != nil {
		t.Fatal(err)
	}
	code, err := b.client.AwaitPodExit(ctx, "shop", b.namespace, pod)
	if err != nil || code != 5 || out.String() != "from the service and more\n" {
		t.Errorf("the run ended with %d, %v and wrote %q", code, err, out.String())
	}
	if plan := b.up(project(t, service{Name: "web", Image: busybox, Env: "from the service", Command: "[sleep, '3600']"})); len(plan.Orphans) != 0 {
		t.Errorf("the one-off is an orphan: %v", plan.Orphans)
	}
	b.down(func(o *cluster.DownOptions) { o.Grace = new(time.Duration) })
	if b.get("pod", pod) != nil {
		t.Error("down left the one-off Pod")
	}
}

func TestFailureShowsTheLastLines(t *testing.T) {
	b := onNode(t)
	f := b.failed(service{Name: "web", Image: busybox, Command: `[sh, -c, "echo cannot find the config; exit 1"]`})
	if f.Reason != "CrashLoopBackOff" || len(f.Logs) != 1 || f.Logs[0] != "cannot find the config" {
		t.Errorf("failed with %+v", f)
	}
}

func TestMissingImageFailsWithTheRegistrysWords(t *testing.T) {
	b := onNode(t)
	f := b.failed(service{Name: "web", Image: "registry.example/none:1"})
	if !strings.Contains(f.Reason, "ImagePull") || !strings.Contains(f.Message, "registry.example/none:1") {
		t.Errorf("failed with %+v", f)
	}
}
