package behaviour

import (
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestChange applies a project again after its inputs have changed, as Docker Compose is told to with `up`.
func TestChange(t *testing.T) {
	t.Parallel()
	p := run(t, "change", func(p *project) { p.options.Load.Environ = []string{"TOKEN=before\n"} })
	before := map[string]*corev1.Pod{}
	for _, service := range []string{"configured", "bound", "secretive", "same"} {
		before[service] = p.podRuns(t, service)
	}
	for _, name := range []string{"settings.txt", "bound.txt"} {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte("after\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.options.Load.Environ = []string{"TOKEN=after\n"}
	p.apply(t)
	replaced := func(t *testing.T, service string) report {
		t.Helper()
		pod := p.podWhen(t, service, "replaces the first", func(pod *corev1.Pod) bool {
			return pod.UID != before[service].UID && pod.Status.Phase == corev1.PodRunning
		})
		return p.reportOf(t, pod, "/etc/settings", "/etc/bound")
	}
	t.Run("a container is replaced when a config has changed", func(t *testing.T) {
		same(t, "after\n", string(replaced(t, "configured").Files["/etc/settings"].Content))
	})
	t.Run("a container is replaced when a bound file has changed", func(t *testing.T) {
		same(t, "after\n", string(replaced(t, "bound").Files["/etc/bound"].Content))
	})
	t.Run("a container is replaced when a secret value has changed", func(t *testing.T) {
		env, _ := replaced(t, "secretive").env()
		same(t, "after\n", env["API_TOKEN"])
	})
	t.Run("a container stays when nothing of it has changed", func(t *testing.T) {
		same(t, before["same"].UID, p.podRuns(t, "same").UID)
	})
}
