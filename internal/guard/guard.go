// Package guard runs work whose end nobody can promise: a panic in it becomes an error, and the caller gets an answer
// when its context ends, whatever the work is waiting for.
package guard

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"strings"

	"github.com/transship/transship/diag"
)

// InternalError is a panic that was caught: a mistake of this program or of one of its libraries, never of the user.
type InternalError struct {
	Doing string     // what was being done, as "convert the project"
	Value any        // what the panic said
	Path  diag.Path  // the key of the project that was being handled, where that could be found out
	Range diag.Range // where it stands
	Trace []string   // where in the code, innermost first, without the standard library: "transform.schedule (cron.go:88)"
}

// Error says in one line what happened and where.
func (b *InternalError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "a bug in transship: %s ended in an internal error: %v", b.Doing, b.Value)
	if len(b.Path) > 0 {
		fmt.Fprintf(&text, ", at %s", b.Path)
	}
	if b.Range.IsKnown() {
		fmt.Fprintf(&text, " (%s:%d:%d)", b.Range.File, b.Range.Line, b.Range.Column)
	}
	if len(b.Trace) > 0 {
		fmt.Fprintf(&text, ", in %s", b.Trace[0])
	}
	return text.String()
}

// Run calls work in a goroutine of its own and returns what it returns. A panic is returned as a [*InternalError]. When the
// context ends first, its cause is returned and the work is left to itself: it must own what it writes to.
func Run[T any](ctx context.Context, doing string, work func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	var none T
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := Catch(doing, work)
		done <- outcome{value, err}
	}()
	select {
	case out := <-done:
		return out.value, out.err
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
}

// Catch calls work and returns what it returns, a panic as a [*InternalError].
func Catch[T any](doing string, work func() (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			var none T
			value, err = none, &InternalError{Doing: doing, Value: p, Trace: trace()}
		}
	}()
	return work()
}

// maxTrace is how many calls a report needs.
const maxTrace = 8

// trace names the calls that led to the panic that is being recovered, without those of the runtime.
func trace() []string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var out []string
	panicked := false
	for len(out) < maxTrace {
		frame, more := frames.Next()
		first, _, _ := strings.Cut(frame.Function, "/")
		standard := first == frame.Function || !strings.Contains(first, ".") // no host name
		switch {
		case frame.Function == "runtime.gopanic":
			out, panicked = nil, true // what stands above is the recovery
		case !standard && panicked:
			out = append(out, fmt.Sprintf("%s (%s:%d)", path.Base(frame.Function), path.Base(frame.File), frame.Line))
		}
		if !more {
			break
		}
	}
	return out
}
