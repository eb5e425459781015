package cmd

import (
	"fmt"
	"strings"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
)

// printPlan prints what would change, one object per line; a plan in JSON has been shown as an event.
func (f *upFlags) printPlan(plan *cluster.Plan) error {
	if f.progress == "json" {
		return nil
	}
	for _, s := range plan.Steps {
		if s.Action == cluster.Unchanged {
			continue
		}
		line := fmt.Sprintf("%-9s %s", s.Action, s.Ref)
		if s.Reason != "" {
			line += " (" + s.Reason + ")"
		}
		if _, err := fmt.Fprintln(f.streams.Out, line); err != nil {
			return err
		}
	}
	if plan.RemovesOrphans {
		for _, ref := range plan.Orphans {
			if _, err := fmt.Fprintf(f.streams.Out, "%-9s %s\n", "remove", ref); err != nil {
				return err
			}
		}
	}
	f.mentionOrphans(plan, f.options.RemoveOrphans)
	return nil
}

func (f *upFlags) mentionOrphans(plan *cluster.Plan, removed bool) {
	if len(plan.Orphans) == 0 || removed {
		return
	}
	names := make([]string, len(plan.Orphans))
	for i, ref := range plan.Orphans {
		names[i] = ref.String()
	}
	show := progress.New(f.progress, f.streams.Err, false).Masked(f.streams.mask)
	defer show.Close()
	message := "the project no longer has %s; --remove-orphans removes them"
	if len(names) == 1 {
		message = "the project no longer has %s; --remove-orphans removes it"
	}
	show.Show(cluster.Warning{Message: fmt.Sprintf(message, strings.Join(names, ", "))})
}
