package build

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// farewell is how long an interrupted program may take to end before it is killed: whoever presses Ctrl-C wants an end within a second.
// Docker's daemon ends a build whose client is gone, and Podman clears up when it is started again.
const farewell = 800 * time.Millisecond

// tailLines is how many of its last lines tell why a program failed.
const tailLines = 12

// process is one run of a program of the user.
type process struct {
	args  []string
	env   []string // KEY=value, in addition to the environment
	dir   string
	stdin io.Reader
	// line receives each line that the program writes. Nil keeps standard output for the result instead.
	line func(string)
	// terminal takes all output as it is, so that the program can draw on it; nil for none.
	terminal *os.File
}

// programError is a program that ended with an error.
type programError struct {
	Program string
	Code    int
	Tail    string // its last lines
}

func (e *programError) Error() string {
	if e.Tail == "" {
		return fmt.Sprintf("%s ended with code %d", e.Program, e.Code)
	}
	return e.Tail
}

// brief is the last line, behind a colon: usually it says what went wrong.
func (e *programError) brief() string {
	if e.Tail == "" {
		return ""
	}
	return ": " + lastLine(e)
}

// with returns an advice with the lines of the program below it, where brief does not say all of them.
func (e *programError) with(advice string) string {
	if !strings.Contains(e.Tail, "\n") {
		return advice
	}
	return advice + "\n" + e.Program + " wrote:\n  " + strings.ReplaceAll(e.Tail, "\n", "\n  ")
}

// run runs the program to its end and returns what it wrote to standard output, if nobody took the lines. When ctx ends,
// the program is interrupted as Ctrl-C would do it, and killed when that does not help.
func (p process) run(ctx context.Context) (string, error) {
	command := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	command.Dir, command.Stdin = p.dir, p.stdin
	command.Env = append(os.Environ(), p.env...)
	command.WaitDelay = farewell
	command.Cancel = func() error {
		if err := command.Process.Signal(os.Interrupt); err != nil {
			return command.Process.Kill() // there is no such signal on Windows
		}
		return nil
	}
	var result bytes.Buffer
	said := &lines{line: p.line}
	command.Stdout, command.Stderr = &result, said
	switch {
	case p.terminal != nil:
		command.Stdout, command.Stderr = p.terminal, p.terminal
	case p.line != nil:
		command.Stdout = said
	}
	err := command.Run()
	said.flush()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		return result.String(), &programError{p.args[0], ended.ExitCode(), said.tail()}
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", fmt.Errorf("run %s: %w", p.args[0], err)
	}
	return result.String(), nil
}

// lines hands on what is written line by line, and keeps the last ones.
type lines struct {
	line func(string)

	mu   sync.Mutex
	rest []byte
	last []string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		end := bytes.IndexByte(l.rest, '\n')
		if end < 0 {
			if len(l.rest) > bufio.MaxScanTokenSize { // no line that anybody would read
				l.keep(l.rest)
				l.rest = nil
			}
			return len(p), nil
		}
		l.keep(l.rest[:end])
		l.rest = l.rest[end+1:]
	}
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keep(l.rest)
	l.rest = nil
}

func (l *lines) keep(raw []byte) {
	text := strings.TrimRight(string(raw), "\r")
	if i := strings.LastIndexByte(text, '\r'); i >= 0 { // a line that was drawn over
		text = text[i+1:]
	}
	text = printable(text)
	if strings.TrimSpace(text) == "" {
		return
	}
	l.last = append(l.last, text)
	if len(l.last) > tailLines {
		l.last = l.last[1:]
	}
	if l.line != nil {
		l.line(text)
	}
}

func (l *lines) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last, "\n")
}

// printable takes out what would steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r >= ' ' && r != 0x7f && (r < 0x80 || r > 0x9f) {
			return r
		}
		return -1
	}, s)
}
