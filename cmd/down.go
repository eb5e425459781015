package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/terminal"
)

func newDown(streams Streams, project *projectFlags) *cobra.Command {
	var (
		o       cluster.DownOptions
		grace   time.Duration
		mode    string
		timeout = defaultWait
	)
	return runnable{
		effect: changes, use: "down [SERVICE...]", short: "Remove what up made",
		long: `Remove exactly what up made, dependents before what they depend on. Claims and their data stay unless --volumes is
given. The namespace goes only if up made it and nothing is left in it. With -p NAME no compose file is needed.`,
		example: `  transship down
  transship -p shop down -v`,
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVarP(&o.Volumes, "volumes", "v", false, "remove the claims too, and with them the data of the volumes")
			flags.VarP((*seconds)(&grace), "timeout", "t", "`TIME` that containers get to end (default: what the project says)")
			flags.Var((*seconds)(&timeout), "wait-timeout", "`TIME` after which waiting for the end ends with exit code 4 (0: never)")
			flags.BoolVar(&o.DryRun, "dry-run", false, "show what would be removed, and remove nothing")
			flags.Bool("remove-orphans", false, "what up made is removed in any case, also what the project no longer has")
			addChoice(flags, &mode, "progress", "", "how progress is shown", progress.Modes...)
			addRefused(flags, map[string]string{
				"rmi": "images belong to the nodes, which remove those that are no longer used",
			})
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			o.Project, o.Namespace, o.Services, o.Timeout = l.project, l.namespace, services, timeout
			if c.Flags().Changed("timeout") {
				o.Grace = &grace
			}
			if err := l.knows(c.Context(), services); err != nil {
				return err
			}
			show := progress.New(mode, streams.Err, terminal.Color("auto", streams.Err)).Masked(streams.mask)
			l.warnings.showTo(show.Show)
			var removed []string
			err := l.Down(c.Context(), o, func(e cluster.Event) {
				if would, is := e.(cluster.Removable); is {
					removed = append(removed, "remove "+would.Ref.String())
				}
				show.Show(e)
			})
			show.Close()
			if err == nil && o.DryRun {
				return printList(streams, removed)
			}
			if none := (*cluster.NoProjectError)(nil); errors.As(err, &none) {
				show.Show(cluster.Warning{Message: err.Error() + ": there is nothing to remove"})
				return nil
			}
			return asEvent(c.Context(), err, mode, show)
		},
	}.command(streams, project)
}

// knows refuses the name of a service that neither the files of the project have nor the cluster. Without files, only the
// cluster could know it, and what is gone is gone.
func (l *live) knows(ctx context.Context, services []string) error {
	if l.files == nil {
		return nil
	}
	inFiles := sorted.Keys(l.files.Project.AllServices())
	for _, name := range services {
		if slices.Contains(inFiles, name) {
			continue
		}
		_, err := l.Workloads(ctx, l.project, l.namespace, []string{name})
		switch {
		case errors.As(err, new(*cluster.NoProjectError)), errors.As(err, new(*cluster.NoServiceError)):
			return fmt.Errorf("there is no service %q%s", name, didYouMean(name, inFiles))
		case err != nil:
			return err
		}
	}
	return nil
}
