package behaviour

import (
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// waiting reports whether an initContainer of the Pod runs, so that its containers cannot have started.
func waiting(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.InitContainerStatuses, func(s corev1.ContainerStatus) bool { return s.State.Running != nil })
}

// started returns when the container of a Pod was started, and whether it was.
func started(pod *corev1.Pod) (time.Time, bool) {
	for _, s := range pod.Status.ContainerStatuses {
		if s.State.Running != nil {
			return s.State.Running.StartedAt.Time, true
		}
	}
	return time.Time{}, false
}

// readySince returns when a Pod became ready.
func readySince(pod *corev1.Pod) time.Time {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			return c.LastTransitionTime.Time
		}
	}
	return time.Time{}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	p := run(t, "order")
	db := p.podRuns(t, "db")
	t.Run("service_started waits for nothing more", func(t *testing.T) {
		p.podRuns(t, "after-start")
		if !readySince(db).IsZero() {
			t.Error("the dependency is healthy")
		}
	})
	t.Run("a dependency that is not required is not waited for", func(t *testing.T) { p.podRuns(t, "after-optional") })
	for _, service := range []string{"after-health", "after-portless", "after-completion", "after-both"} {
		t.Run("nothing starts before its dependencies are there: "+service, func(t *testing.T) {
			pod := p.podWhen(t, service, "waits", waiting)
			if _, has := started(pod); has {
				t.Error("it has started")
			}
		})
	}
	t.Run("service_healthy waits for health", func(t *testing.T) { p.startsWhenHealthy(t, "after-health", "db") })
	t.Run("service_healthy waits for health of a service without a port", func(t *testing.T) { p.startsWhenHealthy(t, "after-portless", "portless") })
	t.Run("of two conditions one is not enough", func(t *testing.T) {
		if _, has := started(p.podWhen(t, "after-both", "waits", waiting)); has {
			t.Error("it has started")
		}
	})
	t.Run("service_completed_successfully waits for the end", func(t *testing.T) {
		p.write(t, p.podRuns(t, "migrate"), "/tmp/go", "")
		end := p.job(t, "migrate")
		same(t, batchv1.JobComplete, jobEnd(end))
		for _, service := range []string{"after-completion", "after-both"} {
			at, _ := started(p.podRuns(t, service))
			if at.Before(end.Status.CompletionTime.Time) {
				t.Errorf("%s started at %s, the migration ended at %s", service, at, end.Status.CompletionTime)
			}
		}
	})
	t.Run("a failure keeps the dependants from starting", func(t *testing.T) {
		same(t, batchv1.JobFailed, jobEnd(p.job(t, "broken")))
		pod := p.podWhen(t, "after-failure", "gives up", func(pod *corev1.Pod) bool {
			return slices.ContainsFunc(pod.Status.InitContainerStatuses, func(s corev1.ContainerStatus) bool {
				return strings.HasPrefix(s.Name, "check-") && (s.RestartCount > 0 || s.State.Terminated != nil && s.State.Terminated.ExitCode != 0)
			})
		})
		if _, has := started(pod); has {
			t.Error("it has started")
		}
	})
}

// startsWhenHealthy makes a dependency healthy and checks that the dependant starts, and not before.
func (p *project) startsWhenHealthy(t *testing.T, dependant, dependency string) {
	t.Helper()
	p.shell(t, p.podRuns(t, dependency), "touch /tmp/healthy")
	at, _ := started(p.podRuns(t, dependant))
	healthy := readySince(p.PodReady(t, p.namespace, selector(dependency)))
	if at.Before(healthy) {
		t.Errorf("it started at %s, the dependency was healthy at %s", at, healthy)
	}
}

// shell runs a line in a Pod whose image is busybox.
func (p *project) shell(t *testing.T, pod *corev1.Pod, line string) string {
	t.Helper()
	out, err := p.Exec(t.Context(), p.namespace, pod.Name, "", "sh", "-c", line)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
