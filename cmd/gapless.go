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
func (j *gaplessOutput) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.any && len(b) > 0 {
		j.any = true
		close(j.first)
	}
	if !j.open {
		return j.kept.Write(b)
	}
	return j.out.Write(b)
}

// How long the log is waited for after the first bytes, and how long the first bytes are.
const (
	gapPause    = 150 * time.Millisecond
	gapPatience = 500 * time.Millisecond
)

// closeGap shows what the log has beyond what was shown of it, up to where the connection goes on.
func (j *gaplessOutput) closeGap(shown int, read func() ([]byte, error)) error {
	select {
	case <-j.first:
	case <-j.ended:
	case <-time.After(gapPatience):
	}
	j.pause()
	log, err := read()
	j.pause() // what the log has, the connection has then
	j.mu.Lock()
	defer j.mu.Unlock()
	gap := missing(log[min(shown, len(log)):], j.kept.Bytes())
	j.open, j.fromLog = true, len(gap)
	if _, writeErr := j.out.Write(append(bytes.Clone(gap), j.kept.Bytes()...)); writeErr != nil {
		return writeErr
	}
	return err
}

func (j *gaplessOutput) pause() {
	select {
	case <-j.ended:
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
