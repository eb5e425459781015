package cluster

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/apply"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/inventory"
	"github.com/transship/transship/cluster/workload"
)

// Projects lists the projects of all namespaces; of the given one only, if that is asked for or nothing else may be read.
func (c *Client) Projects(ctx context.Context, namespace string, only bool) ([]ProjectInfo, error) {
	return workload.Projects(ctx, c.conn, namespace, only)
}

// Namespaces returns the names of the namespaces that may be listed.
func (c *Client) Namespaces(ctx context.Context) ([]string, error) {
	return find.Namespaces(ctx, c.conn)
}

// Workloads returns the workloads of a project that stand for the given services; all of them if none is given. A
// service that the project does not have is an error.
func (c *Client) Workloads(ctx context.Context, project, namespace string, services []string) ([]*unstructured.Unstructured, error) {
	return find.Workloads(ctx, c.conn, project, namespace, services)
}

// Containers lists the containers of a project, sorted by service, Pod and name. With all, also those that have ended,
// and one for each service of which there is no Pod, since it was stopped, paused, only created, or is refused its Pods.
func (c *Client) Containers(ctx context.Context, project, namespace string, services []string, all bool) ([]Container, error) {
	return workload.Containers(ctx, c.conn, project, namespace, services, all)
}

// Restart replaces the Pods of workloads.
func (c *Client) Restart(ctx context.Context, workloads []*unstructured.Unstructured, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	return workload.Restart(ctx, c.conn, workloads, namespace, sink)
}

// Scale sets how many Pods services have. Nothing is changed if one of them cannot have a number of Pods.
func (c *Client) Scale(ctx context.Context, workloads []*unstructured.Unstructured, wanted map[string]int, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	return workload.Scale(ctx, c.conn, workloads, wanted, namespace, sink)
}

// Stop ends the Pods of workloads and keeps everything else, so that Start or up brings them back. Kubernetes has no
// stopped state: a Deployment or StatefulSet is scaled to zero and remembers its replicas, a Job or CronJob is
// suspended, a DaemonSet asks for nodes that do not exist.
func (c *Client) Stop(ctx context.Context, workloads []*unstructured.Unstructured, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	return workload.Stop(ctx, c.conn, workloads, namespace, ContainerExited, sink)
}

// LimitOf returns which contexts a project allows, as up noted it on the cluster. Nothing is known of a project without
// an inventory, or where that may not be read.
func (c *Client) LimitOf(ctx context.Context, project, namespace string) (Limit, error) {
	list, err := inventory.Read(ctx, c.conn, project, namespace)
	if denied := (*ForbiddenError)(nil); errors.As(err, &denied) {
		return Limit{}, nil
	}
	return list.Limit, err
}

// StopInOrder ends the Pods of services as [Client.Stop] does, dependents before what they depend on.
func (c *Client) StopInOrder(ctx context.Context, o StopOptions, sink Sink) error {
	return apply.Stop(ctx, c.conn, o, sink)
}

// RestartInOrder replaces the Pods of services, and after them of those that ask for it with restart: true in depends_on.
func (c *Client) RestartInOrder(ctx context.Context, o RestartOptions, sink Sink) error {
	return apply.Restart(ctx, c.conn, o, sink)
}

// NodeImages asks nodes for their images, by the names of the nodes. Who may not read nodes is told nothing.
func (c *Client) NodeImages(ctx context.Context, nodes []string) map[string]NodeImages {
	return workload.ImagesOfNodes(ctx, c.conn, nodes)
}

// Usage asks the metrics API what the containers of a project use; [ErrNoMetrics] if the cluster has none.
func (c *Client) Usage(ctx context.Context, project, namespace string) ([]Usage, error) {
	return workload.UsageOf(ctx, c.conn, project, namespace)
}

// Volumes lists the claims of a project; those that the given services mount, if any are named.
func (c *Client) Volumes(ctx context.Context, project, namespace string, services []string) ([]Volume, error) {
	return workload.Volumes(ctx, c.conn, project, namespace, services)
}

// Ended returns the Jobs and bare Pods of services that have ended, also the Pods of run commands; of all services if none
// is named.
func (c *Client) Ended(ctx context.Context, project, namespace string, services []string) ([]Ref, error) {
	return apply.Ended(ctx, c.conn, project, namespace, services)
}

// RemoveEnded removes what [Client.Ended] returned and still is that, and returns when it is gone.
func (c *Client) RemoveEnded(ctx context.Context, project, namespace string, services []string, refs []Ref, sink Sink) error {
	return apply.RemoveEnded(ctx, c.conn, project, namespace, services, refs, sink)
}

// Start brings stopped workloads back, all at once: [Client.StartInOrder] minds what they depend on.
func (c *Client) Start(ctx context.Context, workloads []*unstructured.Unstructured, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	return workload.Start(ctx, c.conn, workloads, namespace, sink)
}

// StartInOrder brings stopped services back in the order of their dependencies: each once what it depends on is in the
// condition that its depends_on asks for.
func (c *Client) StartInOrder(ctx context.Context, o StartOptions, sink Sink) error {
	return apply.Start(ctx, c.conn, o, sink)
}
