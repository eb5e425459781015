package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/progress"
)

// errAborted is why the context of up ended, if it was because a container did.
var errAborted = errors.New("a container has ended")

// exits is what up knows of the containers that have ended.
type exits struct {
	flags *exitFlags
	end   context.CancelCauseFunc

	mu       sync.Mutex
	first    *cluster.Exited // the one that ended up
	selected *cluster.Exited // of the service whose code is asked for
}

func (x *exits) note(e cluster.Exited) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.selected == nil && e.Service == x.flags.codeFrom {
		x.selected = &e
	}
	if x.first == nil && x.flags.aborts(e) {
		x.first = &e
		x.end(errAborted)
	}
}

// untilExit brings a project up and follows it until a container ends, then stops all of it.
func (f *upFlags) untilExit(ctx context.Context, services []string, show *progress.Display) error {
	if f.detach || f.wait || f.dryRun || f.noStart {
		return usagef("--abort-on-container-exit, --abort-on-container-failure and --exit-code-from need the command to stay")
	}
	running, end := context.WithCancelCause(ctx)
	defer end(nil)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	x := &exits{flags: &f.exit, end: end}
	var watch sync.WaitGroup
	var up *converted
	f.begun = func(p *converted) error { // before the first change
		up = p
		known := cluster.Services(p.objects)
		if name := f.exit.codeFrom; name != "" && !slices.Contains(known, name) {
			return usagef("--exit-code-from: there is no service %q%s", name, didYouMean(name, known))
		}
		since := time.Now()
		watch.Go(func() {
			_ = p.Exits(watching, p.project, p.namespace, since, func(e cluster.Event) { // it ends with the command
				if exited, is := e.(cluster.Exited); is {
					x.note(exited)
				}
			})
		})
		return nil
	}
	err := f.bringUp(running, services, show)
	if x.first == nil || ctx.Err() != nil {
		stop()
		watch.Wait()
		return err
	}
	f.say(fmt.Sprintf("%s exited with code %d: stopping all services", x.first.Pod, x.first.ExitCode))
	stopErr := up.stopAll(ctx, nil, f.streams)
	stop()
	watch.Wait()
	if stopErr != nil {
		return stopErr
	}
	return x.outcome()
}

// outcome returns what up ends with.
func (x *exits) outcome() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	which := x.first
	if x.flags.codeFrom != "" {
		which = x.selected
	}
	switch {
	case which == nil:
		return fmt.Errorf("the code that %s ended with is not known: it was still running and was stopped", x.flags.codeFrom)
	case which.ExitCode != 0:
		return &silentError{int(which.ExitCode)}
	}
	return nil
}

// isAborted reports whether the context of up ended because a container did.
func isAborted(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errAborted) }
