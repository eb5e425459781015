package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/internal/terminal"
)

// flagGroup is the annotation that names the heading under which the help shows a flag.
const flagGroup = "transship_group"

// addGroup adds flags to a command under a heading of their own.
func addGroup(c *cobra.Command, heading string, attach func(*pflag.FlagSet)) {
	group := pflag.NewFlagSet(heading, pflag.ContinueOnError)
	group.SortFlags = false
	attach(group)
	group.VisitAll(func(f *pflag.Flag) {
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[flagGroup] = []string{heading}
		c.Flags().AddFlag(f)
	})
}

// usage prints how a command is used. It differs from cobra's own text in that flags stand under headings and lines end
// where the terminal does.
func usage(out io.Writer) func(*cobra.Command) error {
	return func(c *cobra.Command) error {
		var b strings.Builder
		b.WriteString("Usage:\n  " + c.UseLine() + "\n")
		var topics, commands []*cobra.Command
		for _, child := range c.Commands() {
			switch {
			case child.IsAdditionalHelpTopicCommand():
				topics = append(topics, child)
			case child.IsAvailableCommand() || child.Name() == "help":
				commands = append(commands, child)
			}
		}
		writeCommands(&b, commands)
		if c.HasExample() {
			b.WriteString("\nExamples:\n" + c.Example + "\n")
		}
		writeFlags(&b, c.Flags(), terminal.Width(out))
		if len(topics) > 0 {
			b.WriteString("\nMore help:\n")
		}
		for _, topic := range topics {
			fmt.Fprintf(&b, "  %s help %s: %s\n", c.Name(), topic.Name(), topic.Short)
		}
		_, err := io.WriteString(c.OutOrStdout(), b.String())
		return err
	}
}

// commandGroups are the headings of the program's help, with the commands below them in the order in which people need them.
// What stands nowhere comes last.
var commandGroups = []struct {
	heading string
	names   []string
}{
	{"Without a cluster", []string{"convert", "explain", "graph", "serve", "config"}},
	{"Images", []string{"lock", "build", "push", "pull"}},
	{"On a cluster", []string{"up", "ps", "logs", "exec", "forward", "diff", "down", "run", "restart", "stop", "start", "scale"}},
	{"Less often, on a cluster", nil},
	{"About the program", []string{"help", "completion", "version"}},
}

// writeCommands lists commands under headings.
func writeCommands(b *strings.Builder, commands []*cobra.Command) {
	var named []string
	for _, g := range commandGroups {
		named = append(named, g.names...)
	}
	for _, g := range commandGroups {
		var listed []*cobra.Command
		for _, name := range g.names {
			if i := slices.IndexFunc(commands, func(c *cobra.Command) bool { return c.Name() == name }); i >= 0 {
				listed = append(listed, commands[i])
			}
		}
		if g.names == nil {
			listed = slices.DeleteFunc(slices.Clone(commands), func(c *cobra.Command) bool { return slices.Contains(named, c.Name()) })
		}
		if len(listed) > 0 {
			b.WriteString("\n" + g.heading + ":\n")
		}
		for _, c := range listed {
			fmt.Fprintf(b, "  %-11s %s\n", c.Name(), c.Short)
		}
	}
}

func writeFlags(b *strings.Builder, flags *pflag.FlagSet, width int) {
	const ungrouped = "Help"
	groups := map[string]*pflag.FlagSet{}
	var order []string
	flags.VisitAll(func(f *pflag.Flag) {
		heading := ungrouped
		if g := f.Annotations[flagGroup]; len(g) > 0 {
			heading = g[0]
		}
		if groups[heading] == nil {
			groups[heading] = pflag.NewFlagSet(heading, pflag.ContinueOnError)
			groups[heading].SortFlags = false
			order = append(order, heading)
		}
		groups[heading].AddFlag(f)
	})
	if i := slices.Index(order, ungrouped); i >= 0 { // only --help, so it may be last
		order = append(slices.Delete(order, i, i+1), ungrouped)
	}
	for _, heading := range order {
		b.WriteString("\n" + heading + ":\n" + groups[heading].FlagUsagesWrapped(width))
	}
}

// newHelp is cobra's help command, except that a topic that does not exist is an error.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show help for a command or a topic",
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				names = topics(c.Root())
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			topic, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("there is no help on %q%s", strings.Join(args, " "), orHelp(didYouMean(args[len(args)-1], topics(c.Root())), c.Root()))
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

// topics returns the names of what help can show.
func topics(root *cobra.Command) []string {
	var names []string
	for _, child := range root.Commands() {
		if child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand() {
			names = append(names, child.Name())
		}
	}
	return names
}
