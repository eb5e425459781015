package behaviour

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/test/cluster/harness"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	p := run(t, "health")
	client, gated := p.podRuns(t, "client"), p.podRuns(t, "gated")
	t.Run("a service that is not healthy yet gets no traffic", func(t *testing.T) { p.refused(t, client, "gated:7000") })
	t.Run("a service that is healthy gets traffic", func(t *testing.T) {
		p.shell(t, gated, "touch /tmp/healthy")
		p.connects(t, client, "gated:7000")
	})
	t.Run("a service that is healthy no more gets no traffic", func(t *testing.T) {
		p.shell(t, gated, "rm /tmp/healthy")
		harness.Eventually(t, "the service refuses", func(ctx context.Context) (bool, error) {
			var answer said
			err := p.try(ctx, client, "/connect?addr=gated:7000", &answer)
			return err == nil && answer.Error != "", err
		})
	})
	t.Run("start_interval is the cadence until it has started", func(t *testing.T) {
		p.checked(t, p.podRuns(t, "starting"), 3)
	})
	t.Run("an unhealthy service is not restarted", func(t *testing.T) {
		pod := p.podRuns(t, "sick")
		p.checked(t, pod, 10)
		for _, pod := range []*corev1.Pod{p.podRuns(t, "sick"), p.podRuns(t, "gated")} {
			same(t, 0, pod.Status.ContainerStatuses[0].RestartCount)
			same(t, false, pod.Status.ContainerStatuses[0].Ready)
		}
	})
	for _, row := range []struct{ promise, service string }{
		{"CMD-SHELL is read by a shell, dollars as they are", "shell"},
		{"a text is read by a shell", "text"},
		{"disable turns the check off", "disabled"},
		{"NONE turns the check off", "none"},
	} {
		t.Run(row.promise, func(t *testing.T) { p.PodReady(t, p.namespace, selector(row.service)) })
	}
}

// checked waits until a check that keeps a record has been made some times.
func (p *project) checked(t *testing.T, pod *corev1.Pod, times int) {
	t.Helper()
	harness.Eventually(t, fmt.Sprintf("%s is checked %d times", pod.Name, times), func(ctx context.Context) (bool, error) {
		checks, err := p.Exec(ctx, p.namespace, pod.Name, "", "cat", "/tmp/checks")
		if err != nil {
			return false, err
		}
		return strings.Count(checks, "check") >= times, errors.New(checks)
	})
}

// refused fails if a Pod reaches an address.
func (p *project) refused(t *testing.T, pod *corev1.Pod, address string) {
	t.Helper()
	network, address := splitNetwork(address)
	if got := ask[said](t, p, pod, "/connect?net="+network+"&addr="+address); got.Error == "" {
		t.Errorf("%s is reached: %+v", address, got)
	}
}
