package up_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/transship/transship/cmd"
	"github.com/transship/transship/test/cluster/harness"
)

// workshop is a Compose project whose name no namespace may have.
const workshop = `
name: work_shop
services:
  bench:
    image: busybox:1.37
    command: [sh, -c, "echo bench is ready; exec sleep 3600"]
    environment: {COLOR: red, API_TOKEN: not-for-everybody}
    ports: ["0:8080", "0:53/udp"]
  chair:
    image: busybox:1.37
    command: [sleep, "3600"]
    deploy: {replicas: 2}
  sweep:
    image: busybox:1.37
    command: [echo, swept]
    restart: "no"
`

// console runs commands of the whole program on a project.
type console struct {
	*testing.T
	kubeconfig, file string
}

// consoleOn returns a console of a test that runs beside others: the name of its project is its own.
func consoleOn(t *testing.T, level harness.Level, compose string) *console {
	t.Helper()
	t.Parallel()
	return consoleAlone(t, level, compose)
}

// consoleAlone is for tests that take something away from others, or change the process.
func consoleAlone(t *testing.T, level harness.Level, compose string) *console {
	t.Helper()
	file := filepath.Join(t.TempDir(), "compose.yaml")
	if err := os.WriteFile(file, []byte(compose), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &console{t, harness.Start(t, level).Kubeconfig, file}
	t.Cleanup(func() { c.run(0, "", "down", "-v", "-t", "0") })
	return c
}

// run runs one command and returns what it writes to standard output and to standard error.
func (c *console) run(wantCode int, input string, args ...string) (string, string) {
	c.Helper()
	var out, complaints bytes.Buffer
	full := append([]string{"-f", c.file, args[0], "--kubeconfig", c.kubeconfig}, args[1:]...)
	code := cmd.Main(context.Background(), full, cmd.Streams{In: strings.NewReader(input), Out: &out, Err: &complaints})
	if code != wantCode {
		c.Errorf("%s ended with %d, want %d\n%s%s", strings.Join(args, " "), code, wantCode, out.String(), complaints.String())
	}
	if strings.Contains(complaints.String(), "not-for-everybody") {
		c.Errorf("%s tells a secret: %s", strings.Join(args, " "), complaints.String())
	}
	return out.String(), complaints.String()
}

// try runs one command and returns its exit code and all that it writes.
func (c *console) try(args ...string) (code int, said string) {
	c.Helper()
	var out bytes.Buffer
	full := append([]string{"-f", c.file, args[0], "--kubeconfig", c.kubeconfig}, args[1:]...)
	code = cmd.Main(context.Background(), full, cmd.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return code, out.String()
}

// says expects a text in what a command writes.
func (c *console) says(got, want string) {
	c.Helper()
	if !strings.Contains(got, want) {
		c.Errorf("%q is not in\n%s", want, got)
	}
}

func TestOneOffsAtTheCommandLine(t *testing.T) {
	c := consoleAlone(t, harness.Node, workshop)
	c.run(0, "", "up", "--wait")

	out, _ := c.run(0, "one\ntwo\n", "run", "--rm", "bench", "wc", "-l")
	c.says(out, "2")
	t.Setenv("COLOR", "blue")
	out, _ = c.run(3, "", "run", "--rm", "-e", "COLOR", "-e", "NOBODY_HAS_THIS", "-u", "1000:2000", "bench", "sh", "-c", "echo $COLOR $(id -u) $(id -g); exit 3")
	c.says(out, "blue 1000 2000")
	_, said := c.run(127, "", "run", "--rm", "bench", "nosuch")
	c.says(said, `there is no program "nosuch"`)
	_, said = c.run(127, "", "exec", "bench", "nosuch")
	c.says(said, `there is no program "nosuch"`)
	_, said = c.run(126, "", "exec", "bench", "/etc/passwd")
	c.says(said, `cannot run "/etc/passwd"`)
	out, _ = c.run(0, "", "exec", "-i", "-e", "COLOR", "-e", "NOBODY_HAS_THIS", "bench", "sh", "-c", "echo $COLOR")
	c.says(out, "blue")

	c.run(0, "", "run", "-d", "--name", "lodger", "bench", "sleep", "3600")
	_, said = c.run(1, "", "run", "-d", "--name", "lodger", "bench", "true")
	c.says(said, "pod/lodger is there already")
	out, _ = c.run(0, "", "ps", "-q", "--status", "running")
	c.says(out, "lodger")
	c.run(0, "", "stop", "bench") // a one-off is nothing that could be stopped
	out, _ = c.run(0, "", "ps", "-q")
	if strings.Contains(out, "bench-") || !strings.Contains(out, "lodger") {
		t.Errorf("after stop, there is %s", out)
	}
}

func TestLogsAtTheCommandLine(t *testing.T) {
	c := consoleOn(t, harness.Node, workshop)
	c.run(0, "", "up", "--wait")
	harness.Eventually(t, "two lines have prefixes of one width", func(context.Context) (bool, error) {
		out, _ := c.run(0, "", "logs")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		bars := map[int]bool{}
		for _, line := range lines {
			bars[strings.Index(line, " | ")] = true
		}
		return len(lines) == 2 && len(bars) == 1, errors.New(out)
	})
	_, said := c.run(2, "", "logs", "-n", "10")
	c.says(said, "--tail 10 shows the last lines")
	_, said = c.run(1, "", "logs", "nobody")
	c.says(said, `no service "nobody"`)
	c.says(said, "bench, chair, sweep")
	out, _ := c.run(0, "", "logs", "--index", "2", "chair")
	c.says(out, "")
	_, said = c.run(1, "", "logs", "--index", "3", "chair")
	c.says(said, "no Pod number 3, only 2")
	out, _ = c.run(0, "", "logs", "-f", "sweep") // returns, because nothing more will come
	c.says(out, "swept")
	_, said = c.run(1, "", "port", "bench", "53", "--protocol", "udp")
	c.says(said, "a cluster forwards TCP only")
}

func TestChangesAtTheCommandLine(t *testing.T) {
	c := consoleOn(t, harness.Controllers, workshop)
	_, said := c.run(0, "", "up", "--wait")
	c.says(said, "project work-shop in namespace work-shop")
	out, _ := c.run(0, "", "up", "--dry-run")
	if out != "" {
		t.Errorf("a plan without changes lists\n%s", out)
	}

	_, said = c.run(1, "", "scale", "chair=3", "sweep=2")
	c.says(said, "job/sweep cannot be scaled")
	out, _ = c.run(0, "", "ps", "-q", "chair")
	if n := strings.Count(out, "\n"); n != 2 {
		t.Errorf("a refused scale left %d Pods", n)
	}
	c.run(0, "", "scale", "chair=1", "bench=0")
	_, said = c.run(0, "", "stop")
	c.says(said, "deployment/chair stopped")
	if out, _ = c.run(0, "", "ps", "-q"); out != "" {
		t.Errorf("stop returned before the Pods had ended: %s", out)
	}

	out, _ = c.run(0, "", "down", "--dry-run")
	c.says(out, "remove deployment/bench")
	out, _ = c.run(0, "", "up", "--dry-run")
	c.says(out, "update    deployment/bench")
	out, _ = c.run(0, "", "ls", "--format", "json")
	c.says(out, `{"Name":"work-shop","Namespace":"work-shop","Status":"exited(1)"}`)
	if out, _ = c.run(0, "", "ls", "-n", "kube-system"); strings.Contains(out, "work-shop") {
		t.Errorf("ls of another namespace lists\n%s", out)
	}
}

func TestCompletionKnowsWhatTheClusterHas(t *testing.T) {
	c := consoleAlone(t, harness.Controllers, strings.ReplaceAll(workshop, "work_shop", "tab_shop"))
	c.run(0, "", "up", "-d")
	t.Chdir(t.TempDir()) // without a compose file
	var out bytes.Buffer
	args := []string{"__complete", "logs", "--kubeconfig", c.kubeconfig, "-p", "tab_shop", "bench", ""}
	cmd.Main(context.Background(), args, cmd.Streams{In: strings.NewReader(""), Out: &out, Err: &bytes.Buffer{}})
	if got := out.String(); !strings.HasPrefix(got, "chair\nsweep\n:") {
		t.Errorf("completed as %q", got)
	}
}

func TestProgressInJSONIsNothingElse(t *testing.T) {
	c := consoleOn(t, harness.Controllers, strings.ReplaceAll(workshop, "work_shop", "json-shop"))
	for _, args := range [][]string{{"up", "--wait"}, {"up", "-d", "--force-recreate"}, {"down", "-t", "0"}} {
		_, said := c.run(0, "", append(args, "--progress", "json")...)
		for line := range strings.Lines(said) {
			var event struct{ Type string }
			if err := json.Unmarshal([]byte(line), &event); err != nil || event.Type == "" {
				t.Errorf("%v writes %q", args, line)
			}
		}
	}
}

// TestErrorsAndFindingsAreEventsToo: whoever reads events line by line is not to meet anything else.
func TestErrorsAndFindingsAreEventsToo(t *testing.T) {
	c := consoleOn(t, harness.Controllers, `
name: json-trouble
services:
  web: {image: "busybox:1.37", command: [sleep, "3600"], volumes: ["/var/run/docker.sock:/var/run/docker.sock"]}
`)
	c.run(0, "", "up", "-d")
	o := harness.Start(t, harness.Controllers)
	_, err := o.Client.AppsV1().Deployments("json-trouble").Patch(context.Background(), "web", types.MergePatchType,
		[]byte(`{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":99}}}}`), metav1.PatchOptions{FieldManager: "somebody"})
	if err != nil {
		t.Fatal(err)
	}
	_, said := c.run(1, "", "up", "-d", "--progress", "json")
	var kinds []string
	for line := range strings.Lines(said) {
		var event struct{ Type string }
		if err := json.Unmarshal([]byte(line), &event); err != nil || event.Type == "" {
			t.Errorf("up writes %q", line)
		}
		kinds = append(kinds, event.Type)
	}
	if !slices.Contains(kinds, "finding") || kinds[len(kinds)-1] != "error" || kinds[0] != "target" {
		t.Errorf("the events are %v", kinds)
	}
	c.says(said, "somebody")
}

// interrupter ends a command as soon as it has said something.
type interrupter struct {
	bytes.Buffer
	cue  string
	stop func()
}

func (i *interrupter) Write(p []byte) (int, error) {
	n, err := i.Buffer.Write(p)
	if strings.Contains(i.String(), i.cue) {
		i.stop()
	}
	return n, err
}

// TestPortsOfDependenciesAnswerToo: with docker compose, what up starts publishes its ports, named or not.
func TestPortsOfDependenciesAnswerToo(t *testing.T) {
	c := consoleOn(t, harness.Controllers, `
name: port-shop
services:
  web: {image: "busybox:1.37", command: [sleep, "3600"], depends_on: [db]}
  db: {image: "busybox:1.37", command: [sleep, "3600"], ports: ["127.0.0.1::5432"]}
`)
	_, said := c.run(2, "", "up", "--attach", "wep")
	c.says(said, `there is no service "wep": did you mean web?`)
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	heard := &interrupter{cue: "db: port 5432 answers at 127.0.0.1:", stop: stop}
	args := []string{"-f", c.file, "up", "--kubeconfig", c.kubeconfig, "web"}
	code := cmd.Main(ctx, args, cmd.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: heard})
	if code != 130 {
		t.Errorf("up ended with %d", code)
	}
	c.says(heard.String(), heard.cue)
	c.says(heard.String(), "`transship -p port-shop down -n port-shop --kubeconfig "+c.kubeconfig+"` removes it")
	_, said = c.run(1, "", "port", "db", "5432")
	c.says(said, "`transship up` prints which")
}

func TestServicesOfProfilesAreNoOrphans(t *testing.T) {
	c := consoleOn(t, harness.Controllers, `
name: profiled
services:
  web: {image: "busybox:1.37", command: [sleep, "3600"]}
  debug: {image: "busybox:1.37", command: [sleep, "3600"], profiles: [tools]}
`)
	c.run(0, "", "up", "-d", "--profile", "tools")
	_, said := c.run(0, "", "up", "--wait", "--remove-orphans")
	if strings.Contains(said, "debug") {
		t.Errorf("up without the profile touches its service:\n%s", said)
	}
	out, _ := c.run(0, "", "ps", "--services")
	c.says(out, "debug")
}

func TestStartAndStopOfEveryKind(t *testing.T) {
	c := consoleOn(t, harness.Node, `
name: kinds
services:
  agent: {image: "busybox:1.37", command: [sh, -c, "trap 'sleep 2; exit' TERM; while :; do sleep 0.1; done"], deploy: {mode: global}}
  clock: {image: "busybox:1.37", command: [date], x-kubernetes: {schedule: "0 0 1 1 *"}}
  chore: {image: "busybox:1.37", command: [sleep, "3600"], restart: "no"}
`)
	c.run(0, "", "up", "-d")
	c.run(0, "", "start", "--wait", "agent") // which was not stopped
	_, said := c.run(0, "", "stop")
	c.says(said, "daemonset/agent stopped")
	c.says(said, "cronjob/clock suspended")
	if out, _ := c.run(0, "", "ps", "-q", "agent"); out != "" {
		t.Errorf("stop returned before the Pods of the DaemonSet had ended: %s", out)
	}
	_, said = c.run(0, "", "start", "--wait") // returns, although the one-shot runs for an hour
	c.says(said, "daemonset/agent ready")
}
