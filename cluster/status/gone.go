package status

import (
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/inventory"
)

// knows notes that everything is known here that happened to objects of a kind up to a resource version.
func (s *kindStore) knows(version string) {
	s.version = max(s.version, versionNumber(version))
}

// versionNumber returns a resource version as a number; those of one kind of object can be compared.
func versionNumber(version string) uint64 {
	n, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		return 0 // nothing is newer than what is not known
	}
	return n
}

// isRemoved reports whether somebody deleted an object after it was in a state: it is going, or it is gone, or another
// one has its name. That an object is not here yet, since the watch is behind, is another matter. The lock is held.
func (p *LiveState) isRemoved(applied, live *unstructured.Unstructured) bool {
	if live != nil && live.GetUID() == applied.GetUID() {
		return live.GetDeletionTimestamp() != nil
	}
	store := p.stores[applied.GetKind()]
	known, since := store.version, versionNumber(applied.GetResourceVersion())
	if live != nil {
		known = versionNumber(live.GetResourceVersion())
	}
	return since > 0 && known > since
}

// noteRuns remembers who holds the project, and who wants it: of whom who removes it, nothing is left at the end. The
// lock is held.
func (p *LiveState) noteRuns(o *unstructured.Unstructured) {
	for _, run := range inventory.RunsOf(o) {
		if n := len(p.runs); n == 0 || p.runs[n-1] != run {
			p.runs = append(p.runs, run)
		}
	}
}

// OtherRun returns the last run but the given one that changed the project since the watch began. The lock is held.
func (p *LiveState) OtherRun(own string) (inventory.Run, bool) {
	for _, run := range slices.Backward(p.runs) {
		if run.ID != own {
			return run, true
		}
	}
	return inventory.Run{}, false
}

// Remover returns the last run that removed the project or a part of it since the watch began. The lock is held.
func (p *LiveState) Remover() (inventory.Run, bool) {
	for _, run := range slices.Backward(p.runs) {
		if run.Removes() {
			return run, true
		}
	}
	return inventory.Run{}, false
}

// WantedBy returns the run that asks the given one to give way. The lock is held.
func (p *LiveState) WantedBy(own string) (inventory.Run, bool) {
	for _, o := range p.All(inventoryKind) {
		return inventory.WantedFrom(o, own)
	}
	return inventory.Run{}, false
}

// HasInventory reports whether the project has an inventory; it is false too where that may not be seen, and known is
// false then. The lock is held.
func (p *LiveState) HasInventory() (has, known bool) {
	store := p.stores[inventoryKind]
	return len(store.objects) > 0, store.refused == nil
}

// KnowsInventory reports whether everything is known here that happened to the inventory up to a resource version. The lock
// is held.
func (p *LiveState) KnowsInventory(version string) bool {
	return p.stores[inventoryKind].version >= versionNumber(version)
}
