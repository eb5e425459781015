package cmd

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"
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

// terminalIn returns the terminal that standard input is, and nil if it is none.
func (s Streams) terminalIn() *os.File {
	in := s.In
	if wrapped, is := in.(interruptible); is {
		in = wrapped.reader
	}
	if f, isFile := in.(*os.File); isFile && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}
