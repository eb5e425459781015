package behaviour

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/test/cluster/images"
)

func TestLifecycle(t *testing.T) {
	t.Parallel()
	p := run(t, "lifecycle", func(p *project) { loadSignalled(t, p.Cluster) })
	t.Run("start", func(t *testing.T) { startHooks(t, p) })
	t.Run("process 1", func(t *testing.T) { processOne(t, p) })
	t.Run("stop", func(t *testing.T) { stops(t, p) })
}

// loadSignalled offers the image that is stopped by a signal of its own.
func loadSignalled(t *testing.T, c *harness.Cluster) {
	t.Helper()
	spec, err := images.ProbeSpec(harness.BinDir(t), "example.test/signalled:1")
	if err != nil {
		t.Fatal(err)
	}
	spec.Config.StopSignal = "SIGUSR1"
	c.LoadImages(t, spec)
}

func startHooks(t *testing.T, p *project) {
	p.podRuns(t, "hooked")
	p.podRuns(t, "chained")
	for _, row := range []struct{ promise, path, text string }{
		{"pre_start runs in a container of the service, with its command, variables and volumes", "/record/first", "$(WORD)"},
		{"pre_start hooks run one after the other", "/record/second", "after the first"},
		{"post_start runs in the container, dollars as they are", "/record/after-start", "$(WORD)"},
		{"a hook has a directory and variables of its own", "/record/chain", "it's $(here) in /tmp\n"},
		{"post_start hooks run one after the other", "/record/chained", "it's $(here) in /tmp\n"},
	} {
		t.Run(row.promise, func(t *testing.T) {
			if f := p.report(t, "witness", row.path).Files[row.path]; f.Error != "" || string(f.Content) != row.text {
				t.Errorf("want %q, got %q %s", row.text, f.Content, f.Error)
			}
		})
	}
	t.Run("no hook that stops has run before the stop", func(t *testing.T) {
		if f := p.report(t, "witness", "/record/before-stop").Files["/record/before-stop"]; f.Error == "" {
			t.Error("it has")
		}
	})
}

func processOne(t *testing.T, p *project) {
	t.Run("init reaps zombies", func(t *testing.T) {
		pod := p.podRuns(t, "reaped")
		harness.Eventually(t, "there are no zombies", func(ctx context.Context) (bool, error) {
			var r report
			err := p.try(ctx, pod, "/", &r)
			return err == nil && r.Zombies == 0, fmt.Errorf("%d zombies: %w", r.Zombies, err)
		})
	})
	t.Run("with init the program is not process 1", func(t *testing.T) {
		if r := p.report(t, "reaped"); r.PID == 1 {
			t.Error("it is")
		}
	})
	t.Run("without init zombies stay", func(t *testing.T) {
		pod := p.podRuns(t, "not-reaped")
		harness.Eventually(t, "there are zombies", func(ctx context.Context) (bool, error) {
			var r report
			err := p.try(ctx, pod, "/", &r)
			return err == nil && r.Zombies == 3 && r.PID == 1, fmt.Errorf("%d zombies: %w", r.Zombies, err)
		})
	})
}

// end is how a container ended.
type end struct {
	corev1.ContainerStateTerminated
	asked time.Time // when its Pod was deleted
	grace int64     // the seconds it was given
	logs  string
}

// stopSpeaking is stop for a program that says which signal it was sent. On a node with more work than it can do, the log that is followed may end
// with the container before its last line is read: then nothing is in it, and the next Pod is asked.
func (p *project) stopSpeaking(t *testing.T, service string) end {
	t.Helper()
	e := p.stop(t, service)
	for tries := 1; e.logs == "" && tries < 3; tries++ {
		e = p.stop(t, service)
	}
	return e
}

// stop deletes the Pod of a service and watches its container until it has ended.
func (p *project) stop(t *testing.T, service string) end {
	t.Helper()
	pod := p.podRuns(t, service)
	ask[report](t, p, pod, "/") // by then it heeds signals
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	pods := p.Client.CoreV1().Pods(p.namespace)
	stream, err := pods.GetLogs(pod.Name, &corev1.PodLogOptions{Follow: true}).Stream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	watcher, err := pods.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + pod.Name, ResourceVersion: pod.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Stop()
	e := end{asked: time.Now()}
	if err := pods.Delete(ctx, pod.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	logs, err := io.ReadAll(stream)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	e.logs = string(logs)
	for event := range watcher.ResultChan() {
		changed, isPod := event.Object.(*corev1.Pod)
		if !isPod || len(changed.Status.ContainerStatuses) == 0 {
			continue
		}
		if state := changed.Status.ContainerStatuses[0].State.Terminated; state != nil {
			e.ContainerStateTerminated, e.grace = *state, *pod.Spec.TerminationGracePeriodSeconds
			if changed.DeletionGracePeriodSeconds != nil {
				e.grace = *changed.DeletionGracePeriodSeconds
			}
			return e
		}
	}
	t.Fatalf("nobody has seen the end of %s", pod.Name)
	return e
}

func stops(t *testing.T, p *project) {
	t.Run("a container is asked to end by SIGTERM", func(t *testing.T) {
		e := p.stop(t, "polite")
		same(t, 0, e.ExitCode)
		same(t, 60, e.grace)
	})
	t.Run("without stop_grace_period a container has ten seconds", func(t *testing.T) { same(t, 10, p.stop(t, "not-reaped").grace) })
	t.Run("a container that does not end is killed after stop_grace_period", func(t *testing.T) {
		e := p.stopSpeaking(t, "stubborn")
		if !slices.Contains(strings.Split(e.logs, "\n"), "signal SIGTERM") {
			t.Errorf("it was told %q", e.logs)
		}
		same(t, 137, e.ExitCode)
		same(t, 3, e.grace)
		// The end is known to the second.
		if lasted := e.FinishedAt.Sub(e.asked.Truncate(time.Second)); lasted < 3*time.Second {
			t.Errorf("it was killed after %s", lasted)
		}
	})
	t.Run("the stop signal of the image is sent", func(t *testing.T) {
		if e := p.stopSpeaking(t, "own-signal"); !slices.Contains(strings.Split(e.logs, "\n"), "signal SIGUSR1") {
			t.Errorf("it was told %q", e.logs)
		}
	})
	t.Run("pre_stop runs before the container ends", func(t *testing.T) {
		same(t, 0, p.stop(t, "hooked").ExitCode)
		same(t, "yes", p.content(t, "witness", "/record/before-stop"))
	})
}
