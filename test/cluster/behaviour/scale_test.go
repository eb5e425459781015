package behaviour

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/test/cluster/harness"
)

func TestScale(t *testing.T) {
	t.Parallel()
	p := run(t, "scale")
	for _, row := range []struct {
		promise, service string
		count            int
	}{
		{"replicas is the number of containers", "three", 3},
		{"a global service runs once on each node", "global", 1},
		{"a service of stable names has its replicas", "stable", 2},
	} {
		t.Run(row.promise, func(t *testing.T) { p.running(t, row.service, row.count) })
	}
	t.Run("a service scaled to nothing has no container", func(t *testing.T) {
		pods, err := p.pods(t.Context(), "none")
		if err != nil {
			t.Fatal(err)
		}
		same(t, 0, len(pods))
	})
	t.Run("connections to a service are spread over its containers", func(t *testing.T) {
		client, seen := p.running(t, "global", 1)[0], map[string]bool{}
		harness.Eventually(t, "all three have answered", func(ctx context.Context) (bool, error) {
			var answer said
			err := p.try(ctx, &client, "/connect?addr=three:7000", &answer)
			if err == nil && answer.Error == "" {
				seen[answer.Said] = true
			}
			return len(seen) == 3, fmt.Errorf("seen %v: %w", seen, err)
		})
	})
	t.Run("replicas of a service of stable names share its volume", func(t *testing.T) {
		pods := p.running(t, "stable", 2)
		p.write(t, &pods[0], "/shared/note", "for the other")
		same(t, "for the other", string(p.reportOf(t, &pods[1], "/shared/note").Files["/shared/note"].Content))
	})
}

// running waits until a number of containers of a service run, no more and no less.
func (p *project) running(t *testing.T, service string, count int) []corev1.Pod {
	t.Helper()
	var found []corev1.Pod
	harness.Eventually(t, fmt.Sprintf("%d pods of %s run", count, service), func(ctx context.Context) (bool, error) {
		pods, err := p.pods(ctx, service)
		if err != nil {
			return false, err
		}
		running := 0
		for _, pod := range pods {
			if pod.Status.Phase == corev1.PodRunning {
				running++
			}
		}
		found = pods
		return running == count && len(pods) == count, fmt.Errorf("%d of %d run", running, len(pods))
	})
	return found
}
