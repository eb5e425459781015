package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
)

// logsFlags say which lines are shown.
type logsFlags struct {
	look         logFlags
	options      cluster.LogOptions
	tail         string
	since, until string
	index        int
}

func newLogs(streams Streams, project *projectFlags) *cobra.Command {
	f := &logsFlags{}
	return runnable{
		use: "logs [SERVICE...]", short: "Show what containers write", quiet: true, reserved: "f",
		args: f.resolve, flags: f.attach,
		run: func(c *cobra.Command, l *live, services []string) error {
			return f.run(c.Context(), l, services, streams)
		},
	}.command(streams, project)
}

func (f *logsFlags) attach(flags *pflag.FlagSet) {
	flags.BoolVarP(&f.options.Follow, "follow", "f", false, "go on with new lines, also of containers that start later")
	flags.StringVar(&f.tail, "tail", "all", "last `LINES` of each container, or all")
	flags.IntVar(&f.index, "index", 0, "`NUMBER` of the Pod of the service, from 1, in the order of their names")
	flags.StringVar(&f.since, "since", "", "lines since a `TIME` (2026-01-02T15:04:05Z) or a duration ago (42m)")
	flags.StringVar(&f.until, "until", "", "lines before a `TIME` or a duration ago")
	flags.BoolVarP(&f.look.timestamps, "timestamps", "t", false, "show when each line was written")
	flags.BoolVar(&f.look.noPrefix, "no-log-prefix", false, "leave out who wrote a line")
	flags.BoolVar(&f.look.noColor, "no-color", false, "print without color")
}

// resolve reads the flags that are more than a value.
func (f *logsFlags) resolve(c *cobra.Command, services []string) (err error) {
	// docker compose has -n for --tail; a namespace called 10 is less likely than that habit.
	if given := c.Flag("namespace"); given.Changed && isTail(given.Value.String()) {
		return usagef("-n is the namespace, as with kubectl: --tail %s shows the last lines", given.Value)
	}
	if f.index > 0 && len(services) != 1 {
		return usagef("--index needs exactly one service")
	}
	f.options.Tail = -1
	if f.tail != "all" {
		if f.options.Tail, err = strconv.ParseInt(f.tail, 10, 64); err != nil {
			return usagef("--tail: %q is neither a number of lines nor all", f.tail)
		}
	}
	if f.options.Since, err = moment("since", f.since); err != nil {
		return err
	}
	if f.options.Until, err = moment("until", f.until); err != nil {
		return err
	}
	return checkIndex(c, f.index)
}

func (f *logsFlags) run(ctx context.Context, l *live, services []string, streams Streams) error {
	o := f.options
	o.Project, o.Namespace, o.Services = l.project, l.namespace, services
	_, err := l.Workloads(ctx, l.project, l.namespace, services) // without it, a service that is not there would write nothing
	if err == nil && f.index > 0 {
		o.Pod, _, err = l.PodOf(ctx, l.project, l.namespace, services[0], f.index)
	}
	if err != nil {
		return err
	}
	printer := f.look.printer(streams, "auto")
	err = l.Logs(ctx, o, func(e cluster.Event) {
		switch e := e.(type) {
		case cluster.Following:
			printer.Expect(e)
		case cluster.LogLine:
			printer.Print(e)
		case cluster.Warning:
			fmt.Fprintln(streams.Err, "warning: "+e.Message)
		}
	})
	if ctx.Err() != nil {
		return &silentError{exitInterrupted}
	}
	return cmp.Or(err, printer.Err())
}

func isTail(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil || text == "all"
}

// moment reads a time or a duration ago; nothing is the zero time.
func moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return time.Now().Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(n, 0), nil
	}
	return time.Time{}, usagef("--%s: %q is neither a time such as 2026-01-02T15:04:05Z nor a duration such as 42m", flag, text)
}
