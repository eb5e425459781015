package up_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

const fake = "testcluster.transship/"

// quotaCounted waits until the quota of a namespace is enforced.
func (b *bench) quotaCounted(name string) {
	b.Helper()
	quotas := b.cluster.Dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "resourcequotas"}).Namespace(b.namespace)
	harness.Eventually(b, "the quota is counted", func(ctx context.Context) (bool, error) {
		q, err := quotas.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		status, _ := q.Object["status"].(map[string]any)
		return status["hard"] != nil, fmt.Errorf("status is %v", status)
	})
}

// failed expects that up fails by itself because one workload cannot succeed.
func (b *bench) failed(services ...service) cluster.Failed {
	b.Helper()
	_, events, err := b.try(project(b, services...))
	var failed *cluster.FailedError
	if !errors.As(err, &failed) || len(failed.Failures) != 1 {
		b.Fatalf("up ended with %v\n%s", err, events)
	}
	return failed.Failures[0]
}

func TestWhatCannotSucceedFailsWithTheReason(t *testing.T) {
	cases := map[string]struct {
		service service
		quota   string
		reason  string
		message string
	}{
		"an image that cannot be pulled": {
			service: service{Name: "web", Pod: map[string]string{fake + "image-pull-error": "always"}},
			reason:  "ImagePullBackOff|ErrImagePull", message: "example",
		},
		"a container that ends again and again": {
			service: service{Name: "web", Pod: map[string]string{fake + "exit-code": "3"}},
			reason:  "CrashLoopBackOff", message: "container web exited with code 3, 3 times",
		},
		"a container that needs too much memory": {
			service: service{Name: "web", Pod: map[string]string{fake + "oom-killed": "true"}},
			reason:  "CrashLoopBackOff", message: "more memory than its limit",
		},
		"a node that does not exist": {
			service: service{Name: "web", PodSpec: "nodeSelector: {disk: fast}"},
			reason:  "Unschedulable", message: "didn't match Pod's node affinity/selector",
		},
		"a secret that does not exist": {
			service: service{Name: "web", EnvFrom: "{secretKeyRef: {name: token, key: value}}"},
			reason:  "CreateContainerConfigError", message: `secret "token" not found`,
		},
		"a quota that is used up": {
			service: service{Name: "web"}, quota: "{pods: '0'}",
			reason: "QuotaExceeded", message: "exceeded quota: few",
		},
		"a quota that a StatefulSet meets": {
			service: service{Name: "web", Kind: "StatefulSet"}, quota: "{pods: '0'}",
			reason: "QuotaExceeded", message: "exceeded quota: few",
		},
		"a one-shot that fails": {
			service: service{Name: "web", Kind: "Job", Pod: map[string]string{fake + "exit-code": "4"}},
			reason:  "BackoffLimitExceeded", message: "container web exited with code 4",
		},
		"a one-shot that takes too long": {
			service: service{Name: "web", Kind: "Job", Spec: "activeDeadlineSeconds: 1", Pod: map[string]string{fake + "exit-after": "always"}},
			reason:  "DeadlineExceeded", message: "longer than specified deadline",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := start(t)
			if c.quota != "" {
				b.cluster.Apply(t, b.namespace, "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: few}\nspec: {hard: "+c.quota+"}\n")
				b.quotaCounted("few")
			}
			f := b.failed(c.service)
			if !strings.Contains(c.reason, f.Reason) || f.Reason == "" || !strings.Contains(f.Message, c.message) {
				t.Errorf("failed with %s: %s", f.Reason, f.Message)
			}
		})
	}
}

func TestMissingClaimIsNamed(t *testing.T) {
	b := start(t)
	objects := project(t, service{Name: "web", Claim: "1Gi"})
	_, events, err := b.try(objects[1:])
	var failed *cluster.FailedError
	if !errors.As(err, &failed) || failed.Failures[0].Reason != "MissingClaim" || !strings.Contains(failed.Failures[0].Message, `"web-data" not found`) {
		t.Errorf("up ended with %v\n%s", err, events)
	}
}

func TestPodSecurityDenialIsTheReason(t *testing.T) {
	b := start(t)
	namespaces := b.cluster.Client.CoreV1().Namespaces()
	namespace, err := namespaces.Get(context.Background(), b.namespace, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	namespace.Labels["pod-security.kubernetes.io/enforce"] = "restricted"
	if _, err := namespaces.Update(context.Background(), namespace, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	// The plugin learns of the label a moment after it was set.
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "judged"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}}}
	harness.Eventually(t, "the namespace is restricted", func(ctx context.Context) (bool, error) {
		_, err := b.cluster.Client.CoreV1().Pods(b.namespace).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return apierrors.IsForbidden(err), err
	})
	f := b.failed(service{Name: "web"})
	if f.Reason != "NotAdmitted" || !strings.Contains(f.Message, "violates PodSecurity") {
		t.Errorf("failed with %+v", f)
	}
}

func TestDependentIsNotStartedWhenItsDependencyFails(t *testing.T) {
	b := start(t)
	f := b.failed(
		service{Name: "migrate", Kind: "Job", Pod: map[string]string{fake + "exit-code": "1"}},
		service{Name: "web", DependsOn: `{"migrate":{"condition":"service_completed_successfully","required":true}}`},
	)
	if f.Ref.String() != "job/migrate" {
		t.Errorf("failed: %+v", f)
	}
	if b.get("deployment", "web") != nil {
		t.Error("the dependent was started")
	}
	if !strings.Contains(fmt.Sprint(b.get("configmap", "transship-shop").Object["data"]), "Deployment web") {
		t.Error("the inventory does not list what was planned")
	}
}

func TestDependencyThatIsNotRequiredOnlyWarns(t *testing.T) {
	b := start(t)
	objects := project(t,
		service{Name: "extra", Kind: "Job", Pod: map[string]string{fake + "exit-code": "1"}},
		service{Name: "web", DependsOn: `{"extra":{"condition":"service_completed_successfully","required":false}}`},
	)
	_, events, err := b.try(objects, func(o *cluster.UpOptions) { o.Wait = false })
	if err != nil {
		t.Fatalf("up: %v\n%s", err, events)
	}
	if b.get("deployment", "web") == nil {
		t.Error("the dependent was not started")
	}
	if got := strings.Join(events.order("warning"), "\n"); !strings.Contains(got, "goes on without extra") {
		t.Errorf("warnings are %q", got)
	}
}

func TestUnhealthyDependencyEndsInATimeoutThatNamesIt(t *testing.T) {
	b := start(t)
	objects := project(t,
		service{Name: "db", Pod: map[string]string{fake + "not-ready": "always"}},
		service{Name: "web", DependsOn: `{"db":{"condition":"service_healthy","required":true}}`},
	)
	var late *cluster.TimeoutError
	// A slow machine may need the time until the container of db runs.
	for timeout := 3 * time.Second; timeout < patience; timeout *= 3 {
		_, _, err := b.try(objects, func(o *cluster.UpOptions) { o.Timeout = timeout })
		if !errors.As(err, &late) || len(late.Missing) != 2 && timeout*3 >= patience {
			t.Fatalf("up ended with %v", err)
		}
		if len(late.Missing) == 2 && strings.Contains(late.Missing[0].Reason, "not ready yet") {
			break
		}
	}
	if m := late.Missing[0]; m.Ref.String() != "deployment/db" || !strings.Contains(m.Reason, "not ready yet") {
		t.Errorf("missing is %+v", m)
	}
	if m := late.Missing[1]; m.Ref.String() != "deployment/web" || m.State != "not applied yet" {
		t.Errorf("missing is %+v", m)
	}
}

func TestStartedDependencyNeedsNoReadiness(t *testing.T) {
	b := start(t)
	objects := project(t,
		service{Name: "db", Pod: map[string]string{fake + "not-ready": "always"}},
		service{Name: "web", DependsOn: `{"db":{"condition":"service_started","required":true}}`},
	)
	b.up(objects, func(o *cluster.UpOptions) { o.Wait = false })
	if b.get("deployment", "web") == nil {
		t.Error("the dependent was not started")
	}
}

func TestSlowStartIsWaitedFor(t *testing.T) {
	b := start(t)
	_, events, err := b.try(project(t,
		service{Name: "db", Pod: map[string]string{fake + "exit-code": "1", fake + "failures": "1"}},
		service{Name: "web", Pod: map[string]string{fake + "pending": "1s"}},
	))
	if err != nil {
		t.Errorf("up: %v\n%s", err, events)
	}
}
