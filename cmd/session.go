package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
)

// session is an up that stays: it shows logs from the first container on and lets ports answer as services become ready,
// while the rest of the project is still being brought up. What fails is shown and ends nothing else.
type session struct {
	flags    *upFlags
	project  *converted
	display  *progress.Display
	printer  *progress.LogPrinter
	services []string // whose logs are shown; none means all

	attending context.Context //nolint:containedctx // it begins with the first event of the run that it accompanies
	stop      context.CancelFunc
	settled   chan []cluster.Ref
	ended     chan struct{} // nil before the run has begun
	stopped   bool
	err       error
}

func (f *upFlags) newSession(ctx context.Context, p *converted, show *progress.Display) *session {
	s := &session{
		flags: f, project: p, display: show, printer: f.logs.printer(f.streams, f.findings.color), services: f.followed(p),
		settled: make(chan []cluster.Ref, 1),
	}
	s.attending, s.stop = context.WithCancel(ctx)
	return s
}

// show shows an event of the run, and begins to attend to the project before its first change.
func (s *session) show(e cluster.Event) {
	if failed, is := e.(cluster.Failed); is && failed.Started {
		failed.Logs = nil // they stand in the log
		e = failed
	}
	s.display.Show(e)
	if planned, is := e.(cluster.Planned); is && s.ended == nil {
		s.attend(planned.Plan)
	}
}

func (s *session) attend(plan *cluster.Plan) {
	f, p := s.flags, s.project
	watching := make(chan struct{})
	s.ended = make(chan struct{})
	o := cluster.AttendOptions{
		Logs: cluster.LogOptions{
			Project: p.project, Namespace: p.namespace, Services: s.services, Tail: -1,
			Known: withoutServices(servicesOf(plan, isUnchanged), f.startedEarly), Replaced: servicesOf(plan, isReplaced),
		},
		Workloads: slices.DeleteFunc(slices.Clone(p.objects), func(o *unstructured.Unstructured) bool { return !cluster.IsWorkload(o) }),
		// Ports are published for everything that is started, also for what the named services depend on.
		Forward: !f.noForward && slices.ContainsFunc(p.objects, cluster.RunsOn),
		Begun:   f.started, Settled: s.settled, Watching: func() { close(watching) },
	}
	go func() {
		defer close(s.ended)
		s.stopped, s.err = p.Attend(s.attending, o, s.heard)
	}()
	select {
	case <-watching:
	case <-s.ended:
	}
}

// heard shows what the project says.
func (s *session) heard(e cluster.Event) {
	switch e := e.(type) {
	case cluster.Following:
		s.printer.Expect(e)
	case cluster.LogLine:
		s.display.Aside(func() { s.printer.Print(e) })
	case cluster.Warning:
		s.display.Show(e)
	case cluster.Exited:
		if len(s.services) == 0 || slices.Contains(s.services, e.Service) {
			s.display.Show(e)
		}
	case cluster.Forwarding:
		if s.flags.progress == "json" {
			s.display.Show(e)
			return
		}
		s.display.Aside(func() {
			fmt.Fprintf(s.flags.streams.Err, "%s: port %d answers at %s\n", e.Service, e.Target, e.Address)
		})
	}
}

// end stays until everything has ended, or the user has enough, and returns what the command ends with. The run has ended
// with an error or without.
func (s *session) end(ctx context.Context, err error) error {
	failed := (*cluster.FailedError)(nil)
	goesOn := err == nil || errors.As(err, &failed)
	if s.ended == nil { // nothing was begun
		s.stop()
		return err
	}
	if goesOn && ctx.Err() == nil {
		s.settled <- idle(failed)
	} else {
		s.stop()
	}
	<-s.ended
	f, p := s.flags, s.project
	switch {
	case ctx.Err() != nil:
		if goesOn && !f.downOnExit && !isAborted(ctx) {
			f.say(fmt.Sprintf("\nproject %s still runs in namespace %s; `%s` removes it", p.project, p.namespace, f.downCommand(p)))
		}
		return &silentError{exitInterrupted}
	case !goesOn:
		return err
	case s.err != nil:
		return s.err
	case failed != nil:
		return failed
	case s.stopped:
		f.say(fmt.Sprintf("project %s was stopped; `%s` starts it again", p.project, f.commandFor(p, "start")))
	}
	return nil
}

func isUnchanged(s *cluster.Step) bool { return s.Action == cluster.Unchanged }

func isReplaced(s *cluster.Step) bool { return s.Action != cluster.Unchanged && s.Live != nil }

// servicesOf returns the services of some steps of a plan.
func servicesOf(plan *cluster.Plan, is func(*cluster.Step) bool) []string {
	var out []string
	for _, s := range plan.Steps {
		if is(s) {
			out = append(out, cluster.Services([]*unstructured.Unstructured{s.Desired})...)
		}
	}
	return out
}

func withoutServices(list, some []string) []string {
	return slices.DeleteFunc(list, func(name string) bool { return slices.Contains(some, name) })
}

// idle returns the workloads of which nothing runs after a run that failed.
func idle(failed *cluster.FailedError) []cluster.Ref {
	if failed == nil {
		return nil
	}
	var out []cluster.Ref
	for _, f := range slices.Concat(failed.Failures, failed.NotApplied) {
		if !f.Started {
			out = append(out, f.Ref)
		}
	}
	return out
}

// tellFailures says at the end what failed: in between, there may have been a lot to read.
func (f *upFlags) tellFailures(failed *cluster.FailedError) {
	if f.progress == "json" {
		return // each failure is an event
	}
	all := slices.Concat(failed.Failures, failed.NotApplied)
	if len(all) < 2 {
		return // it was the last that was told
	}
	lines := []string{fmt.Sprintf("%d workloads failed:", len(all))}
	for _, one := range all {
		first, _, _ := strings.Cut(one.Message, "\n")
		lines = append(lines, fmt.Sprintf("  %s: %s: %s", one.Ref, one.Reason, first))
	}
	f.say(strings.Join(lines, "\n"))
}
