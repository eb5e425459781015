package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
)

func newCreate(streams Streams, project *projectFlags) *cobra.Command {
	f := &upFlags{liveFlags: newLive(project), streams: streams, effect: changes, timeout: defaultWait, noStart: true, detach: true, images: imageFlags{streams: streams}}
	c := &cobra.Command{
		Use:   "create [SERVICE...]",
		Short: "Make what services need, and do not start them",
		Long: `Make everything that up makes and the cluster does not have yet, but start no container: Deployments have no Pods, one-shots
are suspended. start brings them up, in the order in which up would, and so does up. What is there already is left as it is.`,
		RunE:              f.run,
		ValidArgsFunction: f.completeServices(streams),
	}
	f.attachTo(c, "")
	addGroup(c, "What to do", func(flags *pflag.FlagSet) {
		all := pflag.NewFlagSet("", pflag.ContinueOnError)
		all.SortFlags = false
		f.attachUp(all)
		for _, name := range []string{"dry-run", "scale", "no-deps", "pull", "progress", "quiet-pull", "yes", "no-recreate"} {
			flags.AddFlag(all.Lookup(name))
		}
		addRefused(flags, map[string]string{
			"force-recreate": "what is there is left as it is; `transship up --force-recreate` replaces it",
			"remove-orphans": "create removes nothing; `transship up --remove-orphans` does",
		})
	})
	addGroup(c, "Images", f.images.attachLive)
	addGroup(c, "Mapping", f.mapping.attachLive)
	addGroup(c, "Findings", f.findings.attach)
	completeChoices(c)
	f.completeCluster(c)
	return c
}

// create makes what a project does not have on the cluster yet, and starts nothing.
func (f *upFlags) create(ctx context.Context, p *converted, o cluster.UpOptions, show *progress.Display) error {
	look := o
	look.DryRun, look.Partial = true, true
	plan, err := p.Up(ctx, p.objects, look, func(cluster.Event) {})
	if err != nil {
		return err
	}
	var missing []*unstructured.Unstructured
	var there []string
	for _, s := range plan.Steps {
		switch {
		case s.Action == cluster.Create:
			missing = append(missing, s.Desired)
		case s.Action != cluster.Unchanged:
			there = append(there, s.Ref.String())
		}
	}
	if len(there) > 0 {
		show.Show(cluster.Warning{Message: strings.Join(there, ", ") + ": there already, and left as it is; `transship up` would change it"})
	}
	if err := cluster.SetUnstarted(missing); err != nil {
		return err
	}
	o.Partial, o.RemoveOrphans, o.Wait, o.Unordered = true, false, false, true
	plan, err = p.Up(ctx, missing, o, show.Show)
	show.Close()
	if err == nil && o.DryRun {
		return f.printPlan(plan)
	}
	return err
}
