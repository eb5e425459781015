package report

import "testing"

func TestEnumerate(t *testing.T) {
	for want, names := range map[string][]string{
		"a": {"a"}, "a, b, c": {"a", "b", "c"}, "a, b and 2 others": {"a", "b", "c", "d"},
	} {
		if got := Enumerate(names, 2); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
