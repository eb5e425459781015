package apply

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// timeoutOf turns the end of the context into an error that says what was missing.
func (r *run) timeoutOf(ctx context.Context, err error, began time.Time, tasks []*task) error {
	if timeout := (*event.TimeoutError)(nil); errors.As(err, &timeout) || !isTimeout(ctx, err) {
		return err
	}
	out := &event.TimeoutError{After: time.Since(began).Round(time.Second), Verb: "become ready"}
	if r.options.Timeout > 0 {
		out.After = r.options.Timeout
	}
	for _, t := range tasks {
		v := status.WorkloadStatus{State: "not applied yet", Reason: t.awaited()}
		select {
		case <-t.applied:
			if r.state != nil {
				r.state.View(func() { v = r.state.Status(t.result) })
			}
		default:
		}
		if !v.IsReady {
			out.Missing = append(out.Missing, waiting(t, v))
		}
	}
	return out
}

// bounded returns a context that ends with [api.ErrTimeUp] after the time of a run; 0 is no bound.
func bounded(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout > 0 {
		return context.WithTimeoutCause(ctx, timeout, api.ErrTimeUp)
	}
	return context.WithCancel(ctx)
}

// timedOut makes an error that comes of the end of a run's time an [event.TimeoutError], and completes one.
func timedOut(ctx context.Context, err error, after time.Duration, verb string) error {
	if timeout := (*event.TimeoutError)(nil); errors.As(err, &timeout) {
		timeout.After = after
		return err
	}
	if isTimeout(ctx, err) {
		return &event.TimeoutError{After: after, Verb: verb}
	}
	return err
}

// isTimeout reports whether an error comes of the end of the time that a whole run has. A single request that took too long
// is another matter.
func isTimeout(ctx context.Context, err error) bool {
	return errors.Is(context.Cause(ctx), api.ErrTimeUp) && (errors.Is(err, api.ErrTimeUp) || errors.Is(err, context.DeadlineExceeded))
}

// awaited says which dependencies a workload waits for that was not applied.
func (t *task) awaited() string {
	if len(t.dependencies) == 0 {
		return ""
	}
	return "it waits for " + strings.Join(resource.SortedKeys(t.dependencies), ", ")
}
