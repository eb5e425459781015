package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/terminal"
)

// change is a command that changes workloads and waits until they are as they should be.
type change struct {
	use, short, long string
	do               changer
	refused          map[string]string
	honored          []string
	// endsPodsOf reports whether the change ends the Pods of a workload; nil for one that ends none.
	endsPodsOf func(*unstructured.Unstructured) bool
}

func (ch change) command(streams Streams, project *projectFlags) *cobra.Command {
	timeout, noWait, grace := defaultWait, false, time.Duration(0)
	return runnable{
		effect: changes, use: ch.use, short: ch.short, long: ch.long,
		flags: func(flags *pflag.FlagSet) {
			if ch.endsPodsOf != nil {
				flags.VarP((*seconds)(&grace), "timeout", "t", "`TIME` that containers get to end (default: what the project says)")
			}
			flags.Var((*seconds)(&timeout), "wait-timeout", "`TIME` after which waiting ends with exit code 4 (0: never)")
			flags.BoolVar(&noWait, "no-wait", false, "return when the cluster has accepted the change")
			addRefused(flags, ch.refused)
			addHonored(flags, ch.honored...)
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			do := ch.do
			if ch.endsPodsOf != nil && c.Flags().Changed("timeout") {
				var done func()
				do, done = ch.within(grace)
				defer done()
			}
			return l.changeWorkloads(c.Context(), services, timeout, !noWait, streams, do)
		},
	}.command(streams, project)
}

// within returns the change with a time that containers get to end: kubelets give them that of the first one who ends them.
// Done is to be called when nobody waits for the end any more.
func (ch change) within(grace time.Duration) (do changer, done func()) {
	done = func() {}
	return func(ctx context.Context, l *live, workloads []*unstructured.Unstructured, sink cluster.Sink) ([]*unstructured.Unstructured, error) {
		done = l.Hurry(ctx, l.project, l.namespace, workloads, grace)
		var out []*unstructured.Unstructured
		for _, w := range workloads { // each at once after its Pods were asked to end: nobody is to replace them
			if ch.endsPodsOf(w) {
				if err := l.EndPods(ctx, []*unstructured.Unstructured{w}, l.namespace, grace); err != nil {
					return out, err
				}
			}
			changed, err := ch.do(ctx, l, []*unstructured.Unstructured{w}, sink)
			out = append(out, changed...)
			if err != nil {
				return out, err
			}
		}
		return out, nil
	}, func() { done() }
}

// changer changes workloads and returns them as they are then.
type changer func(context.Context, *live, []*unstructured.Unstructured, cluster.Sink) ([]*unstructured.Unstructured, error)

func (l *live) changeWorkloads(ctx context.Context, services []string, timeout time.Duration, wait bool, streams Streams, do changer) error {
	workloads, err := l.Workloads(ctx, l.project, l.namespace, services)
	if err != nil {
		return err
	}
	show := progress.New("auto", streams.Err, terminal.Color("auto", streams.Err)).Masked(streams.mask)
	defer show.Close()
	l.warnings.showTo(show.Show)
	cluster.WarnOfShared(workloads, services, show.Show)
	changed, err := do(ctx, l, workloads, show.Show)
	if err != nil || !wait {
		return err
	}
	// The end of a one-shot is nobody's business here: `wait` waits for it.
	changed = slices.DeleteFunc(changed, func(o *unstructured.Unstructured) bool { return o.GetKind() == "Job" })
	err = l.AwaitReady(ctx, l.project, l.namespace, changed, timeout, show.Show)
	if failed := (*cluster.FailedError)(nil); errors.As(err, &failed) {
		return &silentError{exitFailed} // the display has said why, with the last log lines
	}
	return err
}

func newRestart(streams Streams, project *projectFlags) *cobra.Command {
	return change{
		use: "restart [SERVICE...]", short: "Replace the Pods of services",
		honored: []string{"no-deps"},
		long: `Replace the Pods of services, as their update strategy has it: new ones first, unless two cannot run at once. With
--timeout, the old ones end first, as with docker compose.`,
		endsPodsOf: func(w *unstructured.Unstructured) bool {
			return slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet"}, w.GetKind())
		},
		do: func(ctx context.Context, l *live, w []*unstructured.Unstructured, sink cluster.Sink) ([]*unstructured.Unstructured, error) {
			return l.Restart(ctx, w, l.namespace, sink)
		},
	}.command(streams, project)
}

func newStop(streams Streams, project *projectFlags) *cobra.Command {
	return change{
		use: "stop [SERVICE...]", short: "End the Pods of services and keep everything else",
		long: `End the Pods of services and keep everything else. A Deployment or StatefulSet is scaled to zero and remembers its
replicas, a one-shot or scheduled job is suspended, a DaemonSet asks for nodes that do not exist. start or up brings
them back.`,
		endsPodsOf: func(w *unstructured.Unstructured) bool { return w.GetKind() != "Pod" }, // which is not to be removed
		do:         stopping,
	}.command(streams, project)
}

// stopping stops workloads. Their containers count as exited then.
func stopping(ctx context.Context, l *live, w []*unstructured.Unstructured, sink cluster.Sink) ([]*unstructured.Unstructured, error) {
	return l.StopAs(ctx, w, l.namespace, cluster.ContainerExited, sink)
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
			return l.changeWorkloads(c.Context(), slices.Sorted(maps.Keys(wanted)), defaultWait, true, streams,
				func(ctx context.Context, l *live, w []*unstructured.Unstructured, sink cluster.Sink) ([]*unstructured.Unstructured, error) {
					return l.Scale(ctx, w, wanted, l.namespace, sink)
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
