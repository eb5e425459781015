package expansion

import (
	"strings"
	"testing"
)

// expand follows the rules that Kubernetes documents for env values, command and args: $$ becomes $, $(NAME) becomes the
// value of NAME where it is known, and everything else stays.
func expand(text string, values map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		switch text[i+1] {
		case '$':
			b.WriteByte('$')
			i++
		case '(':
			end := strings.IndexByte(text[i:], ')')
			if end < 0 {
				b.WriteString("$(")
				i++
				continue
			}
			name := text[i+2 : i+end]
			if value, ok := values[name]; ok {
				b.WriteString(value)
			} else {
				b.WriteString(text[i : i+end+1])
			}
			i += end
		default:
			b.WriteByte('$')
		}
	}
	return b.String()
}

func FuzzEscapeExpansion(f *testing.F) {
	for _, seed := range []string{"", "$", "$$", "$(A)", "$$(A)", "$$$(A)", "a$", "$HOME", "${HOME}", "$(date +%s)", "$($(A))", "$(A", "$$$$"} {
		f.Add(seed)
	}
	values := map[string]string{"A": "expanded", "": "empty", "$A": "odd", "$(A": "odder"}
	f.Fuzz(func(t *testing.T, text string) {
		if got := expand(Escape(text), values); got != text {
			t.Errorf("%q became %q, which the kubelet turns into %q", text, Escape(text), got)
		}
	})
}

func TestEscapeExpansionLeavesPlainDollarsAlone(t *testing.T) {
	for text, want := range map[string]string{"$HOME": "$HOME", "${A:-b}": "${A:-b}", "5$": "5$", "echo $$": "echo $$$$", "$(date)": "$$(date)"} {
		if got := Escape(text); got != want {
			t.Errorf("Escape(%q) = %q, want %q", text, got, want)
		}
	}
}
