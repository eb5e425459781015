package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/terminal"
)

func newExec(streams Streams, project *projectFlags) *cobra.Command {
	var (
		index          int
		noTTY, noStdin bool
		environment    []string
	)
	c := runnable{
		use: "exec SERVICE COMMAND [ARG...]", short: "Run a command in a running container", quiet: true,
		long: `Run a command in a running container of a service. The exit code is the command's.`,
		args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("exec takes a service and a command")
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.IntVar(&index, "index", 0, "`NUMBER` of the Pod, from 1, in the order of their names (default: one that is ready)")
			flags.BoolVarP(&noTTY, "no-tty", "T", false, "without a terminal (default where there is none)")
			flags.BoolVar(&noStdin, "no-stdin", false, "without standard input")
			flags.StringArrayVarP(&environment, "env", "e", nil, "`NAME=VALUE` for the command, through the container's own env program (repeatable)")
			addRefused(flags, map[string]string{
				"detach":     "a command in a container lives as long as its connection; start it with nohup and & in a shell",
				"privileged": "what a container may do is fixed when it starts",
				"workdir":    "Kubernetes starts commands in the container's working directory; use sh -c 'cd DIR && …'",
			})
		},
		run: func(c *cobra.Command, l *live, args []string) error {
			pod, container, err := l.PodOf(c.Context(), l.project, l.namespace, args[0], index)
			if err != nil {
				return err
			}
			command := args[1:]
			if len(environment) > 0 {
				command = append(append([]string{"env"}, environment...), command...)
			}
			return inSession(c.Context(), streams, !noTTY, !noStdin, func(s cluster.Session) error {
				return l.Exec(c.Context(), l.namespace, pod, container, command, s)
			})
		},
	}.command(streams, project)
	c.Flags().SetInterspersed(false) // what follows the service belongs to the command
	return c
}

// inSession connects this program's streams, with a terminal in raw mode where there is one, and turns the exit code of
// the process into the program's.
func inSession(ctx context.Context, streams Streams, wantTTY, wantStdin bool, connect func(cluster.Session) error) error {
	s := cluster.Session{Stdout: streams.Out, Stderr: streams.Err}
	if wantStdin {
		s.Stdin = streams.In
	}
	if in, isFile := streams.In.(*os.File); wantTTY && wantStdin && isFile && term.IsTerminal(int(in.Fd())) && terminal.IsTerminal(streams.Out) {
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
	err := connect(s)
	if exit := (*cluster.ExitError)(nil); errors.As(err, &exit) {
		return &silentError{exit.Code}
	}
	return err
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
