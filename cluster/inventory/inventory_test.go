package inventory

import (
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/resource"
)

func TestInventoryIsReadAsItWasWritten(t *testing.T) {
	refs := []resource.Ref{{APIVersion: "v1", Kind: "ConfigMap", Name: "a"}, {APIVersion: "apps/v1", Kind: "Deployment", Name: "b"}}
	if got := resource.ListedIn(&unstructured.Unstructured{Object: map[string]any{"data": map[string]any{
		resource.InventoryKey: formatInventory(refs) + "a line of a later version\n",
	}}}); !slices.Equal(got, refs) {
		t.Errorf("read %v", got)
	}
	again := resource.Union(refs, []resource.Ref{{APIVersion: "apps/v2", Kind: "Deployment", Name: "b"}, {APIVersion: "v1", Kind: "Secret", Name: "a"}})
	if want := append(slices.Clone(refs), resource.Ref{APIVersion: "v1", Kind: "Secret", Name: "a"}); !slices.Equal(again, want) {
		t.Errorf("the union is %v", again)
	}
}
