package apply

import (
	"context"
	"errors"
	"time"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/inventory"
)

// giveWay ends the run as soon as another one asks for that.
func (r *run) giveWay(ctx context.Context) {
	if r.lock == nil {
		return
	}
	var by inventory.Run
	err := r.state.Await(ctx, func() bool {
		var wanted bool
		by, wanted = r.state.WantedBy(r.lock.ID())
		return wanted
	})
	if err == nil {
		r.lock.GiveWay(by)
	}
}

// whoRemoved finds out who deleted an object that the run waits for: words to add to the fact, or an error if the whole
// project goes.
func (r *run) whoRemoved(ctx context.Context) (string, error) {
	own := ""
	if r.lock != nil {
		own = r.lock.ID()
	}
	// Others note who they are before they delete anything. What the inventory is now says as of when the watch of it has to
	// know: the watches of both are not in step.
	by, isKnown, hasInventory, version := r.askWhoRemoved(ctx, own)
	if !isKnown {
		looking, stop := context.WithTimeout(ctx, lookingPatience)
		defer stop()
		err := r.state.Await(looking, func() bool {
			by, isKnown = r.state.OtherRun(own)
			hasNow, isWatched := r.state.HasInventory()
			if isWatched && !hasNow {
				hasInventory = false
			}
			return isKnown || !isWatched || !hasNow || version != "" && r.state.KnowsInventory(version)
		})
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, api.ErrTimeUp) {
			return "", err
		}
	}
	switch {
	case isKnown && by.Doing == inventory.Down:
		return "", &event.RemovedError{Project: r.options.Project, Namespace: r.options.Namespace, By: by.String()}
	case isKnown:
		return " by " + by.String(), nil
	case !hasInventory:
		return "", &event.RemovedError{Project: r.options.Project, Namespace: r.options.Namespace}
	}
	return ", and not by a run of this tool; `transship up` makes it again", nil
}

// lookingPatience is how long the watch of the inventory may lag behind.
const lookingPatience = 10 * time.Second

// askWhoRemoved reads the inventory itself: who changes the project now, whether there is an inventory, and its resource
// version.
func (r *run) askWhoRemoved(ctx context.Context, own string) (by inventory.Run, isKnown, hasInventory bool, version string) {
	read, err := inventory.Read(ctx, r.client, r.options.Project, r.options.Namespace)
	if err != nil {
		return by, false, true, ""
	}
	if read.Object == nil {
		return by, false, false, ""
	}
	for _, run := range inventory.RunsOf(read.Object) {
		if run.ID != own {
			return run, true, true, ""
		}
	}
	return by, false, true, read.Object.GetResourceVersion()
}
