package up_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/transship/transship/cmd"
	"github.com/transship/transship/test/cluster/harness"
)

// heard is a stream that a test reads while a command writes it.
type heard struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buffer.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buffer.String()
}

// background is a command that goes on while the test does something else.
type background struct {
	*console
	out, complaints heard
	interrupt       context.CancelFunc
	ended           chan int
}

func (c *console) begin(args ...string) *background {
	ctx, stop := context.WithCancel(context.Background())
	b := &background{console: c, interrupt: stop, ended: make(chan int, 1)}
	full := append([]string{"-f", c.file, args[0], "--kubeconfig", c.kubeconfig}, args[1:]...)
	go func() {
		b.ended <- cmd.Main(ctx, full, cmd.Streams{In: strings.NewReader(""), Out: &b.out, Err: &b.complaints})
	}()
	c.Cleanup(stop)
	return b
}

// hears waits for a text in what the command writes to one of its streams.
func (b *background) hears(stream *heard, what string) {
	b.Helper()
	pattern := regexp.MustCompile(what)
	harness.Eventually(b, fmt.Sprintf("%q is heard", what), func(context.Context) (bool, error) {
		return pattern.MatchString(stream.String()), fmt.Errorf("heard so far:\n%s\n%s", b.out.String(), b.complaints.String())
	})
}

// ends waits for the end of the command, at most so long, and compares its exit code.
func (b *background) ends(wantCode int, within time.Duration) {
	b.Helper()
	select {
	case code := <-b.ended:
		if code != wantCode {
			b.Errorf("the command ended with %d, want %d:\n%s\n%s", code, wantCode, b.out.String(), b.complaints.String())
		}
	case <-time.After(within):
		b.Errorf("the command has not ended after %s:\n%s\n%s", within, b.out.String(), b.complaints.String())
		b.interrupt()
		<-b.ended
	}
}

// rewrite changes the Compose file.
func (c *console) rewrite(pairs ...string) {
	c.Helper()
	text, err := os.ReadFile(c.file)
	if err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(c.file, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o600); err != nil {
		c.Fatal(err)
	}
}

// TestAttachedUpGoesOnWhileAServiceCrashes: the other services log and answer from when they can, what crashes is started
// again and says so, and what waits for it is not made.
func TestAttachedUpGoesOnWhileAServiceCrashes(t *testing.T) {
	c := consoleOn(t, harness.Node, fmt.Sprintf(`
name: one-crash
services:
  web:
    image: transship.test/probe:1
    command: ["print", "web begins", "serve", ":8080", "forever"]
    ports: ["127.0.0.1:%d:8080"]
  slow:
    image: transship.test/probe:1
    command: ["print", "slow begins", "serve", ":8080", "forever"]
    healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 1000}
  worker:
    image: "busybox:1.37"
    restart: always
    command: ["sh", "-c", "echo worker has no configuration; sleep 1; exit 3"]
  report:
    image: "busybox:1.37"
    command: ["sleep", "3600"]
    depends_on: {worker: {condition: service_healthy}}
`, freePort(t)))
	up := c.begin("up")
	up.hears(&up.out, "slow.* begins") // it never becomes ready
	up.hears(&up.out, "web.* begins")
	up.hears(&up.complaints, "web: port 8080 answers at ")
	address := regexp.MustCompile(`answers at (\S+)`).FindStringSubmatch(up.complaints.String())[1]
	harness.Eventually(t, "web answers", func(context.Context) (bool, error) { // it says that it begins before it listens
		response, err := http.Get("http://" + address + "/health")
		if err != nil {
			return false, nil
		}
		_, _ = io.Copy(io.Discard, response.Body)
		return true, response.Body.Close()
	})
	up.hears(&up.out, "(?s)no configuration.*no configuration")
	up.hears(&up.complaints, `worker-\S+ exited with code 3`)
	up.hears(&up.complaints, "deployment/worker failed: CrashLoopBackOff: ")
	up.hears(&up.complaints, "deployment/report failed: DependencyFailed: .*waits for worker")
	select {
	case code := <-up.ended:
		t.Fatalf("up ended with %d:\n%s", code, up.complaints.String())
	default:
	}
	if out, _ := c.run(0, "", "ps", "-a", "--format", "{{.Service}}"); strings.Contains(out, "report") {
		t.Errorf("report was made: %s", out)
	}
	up.interrupt()
	up.ends(130, patience)
	if strings.Count(up.complaints.String(), "| worker has no configuration") > 0 {
		t.Error("the lines of the crash loop are told twice")
	}
}

// TestCrashWhileOthersStart: what was ready and has crashed since, before the others are, is a failure of the run.
func TestCrashWhileOthersStart(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: late
services:
  slow:
    image: "busybox:1.37"
    command: ["sh", "-c", "sleep 14; touch /tmp/up; exec sleep 3600"]
    healthcheck: {test: ["CMD", "test", "-e", "/tmp/up"], interval: 1s, retries: 60}
  flaky:
    image: "busybox:1.37"
    restart: always
    command: ["sh", "-c", "sleep 7; exit 4"]
`)
	_, said := c.run(1, "", "up", "-d", "--wait")
	for _, want := range []string{"deployment/flaky ready", "deployment/slow ready", "deployment/flaky failed: CrashLoopBackOff"} {
		c.says(said, want)
	}
}

// TestUnrelatedCrashStopsNothing: what does not depend on a crash loop is updated, and what is to be restarted after a
// dependency is, even by the run after one that did not come to it.
func TestUnrelatedCrashStopsNothing(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: unrelated
services:
  db:
    image: transship.test/probe:1
    command: ["serve", ":5432", "forever"]
    environment: {VERSION: "db-1"}
    healthcheck: {test: ["CMD", "/probe", "print", "well"], interval: 1s, retries: 30}
  web:
    image: "busybox:1.37"
    command: ["sh", "-c", "echo web-1 begins; exec sleep 3600"]
    depends_on: {db: {condition: service_healthy, restart: true}}
  flaky:
    image: "busybox:1.37"
    restart: always
    command: ["false"]
`)
	_, said := c.run(1, "", "up", "-d", "--wait") // until flaky is known to crash
	c.says(said, "deployment/flaky failed: CrashLoopBackOff")
	c.rewrite("db-1", "db-2", "web-1", "web-2")
	_, said = c.run(1, "", "up", "-d", "--wait")
	for _, want := range []string{"deployment/db ready", "deployment/web updated", "deployment/web ready", "deployment/flaky failed: CrashLoopBackOff"} {
		c.says(said, want)
	}
	before, _ := c.run(0, "", "ps", "-q", "web")
	c.rewrite("db-2", "db-3", `["CMD", "/probe", "print", "well"]`, `["CMD", "false"]`)
	c.run(4, "", "up", "-d", "--wait", "--timeout", "5s")
	c.rewrite(`["CMD", "false"]`, `["CMD", "/probe", "print", "well"]`)
	kept, _ := c.run(0, "", "ps", "-q", "web")
	if kept != before {
		t.Errorf("web is %s, and was %s: it was restarted before db was ready", kept, before)
	}
	_, said = c.run(1, "", "up", "-d", "--wait")
	c.says(said, "deployment/web restarted")
	if after, _ := c.run(0, "", "ps", "-q", "web"); strings.TrimSpace(after) == strings.TrimSpace(before) {
		t.Errorf("web was not restarted after db: it is %s", after)
	}
	_, said = c.run(1, "", "up", "-d", "--wait") // and not once more
	c.says(said, "nothing to change")
}

// TestUpOfAFailedOneShot: that it failed is told, and whoever follows it gets an end.
func TestUpEndsWhenAllHasFailed(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: all-failed
services:
  web: {image: "transship.test/no-such-image:1"}
`)
	up := c.begin("up")
	up.ends(1, patience)
	c.says(up.complaints.String(), "cannot pull")
}
