package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
)

// start is a command that brings stopped workloads back.
type start struct {
	use, short, long string
	wakes            func(*unstructured.Unstructured) bool
	hasWait          bool // it has --wait
}

func newStart(streams Streams, project *projectFlags) *cobra.Command {
	return start{
		use: "start [SERVICE...]", short: "Bring stopped services back", hasWait: true,
		long: `Bring stopped services back in the order of depends_on, with what they depend on: each once its dependencies are in the
conditions that it asks for. The command returns when a Pod of each has started; --wait waits until all are ready.`,
	}.command(streams, project)
}

func (s start) command(streams Streams, project *projectFlags) *cobra.Command {
	timeout, noWait, ready := defaultWait, false, false
	return runnable{
		effect: changes, use: s.use, short: s.short, long: s.long,
		flags: func(flags *pflag.FlagSet) {
			flags.Var((*seconds)(&timeout), "wait-timeout", "`TIME` after which waiting ends with exit code 4 (0: never)")
			flags.BoolVar(&noWait, "no-wait", false, "return when the cluster has accepted the change of all services")
			if s.hasWait {
				flags.BoolVar(&ready, "wait", false, "wait until services are ready, and fail if they cannot become so")
			}
		},
		run: func(c *cobra.Command, l *live, services []string) error {
			if noWait && ready {
				return usagef("--wait and --no-wait contradict each other")
			}
			return l.start(c.Context(), cluster.StartOptions{
				Project: l.project, Namespace: l.namespace, Services: services, Wakes: s.wakes, Wait: !noWait, Ready: ready, Timeout: timeout,
			}, streams)
		},
	}.command(streams, project)
}

func (l *live) start(ctx context.Context, o cluster.StartOptions, streams Streams) error {
	return l.shown(streams, func(sink cluster.Sink) error { return l.StartInOrder(ctx, o, sink) })
}
