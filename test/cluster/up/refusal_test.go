package up_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

// refused expects that nothing was changed, and returns the problems.
func (b *bench) refused(objects []*unstructured.Unstructured, change ...func(*cluster.UpOptions)) []cluster.Problem {
	b.Helper()
	before := b.contents()
	_, events, err := b.try(objects, change...)
	var refused *cluster.RefusedError
	if !errors.As(err, &refused) {
		b.Fatalf("up ended with %v, not refused\n%s", err, events)
	}
	if after := b.contents(); !slices.Equal(before, after) {
		b.Errorf("a refused up changed something:\nbefore %v\nafter  %v", before, after)
	}
	return refused.Problems
}

// patch changes an object as somebody else.
func (b *bench) patch(kind, name, manager, body string) {
	b.Helper()
	_, err := b.cluster.Dynamic.Resource(kinds[kind]).Namespace(b.namespace).
		Patch(context.Background(), name, types.MergePatchType, []byte(body), metav1.PatchOptions{FieldManager: manager})
	if err != nil {
		b.Fatal(err)
	}
}

func one(t *testing.T, problems []cluster.Problem) cluster.Problem {
	t.Helper()
	if len(problems) != 1 {
		t.Fatalf("problems are %+v, want one", problems)
	}
	return problems[0]
}

func TestForeignObjectIsRefusedUntouchedUntilAdopted(t *testing.T) {
	b := start(t)
	b.cluster.Apply(t, b.namespace, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-config, labels: {app.kubernetes.io/managed-by: Helm}}\ndata: {other: theirs}\n")
	web := project(t, service{Name: "web", Config: "ours"})
	p := one(t, b.refused(web))
	if p.Ref.String() != "configmap/web-config" || p.Code != "foreign" || !strings.Contains(p.Message, "managed by Helm") || !strings.Contains(p.Help, "--adopt") {
		t.Errorf("the problem is %+v", p)
	}
	b.up(web, func(o *cluster.UpOptions) { o.Adopt, o.ForceConflicts = true, true })
	data := b.get("configmap", "web-config").Object["data"].(map[string]any)
	if data["file"] != "ours" || data["other"] != "theirs" {
		t.Errorf("the adopted ConfigMap has %v", data)
	}
}

func TestObjectOfAnotherProjectIsRefused(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web", Project: "other"}), func(o *cluster.UpOptions) { o.Project = "other" })
	problems := b.refused(project(t, service{Name: "web"}))
	if len(problems) != 2 || !strings.Contains(problems[0].Message, `belongs to the project "other"`) {
		t.Errorf("the problems are %+v", problems)
	}
}

func TestFieldConflictNamesFieldAndManager(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web", Replicas: 2}))
	b.patch("deployment", "web", "somebody", `{"spec":{"replicas":5}}`)
	web := project(t, service{Name: "web", Replicas: 3})
	p := one(t, b.refused(web))
	if p.Code != "conflict" || p.Message != "spec.replicas is set by somebody" || !strings.Contains(p.Help, "--force-conflicts") {
		t.Errorf("the problem is %+v", p)
	}
	b.up(web, func(o *cluster.UpOptions) { o.ForceConflicts = true })
	if n, _, _ := unstructured.NestedInt64(b.get("deployment", "web").Object, "spec", "replicas"); n != 3 {
		t.Errorf("replicas are %d after forcing", n)
	}
}

func TestFieldsThatOthersAddedStay(t *testing.T) {
	b := start(t)
	web := project(t, service{Name: "web"})
	b.up(web)
	b.patch("deployment", "web", "somebody", `{"metadata":{"annotations":{"note":"theirs"}}}`)
	if plan := b.up(web); plan.Changes() != 0 {
		t.Errorf("the plan is %v", actions(plan))
	}
	if b.get("deployment", "web").GetAnnotations()["note"] != "theirs" {
		t.Error("the annotation is gone")
	}
}

func TestDriftIsPutRight(t *testing.T) {
	b := start(t)
	web := project(t, service{Name: "web", Config: "ours"})
	b.up(web)
	b.patch("configmap", "web-config", "somebody", `{"data":{"file":"theirs"}}`)
	p := one(t, b.refused(web))
	if p.Code != "conflict" {
		t.Errorf("the problem is %+v", p)
	}
	plan := b.up(web, func(o *cluster.UpOptions) { o.ForceConflicts = true })
	if got := actions(plan); !slices.Equal(got, []string{"update configmap/web-config"}) {
		t.Errorf("the plan is %v", got)
	}
}

func TestVariableTakenOutIsRemoved(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web", Env: "a"}))
	b.up(project(t, service{Name: "web"}))
	containers, _, _ := unstructured.NestedSlice(b.get("deployment", "web").Object, "spec", "template", "spec", "containers")
	if env := containers[0].(map[string]any)["env"]; env != nil {
		t.Errorf("the variable is still there: %v", env)
	}
}

func TestClaimKeepsItsDataAndMayNotShrink(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "db", Claim: "2Gi"}))
	p := one(t, b.refused(project(t, service{Name: "db", Claim: "1Gi"})))
	if p.Code != "immutable-claim" || !strings.Contains(p.Message, "data would be lost") {
		t.Errorf("the problem is %+v", p)
	}
}

func TestJobRunsAgainOnlyWhenItsDefinitionChanged(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "task", Kind: "Job"}))
	first := b.get("job", "task").GetUID()
	b.up(project(t, service{Name: "task", Kind: "Job"}))
	if b.get("job", "task").GetUID() != first {
		t.Error("the unchanged Job ran again")
	}
	plan := b.up(project(t, service{Name: "task", Kind: "Job", Env: "new"}))
	if got := actions(plan); !slices.Equal(got, []string{"recreate job/task"}) || plan.Steps[0].Reason == "" {
		t.Errorf("the plan is %v", got)
	}
	second := b.get("job", "task").GetUID()
	b.up(project(t, service{Name: "task", Kind: "Job", Env: "new"}), func(o *cluster.UpOptions) { o.ForceRecreate = true })
	if b.get("job", "task").GetUID() == second {
		t.Error("the Job did not run again when asked to")
	}
}

func TestImmutableFieldsLeadToANewObject(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "db", Kind: "StatefulSet"}))
	objects := project(t, service{Name: "db", Kind: "StatefulSet"})
	for _, o := range objects {
		switch o.GetKind() {
		case "Service":
			if err := unstructured.SetNestedField(o.Object, "None", "spec", "clusterIP"); err != nil {
				t.Fatal(err)
			}
		case "StatefulSet":
			if err := unstructured.SetNestedField(o.Object, "Parallel", "spec", "podManagementPolicy"); err != nil {
				t.Fatal(err)
			}
		}
	}
	plan := b.up(objects)
	if got := actions(plan); !slices.Equal(got, []string{"recreate service/db", "recreate statefulset/db"}) {
		t.Errorf("the plan is %v", got)
	}
	address := func() any { return b.get("service", "db").Object["spec"].(map[string]any)["clusterIP"] }
	if got := address(); got != "None" {
		t.Errorf("clusterIP is %v", got)
	}
	// And back: the server would keep the field that is no longer sent.
	for _, o := range objects {
		if o.GetKind() == "Service" {
			unstructured.RemoveNestedField(o.Object, "spec", "clusterIP")
		}
	}
	if got := actions(b.up(objects)); !slices.Equal(got, []string{"recreate service/db"}) || address() == "None" {
		t.Errorf("the plan is %v, clusterIP %v", got, address())
	}
	if plan := b.up(objects); plan.Changes() != 0 {
		t.Errorf("the next up plans %v", actions(plan))
	}
}

// TestOtherStrategyIsNoInvalidObject: the server keeps what it once filled in for a rolling update, and refuses it beside
// Recreate. So a project that gets a volume could not be brought up again.
func TestOtherStrategyIsNoInvalidObject(t *testing.T) {
	b := start(t)
	b.up(project(t, service{Name: "web"}))
	with := project(t, service{Name: "web", Claim: "1Mi", Spec: "strategy: {type: Recreate}"})
	if got := actions(b.up(with)); !slices.ContainsFunc(got, func(a string) bool { return strings.HasSuffix(a, " deployment/web") }) {
		t.Errorf("the plan is %v", got)
	}
	b.consistent(with)
	b.up(project(t, service{Name: "web"}))

	// One that somebody else made with another selector is made again, too.
	b.cluster.Apply(t, b.namespace, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template: {metadata: {labels: {app: api}}, spec: {containers: [{name: api, image: "shop:1"}]}}
`)
	theirs := project(t, service{Name: "web", Claim: "1Mi", Spec: "strategy: {type: Recreate}"}, service{Name: "api", Spec: "strategy: {type: Recreate}"})
	plan := b.up(theirs, func(o *cluster.UpOptions) { o.Adopt, o.ForceConflicts = true, true })
	if got := actions(plan); !slices.Contains(got, "recreate deployment/api") {
		t.Errorf("the plan is %v", got)
	}
	b.consistent(theirs)
}

func TestInvalidObjectIsRefusedBeforeAnythingChanges(t *testing.T) {
	b := start(t)
	objects := project(t, service{Name: "api", Config: "x"}, service{Name: "web"})
	last := objects[len(objects)-1]
	if err := unstructured.SetNestedField(last.Object, "Sometimes", "spec", "template", "spec", "restartPolicy"); err != nil {
		t.Fatal(err)
	}
	p := one(t, b.refused(objects))
	if p.Code != "invalid" || !strings.Contains(p.Message, "spec.template.spec.restartPolicy") {
		t.Errorf("the problem is %+v", p)
	}
}

func TestAdmissionDenialIsSaidBeforeAnythingChanges(t *testing.T) {
	b := start(t)
	b.cluster.Apply(t, b.namespace, "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: few}\nspec: {hard: {configmaps: '2', services: '0'}}\n")
	b.quotaCounted("few")
	p := one(t, b.refused(project(t, service{Name: "web"})))
	if p.Code != "denied" || !strings.Contains(p.Message, "exceeded quota: few") {
		t.Errorf("the problem is %+v", p)
	}
}

func TestPolicyThatDeniesOneOfManyIsSaidBeforeAnythingChanges(t *testing.T) {
	b := start(t)
	b.cluster.Apply(t, b.namespace, fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: %[1]s}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]}
  validations:
  - expression: object.spec.template.spec.containers.all(c, c.image.contains("@sha256:"))
    message: images need a digest
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: %[1]s}
spec:
  policyName: %[1]s
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[1]s}}}
`, b.namespace))
	t.Cleanup(func() {
		policies := b.cluster.Client.AdmissionregistrationV1()
		_ = policies.ValidatingAdmissionPolicyBindings().Delete(context.Background(), b.namespace, metav1.DeleteOptions{})
		_ = policies.ValidatingAdmissionPolicies().Delete(context.Background(), b.namespace, metav1.DeleteOptions{})
	})
	const pinned = "example@sha256:0123456789012345678901234567890123456789012345678901234567890123"
	services := []service{{Name: "web", Image: "example:1"}}
	for i := range 30 {
		services = append(services, service{Name: fmt.Sprintf("worker-%d", i), Image: pinned})
	}
	objects := project(t, services...)
	var refused *cluster.RefusedError
	harness.Eventually(t, "the policy is in force", func(ctx context.Context) (bool, error) {
		o := b.options()
		o.DryRun = true
		_, err := b.client.Up(ctx, objects, o, nil)
		return errors.As(err, &refused), err
	})
	p := one(t, b.refused(objects))
	if p.Ref.String() != "deployment/web" || p.Code != "denied" || !strings.Contains(p.Message, "images need a digest") {
		t.Errorf("the problem is %+v", p)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	b := start(t)
	before := b.versions()
	plan := b.up(project(t, shop()...), func(o *cluster.UpOptions) { o.DryRun = true })
	if plan.Changes() != 10 {
		t.Errorf("the plan is %v", actions(plan))
	}
	if after := b.versions(); !slices.Equal(before, after) {
		t.Errorf("a dry run changed something: %v, before %v", after, before)
	}
}
