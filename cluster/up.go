package cluster

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/apply"
)

// Up makes the cluster have these objects, in the order of their dependencies, and returns the plan that it followed.
// Nothing is changed unless every check of the plan passed.
func (c *Client) Up(ctx context.Context, objects []*unstructured.Unstructured, o UpOptions, sink Sink) (*Plan, error) {
	return apply.Up(ctx, c.conn, objects, o, sink)
}

// Diff returns what up would change, as a unified diff without the values of Secrets; nothing if it would change
// nothing. What up would refuse is an error; what the project no longer has, and up would leave, is a [Warning].
func (c *Client) Diff(ctx context.Context, objects []*unstructured.Unstructured, o UpOptions, sink Sink) ([]byte, error) {
	return apply.Diff(ctx, c.conn, objects, o, sink)
}

// Down removes what up made: dependents before what they depend on, then everything else, then the inventory, and the
// namespace if it was made for the project and nothing is left in it. The project's name is all it needs to know.
func (c *Client) Down(ctx context.Context, o DownOptions, sink Sink) error {
	return apply.Down(ctx, c.conn, o, sink)
}

// AwaitDependencies waits until what a workload depends on is in the conditions that its depends_on asks for. The workload
// itself need not be on the cluster. Timeout 0 is no bound.
func (c *Client) AwaitDependencies(ctx context.Context, project, namespace string, dependent *unstructured.Unstructured, timeout time.Duration, sink Sink) error {
	return apply.AwaitDependencies(ctx, c.conn, project, namespace, dependent, timeout, sink)
}

// AwaitReady waits until workloads are as they were last changed. Timeout 0 is no bound.
func (c *Client) AwaitReady(ctx context.Context, project, namespace string, workloads []*unstructured.Unstructured, timeout time.Duration, sink Sink) error {
	return apply.AwaitReady(ctx, c.conn, project, namespace, workloads, timeout, sink)
}
