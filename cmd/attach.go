package cmd

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
)

// follow shows the logs of a project that is up and lets its published ports answer, until the user has enough. A
// project of one-shots alone has nothing to follow: its logs are printed to their end.
func (f *upFlags) follow(ctx context.Context, p *converted, plan *cluster.Plan) error {
	services := f.followed(p)
	endless := slices.ContainsFunc(p.objects, cluster.RunsOn)
	printer := f.logs.printer(f.streams, f.findings.color)
	form := "plain"
	if f.progress == "json" || f.progress == "quiet" {
		form = f.progress
	}
	show := progress.New(form, f.streams.Err, false)
	defer show.Close()
	sink := func(e cluster.Event) {
		switch e := e.(type) {
		case cluster.Following:
			printer.Expect(e)
		case cluster.LogLine:
			printer.Print(e)
		case cluster.Warning:
			show.Show(e)
		case cluster.Exited:
			if len(services) == 0 || slices.Contains(services, e.Service) {
				show.Show(e)
			}
		case cluster.Forwarding:
			if f.progress == "json" {
				show.Show(e)
				return
			}
			fmt.Fprintf(f.streams.Err, "%s: port %d answers at %s\n", e.Service, e.Target, e.Address)
		}
	}
	group, groupCtx := errgroup.WithContext(ctx)
	watching, logged := context.WithCancel(groupCtx)
	group.Go(func() error {
		_ = p.Exits(watching, p.project, p.namespace, f.started, sink) // who may not watch is told by the logs
		return nil
	})
	group.Go(func() error {
		defer logged()
		return p.Logs(groupCtx, cluster.LogOptions{
			Project: p.project, Namespace: p.namespace, Services: services, Follow: endless, Tail: -1,
			Known: unchanged(plan),
		}, sink)
	})
	if endless && !f.noForward {
		// Ports are published for everything that was started, also for what the named services depend on.
		group.Go(func() error {
			return p.Forward(groupCtx, p.project, p.namespace, cluster.Services(p.objects), sink)
		})
	}
	err := group.Wait()
	if ctx.Err() == nil {
		return err
	}
	if !f.downOnExit && !isAborted(ctx) {
		f.say(fmt.Sprintf("\nproject %s still runs in namespace %s; `%s` removes it", p.project, p.namespace, f.downCommand(p)))
	}
	return &silentError{exitInterrupted}
}

// checkAttached refuses services of --attach and --no-attach that the project does not have.
func (f *upFlags) checkAttached(p *converted) error {
	known := cluster.Services(p.objects)
	for _, name := range slices.Concat(f.attached, f.unattached) {
		if !slices.Contains(known, name) {
			return usagef("--attach, --no-attach: there is no service %q%s", name, didYouMean(name, known))
		}
	}
	return nil
}

// followed returns the services whose logs are shown; none means all.
func (f *upFlags) followed(p *converted) []string {
	if f.attachDependencies && len(f.attached) == 0 && len(f.unattached) == 0 {
		return cluster.Services(p.objects)
	}
	if len(f.attached) > 0 || len(f.unattached) == 0 {
		return append(slices.Clone(f.attached), onlyIf(len(f.attached) == 0, p.services)...)
	}
	var out []string
	for _, name := range cluster.Services(p.objects) {
		if !slices.Contains(f.unattached, name) {
			out = append(out, name)
		}
	}
	return out
}

// unchanged returns the services that a plan leaves as they are.
func unchanged(plan *cluster.Plan) []string {
	var out []string
	for _, s := range plan.Steps {
		if s.Action == cluster.Unchanged {
			out = append(out, cluster.Services([]*unstructured.Unstructured{s.Desired})...)
		}
	}
	return out
}

func onlyIf(yes bool, list []string) []string {
	if yes {
		return list
	}
	return nil
}
