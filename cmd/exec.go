package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/terminal"
)

// What exec and run exit with when the command cannot be started, as shells and docker do.
const (
	exitNotRunnable = 126
	exitNoProgram   = 127
)

func newExec(streams Streams, project *projectFlags) *cobra.Command {
	var (
		index                int
		noTTY, noStdin, with bool
		environment          []string
		dir                  string
	)
	c := runnable{
		use: "exec SERVICE COMMAND [ARG...]", short: "Run a command in a running container", quiet: true, effect: enters, own: []string{"user"},
		long: `Run a command in a running container of a service. The exit code is the command's.`,
		args: func(c *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("exec takes a service and a command")
			}
			return checkIndex(c, index)
		},
		flags: func(flags *pflag.FlagSet) {
			flags.IntVar(&index, "index", 0, "`NUMBER` of the Pod, from 1, in the order of their names (default: one that is ready)")
			addTTY(flags, &noTTY, "no-tty", "no-TTY")
			flags.BoolVar(&noStdin, "no-stdin", false, "without standard input")
			flags.BoolVarP(&with, "interactive", "i", true, "keep standard input connected")
			flags.StringArrayVarP(&environment, "env", "e", nil, "`NAME=VALUE` for the command, through the container's own env program; NAME alone takes the value from here (repeatable)")
			flags.StringVarP(&dir, "workdir", "w", "", "`DIR` to run in, through the container's own sh program")
			addRefused(flags, refusedByExec)
		},
		run: func(c *cobra.Command, l *live, args []string) error {
			pod, container, err := l.StartedPodOf(c.Context(), l.project, l.namespace, args[0], index, streams.tell)
			if err != nil {
				return err
			}
			command := args[1:]
			if dir != "" {
				command = append([]string{"sh", "-c", `cd -- "$0" && exec "$@"`, dir}, command...)
			}
			if pairs := withValues(environment); len(pairs) > 0 {
				command = append(append([]string{"env"}, pairs...), command...)
			}
			return inSession(c.Context(), streams, !noTTY, with && !noStdin, func(s cluster.Session) error {
				return l.Exec(c.Context(), l.namespace, pod, container, command, s)
			})
		},
	}.command(streams, project)
	c.Flags().SetInterspersed(false) // what follows the service belongs to the command
	return c
}

// addTTY adds the flags about terminals; docker compose has written the first one in two ways.
func addTTY(flags *pflag.FlagSet, none *bool, name, alias string) {
	flags.BoolVarP(none, name, "T", false, "without a terminal (default where there is none)")
	flags.BoolVar(none, alias, false, "the same")
	_ = flags.MarkHidden(alias) // it exists
	addHidden(flags, without{none}, "tty", "t")
}

func checkIndex(c *cobra.Command, index int) error {
	if c.Flags().Changed("index") && index < 1 {
		return usagef("--index: Pods are counted from 1")
	}
	return nil
}

// withValues completes variables that are given by name alone with the values they have here; those that have none are
// left out.
func withValues(environment []string) []string {
	var out []string
	for _, pair := range environment {
		if strings.Contains(pair, "=") {
			out = append(out, pair)
		} else if value, found := os.LookupEnv(pair); found {
			out = append(out, pair+"="+value)
		}
	}
	return out
}

// inSession connects this program's streams, with a terminal in raw mode where there is one, and turns the exit code of
// the process into the program's.
func inSession(ctx context.Context, streams Streams, wantTTY, wantStdin bool, connect func(cluster.Session) error) error {
	s := cluster.Session{Stdout: streams.Out, Stderr: streams.Err}
	if wantStdin {
		s.Stdin = streams.In
	}
	if in := streams.terminalIn(); wantTTY && wantStdin && in != nil && terminal.IsTerminal(streams.Out) {
		s.TTY = true
		before, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return err
		}
		defer term.Restore(int(in.Fd()), before) //nolint:errcheck // there is no second way to restore it
		sizes, stop := terminalSizes(ctx, streams.Out)
		defer stop()
		s.Sizes = sizes
	}
	out := &keptWriter{to: streams.Out}
	s.Stdout = out
	err := connect(s)
	if exit := (*cluster.ExitError)(nil); errors.As(err, &exit) {
		return &silentError{exit.Code}
	}
	if err == nil && out.err != nil {
		return out.err // the connection does not tell
	}
	return notStarted(err, streams)
}

// keptWriter keeps the first error of writing.
type keptWriter struct {
	to  io.Writer
	err error
}

// Write implements io.Writer.
func (w *keptWriter) Write(b []byte) (int, error) {
	n, err := w.to.Write(b)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// notStarted gives a program that could not be started the exit codes of a shell.
func notStarted(err error, streams Streams) error {
	failed := (*cluster.NotStartedError)(nil)
	if !errors.As(err, &failed) {
		return err
	}
	fmt.Fprintln(streams.Err, "transship: "+streams.errorText(err))
	if failed.Missing {
		return &silentError{exitNoProgram}
	}
	return &silentError{exitNotRunnable}
}

// terminalSizes tells the size of the terminal, and each new one.
func terminalSizes(ctx context.Context, out io.Writer) (sizes <-chan cluster.Size, stop func()) {
	file, _ := out.(*os.File)
	resized := make(chan os.Signal, 1)
	notifyResize(resized)
	ctx, cancel := context.WithCancel(ctx)
	told := make(chan cluster.Size, 1)
	go func() {
		defer close(told)
		for {
			if width, height, err := term.GetSize(int(file.Fd())); err == nil {
				select {
				case told <- cluster.Size{Width: uint16(width), Height: uint16(height)}:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-resized:
			case <-ctx.Done():
				return
			}
		}
	}()
	return told, func() {
		signal.Stop(resized)
		cancel()
	}
}
