package apply

import (
	"context"
	"errors"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
	"github.com/transship/transship/cluster/workload"
)

// StopOptions say which workloads are stopped.
type StopOptions struct {
	Project   string
	Namespace string
	Services  []string         // only these; empty is everything
	As        containers.State // what people are told that they are from then on: exited, or paused
	Grace     *time.Duration   // what containers get to end by themselves; nil leaves it to their Pods
	AtOnce    bool             // all together, whatever depends on what
	Wait      bool             // until all Pods have ended; without it, only for those that must end before others
	Timeout   time.Duration    // of the whole run; 0 is no bound
}

// Stop ends the Pods of workloads and keeps everything else, so that Start or up brings them back: dependents before what
// they depend on. A bare Pod cannot be stopped; the others are all the same.
func Stop(ctx context.Context, c *api.Conn, o StopOptions, sink event.Sink) error {
	sink = event.OneAtATime(sink)
	ctx, stop := bounded(ctx, o.Timeout)
	defer stop()
	chosen, err := find.Workloads(ctx, c, o.Project, o.Namespace, o.Services)
	if err != nil {
		return err
	}
	workload.WarnOfShared(chosen, o.Services, sink)
	tasks, byService := ending(chosen, sink)
	if o.AtOnce {
		byService = nil
	}
	s := &stopping{client: c, options: o, sink: sink, slots: make(chan struct{}, api.InFlight), precedes: map[*task]bool{}}
	for _, t := range tasks {
		for name := range t.dependencies {
			if len(byService[name]) > 0 {
				s.precedes[t] = true
			}
		}
	}
	if o.Wait || len(s.precedes) > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithCancel(ctx)
		defer stop()
		if s.state, err = status.Watch(ctx, c, o.Project, o.Namespace); err != nil {
			return err
		}
	}
	if o.Grace != nil && len(chosen) > 0 {
		defer workload.Hurry(ctx, c, o.Project, o.Namespace, chosen, *o.Grace)()
	}
	err = inReverse(ctx, tasks, byService, s.stop)
	if isTimeout(ctx, err) {
		return &event.TimeoutError{After: o.Timeout, Verb: "end", Missing: s.missing(tasks)}
	}
	return errors.Join(err, s.unable)
}

// stopping is one run of Stop.
type stopping struct {
	client   *api.Conn
	options  StopOptions
	sink     event.Sink
	slots    chan struct{} // bounds the requests in flight
	precedes map[*task]bool
	state    *status.LiveState // nil if nothing is waited for

	mu     sync.Mutex
	unable error // what cannot be stopped
}

func (s *stopping) stop(ctx context.Context, t *task) error {
	changed, err := s.change(ctx, t.step.Live)
	if err != nil && t.step.Ref.Kind == "Pod" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unable = errors.Join(s.unable, err)
		return nil
	}
	if err != nil {
		return err
	}
	t.result = changed
	close(t.applied)
	if (s.options.Wait || s.precedes[t]) && ends(changed) {
		return s.awaitEnd(ctx, t)
	}
	return nil
}

// ends reports whether a workload is one whose Pods end because it was stopped. Others have ended before.
func ends(o *unstructured.Unstructured) bool {
	return resource.IsStopped(o) && o.GetKind() != "Pod"
}

// change stops a workload, and returns it as it is then.
func (s *stopping) change(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-s.slots }()
	one := []*unstructured.Unstructured{o}
	if s.options.Grace != nil && o.GetKind() != "Pod" { // which is not to be removed
		// Kubelets give Pods the time of the first one who ends them.
		if err := workload.EndPods(ctx, s.client, one, s.options.Namespace, *s.options.Grace); err != nil {
			return nil, err
		}
	}
	as := s.options.As
	if as == "" {
		as = containers.Exited
	}
	out, err := workload.Stop(ctx, s.client, one, s.options.Namespace, as, s.sink)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// awaitEnd waits until no Pod of a stopped workload is left.
func (s *stopping) awaitEnd(ctx context.Context, t *task) error {
	var last, v status.WorkloadStatus
	err := s.state.Await(ctx, func() bool {
		v = s.state.Status(t.result)
		if v.State != last.State || v.Reason != last.Reason || v.Ready != last.Ready {
			last = v
			if !hasEnded(t, v) {
				s.sink.Tell(waiting(t, v))
			}
		}
		return hasEnded(t, v) || v.Failure != nil && v.Failure.Reason == "Forbidden"
	})
	switch {
	case err != nil:
		return err
	case !hasEnded(t, v):
		return errors.New(v.Failure.Message)
	}
	s.sink.Tell(event.Ready{Ref: t.step.Ref, Services: t.step.Services, Desired: v.Desired, State: v.State})
	return nil
}

// hasEnded reports whether no Pod of a stopped workload is left. Of a one-shot, one may have failed in the meantime.
func hasEnded(t *task, v status.WorkloadStatus) bool {
	isRemoved := v.Failure != nil && v.Failure.Reason == event.ReasonRemoved
	if t.step.Ref.Kind == "Job" {
		return isRemoved || v.IsReady || v.IsEnded
	}
	return isRemoved || v.IsReady
}

// missing tells what has not ended.
func (s *stopping) missing(tasks []*task) []event.Waiting {
	var out []event.Waiting
	for _, t := range tasks {
		v := status.WorkloadStatus{State: "not stopped yet", Reason: "what depends on it ends first"}
		select {
		case <-t.applied:
			if s.state == nil || !ends(t.result) {
				continue
			}
			s.state.View(func() { v = s.state.Status(t.result) })
		default:
		}
		if !hasEnded(t, v) {
			out = append(out, waiting(t, v))
		}
	}
	return out
}
