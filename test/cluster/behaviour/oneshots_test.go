package behaviour

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestOneShots(t *testing.T) {
	t.Parallel()
	p := run(t, "oneshots")
	t.Run("a service that is not restarted completes and stays", func(t *testing.T) {
		same(t, batchv1.JobComplete, jobEnd(p.job(t, "once")))
		sameList(t, []int32{0}, p.exitCodes(t, "once"))
		pods, err := p.pods(t.Context(), "once")
		if err != nil || len(pods) != 1 {
			t.Fatalf("got %d pods, %v", len(pods), err)
		}
		p.logged(t, pods[0].Name, "", "done")
	})
	t.Run("a service that is not restarted runs once when it fails", func(t *testing.T) {
		same(t, batchv1.JobFailed, jobEnd(p.job(t, "failing")))
		sameList(t, []int32{3}, p.exitCodes(t, "failing"))
	})
	t.Run("on-failure restarts until it succeeds", func(t *testing.T) {
		same(t, batchv1.JobComplete, jobEnd(p.job(t, "setup-patient")))
		same(t, "run\nrun\n", p.content(t, "witness", "/state/runs"))
	})
	for service, policy := range map[string]string{"always": "always", "unless-stopped": "unless-stopped"} {
		t.Run(policy+" restarts whatever the exit code", func(t *testing.T) {
			p.podWhen(t, service, "is restarted", func(pod *corev1.Pod) bool {
				return len(pod.Status.ContainerStatuses) > 0 && pod.Status.ContainerStatuses[0].RestartCount > 0
			})
		})
	}
	t.Run("on-failure:N runs N+1 times and gives up", func(t *testing.T) {
		same(t, batchv1.JobFailed, jobEnd(p.job(t, "setup-counted")))
		sameList(t, []int32{4, 4}, p.exitCodes(t, "setup-counted"))
	})
}

// exitCodes returns with what each run of a service ended, those before a restart included.
func (p *project) exitCodes(t *testing.T, service string) []int32 {
	t.Helper()
	pods, err := p.pods(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	var codes []int32
	for _, pod := range pods {
		for _, s := range pod.Status.ContainerStatuses {
			for range s.RestartCount {
				codes = append(codes, -1)
			}
			if s.State.Terminated != nil {
				codes = append(codes, s.State.Terminated.ExitCode)
			}
		}
	}
	return codes
}
