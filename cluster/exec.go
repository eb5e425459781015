package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/httpstream" //nolint:staticcheck // client-go speaks in its types
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
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

// NotStartedError says that a container has no such program, or may not run it.
type NotStartedError struct {
	Program string
	Reason  string
	Missing bool // there is no such program
}

// Error implements error.
func (e *NotStartedError) Error() string {
	if e.Missing {
		return fmt.Sprintf("there is no program %q in the container", e.Program)
	}
	return fmt.Sprintf("the container cannot run %q: %s", e.Program, e.Reason)
}

// startFailure matches what runc and crun say about a program that they could not start.
var startFailure = regexp.MustCompile(`exec: "([^"]+)": (?:stat [^:]+: )?([^:"]+)|executable file ` + "`" + `([^` + "`" + `]+)` + "`" + ` (not found)`)

// startError finds in the words of a container runtime which program could not be started; nil if they say nothing
// of it.
func startError(message string) error {
	m := startFailure.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	program, reason := cmp.Or(m[1], m[3]), cmp.Or(m[2], m[4])
	return &NotStartedError{
		Program: program, Reason: reason,
		Missing: strings.Contains(reason, "not found") || strings.Contains(reason, "no such file"),
	}
}

// PodOf returns a Pod of a service and the container in it that is the service. Index counts from 1; 0 takes the first
// that is ready.
func (c *Client) PodOf(ctx context.Context, project, namespace, service string, index int) (pod, container string, err error) {
	workloads, err := c.Workloads(ctx, project, namespace, []string{service})
	if err != nil {
		return "", "", err
	}
	w := workloads[0]
	name := w.GetLabels()[labelName]
	pods, err := c.list(ctx, "v1", "Pod", namespace, labelInstance+"="+project+","+labelName+"="+name)
	if err != nil {
		return "", "", err
	}
	pods = slices.DeleteFunc(pods, func(p unstructured.Unstructured) bool {
		phase := text(&p, "status", "phase")
		return p.GetDeletionTimestamp() != nil || phase == "Succeeded" || phase == "Failed"
	})
	slices.SortFunc(pods, func(a, b unstructured.Unstructured) int { return strings.Compare(a.GetName(), b.GetName()) })
	if len(pods) == 0 {
		return "", "", fmt.Errorf("service %s has no Pod that runs", service)
	}
	if index > len(pods) {
		return "", "", fmt.Errorf("service %s has no Pod number %d, only %d", service, index, len(pods))
	}
	chosen := &pods[max(index-1, 0)]
	if index == 0 {
		for i := range pods {
			if isTrue(&pods[i], "Ready") {
				chosen = &pods[i]
				break
			}
		}
	}
	return chosen.GetName(), containerOf(chosen, w, service), nil
}

// containerOf returns the container of a Pod that is a service: the one of its name, else the first. A service that others
// share a Pod with may start before them, as an init container.
func containerOf(pod, workload *unstructured.Unstructured, service string) string {
	regular, early := containerNames(pod, "containers"), containerNames(pod, "initContainers")
	wanted := []string{service, strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(service)), workload.GetLabels()[labelName]}
	for _, names := range [][]string{regular, early} {
		for _, want := range wanted {
			if slices.Contains(names, want) {
				return want
			}
		}
		if workload.GetAnnotations()[annotationService] != service {
			wanted = wanted[:2] // the name on the cluster is that of another service
		}
	}
	if len(regular) == 0 {
		return ""
	}
	return regular[0]
}

func containerNames(pod *unstructured.Unstructured, list string) []string {
	var names []string
	for _, c := range items(pod.Object, "spec", list) {
		name, _ := c["name"].(string)
		names = append(names, name)
	}
	return names
}

// Exec runs a command in a container. A command that ends with another code than 0 is an [ExitError].
func (c *Client) Exec(ctx context.Context, namespace, pod, container string, command []string, s Session) error {
	query := s.query(container)
	query["command"] = command
	return c.session(ctx, podPath(namespace, pod, "exec"), query, s)
}

// Attach connects to the process that a container runs.
func (c *Client) Attach(ctx context.Context, namespace, pod, container string, s Session) error {
	return c.session(ctx, podPath(namespace, pod, "attach"), s.query(container), s)
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
func (c *Client) session(ctx context.Context, path string, query url.Values, s Session) error {
	address := c.url(path, query)
	spdy, err := remotecommand.NewSPDYExecutor(c.config, http.MethodPost, address)
	if err != nil {
		return err
	}
	socket, err := remotecommand.NewWebSocketExecutor(c.config, http.MethodGet, address.String())
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
		if failed := startError(err.Error()); failed != nil {
			return failed
		}
		return c.explain(err, "connect to the container")
	}
	return nil
}
