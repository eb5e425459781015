package cluster

import (
	"context"
	"io"
	"time"

	"github.com/transship/transship/cluster/streams"
)

// Logs tells each line as a [LogLine]. With Follow it returns when the context ends, or when all that is followed are
// one-shots that have ended.
func (c *Client) Logs(ctx context.Context, o LogOptions, sink Sink) error {
	return streams.Logs(ctx, c.conn, o, sink)
}

// Forward lets the published ports of services answer on this machine until the context ends, as published ports do
// with Docker Desktop. A Pod that is replaced is replaced here too: each connection goes to a Pod that is ready then.
func (c *Client) Forward(ctx context.Context, project, namespace string, services []string, sink Sink) error {
	return streams.Forward(ctx, c.conn, project, namespace, services, sink)
}

// Attend tells what containers write and how they end while an up is under way and afterwards, and lets the published ports
// of each service answer as soon as it is ready. It returns when all that the up made has ended or was stopped, and a
// [RemovedError] when it was removed.
func (c *Client) Attend(ctx context.Context, o AttendOptions, sink Sink) (isStopped bool, err error) {
	return streams.Attend(ctx, c.conn, o, sink)
}

// PublishedPorts returns what services publish; what all services do if none is named.
func (c *Client) PublishedPorts(ctx context.Context, project, namespace string, services []string) ([]PublishedPort, error) {
	return streams.Published(ctx, c.conn, project, namespace, services)
}

// Entrances returns where the services of a project are reached from outside the cluster: by load balancers, ports of
// nodes, and Ingresses. A service that is only forwarded has none.
func (c *Client) Entrances(ctx context.Context, project, namespace string) ([]Entrance, error) {
	return streams.Entrances(ctx, c.conn, project, namespace)
}

// Events tells what happens to the containers of a project as [Happened], in the order of time.
func (c *Client) Events(ctx context.Context, o EventOptions, sink Sink) error {
	return streams.Events(ctx, c.conn, o, sink)
}

// Exits tells each end of a container of a project as [Exited], once, until the context ends: those since a time.
func (c *Client) Exits(ctx context.Context, project, namespace string, since time.Time, sink Sink) error {
	return streams.Exits(ctx, c.conn, project, namespace, since, sink)
}

// Console reports whether the process of a container reads standard input, and whether it has a terminal.
func (c *Client) Console(ctx context.Context, namespace, pod, container string) (stdin, tty bool, err error) {
	return streams.Console(ctx, c.conn, namespace, pod, container)
}

// CopyFrom copies a file or directory of a container to a place on this machine, by the rules of docker cp.
func (c *Client) CopyFrom(ctx context.Context, o CopyOptions, source, destination string) error {
	return streams.CopyFrom(ctx, c.conn, o, source, destination)
}

// StreamFrom writes a file or directory of a container as a tar stream.
func (c *Client) StreamFrom(ctx context.Context, o CopyOptions, source string, out io.Writer) error {
	return streams.StreamFrom(ctx, c.conn, o, source, out)
}

// CopyTo copies a file or directory of this machine into a container, by the rules of docker cp.
func (c *Client) CopyTo(ctx context.Context, o CopyOptions, source string, isDir bool, destination string) error {
	return streams.CopyTo(ctx, c.conn, o, source, isDir, destination)
}

// StreamTo unpacks a tar stream in a directory of a container.
func (c *Client) StreamTo(ctx context.Context, o CopyOptions, in io.Reader, destination string) error {
	return streams.StreamTo(ctx, c.conn, o, in, destination)
}

// PodOf returns a Pod of a service and the container in it that is the service. Index counts from 1; 0 takes the first
// that is ready, else one that runs.
func (c *Client) PodOf(ctx context.Context, project, namespace, service string, index int) (pod, container string, err error) {
	return streams.PodOf(ctx, c.conn, project, namespace, service, index)
}

// StartedPodOf is PodOf of a container that runs. One that is about to start is waited for, at most a minute, which is told once. The
// error says why a container does not run.
func (c *Client) StartedPodOf(ctx context.Context, project, namespace, service string, index int, tell func(string)) (pod, container string, err error) {
	return streams.StartedPodOf(ctx, c.conn, project, namespace, service, index, tell)
}

// Exec runs a command in a container. A command that ends with another code than 0 is an [ExitError].
func (c *Client) Exec(ctx context.Context, namespace, pod, container string, command []string, s Session) error {
	return streams.Exec(ctx, c.conn, namespace, pod, container, command, s)
}

// Attach connects to the process that a container runs.
func (c *Client) Attach(ctx context.Context, namespace, pod, container string, s Session) error {
	return streams.Attach(ctx, c.conn, namespace, pod, container, s)
}
