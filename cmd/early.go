package cmd

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/build"
	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/sorted"
)

// started tells which services start while images are built.
type started struct {
	Services []string `json:"services"`
}

func (started) Type() string     { return "early" }
func (s started) String() string { return "while images are built: " + strings.Join(s.Services, ", ") }

// early returns what brings up, while images are built, what the cluster does not have yet and needs none of them. What the
// cluster has is not changed before all images are there, so that a build that fails leaves no project half changed. Nil
// is a command that does no such thing.
func (f *upFlags) early(p *converted, result *convert.Result) func(context.Context, []string) error {
	if f.show == nil || f.dryRun || f.noStart || f.options.ForceRecreate || f.findings.fails(result) {
		return nil
	}
	return func(ctx context.Context, waiting []string) error {
		whole := *p
		var err error
		if whole.objects, err = f.chosen(result, p.services); err != nil {
			return err
		}
		if err := f.override(&whole); err != nil {
			return err
		}
		o := f.upOptions(&whole)
		look, looked := o, whole
		look.DryRun = true
		f.images.ahead(&looked)
		plan, err := p.Up(ctx, looked.objects, look, func(cluster.Event) {})
		if err != nil {
			return err
		}
		ready := independent(plan, waiting, result, p.services)
		part := whole
		if part.objects, err = cluster.Objects(convert.Select(result, ready)); err != nil || len(ready) == 0 {
			return err
		}
		if err := f.override(&part); err != nil {
			return err
		}
		o.Partial, o.Named, o.RemoveOrphans, o.Wait = true, nil, false, false
		if err := f.begin(&whole); err != nil {
			return err
		}
		f.earlier, f.startedEarly = &part, ready
		f.show.Show(started{ready})
		_, err = p.Up(ctx, part.objects, o, f.show.Show)
		return err
	}
}

// independent returns the services that can be started while those that are waiting cannot: the cluster has nothing of them
// that would change, and they depend on none that waits. Where there is nothing to start, there are none.
func independent(plan *cluster.Plan, waiting []string, result *convert.Result, named []string) []string {
	blocked := map[string]bool{}
	for _, name := range waiting {
		blocked[name] = true
	}
	actions := map[cluster.Ref]cluster.Action{}
	for _, s := range plan.Steps {
		actions[s.Ref] = s.Action
	}
	services := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, s := range plan.Steps {
			if !s.Ref.IsWorkload() {
				continue
			}
			waits := !startsNew(s, actions, result, named) || dependsOn(s, blocked)
			for _, name := range s.Services {
				services[name] = true
				waits = waits || blocked[name]
			}
			for _, name := range s.Services {
				changed = changed || waits && !blocked[name]
				blocked[name] = blocked[name] || waits
			}
		}
	}
	maps.DeleteFunc(services, func(name string, _ bool) bool { return blocked[name] })
	ready := sorted.Keys(services)
	isNew := func(s *cluster.Step) bool {
		return s.Ref.IsWorkload() && s.Action == cluster.Create && slices.ContainsFunc(s.Services, func(name string) bool { return services[name] })
	}
	if !slices.ContainsFunc(plan.Steps, isNew) {
		return nil
	}
	return ready
}

// startsNew reports whether neither a workload nor what it needs changes anything that the cluster has. A one-shot that was
// asked for by name is left for later: it would run twice.
func startsNew(s *cluster.Step, actions map[cluster.Ref]cluster.Action, result *convert.Result, named []string) bool {
	if len(s.Replaces) > 0 || s.Ref.Kind == "Job" && slices.ContainsFunc(s.Services, func(name string) bool { return slices.Contains(named, name) }) {
		return false
	}
	needed, err := cluster.Objects(convert.Select(result, s.Services))
	if err != nil {
		return false
	}
	for _, o := range needed {
		if action := actions[cluster.RefOf(o)]; action != cluster.Create && action != cluster.Unchanged {
			return false
		}
	}
	return true
}

func dependsOn(s *cluster.Step, blocked map[string]bool) bool {
	dependencies, err := cluster.DependenciesOf(s.Desired)
	if err != nil {
		return true
	}
	for name := range dependencies {
		if blocked[name] {
			return true
		}
	}
	return false
}

// imageSink shows what building and delivering has to tell among what else the command shows.
func (f *upFlags) imageSink() build.Sink {
	if f.show == nil {
		return f.images.sink(f.progress)
	}
	return func(e build.Event) {
		_, isOutput := e.(build.Output)
		if f.progress != "quiet" && (!isOutput || !f.images.quiet) {
			f.show.Show(e)
		}
	}
}

// unstarted ends an up whose images are not there. What was started meanwhile stays, or goes as the flags want it.
func (f *upFlags) unstarted(ctx context.Context, err error) error {
	p := f.earlier
	if f.show.Close(); p == nil {
		return err
	}
	if f.downOnExit {
		f.removeAll(ctx, p)
		return err
	}
	f.say(fmt.Sprintf("started while images were built, and left running: %s; `transship up` goes on, `%s` removes it",
		strings.Join(f.startedEarly, ", "), f.downCommand(p)))
	return err
}
