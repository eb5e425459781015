package streams

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// AttendOptions say what is followed of an up while it is under way and afterwards.
type AttendOptions struct {
	Logs      LogOptions                   // the project too; what is followed goes on to its end in any case
	Workloads []*unstructured.Unstructured // what the up makes
	Forward   bool                         // let published ports answer on this machine
	Begun     time.Time                    // ends of containers are told from here on
	// Watching is called when everything is known that is there already: what comes from then on is new.
	Watching func()
	// Settled tells, once, that the up has come to its end, and which workloads do not run.
	Settled <-chan []resource.Ref
}

// Attend tells what containers write and how they end, from the first one on, and lets the published ports of each service
// answer as soon as it is ready. It returns when everything that the up made has ended or was stopped, and a
// [event.RemovedError] when it was removed.
func Attend(ctx context.Context, c *api.Conn, o AttendOptions, sink event.Sink) (isStopped bool, err error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	state, err := status.Watch(watching, c, o.Logs.Project, o.Logs.Namespace)
	if err != nil {
		return false, err
	}
	if err := state.Synced(ctx); err != nil {
		return false, err
	}
	sink = event.OneAtATime(sink)
	o.Logs.Follow = true
	a := &attendance{options: o, state: state, seen: map[string]bool{}}
	logs := newFollower(c, state, o.Logs, sink)
	state.View(func() { logs.attach(watching) }) // what is there already
	if o.Watching != nil {
		o.Watching()
	}
	var running sync.WaitGroup
	over := false                                                                 // written and read under the lock of the live state
	running.Go(func() { _ = logs.follow(watching, func() bool { return over }) }) // it warns of what cannot be read
	if o.Forward {
		a.forward(watching, &running, c, sink)
	}
	exits := newExitTeller(state, o.Begun, sink)
	endErr := state.Await(ctx, func() bool {
		exits.tell()
		over = a.isOver()
		return over
	})
	const lastWords = 5 * time.Second // that may still be under way when all containers have ended
	timer := time.AfterFunc(lastWords, stop)
	defer timer.Stop()
	if endErr == nil && o.Forward {
		a.hangUp()
	}
	running.Wait()
	switch {
	case endErr != nil:
		return false, endErr
	case a.gone > 0:
		removed := &event.RemovedError{Project: o.Logs.Project, Namespace: o.Logs.Namespace}
		state.View(func() {
			if by, isKnown := state.Remover(); isKnown {
				removed.By = by.String()
			}
		})
		return false, removed
	}
	return a.stopped > 0, nil
}

// attendance knows what became of the workloads of an up.
type attendance struct {
	options AttendOptions
	state   *status.LiveState
	seen    map[string]bool // workloads by reference
	settled time.Time       // zero before the up has come to its end
	idle    map[string]bool // workloads that do not run then
	hangUp  context.CancelFunc

	gone, stopped int // workloads that were removed, or stopped
}

// forward lets the ports of each workload answer once one of its Pods is ready.
func (a *attendance) forward(ctx context.Context, running *sync.WaitGroup, c *api.Conn, sink event.Sink) {
	ctx, a.hangUp = context.WithCancel(ctx)
	for _, w := range a.options.Workloads {
		f := &forward{client: c, state: a.state, workload: w, namespace: a.options.Logs.Namespace, sink: sink}
		running.Go(func() {
			if a.state.Await(ctx, func() bool { return a.state.ReadyPod(w, "") != "" }) != nil {
				return
			}
			if err := f.publish(ctx, running); err != nil {
				sink.Warn("%v", err)
			}
		})
	}
}

// isOver reports whether nothing of the up runs any more, and nothing will. The lock of the live state is held.
func (a *attendance) isOver() bool {
	select {
	case idle := <-a.options.Settled:
		a.settled, a.idle = time.Now(), map[string]bool{}
		for _, ref := range idle {
			a.idle[ref.Id()] = true
		}
	default:
	}
	a.gone, a.stopped = 0, 0
	runs := false
	for _, w := range a.options.Workloads {
		runs = a.runs(w) || runs
	}
	return !runs && !a.settled.IsZero()
}

// runs looks at a workload, and reports whether it runs or is going to.
func (a *attendance) runs(w *unstructured.Unstructured) bool {
	const late = 5 * time.Second // what was made a moment ago may not have been heard of
	ref := resource.RefOf(w)
	live := a.state.Find(ref)
	switch {
	case ref.Kind == "CronJob":
		return false // it runs now and then, and nobody waits for that
	case live == nil && !a.seen[ref.Id()]:
		return !a.idle[ref.Id()] && (a.settled.IsZero() || time.Since(a.settled) < late)
	case live == nil:
		a.gone++
		return false
	}
	a.seen[ref.Id()] = true
	switch {
	case live.GetDeletionTimestamp() != nil:
		return true // its containers are ending
	case ref.Kind == "Job" && (resource.IsTrue(live, "Complete") || resource.IsTrue(live, "Failed")), ref.Kind == "Pod" && resource.HasPodEnded(live):
		return false
	case resource.IsStopped(live) && live.GetAnnotations()[resource.AnnotationStoppedAs] != "paused":
		a.stopped++
		return a.hasPods(live)
	}
	return !a.idle[ref.Id()]
}

func (a *attendance) hasPods(workload *unstructured.Unstructured) bool {
	for _, pod := range a.state.All("Pod") {
		if pod.GetLabels()[resource.LabelName] == workload.GetLabels()[resource.LabelName] && !resource.IsOneOff(pod) {
			return true
		}
	}
	return false
}
