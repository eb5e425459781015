package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/terminal"
	"github.com/transship/transship/loader"
)

type runFlags struct {
	options            cluster.RunOptions
	envFiles           []string
	entrypoint, user   string
	remove, detach     bool
	noTTY, interactive bool
	noDeps             bool
	mapping            mappingFlags
}

func newRun(streams Streams, project *projectFlags) *cobra.Command {
	f := &runFlags{}
	c := runnable{
		own: []string{"user"}, reserved: "p", effect: changes,
		use: "run SERVICE [COMMAND] [ARG...]", short: "Run a one-off command for a service",
		long: `Run a one-off command in a new Pod like those of a service, be it up or not, in a profile that is enabled or not. What the
service needs is made first: its volumes, configs and secrets, and the services that it depends on, which are waited for as
depends_on asks. The Pod takes no traffic of the service and is not started again. The exit code is the command's. Without a
terminal, its standard output and standard error come together on standard output. Ctrl-C ends the command and removes the
Pod.`,
		example: `  transship run --rm web ./manage.py migrate
  transship run --rm --no-deps -e DEBUG=1 web env`,
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
	addGroup(c, "Mapping", func(flags *pflag.FlagSet) {
		all := pflag.NewFlagSet("", pflag.ContinueOnError)
		all.SortFlags = false
		f.mapping.attachLive(all)
		all.VisitAll(func(fl *pflag.Flag) {
			if fl.Name != "publish" && fl.Name != "domain" { // the Pod takes no traffic
				flags.AddFlag(fl)
			}
		})
	})
	completeChoices(c)
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
	flags.BoolVar(&f.noDeps, "no-deps", false, "do not start what the service depends on")
	addHonored(flags, "quiet,q", "quiet-build", "quiet-pull")
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
	for _, name := range sorted.Keys(fromFiles) {
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
	show := progress.New("plain", streams.Err, false).Masked(streams.mask)
	var err error
	if o.Workload, err = f.prepare(ctx, l, o.Service, streams, show.Show); err != nil {
		return err
	}
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
			grace := new(time.Duration) // it has ended
			if ctx.Err() != nil {
				grace = nil
			}
			if err := l.RemovePod(context.WithoutCancel(ctx), l.namespace, pod, grace); err != nil {
				fmt.Fprintln(streams.Err, "transship: "+streams.errorText(err))
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

// prepare makes what a service needs, and returns the workload that stands for it; nil if there are no files to convert, so
// that it is the one on the cluster.
func (f *runFlags) prepare(ctx context.Context, l *live, service string, streams Streams, sink cluster.Sink) (*unstructured.Unstructured, error) {
	if l.files == nil && !l.flags.hasFiles(ctx) {
		return nil, nil
	}
	u := &upFlags{liveFlags: *l.flags, streams: streams, effect: enters, mapping: f.mapping, progress: "quiet", onlyErrors: true, images: imageFlags{streams: streams, pullSecret: "none"}}
	u.findings = findingFlags{format: "text", failOn: "error", color: "auto"}
	p, err := u.convert(ctx, []string{service})
	if err != nil {
		return nil, err
	}
	model, needed := cluster.ForOneOff(p.objects, service, !f.noDeps)
	if model == nil {
		return nil, fmt.Errorf("service %s becomes nothing that could be run: `transship convert` says why", service)
	}
	o := cluster.UpOptions{Project: p.project, Namespace: p.namespace, Partial: true, Disabled: p.disabled, Timeout: defaultWait}
	changes := func(e cluster.Event) {
		switch e.(type) {
		case cluster.Planned, cluster.Ready:
		default:
			sink(e)
		}
	}
	if _, err = l.Up(ctx, needed, o, changes); err == nil && !f.noDeps {
		err = l.AwaitDependencies(ctx, p.project, p.namespace, model, defaultWait, changes)
	}
	if failed := (*cluster.FailedError)(nil); errors.As(err, &failed) {
		return nil, &silentError{exitFailed} // which has been told, with the last log lines
	}
	return model, err
}

// hasFiles reports whether there is a project to read: without one, its name is enough for what is up. What is read from
// standard input has been read by now.
func (f *liveFlags) hasFiles(ctx context.Context) bool {
	if slices.Contains(f.files, "-") {
		return false
	}
	_, err := loader.Load(ctx, f.options(nil, strings.NewReader("")))
	invalid, isInvalid := errors.AsType[*loader.Error](err)
	return !isInvalid || !lacksFiles(invalid)
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
	j := newGapless(nil)
	log := func() ([]byte, error) {
		var whole bytes.Buffer
		err := l.CopyLog(ctx, l.namespace, pod, container, false, &whole)
		return asOnTerminal(whole.Bytes()), err
	}
	shown := len(asOnTerminal(before.Bytes()))
	gapClosed := make(chan error, 1)
	err := inSession(ctx, streams, true, true, func(s cluster.Session) error {
		j.out, s.Stdout = s.Stdout, j
		go func() { gapClosed <- j.closeGap(shown, log) }()
		err := l.Attach(ctx, l.namespace, pod, container, s)
		close(j.ended)
		if gapErr := <-gapClosed; err == nil {
			err = gapErr
		}
		return err
	})
	if silent := (*silentError)(nil); err == nil || errors.As(err, &silent) || ctx.Err() != nil {
		return ctx.Err()
	}
	waiting, stop := context.WithTimeout(ctx, 5*time.Second) // the API server learns of the end a moment later
	defer stop()
	if _, endErr := l.AwaitPodExit(waiting, l.project, l.namespace, pod); waiting.Err() != nil || errors.As(endErr, new(*cluster.ForbiddenError)) {
		return err
	}
	if j.any {
		return nil // the connection was there until the end
	}
	whole, err := log()
	if err != nil {
		return err
	}
	_, err = streams.Out.Write(whole[min(shown+j.fromLog, len(whole)):])
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
		case <-time.After(5 * time.Second):
			fmt.Fprintf(streams.Err, "warning: the process gets no standard input: %s\n", streams.errorText(err))
		}
	}()
	return stop
}
