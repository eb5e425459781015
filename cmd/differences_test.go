package cmd

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// otherMeaning are shorthands of docker compose that are kubectl's here, which the page of differences says.
var otherMeaning = map[string]string{"logs -n": "tail", "up -t": "timeout"}

// TestFlagsOfDockerComposeAreKnown: every command and flag of docker compose is taken, asks for what happens anyway, or is
// refused with the reason. Nobody is told that it does not exist.
func TestFlagsOfDockerComposeAreKnown(t *testing.T) {
	text, err := os.ReadFile("testdata/compose-v5.txt")
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot(Streams{In: strings.NewReader("")})
	commands := map[string]*cobra.Command{"-": root}
	for _, c := range root.Commands() {
		commands[c.Name()] = c
	}
	seen := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		command, flag, shorthand := fields[0], fields[1], fields[2]
		c := commands[command]
		if c == nil {
			t.Errorf("%s is not known, and nothing says what does the same", command)
			continue
		}
		seen++
		if absentCommands[command] != "" {
			continue // refused as a whole
		}
		f := c.Flags().Lookup(flag)
		if f == nil {
			t.Errorf("%s --%s is not known", command, flag)
			continue
		}
		if shorthand == "-" {
			continue
		}
		if short := c.Flags().ShorthandLookup(shorthand); (short == nil || short.Name != f.Name && !sameValue(short, f)) && otherMeaning[command+" -"+shorthand] != flag {
			t.Errorf("%s -%s is not --%s", command, shorthand, flag)
		}
	}
	if seen < 200 {
		t.Errorf("only %d flags were looked at", seen)
	}
}

// sameValue reports whether two flags are one under two names, as --no-tty and --no-TTY.
func sameValue(a, b *pflag.Flag) bool { return strings.EqualFold(a.Name, b.Name) }

// TestVerbsOfDockerComposeAreAnswered: each does something, or says what does the same.
func TestVerbsOfDockerComposeAreAnswered(t *testing.T) {
	for verb := range strings.FieldsSeq(`alpha attach bridge build commit config convert cp create down events exec export generate images kill logs ls
		pause port ps publish pull push restart rm run scale start stats stop top unpause up version viz volumes wait watch`) {
		var out, said bytes.Buffer
		code := Main(context.Background(), []string{verb, "--help"}, Streams{In: strings.NewReader(""), Out: &out, Err: &said})
		if absent := absentCommands[verb]; absent != "" {
			if code != exitUsage || !strings.Contains(said.String(), absent) {
				t.Errorf("%s ends with %d and says %s%s", verb, code, out.String(), said.String())
			}
		} else if code != 0 || !strings.Contains(out.String(), "transship "+verb) {
			t.Errorf("%s --help ends with %d and says %s%s", verb, code, out.String(), said.String())
		}
	}
}

func TestDifferencesAreAboutCommandsThatAreThere(t *testing.T) {
	names := Names()
	for _, b := range behaviors {
		found := false
		for _, name := range names {
			found = found || name == b.Command
		}
		if !found {
			t.Errorf("there is no %s that could differ: %s", b.Command, b.What)
		}
	}
	var said strings.Builder
	for _, d := range Differences() {
		said.WriteString(d.Command + " " + d.Flag + ": " + d.What + "\n")
	}
	for _, want := range []string{"commit : missing: ", "up --menu: ", " --compatibility: ", "exec --user: "} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said", want)
		}
	}
}
