package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
)

func newRm(streams Streams, project *projectFlags) *cobra.Command {
	force, stop := false, false
	return runnable{
		reserved: "fs",
		effect:   changes,
		use:      "rm [SERVICE...]", short: "Remove one-shots and run commands that have ended",
		long: `Remove the Jobs of one-shots that have ended, with their Pods and logs, and the Pods of run commands that have ended. A
service that was stopped has no container left that could be removed: down SERVICE removes the service itself.`,
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVarP(&force, "force", "f", false, "do not ask")
			flags.BoolVarP(&stop, "stop", "s", false, "stop the services first")
			addHonored(flags, "volumes,v", "all,a")
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			if stop {
				if err := l.stopAll(c.Context(), services, streams); err != nil {
					return err
				}
			}
			ended, err := l.Ended(c.Context(), l.project, l.namespace, services)
			if none := (*cluster.NoProjectError)(nil); err != nil && !errors.As(err, &none) {
				return err
			}
			if len(ended) == 0 {
				fmt.Fprintln(streams.Err, "nothing has ended that could be removed")
				return nil
			}
			if !force {
				if err := confirm(streams, "remove "+refNames(ended), "--force", "nothing was removed"); err != nil {
					return err
				}
			}
			show := progress.New("auto", streams.Err, false).Masked(streams.mask)
			defer show.Close()
			return l.RemoveEnded(c.Context(), l.project, l.namespace, services, ended, show.Show)
		},
	}.command(streams, project)
}

// stopAll stops services and waits until their Pods have ended.
func (l *live) stopAll(ctx context.Context, services []string, streams Streams) error {
	return l.shown(streams, func(sink cluster.Sink) error {
		return l.stopAs(ctx, stopFlags{services: services, timeout: defaultWait}, cluster.ContainerExited, false, sink)
	})
}

func refNames(refs []cluster.Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.String()
	}
	return strings.Join(names, ", ")
}
