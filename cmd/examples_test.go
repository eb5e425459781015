package cmd

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// inDocumentation finds command lines: a line of a code block, or a text between backticks.
var inDocumentation = regexp.MustCompile("(?m)^    (transship .*)$|`(transship [^`]*)`")

// inScript finds the calls of the program in a line of a script.
var inScript = regexp.MustCompile(`transship [^|;&>()]*`)

// commandLines returns the command lines that documents and the help texts show. The reference is made of the latter.
func commandLines(t *testing.T) map[string][]string {
	t.Helper()
	lines := map[string][]string{}
	for page, text := range pages(t) {
		if strings.HasPrefix(page, "docs/reference/") || page == "CHANGELOG.md" {
			continue
		}
		for _, m := range inDocumentation.FindAllStringSubmatch(text, -1) {
			lines[page] = append(lines[page], m[1]+m[2])
		}
		for _, b := range blocksOf(text) {
			if !strings.HasPrefix(b.info, "sh") {
				continue
			}
			for line := range strings.Lines(b.text) {
				line, _, _ = strings.Cut(line, " #")
				lines[page] = append(lines[page], inScript.FindAllString(strings.TrimSpace(line), -1)...)
			}
		}
	}
	for _, c := range newRoot(Streams{In: strings.NewReader("")}).Commands() {
		for line := range strings.Lines(c.Example) {
			lines["help of "+c.Name()] = append(lines["help of "+c.Name()], strings.TrimSpace(line))
		}
	}
	if len(lines) < 5 {
		t.Fatalf("command lines in %d places only", len(lines))
	}
	return lines
}

// TestExamples checks that every command line that is shown to people is one: command, flags and number of arguments.
func TestExamples(t *testing.T) {
	for place, lines := range commandLines(t) {
		for _, line := range lines {
			line, _, _ = strings.Cut(line, "#")
			line, _, _ = strings.Cut(line, "|")
			line, _, _ = strings.Cut(line, ">")
			args := strings.Fields(line)[1:]
			root := newRoot(Streams{In: strings.NewReader("")})
			root.InitDefaultHelpCmd()
			c, rest, err := root.Traverse(args)
			if err == nil {
				err = accepted(c, rest)
			}
			if err != nil {
				t.Errorf("%s shows `%s`: %v", place, line, err)
			}
		}
	}
}

func accepted(c *cobra.Command, args []string) error {
	if err := c.ParseFlags(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return nil
		}
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}
