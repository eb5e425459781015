package cmd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// interruptible is a reader that gives up when the context ends, so that Ctrl-C works while the program waits for
// somebody to type a compose file.
type interruptible struct {
	ctx    func() context.Context // a function, because the context belongs to the call and not to this value
	reader io.Reader
}

// Read reads in the background, because nothing can end a read of a terminal or a pipe. The read that is left behind
// ends with the process.
func (r interruptible) Read(p []byte) (int, error) {
	type outcome struct {
		n   int
		err error
	}
	buffer, done := make([]byte, len(p)), make(chan outcome, 1)
	go func() {
		n, err := r.reader.Read(buffer)
		done <- outcome{n, err}
	}()
	select {
	case o := <-done:
		return copy(p, buffer[:o.n]), o.err
	case <-r.ctx().Done():
		return 0, context.Cause(r.ctx())
	}
}

// signaled is why the context of a command ended, if it was for a signal. It is a cancellation to those who do not ask.
type signaled struct{ number syscall.Signal }

func (s signaled) Error() string { return s.number.String() }
func (s signaled) Unwrap() error { return context.Canceled }

// UntilSignal returns a context that ends with the first SIGINT or SIGTERM, which then decides the exit code: 130 or 143,
// as of a shell. A second signal ends the program at once.
func UntilSignal(ctx context.Context) context.Context {
	ctx, end := context.WithCancelCause(ctx)
	received := make(chan os.Signal, 1)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(received)
		select {
		case <-ctx.Done():
		case s := <-received:
			number, _ := s.(syscall.Signal)
			end(signaled{number})
		}
	}()
	return ctx
}

// interruption returns the exit code of a command that was interrupted.
func interruption(ctx context.Context) int {
	const signals = 128
	if s, is := errors.AsType[signaled](context.Cause(ctx)); is {
		return signals + int(s.number)
	}
	return exitInterrupted
}
