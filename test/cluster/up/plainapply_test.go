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

// TestPartOfAnUnchangedProjectChangesNothing: what is decided is decided over the whole project, whatever part of it is brought up.
func TestPartOfAnUnchangedProjectChangesNothing(t *testing.T) {
	c := consoleOn(t, harness.Controllers, `
name: part-of-it
services:
  db: {image: "shop:1", volumes: ["data:/data"], expose: ["5432"]}
  backup: {image: "shop:1", command: [backup], volumes: ["data:/data"]}
  migrate: {image: "shop:1", command: [migrate], depends_on: [db]}
  web: {image: "shop:1", ports: ["8080"], depends_on: {migrate: {condition: service_completed_successfully}}}
volumes: {data: {}}
`)
	// A part that is brought up first is what it is in the whole.
	c.run(0, "", "up", "-d", "--wait", "migrate")
	if _, err := harness.Start(t, harness.Controllers).Client.BatchV1().Jobs("part-of-it").Get(context.Background(), "migrate", metav1.GetOptions{}); err != nil {
		t.Errorf("migrate is no Job: %v", err)
	}
	c.run(0, "", "up", "-d", "--wait")
	for _, part := range []string{"db", "web", "backup", "migrate"} {
		out, said := c.run(0, "", "up", "-d", "--dry-run", part)
		if part != "migrate" && strings.TrimSpace(out) != "" { // which runs again when it is asked for by name
			t.Errorf("up %s changes\n%s%s", part, out, said)
		}
	}
	c.run(0, "", "up", "-d", "--wait", "db")
	if out, said := c.run(0, "", "up", "--dry-run"); strings.TrimSpace(out) != "" {
		t.Errorf("after up db, a whole up changes\n%s%s", out, said)
	}
	if out, said := c.run(0, "", "diff"); out != "" {
		t.Errorf("after up db, there is a difference:\n%s%s", out, said)
	}
}

func TestVariablesThatOthersSetAreInTheDiff(t *testing.T) {
	c := consoleOn(t, harness.Controllers, "name: set-by-others\nservices: {web: {image: \"shop:1\", environment: {OURS: one}}}\n")
	c.run(0, "", "up", "-d", "--wait")
	kubectl := exec.CommandContext(context.Background(), filepath.Join(harness.BinDir(t), "kubectl"),
		"--kubeconfig", c.kubeconfig, "-n", "set-by-others", "set", "env", "deployment/web", "DEBUG=yes", "API_TOKEN=not-for-everybody")
	if out, err := kubectl.CombinedOutput(); err != nil {
		t.Fatalf("kubectl: %s", out)
	}
	_, said := c.run(0, "", "diff")
	c.says(said, "deployment/web: spec.template.spec.containers[web].env[DEBUG].value=yes, set by kubectl-set, is not in the project, and up leaves it")
	c.says(said, "env[API_TOKEN].value=***")
}
