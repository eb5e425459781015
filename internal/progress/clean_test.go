package progress

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/transship/transship/cluster"
)

func hide(text string) string { return strings.ReplaceAll(text, "hunter\"2", "***") }

// TestNothingShowsSecretsOrMovesTheCursor: the cluster words what it says, in every form of the display.
func TestNothingShowsSecretsOrMovesTheCursor(t *testing.T) {
	ref := cluster.Ref{Kind: "Deployment", Name: "web"}
	events := []cluster.Event{
		cluster.Waiting{Ref: ref, State: "starting", Reason: "invalid value hunter\"2 \x1b[2J"},
		cluster.Failed{Ref: ref, Reason: "crashed", Message: "hunter\"2\x1b]0;title\a", Logs: []string{"hunter\"2\r\x1b[1A"}},
		cluster.Warning{Message: "unknown field hunter\"2 \x1b[31m"},
		cluster.Warning{Message: strings.Repeat("a", 100_000) + "hunter\"2"},
	}
	for _, mode := range []string{"plain", "quiet", "tty", "json"} {
		var out bytes.Buffer
		d := New(mode, &out, false).Masked(hide)
		for _, e := range events {
			d.Show(e)
		}
		d.Close()
		text := out.String()
		if strings.Contains(text, "hunter") || !strings.Contains(text, "***") {
			t.Errorf("%s: the secret is shown, or nothing is:\n%.2000s", mode, text)
		}
		for _, sequence := range []string{"\x1b[2J", "\x1b]0", "\a", "\r", "\x1b[31m"} {
			if strings.Contains(text, sequence) {
				t.Errorf("%s: %q reaches the terminal", mode, sequence)
			}
		}
		if mode != "json" && len(text) > 40_000 {
			t.Errorf("%s: %d bytes for a long message", mode, len(text))
		}
		if mode == "json" {
			for line := range strings.Lines(text) {
				if !json.Valid([]byte(line)) {
					t.Errorf("no JSON: %.200s", line)
				}
			}
		}
	}
}

func TestLogsBesideOthersMayColorOnly(t *testing.T) {
	for _, c := range []struct {
		line, colored, plain string
	}{
		{"hello\tworld ü", "hello\tworld ü", "hello\tworld ü"},
		{"\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m\x1b[0m", "red"},
		{"a\x1b[2Jb", `a\x1b[2Jb`, `a\x1b[2Jb`},
		{"50%\r60%", `50%\r60%`, `50%\r60%`},
		{"\x1b]0;title\a", `\x1b]0;title\a`, `\x1b]0;title\a`},
		{"\x1b", `\x1b`, `\x1b`},
		{"\x1b[\x1b[31mx", "\\x1b[\x1b[31mx\x1b[0m", `\x1b[x`},
		{"bad \xff", "bad \ufffd", "bad \ufffd"},
	} {
		if got := neutral(c.line, true); got != c.colored {
			t.Errorf("%q in color is %q, want %q", c.line, got, c.colored)
		}
		if got := neutral(c.line, false); got != c.plain {
			t.Errorf("%q is %q, want %q", c.line, got, c.plain)
		}
	}
	var out bytes.Buffer
	(&LogPrinter{Out: &out}).Print(cluster.LogLine{Text: "\x1b[2J raw"})
	if out.String() != "\x1b[2J raw\n" {
		t.Errorf("without a prefix the bytes are changed: %q", out.String())
	}
}

func FuzzNeutral(f *testing.F) {
	f.Add("a\x1b[31mb\x1b[2Jc\td")
	f.Fuzz(func(t *testing.T, line string) {
		if got := neutral(line, false); strings.ContainsAny(got, "\x1b\r\a\b\n") {
			t.Errorf("%q becomes %q", line, got)
		}
	})
}
