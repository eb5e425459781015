package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
)

func newPause(streams Streams, project *projectFlags) *cobra.Command {
	return change{
		use: "pause [SERVICE...]", short: "Make services take no part until unpause",
		long: `Make services take no part until unpause. Kubernetes cannot freeze a process: the Pods end, as with stop, and unpause starts
new ones. What they have in memory is lost; volumes and everything else stay.`,
		do: func(ctx context.Context, l *live, w []*unstructured.Unstructured, sink cluster.Sink) ([]*unstructured.Unstructured, error) {
			sink(cluster.Warning{Message: "Kubernetes cannot freeze a process: the Pods end, and `transship unpause` starts new ones"})
			return l.StopAs(ctx, w, l.namespace, cluster.ContainerPaused, sink)
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
