package streams

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/status"
)

// Session connects the streams of a process in a container with those of this one. A nil stream is not connected.
type Session struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	TTY            bool
	// Sizes tells the size of the terminal, and each new one; nil if it has none.
	Sizes <-chan Size
}

// Size is that of a terminal.
type Size struct{ Width, Height uint16 }

// Next implements remotecommand.TerminalSizeQueue.
func (s Session) Next() *remotecommand.TerminalSize {
	size, open := <-s.Sizes
	if !open {
		return nil
	}
	return &remotecommand.TerminalSize{Width: size.Width, Height: size.Height}
}

// ExitError is the code that a process in a container ended with.
type ExitError struct{ Code int }

// Error implements error.
func (e *ExitError) Error() string { return fmt.Sprintf("exited with code %d", e.Code) }

// Exec runs a command in a container. A command that ends with another code than 0 is an [ExitError].
func Exec(ctx context.Context, c *api.Conn, namespace, pod, container string, command []string, s Session) error {
	query := s.query(container)
	query["command"] = command
	return session(ctx, c, api.PodPath(namespace, pod, "exec"), query, s)
}

// Attach connects to the process that a container runs.
func Attach(ctx context.Context, c *api.Conn, namespace, pod, container string, s Session) error {
	return session(ctx, c, api.PodPath(namespace, pod, "attach"), s.query(container), s)
}

func (s Session) query(container string) url.Values {
	q := url.Values{"container": {container}}
	for name, on := range map[string]bool{
		"stdin": s.Stdin != nil, "stdout": s.Stdout != nil, "stderr": s.Stderr != nil && !s.TTY, "tty": s.TTY,
	} {
		if on {
			q.Set(name, "true")
		}
	}
	return q
}

// session streams over a WebSocket, or SPDY where the server is too old for it.
func session(ctx context.Context, c *api.Conn, path string, query url.Values, s Session) error {
	address := c.URL(path, query)
	spdy, err := remotecommand.NewSPDYExecutor(c.Config, http.MethodPost, address)
	if err != nil {
		return err
	}
	socket, err := remotecommand.NewWebSocketExecutor(c.Config, http.MethodGet, address.String())
	if err != nil {
		return err
	}
	executor, err := remotecommand.NewFallbackExecutor(socket, spdy, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
	if err != nil {
		return err
	}
	options := remotecommand.StreamOptions{Stdin: s.Stdin, Stdout: s.Stdout, Stderr: s.Stderr, Tty: s.TTY}
	if s.TTY {
		options.Stderr = nil // a terminal has one output
	}
	if s.Sizes != nil {
		options.TerminalSizeQueue = s
	}
	err = executor.StreamWithContext(ctx, options)
	if code, is := errors.AsType[exec.CodeExitError](err); is {
		return &ExitError{Code: code.Code}
	}
	if err != nil {
		if failed := status.StartError(err.Error()); failed != nil {
			return failed
		}
		if hasEnded(err) {
			return fmt.Errorf("container %s does not run: it ended just now", query.Get("container"))
		}
		return c.Explain(err, "connect to the container")
	}
	return nil
}

// ended are words of containerd, CRI-O and the kubelet for a container that has ended, although its Pod still says that it runs.
var ended = []string{"CONTAINER_EXITED state", "no running task found", "container is not created or running", "container not found ("}

// hasEnded reports whether a session is refused because its container does not run any more.
func hasEnded(err error) bool {
	return slices.ContainsFunc(ended, func(words string) bool { return strings.Contains(err.Error(), words) })
}
