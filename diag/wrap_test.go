package diag

import (
	"strings"
	"testing"
)

func TestWrapBreaksBetweenWords(t *testing.T) {
	for _, tt := range []struct {
		line  string
		width int
		want  string
	}{
		{"note: one two three four", 14, "note: one two\n      three\n      four"},
		{"note: one two three four", 0, "note: one two three four"},
		{"note: /a/path/that/is/wider/than/that stays", 14, "note: /a/path/that/is/wider/than/that\n      stays"},
		{"注記: 誰も選んでいない大きさ", 14, "注記: 誰も選ん\n      でいない\n      大きさ"},
	} {
		if got := Wrap(tt.line, tt.width, strings.Repeat(" ", 6)); got != tt.want {
			t.Errorf("%q at %d is\n%s\nwant\n%s", tt.line, tt.width, got, tt.want)
		}
	}
}
