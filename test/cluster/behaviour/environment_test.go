package behaviour

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	p := run(t, "environment", func(p *project) {
		p.options.Load.Environ = []string{"FROM_SHELL=a$(PLAIN)b", "NULL_SET=of the shell"}
	})
	for service, want := range map[string]map[string]string{
		"map": {
			"PLAIN": "value", "EMPTY": "", "DOUBLE_QUOTES": `say "hi"`, "SINGLE_QUOTES": "it's", "BACKSLASH": `a\b\n`,
			"BLANKS": "  two before and after  ", "TAB": "a\tb", "NEWLINES": "line one\nline two\n\n", "UNICODE": "grüße 世界 🚀",
			"DOLLAR_NAME": "$PLAIN", "DOLLAR_BRACES": "${PLAIN}", "DOLLAR_PAREN": "$(PLAIN)", "DOLLAR_UNKNOWN": "$(NOBODY)",
			"DOLLAR_DOLLAR": "pid $$", "DOLLAR_DOLLAR_PAREN": "$$(PLAIN)", "DOLLAR_THREE_PAREN": "$$$(PLAIN) $$$", "DOLLAR_END": "costs 5$",
			"INTERPOLATED": "<a$(PLAIN)b>", "DEFAULTED": "default",
			"FLAG_ON": "on", "FLAG_YES": "yes", "FLAG_TRUE": "true", "NUMBER": "42", "FLOAT": "1.5", "EXPONENT": "1e3", "OCTAL": "0123",
			"BARE_EXPONENT": "1000", "BARE_OCTAL": "83", "BARE_DATE": "2024-01-31 00:00:00 +0000 UTC", "NULL_SET": "of the shell", "NULL_TEXT": "null", "TILDE": "~",
			"EQUALS": "a=b=c", "HASH": "a # b", "COLON": "a: b", "JSON": `{"a": [1, "b"], "c": {"d": null}}`, "TEMPLATE": "{{ .Values.x }}",
			"DB_PASSWORD": `p$(PLAIN)"'\ ü`, "API_TOKEN": "line one\nline two",
			"DATABASE_URL": "postgres://user:s%40crt@example.com:5432/x?a=1&b=2", "dotted.name-1": "value", "Z_PAREN": "$(PLAIN) $$(PLAIN)",
			"FROM_FILE": "one", "OVERRIDDEN": "second", "FILE_DOUBLE": "with \"quotes\" and a\nnew line", "FILE_SINGLE": `as it is: $PLAIN \n`,
			"FILE_REFERENCE": "one-more", "FILE_PAREN": "$(PLAIN)", "FILE_EMPTY": "", "FILE_COMMENT": "value", "FILE_EXPORTED": "yes",
		},
		"list": {"EQUALS": "a=b=c", "QUOTED": `"stays"`, "EMPTY": "", "NULL_SET": "of the shell", "PAREN": "$(EQUALS)"},
	} {
		got, twice := p.report(t, service).env()
		for _, name := range slices.Sorted(maps.Keys(want)) {
			t.Run("a variable of a "+service+" arrives byte for byte: "+name, func(t *testing.T) {
				value, set := got[name]
				if !set {
					t.Error("it is not set")
				}
				same(t, want[name], value)
			})
		}
		t.Run("no variable of a "+service+" arrives that nobody set", func(t *testing.T) {
			for name := range got {
				_, wanted := want[name]
				ofTheRuntime := slices.Contains([]string{"PATH", "HOSTNAME", "HOME"}, name)
				// Every Pod is told where the API server is; only it.
				if !wanted && !ofTheRuntime && !strings.HasPrefix(name, "KUBERNETES_") {
					t.Errorf("%s=%s", name, got[name])
				}
			}
		})
		t.Run("no variable of a "+service+" arrives twice", func(t *testing.T) { sameList(t, nil, twice) })
	}
	t.Run("the environment of the image stays", func(t *testing.T) {
		got, _ := p.report(t, "list").env()
		same(t, "/bin:/usr/bin:/", got["PATH"])
	})
}
