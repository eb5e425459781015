package cmd

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
)

func newLogs(streams Streams, project *projectFlags) *cobra.Command {
	var (
		look         logFlags
		follow       bool
		tail         string
		since, until string
		index        int
	)
	return runnable{
		use: "logs [SERVICE...]", short: "Show what containers write", quiet: true, reserved: "f",
		args: func(c *cobra.Command, services []string) error {
			// docker compose has -n for --tail; a namespace called 10 is less likely than that habit.
			if given := c.Flag("namespace"); given.Changed && isTail(given.Value.String()) {
				return usagef("-n is the namespace, as with kubectl: --tail %s shows the last lines", given.Value)
			}
			if index > 0 && len(services) != 1 {
				return usagef("--index needs exactly one service")
			}
			return checkIndex(c, index)
		},
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVarP(&follow, "follow", "f", false, "go on with new lines, also of containers that start later")
			flags.StringVar(&tail, "tail", "all", "last `LINES` of each container, or all")
			flags.IntVar(&index, "index", 0, "`NUMBER` of the Pod of the service, from 1, in the order of their names")
			flags.StringVar(&since, "since", "", "lines since a `TIME` (2026-01-02T15:04:05Z) or a duration ago (42m)")
			flags.StringVar(&until, "until", "", "lines before a `TIME` or a duration ago")
			flags.BoolVarP(&look.timestamps, "timestamps", "t", false, "show when each line was written")
			flags.BoolVar(&look.noPrefix, "no-log-prefix", false, "leave out who wrote a line")
			flags.BoolVar(&look.noColor, "no-color", false, "print without color")
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			o := cluster.LogOptions{Project: l.project, Namespace: l.namespace, Services: services, Follow: follow, Tail: -1}
			var err error
			if tail != "all" {
				if o.Tail, err = strconv.ParseInt(tail, 10, 64); err != nil {
					return usagef("--tail: %q is neither a number of lines nor all", tail)
				}
			}
			if o.Since, err = moment("since", since); err != nil {
				return err
			}
			if o.Until, err = moment("until", until); err != nil {
				return err
			}
			if _, err = l.Workloads(c.Context(), l.project, l.namespace, services); err != nil {
				return err
			}
			if index > 0 {
				if o.Pod, _, err = l.PodOf(c.Context(), l.project, l.namespace, services[0], index); err != nil {
					return err
				}
			}
			printer := look.printer(streams, "auto")
			err = l.Logs(c.Context(), o, func(e cluster.Event) {
				switch e := e.(type) {
				case cluster.Following:
					printer.Expect(e)
				case cluster.LogLine:
					printer.Print(e)
				case cluster.Warning:
					fmt.Fprintln(streams.Err, "warning: "+e.Message)
				}
			})
			if c.Context().Err() != nil {
				return &silentError{exitInterrupted}
			}
			return err
		},
	}.command(streams, project)
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
