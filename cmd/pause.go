package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/transship/transship/cluster"
)

func newPause(streams Streams, project *projectFlags) *cobra.Command {
	return stop{
		use: "pause [SERVICE...]", short: "Make services take no part until unpause",
		long: `Make services take no part until unpause. Kubernetes cannot freeze a process: the Pods end, as with stop, and unpause starts
new ones. What they have in memory is lost; volumes and everything else stay.`,
		do: func(ctx context.Context, l *live, f stopFlags, sink cluster.Sink) error {
			sink(cluster.Warning{Message: "Kubernetes cannot freeze a process: the Pods end, and `transship unpause` starts new ones"})
			return l.stopAs(ctx, f, cluster.ContainerPaused, true, sink)
		},
	}.command(streams, project)
}

func newUnpause(streams Streams, project *projectFlags) *cobra.Command {
	return start{
		use: "unpause [SERVICE...]", short: "Bring paused services back",
		long:  "Bring paused services back, in new Pods and in the order of depends_on. What was stopped by stop stays stopped.",
		wakes: cluster.IsPaused,
	}.command(streams, project)
}
