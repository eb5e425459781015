package variables

import (
	"fmt"
	"strings"
	"testing"
)

// TestPartsMakeTheText: put together again, the parts are what interpolation makes of the text.
func TestPartsMakeTheText(t *testing.T) {
	t.Parallel()
	for _, text := range interpolationSeeds {
		var u Unset
		want, err := u.Substitute(text, lookupSeed)
		parts, ok := Parts(text, lookupSeed)
		if err != nil {
			continue
		}
		var b strings.Builder
		for _, p := range parts {
			b.WriteString(p.Text)
		}
		if !ok || b.String() != want {
			t.Errorf("%q: parts %q, the text is %q", text, parts, want)
		}
	}
}

func TestPartsNameVariables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":                `[{plain }]`,
		"$A":                   `[{a-value A}]`,
		"${A}":                 `[{a-value A}]`,
		"x${A:?must be set}y":  `[{x } {a-value A} {y }]`,
		"${UNSET:-d}":          `[{d UNSET}]`,
		"${UNSET:-}":           `[{ UNSET}]`,
		"${UNSET:-p$$q}":       `[{p$q UNSET}]`,
		"${UNSET:-${A}}":       `[{a-value A}]`,
		"${A:+p}":              `[{p }]`,
		"a$$b":                 `[{a$b }]`,
		"redis://:${A}@${B}/0": `[{redis://: } {a-value A} {@ } {$A B} {/0 }]`,
	} {
		parts, ok := Parts(text, lookupSeed)
		if got := fmt.Sprint(parts); !ok || got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if _, ok := Parts("${", lookupSeed); ok {
		t.Error("an expression that is never closed has parts")
	}
}
