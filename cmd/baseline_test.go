package cmd

import (
	"strings"
	"testing"
)

// FuzzBaseline: no text panics, and what is refused has a line.
func FuzzBaseline(f *testing.F) {
	f.Add([]byte(`{"generator": "transship convert --update-baseline", "warnings": [{"code": "no-limits", "paths": ["services.web", ""]}]}`))
	f.Add([]byte(`{"warnings": [{"code": 1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := parseBaseline(text); err != nil && !strings.HasPrefix(err.Error(), "line ") {
			t.Error(err)
		}
	})
}
