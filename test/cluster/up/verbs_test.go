package up_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cmd"
	"github.com/transship/transship/test/cluster/harness"
)

// rows reads lines of JSON.
func rows(t *testing.T, text string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(text) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, row)
	}
	return out
}

// TestListShowsWhatCrashesAndWhatIsUnhealthy: a container that waits for its next restart was left out.
func TestListShowsWhatCrashesAndWhatIsUnhealthy(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: ps-shop
services:
  crash: {image: "busybox:1.37", restart: always, command: [sh, -c, "sleep 1; exit 3"]}
  sick:
    image: busybox:1.37
    command: [sleep, "3600"]
    labels: {tier: back}
    healthcheck: {test: ["CMD", "false"], interval: 1s, retries: 2}
  well:
    image: busybox:1.37
    command: [sleep, "3600"]
    ports: ["18733:80"]
    healthcheck: {test: ["CMD", "true"], interval: 1s}
  plain: {image: "busybox:1.37", command: [sleep, "3600"]}
`)
	c.run(0, "", "up", "-d")
	statuses := func() map[string]string {
		out, _ := c.run(0, "", "ps", "--format", "{{.Service}}={{.Status}}")
		found := map[string]string{}
		for line := range strings.Lines(out) {
			service, status, _ := strings.Cut(strings.TrimSpace(line), "=")
			found[service] = status
		}
		return found
	}
	harness.Eventually(t, "all services are listed as they are", func(context.Context) (bool, error) {
		s := statuses()
		ok := strings.HasPrefix(s["crash"], "Restarting (3) ") && strings.HasSuffix(s["crash"], " ago") &&
			strings.HasPrefix(s["sick"], "Up ") && strings.HasSuffix(s["sick"], " (unhealthy)") &&
			strings.HasPrefix(s["well"], "Up ") && strings.HasSuffix(s["well"], " (healthy)") &&
			strings.HasPrefix(s["plain"], "Up ") && (strings.HasSuffix(s["plain"], "second") || strings.HasSuffix(s["plain"], "seconds") || strings.HasSuffix(s["plain"], "minute") || strings.HasSuffix(s["plain"], "minutes"))
		return ok, fmt.Errorf("%v", s)
	})
	harness.Eventually(t, "the list can be cut down to what restarts", func(context.Context) (bool, error) {
		out, _ := c.run(0, "", "ps", "--status", "restarting", "--services")
		return out == "crash\n", fmt.Errorf("%q", out)
	})
	out, _ := c.run(0, "", "ps", "well", "sick", "plain", "--format", "json")
	list := rows(t, out)
	if len(list) != 3 {
		t.Fatalf("listed are %v", list)
	}
	for i, health := range []string{"", "unhealthy", "healthy"} {
		if list[i]["Health"] != health || list[i]["State"] != "running" || len(list[i]["ID"].(string)) != 12 || list[i]["Command"] != `"sleep 3600"` {
			t.Errorf("row %d is %v", i, list[i])
		}
	}
	if p := list[2]["Publishers"].([]any)[0].(map[string]any); list[2]["Ports"] != "127.0.0.1:18733->80/tcp" || p["PublishedPort"] != 18733.0 || p["URL"] != "127.0.0.1" {
		t.Errorf("ports are %v, %v", list[2]["Ports"], p)
	}
	out, _ = c.run(0, "", "ps", "sick", "--format", `{{.Label "tier"}}`)
	c.says(out, "back")
	out, _ = c.run(0, "", "ls")
	c.says(out, "running(")
}

// TestForwardHoldsPublishedPorts: docker compose leaves ports open after up -d.
func TestForwardHoldsPublishedPorts(t *testing.T) {
	number := freePort(t)
	c := consoleOn(t, harness.Node, fmt.Sprintf(`
name: reach-shop
services:
  web:
    image: busybox:1.37
    command: [sh, -c, "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www"]
    ports: ["%d:80"]
  db: {image: "busybox:1.37", command: [sleep, "3600"]}
`, number))
	_, said := c.run(0, "", "up", "-d", "--wait")
	at := fmt.Sprintf("127.0.0.1:%d", number)
	c.says(said, "`transship -p reach-shop forward -n reach-shop --kubeconfig "+c.kubeconfig+"` lets published ports answer on this machine: web 80 at "+at)
	_, said = c.run(1, "", "port", "web", "80")
	c.says(said, "nothing listens at "+at+"; `transship forward web` lets it answer")
	_, said = c.run(1, "", "forward", "db")
	c.says(said, "service db publishes no port")

	ctx, stop := context.WithTimeout(context.Background(), patience)
	heard := &interrupter{cue: "web: port 80 answers at " + at, stop: func() {}}
	ended := make(chan int, 1)
	go func() {
		args := []string{"-f", c.file, "forward", "--kubeconfig", c.kubeconfig}
		ended <- cmd.Main(ctx, args, cmd.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: heard})
	}()
	harness.Eventually(t, "the port answers", func(context.Context) (bool, error) {
		body, err := fetch("http://" + at)
		return body == "hello\n", err
	})
	out, _ := c.run(0, "", "port", "web", "80")
	if out != at+"\n" {
		t.Errorf("port says %q", out)
	}
	_, said = c.run(1, "", "forward")
	c.says(said, "another program on this machine uses it")
	c.says(said, "none of the published ports answers on this machine")
	stop()
	if code := <-ended; code != 130 {
		t.Errorf("forward ended with %d\n%s", code, heard.String())
	}

	// It does not outlive the project.
	listening := make(chan struct{})
	heard = &interrupter{cue: "answers at", stop: sync.OnceFunc(func() { close(listening) })}
	go func() {
		args := []string{"-f", c.file, "forward", "--kubeconfig", c.kubeconfig}
		ended <- cmd.Main(context.Background(), args, cmd.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: heard})
	}()
	<-listening
	c.run(0, "", "down", "-t", "0")
	if code := <-ended; code != 1 || !strings.Contains(heard.String(), "the project was removed meanwhile") {
		t.Errorf("forward of a project that is gone ended with %d\n%s", code, heard.String())
	}
}

// freePort returns a port that nobody listens on, below those that the system gives to connections.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		number := 20_000 + rand.IntN(10_000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", number)); err == nil {
			_ = l.Close()
			return number
		}
	}
	t.Fatal("no port is free")
	return 0
}

// TestTimeThatContainersGetToEnd: the Pods' grace was fixed by their owner's deletion before the shorter one arrived.
func TestTimeThatContainersGetToEnd(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: slow-end
services:
  stubborn:
    image: busybox:1.37
    command: [sh, -c, "trap '' TERM; while :; do sleep 1; done"]
    stop_grace_period: 10m
    x-kubernetes: {singleton: true}
`)
	const limit = 3 * time.Minute // for two seconds of grace on a busy machine
	within := func(args ...string) {
		t.Helper()
		began := time.Now()
		c.run(0, "", args...)
		gone := harness.Start(t, harness.Node)
		harness.Eventually(t, "no Pod is ending any more", func(ctx context.Context) (bool, error) {
			list, err := gone.Client.CoreV1().Pods("slow-end").List(ctx, metav1.ListOptions{})
			if err != nil {
				return false, err
			}
			for _, p := range list.Items {
				if p.DeletionTimestamp != nil {
					return false, fmt.Errorf("pod %s has %d s", p.Name, *p.DeletionGracePeriodSeconds)
				}
			}
			return true, nil
		})
		if took := time.Since(began); took > limit {
			t.Errorf("%s took %s", strings.Join(args, " "), took)
		}
	}
	c.run(0, "", "up", "-d", "--wait")
	within("restart", "-t", "2")
	within("stop", "-t", "2")
	c.run(0, "", "start")
	within("down", "-t", "2")
}

func TestFilesAreCopiedBothWays(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: cp-shop
services:
  web: {image: "busybox:1.37", command: [sh, -c, "mkdir -p /srv/conf/sub; echo one > /srv/conf/a; echo two > /srv/conf/sub/b; exec sleep 3600"], deploy: {replicas: 2}}
  bare: {image: "transship.test/probe:1", command: [forever]}
`)
	c.run(0, "", "up", "-d", "--wait")
	at := t.TempDir()
	harness.Eventually(t, "the files are there", func(context.Context) (bool, error) {
		var out, said bytes.Buffer
		code := cmd.Main(context.Background(), []string{"-f", c.file, "exec", "--kubeconfig", c.kubeconfig, "web", "cat", "/srv/conf/sub/b"},
			cmd.Streams{In: strings.NewReader(""), Out: &out, Err: &said})
		return code == 0, fmt.Errorf("%s", said.String())
	})
	c.run(0, "", "cp", "web:/srv/conf", at)
	holds(t, filepath.Join(at, "conf/sub/b"), "two\n")
	c.run(0, "", "cp", "web:/srv/conf/a", filepath.Join(at, "renamed"))
	holds(t, filepath.Join(at, "renamed"), "one\n")
	_, said := c.run(1, "", "cp", "web:/srv/none", at)
	c.says(said, "there is no /srv/none in container web")

	c.run(0, "", "cp", filepath.Join(at, "conf")+"/.", "web:/tmp")
	for _, index := range []string{"1", "2"} { // into all containers
		out, _ := c.run(0, "", "exec", "--index", index, "web", "sh", "-c", "cat /tmp/sub/b; stat -c %u /tmp/a")
		c.says(out, "two\n0\n")
	}
	_, said = c.run(1, "", "cp", filepath.Join(at, "renamed"), "web:/none/file")
	c.says(said, "there is no directory /none in the container")
	stream, _ := c.run(0, "", "cp", "web:/srv/conf", "-")
	c.run(0, stream, "cp", "--index", "1", "-", "web:/home")
	out, _ := c.run(0, "", "exec", "--index", "1", "web", "cat", "/home/conf/a")
	c.says(out, "one")

	// An image from scratch has neither tar nor sh.
	_, said = c.run(0, "", "cp", "--image", busybox, filepath.Join(at, "renamed"), "bare:/put")
	c.says(said, "starting an ephemeral container of image busybox:1.37 beside it")
	c.run(0, "", "cp", "--image", busybox, "bare:/put", filepath.Join(at, "back"))
	holds(t, filepath.Join(at, "back"), "one\n")
}

func holds(t *testing.T, file, want string) {
	t.Helper()
	if content, err := os.ReadFile(file); err != nil || string(content) != want {
		t.Errorf("%s holds %q, %v", file, content, err)
	}
}

func fetch(url string) (string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// TestVerbsOfDockerCompose: what a cluster can do of them, with its differences said.
func TestVerbsOfDockerCompose(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: verbs
services:
  web:
    image: busybox:1.37
    init: true
    command: [sh, -c, "trap 'echo reloaded' HUP; echo started; while :; do sleep 0.1; done"]
    volumes: [data:/data]
  echo: {image: "busybox:1.37", command: [cat], stdin_open: true, restart: "no", x-kubernetes: {kind: Deployment}}
  once: {image: "busybox:1.37", command: [echo, done], restart: "no"}
  bare: {image: "transship.test/probe:1", command: [forever]}
volumes: {data: {}}
`)
	c.run(0, "", "up", "-d", "--wait")

	out, _ := c.run(0, "", "images", "web")
	c.says(out, "busybox")
	out, _ = c.run(0, "", "images", "--format", "json")
	c.says(out, `"Platform":"linux/`)
	out, _ = c.run(0, "", "volumes")
	c.says(out, "data")
	c.says(out, "Bound")
	out, _ = c.run(0, "", "volumes", "-q", "bare")
	if out != "" {
		t.Errorf("bare has volumes %q", out)
	}
	harness.Eventually(t, "top meets the sleep of web", func(context.Context) (bool, error) { // there is a moment between two of them
		out, said := c.run(0, "", "top")
		c.says(out, "forever")
		c.says(said, "has no ps")
		return strings.Contains(out, "sleep 0.1"), errors.New(out)
	})
	logged := func(what string) {
		t.Helper()
		harness.Eventually(t, "web logs "+what, func(context.Context) (bool, error) {
			out, _ := c.run(0, "", "logs", "web")
			return strings.Contains(out, what), errors.New(out)
		})
	}
	logged("started") // after it has begun to heed the signal
	_, said := c.run(1, "", "stats", "--no-stream")
	c.says(said, "this cluster has no metrics API")

	_, said = c.run(2, "", "kill", "-s", "HOP", "web")
	c.says(said, `"HOP" is neither the name of a signal`)
	_, said = c.run(1, "", "wait", "web", "nobody") // web runs for ever
	c.says(said, `no service "nobody"`)
	_, said = c.run(0, "", "kill", "-s", "HUP", "web")
	c.says(said, "sent SIGHUP")
	logged("reloaded")
	_, said = c.run(1, "", "kill", "-s", "HUP", "bare")
	c.says(said, "the image has no shell")
	c.run(0, "", "kill", "bare")
	out, _ = c.run(0, "", "ps", "-a", "bare", "--format", "{{.State}} {{.Status}}")
	if out != "exited Exited\n" {
		t.Errorf("after kill, bare is %q", out)
	}

	_, said = c.run(0, "", "pause", "web")
	c.says(said, "Kubernetes cannot freeze a process")
	out, _ = c.run(0, "", "ps", "--status", "paused", "--services")
	if out != "web\n" {
		t.Errorf("paused are %q", out)
	}
	c.run(0, "", "unpause")
	out, _ = c.run(0, "", "ps", "--services")
	c.says(out, "web")
	if strings.Contains(out, "bare") {
		t.Errorf("unpause brought back what was killed: %s", out)
	}

	_, said = c.run(2, "", "rm")
	c.says(said, "there is no terminal to ask on whether to remove job/once")
	_, said = c.run(0, "", "rm", "-f")
	c.says(said, "job/once removed")
	_, said = c.run(0, "", "rm", "-f")
	c.says(said, "nothing has ended")

	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	heard := &interrupter{cue: "hello", stop: stop}
	args := []string{"-f", c.file, "attach", "--kubeconfig", c.kubeconfig, "echo"}
	var complaints bytes.Buffer
	code := cmd.Main(ctx, args, cmd.Streams{In: strings.NewReader("hello\n"), Out: struct{ io.Writer }{heard}, Err: &complaints})
	if code != 130 || heard.String() != "hello\n" {
		t.Errorf("attach ended with %d, and heard %q\n%s", code, heard.String(), complaints.String())
	}
}

// TestUpEndsWithTheCodeOfAContainer: as in CI, where a service is the test.
func TestUpEndsWithTheCodeOfAContainer(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: ends
services:
  db: {image: "busybox:1.37", command: [sleep, "3600"]}
  tests: {image: "busybox:1.37", command: [sh, -c, "sleep 4; echo 2 of 7 failed; exit 7"], depends_on: [db], restart: "no"}
`)
	_, said := c.run(7, "", "up", "--exit-code-from", "tests")
	c.says(said, "exited with code 7: stopping all services")
	if out, _ := c.run(0, "", "ps", "-q"); out != "" {
		t.Errorf("after the end there is %s", out)
	}
	c.run(7, "", "up", "--abort-on-container-failure")
	c.run(0, "", "down", "-t", "0")
	_, said = c.run(2, "", "up", "--exit-code-from", "test")
	c.says(said, "did you mean tests?")
}

// TestCreateStartsNothing: start and up bring up what create made.
func TestCreateStartsNothing(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: made
services:
  web: {image: "busybox:1.37", command: [sleep, "3600"], deploy: {replicas: 2}, depends_on: {once: {condition: service_completed_successfully}}}
  once: {image: "busybox:1.37", command: [echo, done]}
  agent: {image: "busybox:1.37", command: [sleep, "3600"], deploy: {mode: global}}
`)
	out, _ := c.run(0, "", "create", "--dry-run")
	c.says(out, "create    deployment/web")
	c.run(0, "", "create")
	out, _ = c.run(0, "", "ps", "-a", "--format", "{{.Service}} {{.State}}")
	if out != "agent created\nonce created\nweb created\n" {
		t.Errorf("created is\n%s", out)
	}
	c.run(0, "", "up", "--no-start") // nothing more to do
	c.run(0, "", "up", "--wait")
	out, _ = c.run(0, "", "ps", "--format", "{{.Service}} {{.State}}")
	if out != "agent running\nweb running\nweb running\n" {
		t.Errorf("after up, there is\n%s", out)
	}
	c.run(0, "", "up", "--no-start") // what runs is left alone
	harness.Eventually(t, "the events are told", func(context.Context) (bool, error) {
		out, _ := c.run(0, "", "events", "--since", "1h", "--until", "0s")
		return strings.Contains(out, " container start ") && strings.Contains(out, "exitCode=0"), errors.New(out)
	})
}

// TestLogsHaveEarlierRuns: a container that is restarted has one log on Docker.
func TestLogsHaveEarlierRuns(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: runs
services:
  crash: {image: "busybox:1.37", restart: always, volumes: ["counter:/n"], command: [sh, -c, "echo x >> /n/f; echo run $$(wc -l < /n/f) a; echo run $$(wc -l < /n/f) b; sleep 1; exit 1"]}
volumes: {counter: {}}
`)
	c.run(0, "", "up", "-d")
	harness.Eventually(t, "two runs are in the log", func(context.Context) (bool, error) {
		out, _ := c.run(0, "", "logs", "--no-log-prefix")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		ok := len(lines) == 4 && lines[0][:5] == lines[1][:5] && lines[0] != lines[2] && strings.HasSuffix(lines[3], " b")
		return ok, fmt.Errorf("%q", lines)
	})
	harness.Eventually(t, "three lines are the end of the log", func(context.Context) (bool, error) {
		out, _ := c.run(0, "", "logs", "--no-log-prefix", "--tail", "3")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		return len(lines) == 3 && strings.HasSuffix(lines[0], " b") && strings.HasSuffix(lines[1], " a"), fmt.Errorf("%q", lines)
	})
}

// TestAttachedUpTellsExits: of one-shots as of what is started again; it ends with the last one-shot.
func TestAttachedUpTellsExits(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: told
services:
  one: {image: "busybox:1.37", command: [echo, first], restart: "no"}
  two: {image: "busybox:1.37", command: [sh, -c, "sleep 1; echo second"], restart: "no"}
`)
	out, said := c.run(0, "", "up")
	c.says(out, "first")
	c.says(out, "second")
	for _, pod := range []string{"one-", "two-"} {
		if n := strings.Count(said, " exited with code 0"); n != 2 || !strings.Contains(said, pod) {
			t.Errorf("%d exits are told, want that of %s:\n%s", n, pod, said)
		}
	}
}
