package cluster

import (
	"context"
	"errors"
	"strings"
	"time"
)

// outOfTime turns the end of the context into an error that says what was missing.
func (r *run) outOfTime(ctx context.Context, err error, began time.Time, tasks []*task) error {
	if late := (*TimeoutError)(nil); errors.As(err, &late) || !isTimeUp(ctx, err) {
		return err
	}
	out := &TimeoutError{After: time.Since(began).Round(time.Second), Verb: "become ready"}
	if r.options.Timeout > 0 {
		out.After = r.options.Timeout
	}
	for _, t := range tasks {
		v := verdict{state: "not applied yet", reason: t.awaited()}
		select {
		case <-t.applied:
			if r.picture != nil {
				r.picture.mu.Lock()
				v = r.picture.judge(t.result)
				r.picture.mu.Unlock()
			}
		default:
		}
		if !v.isReady {
			out.Missing = append(out.Missing, waiting(t, v))
		}
	}
	return out
}

// timedOut makes an error that comes of the end of a run's time a [TimeoutError], and completes one.
func timedOut(ctx context.Context, err error, after time.Duration, verb string) error {
	if late := (*TimeoutError)(nil); errors.As(err, &late) {
		late.After = after
		return err
	}
	if isTimeUp(ctx, err) {
		return &TimeoutError{After: after, Verb: verb}
	}
	return err
}

// isTimeUp reports whether an error comes of the end of the time that a whole run has. A single request that took too long
// is another matter.
func isTimeUp(ctx context.Context, err error) bool {
	return errors.Is(context.Cause(ctx), errTimeUp) && (errors.Is(err, errTimeUp) || errors.Is(err, context.DeadlineExceeded))
}

// awaited says which dependencies a workload waits for that was not applied.
func (t *task) awaited() string {
	if len(t.dependencies) == 0 {
		return ""
	}
	return "it waits for " + strings.Join(sortedKeys(t.dependencies), ", ")
}

// isNews reports whether the failure of a workload has not been told: those who depend on it find it too.
func (r *run) isNews(ref Ref) bool {
	_, told := r.failed.LoadOrStore(ref.id(), true)
	return !told
}
