package cmd

import (
	"bytes"
	"testing"
)

// TestNothingIsLostBetweenLogAndConnection: lines that were written after the log was read and before the connection was there
// are shown once, whichever of the two is behind the other.
func TestNothingIsLostBetweenLogAndConnection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ log, came, want string }{
		"the log is behind":          {"1\n2\n3\n4\n", "4\n5\n6\n", "1\n2\n3\n4\n5\n6\n"},
		"the log is ahead":           {"1\n2\n3\n4\n5\n", "3\n4\n", "1\n2\n3\n4\n"},
		"within a line":              {"1\n2\nthree\n", "ree\n4\n", "1\n2\nthree\n4\n"},
		"a prompt is not in the log": {"1\nwelcome\n", "$ ", "1\nwelcome\n$ "},
		"nothing is missing":         {"1\n2\n", "2\n3\n", "1\n2\n3\n"},
		"nothing came":               {"1\n2\n", "", "1\n2\n"},
		"the log has what was shown": {"1\n", "2\n", "1\n2\n"},
	} {
		var out bytes.Buffer
		shown := []byte(c.log)[:2]
		out.Write(shown)
		j := newGapless(&out)
		j.Write([]byte(c.came))
		close(j.ended)
		if err := j.closeGap(len(shown), func() ([]byte, error) { return []byte(c.log), nil }); err != nil || out.String() != c.want {
			t.Errorf("%s: %q, %v", name, out.String(), err)
		}
		if n, _ := j.Write([]byte("x")); n != 1 || out.String() != c.want+"x" {
			t.Errorf("%s: it keeps back what comes later: %q", name, out.String())
		}
	}
}
