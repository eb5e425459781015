package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/cluster/clustertest"
)

// many returns Deployments and ConfigMaps that differ in their names and texts only.
func many(t *testing.T, n int) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	for i := range n {
		objects = append(objects, config(t, fmt.Sprintf("config-%d", i), fmt.Sprint("text ", i)), deployment(t, fmt.Sprintf("web-%d", i), fmt.Sprintf("team/web:%d", i), ""))
	}
	return objects
}

// dryRuns counts what was asked without changing anything.
func dryRuns(server *clustertest.Server) int {
	return len(slices.DeleteFunc(server.Requests(), func(r string) bool { return !strings.HasSuffix(r, "dry run") }))
}

func TestOneObjectIsAskedAboutForAllThatAreLikeIt(t *testing.T) {
	server, client := connect(t, allReady)
	o := cluster.UpOptions{Project: "shop", Namespace: "shop"}
	if _, err := client.Up(context.Background(), many(t, 20), o, nil); err != nil {
		t.Fatal(err)
	}
	if asked := dryRuns(server); asked != 2 {
		t.Errorf("%d dry runs for two kinds: %q", asked, server.Requests())
	}
	if server.Get("deployments", "shop", "web-19") == nil || server.Get("configmaps", "shop", "config-19") == nil {
		t.Error("not everything was made")
	}
	if total := len(server.Requests()); total > 40+20 {
		t.Errorf("%d requests for 40 objects", total)
	}
	server.Forget()
	if _, err := client.Up(context.Background(), many(t, 20), o, nil); err != nil {
		t.Fatal(err)
	}
	if total := len(server.Requests()); total > 5 {
		t.Errorf("%d requests for an unchanged project: %q", total, server.Requests())
	}
}

func TestEverythingIsAskedAboutWhereOneObjectDoesNotStandForAnother(t *testing.T) {
	webhook := func(t *testing.T, group, resource string) *unstructured.Unstructured {
		t.Helper()
		return clustertest.Object(t, fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: names}
webhooks: [{name: names.example.com, rules: [{apiGroups: [%q], apiVersions: ["*"], operations: [CREATE], resources: [%q]}]}]
`, group, resource))
	}
	forbid := func(resource string) func(clustertest.Request) error {
		return func(r clustertest.Request) error {
			if r.Resource == resource {
				return apierrors.NewForbidden(schema.GroupResource{Resource: resource}, "", errors.New("not for you"))
			}
			return nil
		}
	}
	cases := map[string]struct {
		prepare func(*testing.T, *clustertest.Server)
		want    int
	}{
		"a webhook for one kind":   {func(t *testing.T, s *clustertest.Server) { t.Helper(); s.Put(webhook(t, "", "configmaps")) }, 21},
		"a webhook for another":    {func(t *testing.T, s *clustertest.Server) { t.Helper(); s.Put(webhook(t, "", "pods")) }, 2},
		"a webhook for everything": {func(t *testing.T, s *clustertest.Server) { t.Helper(); s.Put(webhook(t, "*", "*")) }, 40},
		"a webhook for a group":    {func(t *testing.T, s *clustertest.Server) { t.Helper(); s.Put(webhook(t, "apps", "*/*")) }, 40},
		"a policy": {func(t *testing.T, s *clustertest.Server) {
			t.Helper()
			s.Put(clustertest.Object(t, `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: p}, spec: {matchConstraints: {resourceRules: [{apiGroups: [apps], resources: [deployments]}]}}}`))
		}, 21},
		"a quota": {func(t *testing.T, s *clustertest.Server) {
			t.Helper()
			s.Put(clustertest.Object(t, `{apiVersion: v1, kind: ResourceQuota, metadata: {name: few, namespace: shop}, spec: {hard: {count/configmaps: "9"}}}`))
		}, 40},
		"webhooks may not be listed": {func(_ *testing.T, s *clustertest.Server) { s.Refuse(forbid("mutatingwebhookconfigurations")) }, 40},
		"policies may not be listed": {func(_ *testing.T, s *clustertest.Server) { s.Refuse(forbid("validatingadmissionpolicies")) }, 40},
		"quotas may not be listed":   {func(_ *testing.T, s *clustertest.Server) { s.Refuse(forbid("resourcequotas")) }, 40},
		"rights end at names":        {func(_ *testing.T, s *clustertest.Server) { s.LimitNames("web-1") }, 40},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server, client := connect(t, allReady)
			c.prepare(t, server)
			if _, err := client.Up(context.Background(), many(t, 20), cluster.UpOptions{Project: "shop", Namespace: "shop"}, nil); err != nil {
				t.Fatal(err)
			}
			if asked := dryRuns(server); asked != c.want {
				t.Errorf("%d dry runs, want %d", asked, c.want)
			}
		})
	}
}

func TestWhatASampleIsRefusedForIsToldOfEachObject(t *testing.T) {
	server, client := connect(t, allReady)
	server.Refuse(func(r clustertest.Request) error {
		if r.Resource == "configmaps" && r.DryRun {
			return apierrors.NewInvalid(schema.GroupKind{Kind: "ConfigMap"}, r.Name, nil)
		}
		return nil
	})
	_, err := client.Up(context.Background(), many(t, 20), cluster.UpOptions{Project: "shop", Namespace: "shop"}, nil)
	refused := (*cluster.RefusedError)(nil)
	if !errors.As(err, &refused) || len(refused.Problems) != 20 {
		t.Errorf("the error is %v", err)
	}
	if server.Get("deployments", "shop", "web-0") != nil {
		t.Error("something was made all the same")
	}
}

func TestNameThatIsTakenIsFoundAmongManyObjects(t *testing.T) {
	server, client := connect(t, allReady)
	server.Put(clustertest.Object(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: config-7, namespace: shop, resourceVersion: "1"}, data: {theirs: "1"}}`))
	_, err := client.Up(context.Background(), many(t, 20), cluster.UpOptions{Project: "shop", Namespace: "shop"}, nil)
	refused := (*cluster.RefusedError)(nil)
	if !errors.As(err, &refused) || len(refused.Problems) != 1 || refused.Problems[0].Code != "foreign" || refused.Problems[0].Ref.Name != "config-7" {
		t.Errorf("the error is %v", err)
	}
	if server.Get("configmaps", "shop", "config-1") != nil {
		t.Error("something was made all the same")
	}
}

func TestDryRunAsksAboutEverything(t *testing.T) {
	server, client := connect(t, allReady)
	if _, err := client.Up(context.Background(), many(t, 20), cluster.UpOptions{Project: "shop", Namespace: "shop", DryRun: true}, nil); err != nil {
		t.Fatal(err)
	}
	if asked := dryRuns(server); asked != 40 {
		t.Errorf("%d dry runs, want 40", asked)
	}
}
