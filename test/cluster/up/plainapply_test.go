package up_test

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cmd"
	"github.com/transship/transship/test/cluster/harness"
)

// applied is a project that is converted and applied by kubectl.
type applied struct {
	*testing.T
	cluster   *harness.Cluster
	namespace string
}

// apply converts a project and applies the manifests, and returns what kubectl says, and whether it succeeds.
func (a *applied) apply(compose string, flags ...string) (string, bool) {
	a.Helper()
	var manifests, complaints bytes.Buffer
	streams := cmd.Streams{In: strings.NewReader(compose), Out: &manifests, Err: &complaints}
	if code := cmd.Main(context.Background(), append([]string{"convert", "-f", "-"}, flags...), streams); code != 0 {
		a.Fatalf("convert ended with %d: %s", code, complaints.String())
	}
	kubectl := exec.CommandContext(context.Background(), filepath.Join(harness.BinDir(a), "kubectl"),
		"--kubeconfig", a.cluster.Kubeconfig, "-n", a.namespace, "apply", "-f", "-")
	kubectl.Stdin = &manifests
	out, err := kubectl.CombinedOutput()
	return string(out), err == nil
}

func TestPlainApplyFollowsAConversion(t *testing.T) {
	t.Parallel()
	c := harness.Start(t, harness.Controllers)
	a := &applied{t, c, c.Namespace(t)}
	const project = `
name: shop
services:
  migrate: {image: "shop:1", command: [migrate], environment: {API_TOKEN: 4fG8sQ2mZx7Lw9}}
  web: {image: "shop:1", depends_on: {migrate: {condition: service_completed_successfully}}}
`
	out, ok := a.apply(project, "--job-names=hash")
	if !ok {
		t.Fatalf("kubectl: %s", out)
	}
	// Whoever applies the same again is told that nothing changed, also of Secrets.
	out, _ = a.apply(project, "--job-names=hash")
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(line, " unchanged\n") {
			t.Errorf("the second apply says %q", line)
		}
	}
	out, ok = a.apply(strings.Replace(project, "[migrate]", "[migrate, --all]", 1), "--job-names=hash")
	if !ok || strings.Count(out, "job.batch/migrate-") != 1 || !strings.Contains(out, " created") || !strings.Contains(out, "deployment.apps/web configured") {
		t.Errorf("after a change of the Job, kubectl says %s", out)
	}
	harness.Eventually(t, "web waits for the new Job, which ends, and runs", func(ctx context.Context) (bool, error) {
		web, err := c.Client.AppsV1().Deployments(a.namespace).Get(ctx, "web", metav1.GetOptions{})
		return err == nil && web.Status.ObservedGeneration == web.Generation && web.Status.UpdatedReplicas == 1 && web.Status.ReadyReplicas == 1, err
	})

	// With stable names a plain apply cannot follow, which the conversion says.
	stable := &applied{t, c, c.Namespace(t)}
	if out, ok := stable.apply(project); !ok {
		t.Fatalf("kubectl: %s", out)
	}
	if out, ok := stable.apply(strings.Replace(project, "[migrate]", "[migrate, --all]", 1)); ok || !strings.Contains(out, "field is immutable") {
		t.Errorf("kubectl changes a Job after all: %s", out)
	}
}
