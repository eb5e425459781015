package lang_test

import (
	"regexp"
	"testing"

	"github.com/transship/transship/internal/lang"
)

// entries returns the catalogue. A text has one entry.
func entries(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, e := range lang.Entries() {
		if e.English == "" {
			t.Errorf("%q has no English text before it", e.Other)
		}
		if all[e.English] != "" && all[e.English] != e.Other {
			t.Errorf("%q has two entries", e.English)
		}
		all[e.English] = e.Other
	}
	return all
}

// regexpOfCode matches what is no prose: flags, settings, text in backquotes.
func regexpOfCode() *regexp.Regexp {
	return regexp.MustCompile("`[^`]+`|--[a-z][a-z-]+|x-kubernetes[.a-zA-Z]*|docker compose|kubectl (?:apply|exec|logs|create|rollout|port-forward|label|replace)")
}
