package up_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

// TestMissingRightsAreToldAtOnceAsARole: the Role in the message, applied as it stands, is all that is missing.
func TestMissingRightsAreToldAtOnceAsARole(t *testing.T) {
	b := start(t)
	kubeconfig, _ := b.cluster.User(t, "june")
	june := connect(t, kubeconfig)
	objects := project(t, service{Name: "web", Config: "x"}, service{Name: "task", Kind: "Job"})
	_, err := june.Up(context.Background(), objects, b.options(), nil)
	rights := (*cluster.RightsError)(nil)
	if !errors.As(err, &rights) {
		t.Fatalf("up without any right ended with %v", err)
	}
	for _, want := range []string{"june", "deployments", "jobs", "services", "configmaps", "verbs: [create, get, list, patch"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
	b.cluster.Apply(t, b.namespace, rights.Role())
	harness.Eventually(t, "the project is up with the Role of the message", func(ctx context.Context) (bool, error) {
		_, err := june.Up(ctx, objects, b.options(), nil)
		return err == nil, err
	})

	// Who may see only the kinds that the project has can look at it.
	found, err := june.Containers(context.Background(), "shop", b.namespace, nil, true)
	if err != nil || len(found) != 2 {
		t.Errorf("listed are %v, %v", found, err)
	}

	// What is to go may not be deleted: nothing is changed, and nothing new is made.
	o := b.options()
	o.RemoveOrphans = true
	_, err = june.Up(context.Background(), project(t, service{Name: "web", Config: "x"}, service{Name: "new", Config: "y"}), o, nil)
	if !errors.As(err, &rights) || !strings.Contains(err.Error(), "june may not delete jobs.batch") {
		t.Errorf("removing what may not be deleted ended with %v", err)
	}
	if b.get("deployment", "new") != nil || b.get("configmap", "new-config") != nil {
		t.Error("a part was made although another may not be deleted")
	}
	err = june.Down(context.Background(), cluster.DownOptions{Project: "shop", Namespace: b.namespace, Timeout: patience}, nil)
	if !errors.As(err, &rights) || b.get("job", "task") == nil || b.get("deployment", "web") == nil {
		t.Errorf("down without the right to delete ended with %v", err)
	}
	b.cluster.Apply(t, b.namespace, strings.ReplaceAll(rights.Role(), "transship-shop", "transship-shop-more"))
	harness.Eventually(t, "the project is down with the Role of the message", func(ctx context.Context) (bool, error) {
		err := june.Down(ctx, cluster.DownOptions{Project: "shop", Namespace: b.namespace, Timeout: patience}, nil)
		return err == nil, err
	})
}
