package container

import "testing"

func TestWhatAnOperatorCutsOff(t *testing.T) {
	for text, want := range map[string]string{
		"a b": "", "a && b": "&& b", "a;b": ";b", "a 'x;y' \"p|q\" `r|s`": "", `a \;b`: "", "a $(b | c) d": "", "a $(b) | c": "| c",
		"run 2>&1": "2>&1", "run > f": "> f", "a8>f": ">f", "(a)": "",
	} {
		if got := afterOperator(text); got != want {
			t.Errorf("%s: %q is cut off, want %q", text, got, want)
		}
	}
}
