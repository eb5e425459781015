package up_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cmd"
	"github.com/transship/transship/test/cluster/harness"
)

const runFirst = `
name: run-first
services:
  web:
    image: busybox:1.37
    command: [sleep, "3600"]
    init: true
    ports: ["18080:80"]
    volumes: [data:/data]
    configs: [motd]
    depends_on: {db: {condition: service_healthy}}
  db:
    image: busybox:1.37
    command: [sh, -c, "sleep 2; touch /tmp/up; exec sleep 3600"]
    healthcheck: {test: ["CMD", "test", "-e", "/tmp/up"], interval: 1s, retries: 30}
  other: {image: "busybox:1.37", command: [sleep, "3600"]}
  tool:
    image: busybox:1.37
    profiles: [tools]
    command: [echo, "usage: tool CMD"]
volumes: {data: {}}
configs: {motd: {content: "welcome"}}
`

// TestRunMakesWhatItsServiceNeedsAndNothingElse: run was refused before an up.
func TestRunMakesWhatItsServiceNeedsAndNothingElse(t *testing.T) {
	c := consoleOn(t, harness.Node, runFirst)
	o := harness.Start(t, harness.Node)
	ctx := context.Background()
	names := func() []string {
		t.Helper()
		var out []string
		deployments, err := o.Client.AppsV1().Deployments("run-first").List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range deployments.Items {
			out = append(out, "deployment/"+d.Name)
		}
		services, err := o.Client.CoreV1().Services("run-first").List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range services.Items {
			out = append(out, "service/"+s.Name)
		}
		slices.Sort(out)
		return out
	}

	out, _ := c.run(0, "", "run", "--rm", "tool") // of a profile that is not enabled
	c.says(out, "usage: tool CMD")
	if got := names(); len(got) != 0 {
		t.Errorf("a tool without dependencies made %v", got)
	}
	out, _ = c.run(0, "", "run", "--rm", "--no-deps", "web", "sh", "-c", "echo hello > /data/greeting; cat /motd")
	c.says(out, "welcome")
	if got := names(); len(got) != 0 {
		t.Errorf("--no-deps made %v", got)
	}
	out, _ = c.run(7, "", "run", "--rm", "web", "sh", "-c", "cat /data/greeting; exit 7")
	c.says(out, "hello")
	if got := names(); !slices.Equal(got, []string{"deployment/db", "service/db"}) {
		t.Errorf("run made %v", got)
	}
	if out, _ = c.run(0, "", "ps", "db", "--format", "{{.Health}}"); out != "healthy\n" {
		t.Errorf("the dependency is %q when the command runs", out)
	}
	_, said := c.run(1, "", "run", "--rm", "tol")
	c.says(said, "tol")
	c.run(0, "", "down", "-v", "-t", "0")
	if got := names(); len(got) != 0 {
		t.Errorf("down left %v", got)
	}
}

// TestRunHandsOverStandardInput: also to commands that are over in no time.
func TestRunHandsOverStandardInput(t *testing.T) {
	c := consoleOn(t, harness.Node, strings.ReplaceAll(runFirst, "run-first", "run-input"))
	long := strings.Repeat("0123456789abcdef\n", 20_000)
	for range 3 {
		out, said := c.run(0, "one\ntwo\n", "run", "--rm", "tool", "cat")
		if out != "one\ntwo\n" {
			t.Errorf("cat hears %q\n%s", out, said)
		}
		out, said = c.run(0, long, "run", "--rm", "tool", "wc", "-c")
		if strings.TrimSpace(out) != fmt.Sprint(len(long)) {
			t.Errorf("wc hears %q\n%s", out, said)
		}
		out, said = c.run(0, "first\nsecond\n", "run", "--rm", "tool", "head", "-n", "1")
		if out != "first\n" || strings.Contains(said, "warning") {
			t.Errorf("head hears %q\n%s", out, said)
		}
	}
}

// TestInterruptedRunEndsItsCommand: the process is asked to end, and the Pod is gone afterwards.
func TestInterruptedRunEndsItsCommand(t *testing.T) {
	c := consoleOn(t, harness.Node, strings.ReplaceAll(runFirst, "run-first", "run-stop"))
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	heard := &interrupter{cue: "working", stop: stop}
	args := []string{"-f", c.file, "run", "--kubeconfig", c.kubeconfig, "tool", "sh", "-c", "trap 'exit 0' TERM; echo working; while :; do sleep 0.1; done"}
	in, typist := io.Pipe()
	defer typist.Close()
	var said bytes.Buffer
	code := cmd.Main(ctx, args, cmd.Streams{In: in, Out: struct{ io.Writer }{heard}, Err: &said})
	if code != 130 {
		t.Errorf("it ended with %d\n%s%s", code, heard.String(), said.String())
	}
	if out, _ := c.run(0, "", "ps", "-a", "-q"); out != "" {
		t.Errorf("left is %s", out)
	}
}
