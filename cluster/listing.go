package cluster

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/streams"
	"github.com/transship/transship/cluster/workload"
)

// The states of a container.
const (
	ContainerCreated    = containers.Created
	ContainerRunning    = containers.Running
	ContainerRestarting = containers.Restarting
	ContainerPaused     = containers.Paused
	ContainerExited     = containers.Exited
	ContainerRemoving   = containers.Removing
)

// ErrNoMetrics says that a cluster does not tell what Pods use.
var ErrNoMetrics = workload.ErrNoMetrics

// ContainerStates are the states that a container can have, in the order in which it goes through them.
func ContainerStates() []ContainerState { return containers.States() }

// FormatPorts renders ports as docker compose lists them: 127.0.0.1:8080->80/tcp, and 80/tcp for one that is not
// published.
func FormatPorts(list []Publisher) string { return containers.Ports(list) }

// IsListening reports whether a program on this machine takes connections at the address of a published port.
func IsListening(ctx context.Context, p PublishedPort) bool { return streams.Listening(ctx, p) }

// IsPaused reports whether a workload was paused and not brought back since.
func IsPaused(o *unstructured.Unstructured) bool {
	return resource.IsStopped(o) && o.GetAnnotations()[resource.AnnotationStoppedAs] == string(ContainerPaused)
}

// ForOneOff splits the objects of a service, and of what it depends on, for a run of the service alone: the workload that
// stands for it, nil if there is none, and all that has to be there.
func ForOneOff(objects []*unstructured.Unstructured, service string, withDependencies bool) (model *unstructured.Unstructured, needed []*unstructured.Unstructured) {
	return resource.ForOneOff(objects, service, withDependencies)
}
