package convert

import (
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/transform"
)

// Codes returns every code that a conversion can report, sorted by name. A code that loading and transformation share
// is listed once, with the higher severity.
func Codes() []diag.Code {
	all := slices.Concat(loader.Codes, lockfile.Codes, transform.Codes)
	slices.SortStableFunc(all, func(a, b diag.Code) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return int(b.Severity) - int(a.Severity)
	})
	return slices.CompactFunc(all, func(a, b diag.Code) bool { return a.Name == b.Name })
}
