package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/terminal"
)

type runFlags struct {
	options            cluster.RunOptions
	entrypoint, user   string
	remove, detach     bool
	noTTY, interactive bool
}

func newRun(streams Streams, project *projectFlags) *cobra.Command {
	f := &runFlags{}
	c := runnable{
		use: "run SERVICE [COMMAND] [ARG...]", short: "Run a one-off command for a service",
		long: `Run a one-off command in a new Pod like those of a service that is up. It takes no traffic of the service and is not
started again. The exit code is the command's.`,
		args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 {
				return usagef("run takes a service, and perhaps a command")
			}
			return nil
		},
		flags: f.attach,
		run: func(c *cobra.Command, l *live, args []string) error {
			return f.run(c.Context(), l, args, streams)
		},
	}.command(streams, project)
	c.Flags().SetInterspersed(false)
	return c
}

func (f *runFlags) attach(flags *pflag.FlagSet) {
	o := &f.options
	flags.StringVar(&o.Name, "name", "", "`NAME` of the Pod")
	flags.StringArrayVarP(&o.Environment, "env", "e", nil, "`NAME=VALUE` in addition to the service's (repeatable)")
	flags.StringVar(&f.entrypoint, "entrypoint", "", "`COMMAND` instead of the service's entry point")
	flags.StringVarP(&o.WorkingDir, "workdir", "w", "", "`DIR` to work in")
	flags.StringVar(&f.user, "user-id", "", "numeric `UID` to run as")
	flags.BoolVar(&f.remove, "rm", false, "remove the Pod when it has ended")
	flags.BoolVarP(&f.detach, "detach", "d", false, "print the name of the Pod and return")
	flags.BoolVarP(&f.noTTY, "no-TTY", "T", false, "without a terminal (default where there is none)")
	flags.BoolVarP(&f.interactive, "interactive", "i", true, "keep standard input connected")
	addRefused(flags, map[string]string{
		"build":         "a cluster builds no images",
		"no-deps":       "run starts nothing but its own Pod anyway",
		"publish":       "the Pod takes no traffic; use `kubectl port-forward`",
		"service-ports": "the Pod takes no traffic; use `kubectl port-forward`",
		"use-aliases":   "the Pod takes no traffic of the service",
		"volume":        "what is mounted is fixed by the service",
		"pull":          "the service's own policy decides",
	})
}

func (f *runFlags) run(ctx context.Context, l *live, args []string, streams Streams) error {
	o := f.options
	o.Project, o.Namespace, o.Service, o.Command = l.project, l.namespace, args[0], args[1:]
	o.Entrypoint = strings.Fields(f.entrypoint)
	if f.user != "" {
		uid, err := strconv.ParseInt(f.user, 10, 64)
		if err != nil {
			return usagef("--user-id: %q is not a number: a cluster knows no user names of images", f.user)
		}
		o.User = &uid
	}
	o.TTY = !f.noTTY && f.interactive && !f.detach && isTerminalIn(streams) && terminal.IsTerminal(streams.Out)
	o.Stdin = o.TTY
	show := progress.New("plain", streams.Err, false)
	pod, container, err := l.RunOnce(ctx, o, func(e cluster.Event) {
		if w, isWaiting := e.(cluster.Waiting); isWaiting && w.Reason != "" {
			show.Show(e)
		}
	})
	if f.remove && pod != "" {
		defer func() {
			if err := l.RemovePod(context.WithoutCancel(ctx), l.namespace, pod); err != nil {
				fmt.Fprintln(streams.Err, "transship: "+err.Error())
			}
		}()
	}
	if err != nil {
		return err
	}
	if f.detach {
		_, err := fmt.Fprintln(streams.Out, pod)
		return err
	}
	return f.attend(ctx, l, pod, container, o.TTY, streams)
}

// attend shows what the Pod writes until it ends, and returns its exit code.
func (f *runFlags) attend(ctx context.Context, l *live, pod, container string, tty bool, streams Streams) error {
	if tty {
		err := inSession(ctx, streams, true, true, func(s cluster.Session) error {
			return l.Attach(ctx, l.namespace, pod, container, s)
		})
		if silent := (*silentError)(nil); err != nil && !errors.As(err, &silent) {
			return err
		}
	} else if err := l.CopyLog(ctx, l.namespace, pod, container, streams.Out); err != nil {
		return err
	}
	code, err := l.AwaitPodExit(ctx, l.project, l.namespace, pod)
	if err != nil {
		return err
	}
	if code != 0 {
		return &silentError{code}
	}
	return nil
}
