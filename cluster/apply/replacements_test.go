package apply

import (
	"slices"
	"testing"

	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// TestInventoryForgetsWhatWasReplaced also where only a part of the project is brought up.
func TestInventoryForgetsWhatWasReplaced(t *testing.T) {
	old, other, successor := resource.Ref{APIVersion: "apps/v1", Kind: "Deployment", Name: "db"}, resource.Ref{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}, resource.Ref{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "db"}
	p := &plan.Plan{Steps: []*plan.Step{{Ref: successor, Replaces: []resource.Ref{old}}}}
	got := finalInventory(p, inventory.List{Refs: []resource.Ref{old, other}}, plan.Options{Partial: true})
	if len(got) != 2 || !slices.Contains(got, other) || !slices.Contains(got, successor) {
		t.Errorf("the inventory lists %v", got)
	}
}
