package outputs

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
)

// tally counts what was compared and says so at the end.
type tally struct{ compared, variants, refused int }

func newTally(t *testing.T) *tally {
	t.Helper()
	c := &tally{}
	t.Cleanup(func() {
		t.Logf("%d projects and %d variants of them compared, %d refused", c.compared, c.variants, c.refused)
	})
	return c
}

func (c *tally) add(compared, variants int) {
	c.compared += compared
	c.variants += variants
	c.refused += 1 - compared
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// plainName returns a name that an overlay can have.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
}
