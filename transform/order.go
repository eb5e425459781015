package transform

import (
	"cmp"
	"maps"
	"slices"
)

// sortedKeys returns the keys of a map in order; maps are never walked in any other way.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func compareStrings(a, b string) int { return cmp.Compare(a, b) }
