package behaviour

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// joinerPort is where the probe of a service answers that shares the network of another one.
const joinerPort = 8081

func TestSharedPod(t *testing.T) {
	t.Parallel()
	p := run(t, "shared-pod")
	client := p.podRuns(t, "client")
	t.Run("a service that joins waits for the owner to be healthy", func(t *testing.T) { p.joinerWaits(t) })
	pod := p.PodReady(t, p.namespace, selector("vpn"))
	t.Run("services that share a network share localhost", func(t *testing.T) {
		// The owner asks its own loopback, where only the joiner listens, and the other way round.
		same(t, pod.Name, p.connects(t, pod, "127.0.0.1:7001"))
		if got := askAt[said](t, p, pod, joinerPort, "/connect?addr=127.0.0.1:7009"); got.Error != "" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a service that joins is reached under the name of the owner", func(t *testing.T) { p.connects(t, client, "vpn:7001") })
	t.Run("the owner is reached as before", func(t *testing.T) { p.connects(t, client, "vpn:7000") })
	t.Run("a service that joins has no name of its own", func(t *testing.T) {
		if got := ask[said](t, p, client, "/lookup?name=joiner"); got.Error == "" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("each keeps its own privileges", func(t *testing.T) {
		joiner := askAt[report](t, p, pod, joinerPort, "/")
		same(t, false, slices.Contains(capabilities(t, joiner, "CapEff"), capNetAdmin))
		same(t, true, slices.Contains(capabilities(t, p.reportOf(t, pod), "CapEff"), capNetAdmin))
	})
	t.Run("pid: service shows the processes of the other", func(t *testing.T) {
		watched := p.podRuns(t, "watched")
		out, err := p.Exec(t.Context(), p.namespace, watched.Name, "watcher", "ps")
		if err != nil || !strings.Contains(out, "/probe") {
			t.Errorf("got %q, %v", out, err)
		}
	})
}

// joinerWaits makes the owner healthy and checks that the joiner starts, and not before.
func (p *project) joinerWaits(t *testing.T) {
	t.Helper()
	pod := p.podWhen(t, "vpn", "has a running owner", waiting)
	if _, has := started(pod); has {
		t.Error("the joiner has started")
	}
	if _, err := p.Exec(t.Context(), p.namespace, pod.Name, "vpn", "/probe", "write", "/tmp/healthy="); err != nil {
		t.Fatal(err)
	}
	p.podWhen(t, "vpn", "has a running joiner", func(pod *corev1.Pod) bool {
		_, has := started(pod)
		return has
	})
}
