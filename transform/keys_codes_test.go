package transform_test

import (
	"slices"
	"testing"

	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

// The code that the table names for a key is one that a conversion can report, so that users find it.
func TestCodesOfKeysExist(t *testing.T) {
	for _, row := range keys.All() {
		known := func(c transform.Code) bool { return c.Name == row.Code }
		if row.Code != "" && !slices.ContainsFunc(transform.Codes, known) {
			t.Errorf("%s: no conversion reports %q", row.Path, row.Code)
		}
	}
}
