package variables

import (
	"fmt"
	"testing"

	"github.com/compose-spec/compose-go/v2/template"
)

var interpolationSeeds = []string{
	"", "plain", "$A", "${A}", "$$A", "$${A}", "${A}$B", "${UNSET}", "x${A:-d}y", "${UNSET:-d}", "${UNSET-d}", "${EMPTY:-d}", "${EMPTY-d}",
	"${A:+p}", "${EMPTY:+p}", "${EMPTY+p}", "${UNSET+p}", "${A:?e}", "${EMPTY:?e}", "${EMPTY?e}", "${UNSET?e}", "${UNSET:-${A}}",
	"${UNSET:-${OTHER:-${A}}}-${A}", "${UNSET:-a}${UNSET:-b}", "${", "${}", "${A", "$", "$ ", "$1", "${1}", "a}${A}{", "${A:-}", "${A-}",
	"${UNSET:-a:b-c?d+e}", "${UNSET:?${A}}", "${UNSET?${A}x}y", "${UNSET:+${A}}", "$$$A", "${UNSET:-$$}", "${UNSET:-{\"a\":1}}", "é${A}ü", "${A:}", "${A:x}",
	"${UNSET:-}}", "${A-${}}", "${UNSET-${}}", "${a.b}", "${A b}", "$A$B$$C", "${UNSET:-a}$", "${UNSET?}", "${A:??}",
}

func lookupSeed(name string) (string, bool) {
	v, ok := map[string]string{"A": "a-value", "B": "$A", "EMPTY": ""}[name]
	return v, ok
}

// substituteBoth runs our interpolation and that of compose-go and returns both results in comparable form.
func substituteBoth(text string) (ours, theirs string) {
	var u Unset
	a, errA := u.Substitute(text, lookupSeed)
	b, errB := template.SubstituteWithOptions(text, lookupSeed, template.WithoutLogging)
	if errA != nil || errB != nil {
		return fmt.Sprint(errA), fmt.Sprint(errB)
	}
	return a, b
}

func TestInterpolationIsThatOfCompose(t *testing.T) {
	for _, text := range interpolationSeeds {
		if ours, theirs := substituteBoth(text); ours != theirs {
			t.Errorf("%q becomes %q, compose-go makes it %q", text, ours, theirs)
		}
	}
}

func TestUnsetVariablesAreThoseReplacedByNothing(t *testing.T) {
	for text, want := range map[string]string{
		"$A": "[]", "$X": "[X]", "${X}${Y}$X": "[X Y]", "${X:-d}": "[]", "${X:-$Y}": "[Y]", "${A:-$Y}": "[]", "$$X": "[]", "${X+p}": "[]", "${EMPTY}": "[]",
		"${X:-${Y:-$Z}}": "[Z]",
	} {
		var u Unset
		if _, err := u.Substitute(text, lookupSeed); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(u.Names); got != want {
			t.Errorf("%q leaves %s unset, want %s", text, got, want)
		}
	}
}

func FuzzInterpolation(f *testing.F) {
	for _, s := range interpolationSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if ours, theirs := substituteBoth(text); ours != theirs {
			t.Errorf("%q becomes %q, compose-go makes it %q", text, ours, theirs)
		}
	})
}
