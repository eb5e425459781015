package cmd

import (
	"slices"
	"strings"
	"testing"
)

// Only the commands that a command line names are made. Nobody can tell.
func TestCommandsThatAreNotMade(t *testing.T) {
	t.Parallel()
	for _, m := range slices.Concat(localCommands, liveCommands) {
		c := m.make(Streams{In: strings.NewReader("")}, &projectFlags{})
		if c.Name() != m.name || len(c.Aliases) > 0 {
			t.Errorf("%s makes %s %q", m.name, c.Name(), c.Aliases)
		}
	}
	one := newRoot(Streams{In: strings.NewReader("")}, "-f", "compose.yaml", "version")
	if n := len(one.Commands()); n > 1+len(absentCommands) {
		t.Errorf("%d commands for version", n)
	}
	for line, want := range map[string]string{
		"-f version":        "explain", // the name of a file: the help has all commands
		"-p version explan": `did you mean explain?`,
		"help version":      "transship version",
		"version --help":    "transship version",
		"__complete vers":   "version",
	} {
		var out strings.Builder
		Main(t.Context(), strings.Fields(line), Streams{In: strings.NewReader(""), Out: &out, Err: &out})
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q is missing in\n%s", line, want, out.String())
		}
	}
}
