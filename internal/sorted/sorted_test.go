package sorted_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/transship/transship/internal/sorted"
)

func TestKeysAreThoseOfTheStandardLibrary(t *testing.T) {
	for _, m := range []map[string]int{nil, {}, {"b": 1}, {"c": 1, "a": 2, "B": 3, "": 4}} {
		if got, want := sorted.Keys(m), slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("keys of %v are %#v, not %#v", m, got, want)
		}
	}
}

func TestKeysNeedOneAllocation(t *testing.T) {
	m := map[string]int{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
	if n := testing.AllocsPerRun(100, func() { sorted.Keys(m) }); n != 1 {
		t.Errorf("%v allocations", n)
	}
}
