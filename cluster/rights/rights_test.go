package rights

import (
	"errors"
	"testing"
)

func TestRoleHasAllThatIsMissing(t *testing.T) {
	e := &Error{
		Project: "shop", Namespace: "prod", User: "system:serviceaccount:ci:deployer", Cause: errors.New("nothing was changed"),
		Missing: []Right{
			{"", "configmaps", "create"}, {"", "configmaps", "patch"}, {"", "services", "create"}, {"", "services", "patch"}, {"apps", "deployments", "delete"},
		},
	}
	want := `nothing was changed
all that is missing in namespace prod, as a Role to apply for somebody who may:
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: transship-shop
  namespace: prod
rules:
- apiGroups: [""]
  resources: [configmaps, services]
  verbs: [create, patch]
- apiGroups: ["apps"]
  resources: [deployments]
  verbs: [delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: transship-shop
  namespace: prod
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: transship-shop
subjects:
- kind: ServiceAccount
  name: deployer
  namespace: ci`
	if got := e.Error(); got != want {
		t.Errorf("the error is\n%s\nwant\n%s", got, want)
	}
	if !errors.Is(e, e.Cause) {
		t.Error("the cause is hidden")
	}
}
