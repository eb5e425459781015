package cmd

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// gaplessOutput shows what a process writes to a connection that was made a moment after its start. Between the log, as it was read
// before, and the first bytes of the connection lines are missing; a later look at the log has them. Until then what comes
// is kept back.
type gaplessOutput struct {
	out io.Writer

	mu      sync.Mutex
	kept    bytes.Buffer
	open    bool          // nothing is kept back any more
	any     bool          // the connection brought something
	fromLog int           // bytes of the log that were shown
	first   chan struct{} // closed with the first bytes
	ended   chan struct{} // closed when the connection has ended
}

func newGapless(out io.Writer) *gaplessOutput {
	return &gaplessOutput{out: out, first: make(chan struct{}), ended: make(chan struct{})}
}

// Write implements io.Writer.
func (g *gaplessOutput) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.any && len(b) > 0 {
		g.any = true
		close(g.first)
	}
	if !g.open {
		return g.kept.Write(b)
	}
	return g.out.Write(b)
}

// How long the log is waited for after the first bytes, and how long the first bytes are.
const (
	gapPause    = 150 * time.Millisecond
	gapPatience = 500 * time.Millisecond
)

// closeGap shows what the log has beyond what was shown of it, up to where the connection goes on.
func (g *gaplessOutput) closeGap(shown int, read func() ([]byte, error)) error {
	select {
	case <-g.first:
	case <-g.ended:
	case <-time.After(gapPatience):
	}
	g.pause()
	log, err := read()
	g.pause() // what the log has, the connection has then
	g.mu.Lock()
	defer g.mu.Unlock()
	gap := missing(log[min(shown, len(log)):], g.kept.Bytes())
	g.open, g.fromLog = true, len(gap)
	if _, writeErr := g.out.Write(append(bytes.Clone(gap), g.kept.Bytes()...)); writeErr != nil {
		return writeErr
	}
	return err
}

func (g *gaplessOutput) pause() {
	select {
	case <-g.ended:
	case <-time.After(gapPause):
	}
}

// asOnTerminal returns lines of a log as a terminal had them: a container runtime drops the carriage returns that a terminal
// puts before the ends of lines.
func asOnTerminal(log []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(log, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

// missing returns what a log has before the bytes that also came another way.
func missing(log, came []byte) []byte {
	for i := range log {
		if bytes.HasPrefix(came, log[i:]) {
			return log[:i]
		}
	}
	if before, _, is := bytes.Cut(log, came); is && len(came) > 0 {
		return before
	}
	return log
}
