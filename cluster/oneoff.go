package cluster

import (
	"context"
	"io"
	"time"

	"github.com/transship/transship/cluster/apply"
	"github.com/transship/transship/cluster/oneoff"
)

// RunOnce starts a Pod like those of a service, once: it takes no traffic of the service and is not restarted. The Pod
// is returned when its container has started or ended.
func (c *Client) RunOnce(ctx context.Context, o RunOptions, sink Sink) (pod, container string, err error) {
	return oneoff.Run(ctx, c.conn, o, sink)
}

// AwaitExit waits until the Pods of a service have ended and returns the exit code of the last one. A Pod that is gone
// has ended with 0, as far as anybody can tell.
func (c *Client) AwaitExit(ctx context.Context, project, namespace, service string) (int, error) {
	return oneoff.AwaitExit(ctx, c.conn, project, namespace, service)
}

// AwaitPodExit waits until a Pod has ended and returns its exit code.
func (c *Client) AwaitPodExit(ctx context.Context, project, namespace, name string) (int, error) {
	return oneoff.AwaitPodExit(ctx, c.conn, project, namespace, name)
}

// CopyLog writes what a container has written; with follow, until it ends.
func (c *Client) CopyLog(ctx context.Context, namespace, pod, container string, follow bool, out io.Writer) error {
	return oneoff.CopyLog(ctx, c.conn, namespace, pod, container, follow, out)
}

// RemovePod deletes a Pod, whose process gets a time to end or, with nil, what the Pod says, and returns when it is gone.
func (c *Client) RemovePod(ctx context.Context, namespace, pod string, grace *time.Duration) error {
	return apply.RemovePod(ctx, c.conn, namespace, pod, grace)
}
