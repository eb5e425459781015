package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/terminal"
)

type runFlags struct {
	options            cluster.RunOptions
	envFiles           []string
	entrypoint, user   string
	remove, detach     bool
	noTTY, interactive bool
}

func newRun(streams Streams, project *projectFlags) *cobra.Command {
	f := &runFlags{}
	c := runnable{
		own: []string{"user"}, reserved: "p",
		use: "run SERVICE [COMMAND] [ARG...]", short: "Run a one-off command for a service",
		long: `Run a one-off command in a new Pod like those of a service that is up. It takes no traffic of the service and is not
started again. The exit code is the command's. Without a terminal, its standard output and standard error come together
on standard output. Ctrl-C removes the Pod.`,
		args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 {
				return usagef("run takes a service, and perhaps a command")
			}
			return f.resolve()
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
	flags.StringArrayVar(&f.envFiles, "env-from-file", nil, "`FILE` with variables in addition to the service's (repeatable)")
	flags.StringVarP(&f.user, "user", "u", "", "numeric `UID[:GID]` to run as")
	flags.BoolVar(&f.remove, "rm", false, "remove the Pod when it has ended")
	flags.BoolVarP(&f.detach, "detach", "d", false, "print the name of the Pod and return")
	addTTY(flags, &f.noTTY, "no-TTY", "no-tty")
	flags.BoolVarP(&f.interactive, "interactive", "i", true, "keep standard input connected")
	addRefused(flags, refusedByRun)
	addHonored(flags, "no-deps", "quiet,q", "quiet-build", "quiet-pull")
}

// resolve reads the flags that are more than a value.
func (f *runFlags) resolve() error {
	o := &f.options
	o.Entrypoint = strings.Fields(f.entrypoint)
	if problems := validation.IsDNS1123Label(o.Name); o.Name != "" && len(problems) > 0 {
		return usagef("--name: %q is not the name of a Pod: only lower case letters, digits and - are allowed", o.Name)
	}
	given := o.Environment
	o.Environment = nil
	fromFiles, err := dotenv.GetEnvFromFile(map[string]string{}, f.envFiles)
	if err != nil {
		return fmt.Errorf("read the file of --env-from-file: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(fromFiles)) {
		o.Environment = append(o.Environment, name+"="+fromFiles[name])
	}
	o.Environment = append(o.Environment, withValues(given)...)
	if f.user == "" {
		return nil
	}
	uid, gid, hasGroup := strings.Cut(f.user, ":")
	if o.User, err = id(uid); err == nil && hasGroup {
		o.Group, err = id(gid)
	}
	return err
}

func id(text string) (*int64, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return nil, usagef("--user: %q is not a number: a cluster knows no user names of images", text)
	}
	value := int64(n)
	return &value, nil
}

func (f *runFlags) run(ctx context.Context, l *live, args []string, streams Streams) error {
	o := f.options
	o.Project, o.Namespace, o.Service, o.Command = l.project, l.namespace, args[0], args[1:]
	o.Stdin = f.interactive && !f.detach
	o.TTY = o.Stdin && !f.noTTY && streams.terminalIn() != nil && terminal.IsTerminal(streams.Out)
	show := progress.New("plain", streams.Err, false)
	pod, container, err := l.RunOnce(ctx, o, func(e cluster.Event) {
		if w, isWaiting := e.(cluster.Waiting); isWaiting && w.Reason != "" {
			show.Show(e)
		}
	})
	if pod != "" && !f.detach {
		defer func() {
			if !f.remove && ctx.Err() == nil {
				return
			}
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
		if err := f.converse(ctx, l, pod, container, streams); err != nil {
			return err
		}
	} else {
		stop := f.feed(ctx, l, pod, container, streams)
		err := l.CopyLog(ctx, l.namespace, pod, container, true, streams.Out)
		stop()
		if err != nil {
			return err
		}
	}
	code, err := l.AwaitPodExit(ctx, l.project, l.namespace, pod)
	if err != nil {
		return notStarted(err, streams)
	}
	if code != 0 {
		return &silentError{code}
	}
	return nil
}

// converse connects the terminal. A connection has only what is written after it was made: what came before is taken
// from the log, and so is the rest if the process has ended by then.
func (f *runFlags) converse(ctx context.Context, l *live, pod, container string, streams Streams) error {
	var before bytes.Buffer
	if err := l.CopyLog(ctx, l.namespace, pod, container, false, &before); err != nil {
		return err
	}
	if _, err := streams.Out.Write(before.Bytes()); err != nil {
		return err
	}
	err := inSession(ctx, streams, true, true, func(s cluster.Session) error {
		return l.Attach(ctx, l.namespace, pod, container, s)
	})
	if silent := (*silentError)(nil); err == nil || errors.As(err, &silent) || ctx.Err() != nil {
		return ctx.Err()
	}
	waiting, stop := context.WithTimeout(ctx, 5*time.Second) // the API server learns of the end a moment later
	defer stop()
	if _, endErr := l.AwaitPodExit(waiting, l.project, l.namespace, pod); waiting.Err() != nil || errors.As(endErr, new(*cluster.ForbiddenError)) {
		return err
	}
	var whole bytes.Buffer
	if err := l.CopyLog(ctx, l.namespace, pod, container, false, &whole); err != nil {
		return err
	}
	_, err = streams.Out.Write(whole.Bytes()[min(before.Len(), whole.Len()):])
	return err
}

// feed connects standard input. What the Pod writes is read from its log, which has everything from the first line on:
// a connection to the process only has what is written after it was made.
func (f *runFlags) feed(ctx context.Context, l *live, pod, container string, streams Streams) (stop func()) {
	if !f.interactive {
		return func() {}
	}
	ctx, stop = context.WithCancel(ctx)
	go func() {
		err := l.Attach(ctx, l.namespace, pod, container, cluster.Session{Stdin: streams.In})
		if err == nil {
			return
		}
		select { // a process that has ended takes no input, and is no news
		case <-ctx.Done():
		case <-time.After(time.Second):
			fmt.Fprintf(streams.Err, "warning: the process gets no standard input: %v\n", err)
		}
	}()
	return stop
}
