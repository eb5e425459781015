package cluster

import (
	"slices"
	"testing"
)

// TestInventoryForgetsWhatWasReplaced also where only a part of the project is brought up.
func TestInventoryForgetsWhatWasReplaced(t *testing.T) {
	old, other, successor := Ref{"apps/v1", "Deployment", "db"}, Ref{"apps/v1", "Deployment", "web"}, Ref{"apps/v1", "StatefulSet", "db"}
	plan := &Plan{Steps: []*Step{{Ref: successor, Replaces: []Ref{old}}}}
	got := finalInventory(plan, inventory{refs: []Ref{old, other}}, UpOptions{Partial: true})
	if len(got) != 2 || !slices.Contains(got, other) || !slices.Contains(got, successor) {
		t.Errorf("the inventory lists %v", got)
	}
}
