package behaviour

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/test/cluster/harness"
	"github.com/transship/transship/transform"
)

// project is a converted Compose project in a namespace of its own.
type project struct {
	*harness.Cluster
	namespace string
	dir       string
	options   convert.Options
}

// newProject copies the project of a topic to a directory where a test may change it; nothing is applied yet.
func newProject(t *testing.T, topic string) *project {
	t.Helper()
	p := &project{Cluster: harness.Start(t, harness.Node), dir: filepath.Join(t.TempDir(), topic)}
	if err := os.CopyFS(p.dir, os.DirFS(filepath.Join("testdata", topic))); err != nil {
		t.Fatal(err)
	}
	p.options = convert.Options{Load: loader.Options{
		Files: []string{filepath.Join(p.dir, "compose.yaml")}, WorkingDirectory: p.dir, ProjectName: topic, Environ: []string{},
	}}
	return p
}

// run converts the project of a topic as `transship convert` does by default and applies it.
func run(t *testing.T, topic string, change ...func(*project)) *project {
	t.Helper()
	p := newProject(t, topic)
	for _, c := range change {
		c(p)
	}
	p.namespace = p.Namespace(t)
	p.apply(t)
	return p
}

// apply converts the project and applies what comes out.
func (p *project) apply(t *testing.T) {
	t.Helper()
	p.Apply(t, p.namespace, p.manifests(t))
}

func (p *project) manifests(t *testing.T) string {
	t.Helper()
	result, err := convert.Convert(t.Context(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := convert.WriteYAML(&out, result.Objects, convert.YAMLOptions{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// refused returns the codes of the errors for which the project of a topic is not converted.
func refused(t *testing.T, compose string) []string {
	t.Helper()
	result, err := convert.Convert(t.Context(), convert.Options{Load: loader.Options{
		Files: []string{"-"}, Stdin: strings.NewReader(compose), WorkingDirectory: t.TempDir(), ProjectName: "refused", Environ: []string{},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if result.Err() == nil {
		t.Errorf("it is converted")
	}
	var codes []string
	for _, f := range result.Findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// selector finds the Pods of a service.
func selector(service string) string { return transform.LabelName + "=" + service }

// pods returns the Pods of a service, the oldest first, without those that are being deleted.
func (p *project) pods(ctx context.Context, service string) ([]corev1.Pod, error) {
	list, err := p.Client.CoreV1().Pods(p.namespace).List(ctx, metav1.ListOptions{LabelSelector: selector(service)})
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool { return pod.DeletionTimestamp != nil })
	slices.SortFunc(found, func(a, b corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return found, nil
}

// podWhen waits until a Pod of a service is as wanted and returns it.
func (p *project) podWhen(t *testing.T, service, what string, holds func(*corev1.Pod) bool) *corev1.Pod {
	t.Helper()
	var found *corev1.Pod
	harness.Eventually(t, "a pod of "+service+" "+what, func(ctx context.Context) (bool, error) {
		pods, err := p.pods(ctx, service)
		if err != nil {
			return false, err
		}
		for i := range pods {
			if holds(&pods[i]) {
				found = &pods[i]
				return true, nil
			}
		}
		return false, fmt.Errorf("%d pods", len(pods))
	})
	return found
}

// podRuns waits until all containers of a Pod of a service run, ready or not.
func (p *project) podRuns(t *testing.T, service string) *corev1.Pod {
	t.Helper()
	return p.podWhen(t, service, "runs", func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodRunning })
}

// job waits until the Job of a service has ended and returns it.
func (p *project) job(t *testing.T, service string) *batchv1.Job {
	t.Helper()
	var found *batchv1.Job
	harness.Eventually(t, "job "+service+" ends", func(ctx context.Context) (bool, error) {
		job, err := p.Client.BatchV1().Jobs(p.namespace).Get(ctx, service, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		found = job
		return jobEnd(job) != "", fmt.Errorf("%+v", job.Status)
	})
	return found
}

// jobEnd returns Complete or Failed, or nothing for a Job that has not ended.
func jobEnd(job *batchv1.Job) batchv1.JobConditionType {
	for _, c := range job.Status.Conditions {
		if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
			return c.Type
		}
	}
	return ""
}

// logged waits until a container (empty: the only one) of a service's Pod has printed a line.
func (p *project) logged(t *testing.T, pod, container, line string) {
	t.Helper()
	harness.Eventually(t, fmt.Sprintf("%s prints %q", pod, line), func(ctx context.Context) (bool, error) {
		logs, err := p.Logs(ctx, p.namespace, pod, container)
		if err != nil {
			return false, err
		}
		return slices.Contains(strings.Split(logs, "\n"), line), fmt.Errorf("printed %q", logs)
	})
}

// same compares what was seen with what Docker's semantics promise.
func same[T comparable](t *testing.T, want, got T) {
	t.Helper()
	if want != got {
		t.Errorf("want %#v, got %#v", want, got)
	}
}

// sameList is same for lists.
func sameList[T comparable](t *testing.T, want, got []T) {
	t.Helper()
	if !slices.Equal(want, got) {
		t.Errorf("want %#v, got %#v", want, got)
	}
}

// offered are the images that are on the node because a test asked for them.
var offered struct {
	sync.Mutex
	names map[string]bool
}

// alias offers the probe under the names of images that a project uses, once for all tests.
func alias(t *testing.T, c *harness.Cluster, names ...string) {
	t.Helper()
	offered.Lock()
	defer offered.Unlock()
	if offered.names == nil {
		offered.names = map[string]bool{}
	}
	missing := slices.DeleteFunc(names, func(name string) bool { return offered.names[name] })
	if len(missing) == 0 {
		return
	}
	c.AliasProbe(t, missing...)
	for _, name := range missing {
		offered.names[name] = true
	}
}
