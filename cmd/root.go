// Package cmd is the command line of transship: it turns flags into the options of the other packages, prints what they
// return and picks the exit code. Nothing else in the program prints or exits.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-logr/logr"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"

	"github.com/transship/transship/internal/guard"
	"github.com/transship/transship/internal/terminal"
)

// Main runs the program with the given arguments and returns its exit code.
func Main(ctx context.Context, args []string, streams Streams) int {
	logrus.SetOutput(io.Discard)   // compose-go warns through a global logger; the loader reports the same with positions
	klog.SetLogger(logr.Discard()) // so does client-go, of what it returns as well
	streams.project = &projectSeen{}
	streams.In = interruptible{func() context.Context { return ctx }, streams.In}
	root := newRoot(streams, args...)
	root.SetArgs(args)
	help := &firstFailure{out: streams.Out}
	root.SetOut(help)
	_, err := guard.Catch("the command", func() (struct{}, error) { return struct{}{}, root.ExecuteContext(ctx) })
	if err == nil {
		err = help.err
	}
	if isFlagError(err) { // of a flag before the command, which cobra hands on as it is
		err = flagError(root, err)
	}
	code := exitCode(ctx, err)
	var silent *silentError
	switch {
	case errors.As(err, &silent):
	case errors.Is(ctx.Err(), context.Canceled):
		if terminal.IsTerminal(streams.Err) {
			fmt.Fprintln(streams.Err) // the terminal has shown ^C
		}
		fmt.Fprintln(streams.Err, "transship: interrupted")
	case err != nil:
		fmt.Fprintln(streams.Err, "transship: "+streams.errorText(err))
		explainBug(streams.Err, err)
	}
	return code
}

// firstFailure is a writer that remembers why it could not write: what prints help does not ask.
type firstFailure struct {
	out io.Writer
	err error
}

func (w *firstFailure) Write(p []byte) (int, error) {
	n, err := w.out.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// explainBug says how to report a bug, with what a report needs: the calls, and no value of the project.
func explainBug(out io.Writer, err error) {
	var bug *guard.InternalError
	if !errors.As(err, &bug) {
		return
	}
	for _, call := range bug.Trace {
		fmt.Fprintln(out, "    "+call)
	}
	fmt.Fprintln(out, "  Please report these lines, the output of transship version, and the part of the compose file that is")
	fmt.Fprintln(out, "  named above, at https://github.com/transship/transship/issues")
}

// newRoot returns the program with the commands that may be meant by a command line, or with all where none is given.
func newRoot(streams Streams, args ...string) *cobra.Command {
	makers, all := makersFor(args)
	root := &cobra.Command{
		Use:   "transship [FLAGS] COMMAND",
		Short: "Run Docker Compose projects on Kubernetes",
		Long: `transship converts Docker Compose projects into Kubernetes manifests that behave as the project behaved on
Docker. Whatever cannot is said, with file, line and a remedy.`,
		SilenceErrors:         true,
		DisableFlagsInUseLine: true,
		SilenceUsage:          true,
		TraverseChildren:      true, // so that -f and -p may stand before the command, as with docker compose
		Args:                  unknownCommand,
		PersistentPreRunE:     versionAlone,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed(versionFlag) {
				return printVersionLine(streams)
			}
			if !all {
				whole := newRoot(streams)
				whole.SetOut(c.OutOrStdout())
				return whole.Help()
			}
			return c.Help()
		},
	}
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(usage(streams.Out))
	root.SetHelpCommand(newHelp())
	root.CompletionOptions.DisableDefaultCmd = true

	project := &projectFlags{}
	root.Flags().SortFlags = false
	addGroup(root, "Which project", project.attach)
	root.Flags().BoolP(versionFlag, "v", false, "show the version")
	addRefused(root.Flags(), refusedByProgram)
	addKompose(root.Flags(), komposeProgramFlags...)
	for _, m := range makers {
		root.AddCommand(m.make(streams, project))
	}
	root.AddCommand(newAbsent()...)
	project.completeProject(streams, append(root.Commands(), root)...)
	return root
}

// unknownCommand refuses a word that is no command. Cobra's own check does not know which word was meant.
func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%q is not a command%s", args[0], orHelp(didYouMean(args[0], Names()), c))
}
