package process

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// lifelineVar tells a child that its descriptor lifelineFD is the lifeline.
const (
	lifelineVar = "TRANSSHIP_TESTCLUSTER_LIFELINE"
	lifelineFD  = 3
)

// Lifeline ends children whose parent died without a word, even by SIGKILL: the parent alone holds the
// writing end of a pipe that the children read, and the kernel closes it with the parent.
type Lifeline struct {
	read, write *os.File
}

// NewLifeline makes the pipe. It is held until the process ends.
func NewLifeline() (*Lifeline, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make lifeline: %w", err)
	}
	return &Lifeline{read: read, write: write}, nil
}

// ObeyLifeline ends this process when the parent that started it is gone. It does nothing in a process
// that was not started with a lifeline.
func ObeyLifeline() {
	if os.Getenv(lifelineVar) == "" {
		return
	}
	syscall.CloseOnExec(lifelineFD)
	pipe := os.NewFile(lifelineFD, "lifeline")
	go func() {
		_, _ = io.Copy(io.Discard, pipe)
		os.Exit(1)
	}()
}
