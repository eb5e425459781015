package behaviour

import (
	"context"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestJobs(t *testing.T) {
	t.Parallel()
	p := run(t, "jobs")
	t.Run("a job runs in the containers of its schedule", func(t *testing.T) {
		same(t, batchv1.JobComplete, jobEnd(p.fire(t, "backup")))
		same(t, "$(KIND) of ${KIND}", p.content(t, "web", "/data/backup"))
	})
	t.Run("a job that fails is not tried again", func(t *testing.T) {
		same(t, batchv1.JobFailed, jobEnd(p.fire(t, "broken")))
		sameList(t, []int32{3}, p.exitCodes(t, "broken"))
	})
	t.Run("a job that is not due does not run", func(t *testing.T) {
		job, err := p.Client.BatchV1().CronJobs(p.namespace).Get(t.Context(), "backup", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if job.Status.LastScheduleTime != nil {
			t.Errorf("it ran at %s", job.Status.LastScheduleTime)
		}
	})
	t.Run("a job runs when it is due", func(t *testing.T) {
		p.dueWithin(t, "each-minute", 4*time.Minute)
	})
}

// fire runs a job at once, as `kubectl create job --from` does, and waits for its end.
func (p *project) fire(t *testing.T, name string) *batchv1.Job {
	t.Helper()
	scheduled, err := p.Client.BatchV1().CronJobs(p.namespace).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name + "-now", Labels: scheduled.Spec.JobTemplate.Labels},
		Spec:       scheduled.Spec.JobTemplate.Spec,
	}
	if _, err := p.Client.BatchV1().Jobs(p.namespace).Create(t.Context(), job, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return p.job(t, job.Name)
}

// dueWithin watches until a job has run by its schedule, which takes longer than other waits.
func (p *project) dueWithin(t *testing.T, name string, period time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), period)
	defer cancel()
	watcher, err := p.Client.CoreV1().Pods(p.namespace).Watch(ctx, metav1.ListOptions{LabelSelector: selector(name)})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Stop()
	for event := range watcher.ResultChan() {
		if pod, isPod := event.Object.(*corev1.Pod); isPod && pod.Status.Phase == corev1.PodSucceeded {
			return
		}
	}
	t.Errorf("it has not run in %s", period)
}
