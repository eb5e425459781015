package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/terminal"
)

// stop is a command that ends the Pods of services, and stops or restarts them.
type stop struct {
	use, short, long string
	hasGrace         bool
	noDeps           bool // it has --no-deps
	do               func(context.Context, *live, stopFlags, cluster.Sink) error
}

// stopFlags is what a command that ends Pods is told.
type stopFlags struct {
	services []string
	grace    *time.Duration // nil if none was given
	timeout  time.Duration
	noWait   bool
	noDeps   bool
}

func (s stop) command(streams Streams, project *projectFlags) *cobra.Command {
	f, grace := stopFlags{timeout: defaultWait}, time.Duration(0)
	return runnable{
		effect: changes, use: s.use, short: s.short, long: s.long,
		flags: func(flags *pflag.FlagSet) {
			if s.hasGrace {
				flags.VarP((*seconds)(&grace), "timeout", "t", "`TIME` that containers get to end (default: what the project says)")
			}
			flags.Var((*seconds)(&f.timeout), "wait-timeout", "`TIME` after which waiting ends with exit code 4 (0: never)")
			flags.BoolVar(&f.noWait, "no-wait", false, "return when the cluster has accepted the change of all services")
			if s.noDeps {
				flags.BoolVar(&f.noDeps, "no-deps", false, "leave out what asks to be restarted with the named services")
			}
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			f.services = services
			if s.hasGrace && c.Flags().Changed("timeout") {
				f.grace = &grace
			}
			return l.shown(streams, func(sink cluster.Sink) error { return s.do(c.Context(), l, f, sink) })
		},
	}.command(streams, project)
}

// shown does something and shows its events. What failed is not told twice.
func (l *live) shown(streams Streams, do func(cluster.Sink) error) error {
	show := progress.New("auto", streams.Err, terminal.Color("auto", streams.Err)).Masked(streams.mask)
	defer show.Close()
	l.warnings.showTo(show.Show)
	err := do(show.Show)
	if failed := (*cluster.FailedError)(nil); errors.As(err, &failed) {
		return &silentError{exitFailed} // the display has said why, with the last log lines
	}
	return err
}

// stopAs stops services; at once, or dependents before what they depend on.
func (l *live) stopAs(ctx context.Context, f stopFlags, as cluster.ContainerState, atOnce bool, sink cluster.Sink) error {
	return l.StopInOrder(ctx, cluster.StopOptions{
		Project: l.project, Namespace: l.namespace, Services: f.services, As: as, Grace: f.grace, AtOnce: atOnce, Wait: !f.noWait, Timeout: f.timeout,
	}, sink)
}

func newRestart(streams Streams, project *projectFlags) *cobra.Command {
	return stop{
		use: "restart [SERVICE...]", short: "Replace the Pods of services",
		long: `Replace the Pods of services, as their update strategy has it: new ones first, unless two cannot run at once. With
--timeout, the old ones end first, as with docker compose. What has restart: true in its depends_on follows what it depends
on. What was stopped is started.`,
		hasGrace: true, noDeps: true,
		do: func(ctx context.Context, l *live, f stopFlags, sink cluster.Sink) error {
			return l.RestartInOrder(ctx, cluster.RestartOptions{
				Project: l.project, Namespace: l.namespace, Services: f.services, NoDeps: f.noDeps, Grace: f.grace, Wait: !f.noWait, Timeout: f.timeout,
			}, sink)
		},
	}.command(streams, project)
}

func newStop(streams Streams, project *projectFlags) *cobra.Command {
	return stop{
		use: "stop [SERVICE...]", short: "End the Pods of services and keep everything else",
		long: `End the Pods of services and keep everything else, dependents before what they depend on. A Deployment or StatefulSet is
scaled to zero and remembers its replicas, a one-shot or scheduled job is suspended, a DaemonSet asks for nodes that do
not exist. start or up brings them back.`,
		hasGrace: true,
		do: func(ctx context.Context, l *live, f stopFlags, sink cluster.Sink) error {
			return l.stopAs(ctx, f, cluster.ContainerExited, false, sink)
		},
	}.command(streams, project)
}

func newScale(streams Streams, project *projectFlags) *cobra.Command {
	wanted := map[string]int{}
	return runnable{
		effect: changes, use: "scale SERVICE=NUM...", short: "Change how many Pods services have",
		long: "Change how many Pods services have. The next up goes back to what the project says.",
		args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("scale takes SERVICE=NUM")
			}
			for _, pair := range args {
				service, number, _ := strings.Cut(pair, "=")
				n, err := strconv.ParseInt(number, 10, 32)
				if err != nil || n < 0 || service == "" {
					return usagef("%q is not SERVICE=NUM", pair)
				}
				wanted[service] = int(n)
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) { addHonored(flags, "no-deps") },
		run: func(c *cobra.Command, l *live, _ []string) error {
			services := sorted.Keys(wanted)
			workloads, err := l.Workloads(c.Context(), l.project, l.namespace, services)
			if err != nil {
				return err
			}
			return l.shown(streams, func(sink cluster.Sink) error {
				cluster.WarnOfShared(workloads, services, sink)
				changed, err := l.Scale(c.Context(), workloads, wanted, l.namespace, sink)
				if err != nil {
					return err
				}
				return l.AwaitReady(c.Context(), l.project, l.namespace, changed, defaultWait, sink)
			})
		},
	}.command(streams, project)
}

func newWait(streams Streams, project *projectFlags) *cobra.Command {
	downProject := false
	return runnable{
		use: "wait SERVICE [SERVICE...]", short: "Wait until services have ended, and exit with their code", quiet: true,
		args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("wait takes at least one service")
			}
			return nil
		},
		flags: func(flags *pflag.FlagSet) {
			flags.BoolVar(&downProject, "down-project", false, "remove the project afterwards")
		},
		mayChange: true,
		run: func(c *cobra.Command, l *live, services []string) error {
			if downProject {
				l.announce(streams, "auto")
				if err := l.guard(c.Context(), changes, false, streams); err != nil {
					return err
				}
			}
			// A name that is wrong is told now, and not when what stands before it has ended.
			if _, err := l.Workloads(c.Context(), l.project, l.namespace, services); err != nil {
				return err
			}
			worst := 0
			for _, name := range services {
				code, err := l.AwaitExit(c.Context(), l.project, l.namespace, name)
				if err != nil {
					return err
				}
				worst = max(worst, code)
				fmt.Fprintf(streams.Out, "%d\n", code)
			}
			if downProject {
				o := cluster.DownOptions{Project: l.project, Namespace: l.namespace, Timeout: defaultWait}
				if err := l.Down(c.Context(), o, progress.New("auto", streams.Err, false).Masked(streams.mask).Show); err != nil {
					return err
				}
			}
			if worst != 0 {
				return &silentError{worst}
			}
			return nil
		},
	}.command(streams, project)
}

func newLs(streams Streams, project *projectFlags) *cobra.Command {
	f := newLive(project)
	var (
		quiet  bool
		format string
	)
	c := &cobra.Command{
		Use: "ls", Short: "List the projects of a cluster", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := f.connect(streams)
			if err != nil {
				return err
			}
			list, err := client.Projects(c.Context(), client.Namespace(""), c.Flags().Changed("namespace"))
			if err != nil {
				return err
			}
			switch {
			case quiet:
				for _, p := range list {
					fmt.Fprintln(streams.Out, p.Name)
				}
				return nil
			case format == "json":
				return json.NewEncoder(streams.Out).Encode(append([]cluster.ProjectInfo{}, list...)) // never null
			}
			return printProjects(streams.Out, list)
		},
	}
	c.Flags().SortFlags = false
	addGroup(c, "Which cluster", f.clusterFlags.attach)
	addGroup(c, "What to do", func(flags *pflag.FlagSet) {
		flags.BoolVarP(&quiet, "quiet", "q", false, "names only")
		addChoice(flags, &format, "format", "", "form of the list", "table", "json")
		addRefused(flags, map[string]string{"filter": "use --format json and jq", "dry-run": noDryRun})
		addHonored(flags, "all,a")
	})
	completeChoices(c)
	f.completeCluster(c)
	return c
}

func printProjects(out io.Writer, list []cluster.ProjectInfo) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "NAME\tNAMESPACE\tSTATUS")
	for _, p := range list {
		fmt.Fprintln(table, p.Name+"\t"+p.Namespace+"\t"+p.Status)
	}
	return table.Flush()
}
