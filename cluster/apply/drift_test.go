package apply

import (
	"slices"
	"testing"

	"github.com/transship/transship/cluster/clustertest"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

func TestValuesThatOthersSetAreTold(t *testing.T) {
	live := clustertest.Object(t, `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  managedFields:
  - {manager: transship, operation: Apply, apiVersion: apps/v1, fieldsV1: {f:spec: {f:replicas: {}, f:template: {f:spec: {f:containers: {'k:{"name":"web"}': {.: {}, f:name: {}, f:image: {}, f:env: {'k:{"name":"OURS"}': {.: {}, f:name: {}, f:value: {}}}}}}}}}}
  - {manager: kubectl-set, operation: Update, apiVersion: apps/v1, fieldsV1: {f:spec: {f:template: {f:spec: {f:containers: {'k:{"name":"web"}': {f:env: {'k:{"name":"DEBUG"}': {.: {}, f:name: {}, f:value: {}}, 'k:{"name":"TOKEN"}': {.: {}, f:name: {}, f:value: {}}}}}}}}}}
  - {manager: kubectl-rollout, operation: Update, apiVersion: apps/v1, fieldsV1: {f:spec: {f:template: {f:metadata: {f:annotations: {f:kubectl.kubernetes.io/restartedAt: {}}}}}}}
  - {manager: kube-controller-manager, operation: Update, subresource: status, apiVersion: apps/v1, fieldsV1: {f:status: {f:replicas: {}}}}
  - {manager: kube-controller-manager, operation: Update, apiVersion: apps/v1, fieldsV1: {f:metadata: {f:annotations: {f:deployment.kubernetes.io/revision: {}}}}}
spec:
  replicas: 1
  template:
    metadata: {annotations: {kubectl.kubernetes.io/restartedAt: now}}
    spec: {containers: [{name: web, image: a, env: [{name: OURS, value: "1"}, {name: DEBUG, value: "2"}, {name: TOKEN, value: not-for-everybody}]}]}
`)
	step := &plan.Step{Ref: resource.RefOf(live), Live: live, Action: plan.Unchanged}
	want := []string{
		"spec.template.spec.containers[web].env[DEBUG].value=2, set by kubectl-set", "spec.template.spec.containers[web].env[TOKEN].value=***, set by kubectl-set",
	}
	if got := setByOthers(step, func(name, _ string) bool { return name == "TOKEN" }); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	step.Action = plan.Recreate
	if got := setByOthers(step, func(name, _ string) bool { return name == "TOKEN" }); len(got) > 0 {
		t.Errorf("of an object that is made again, %q is told", got)
	}
}
