package workload

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/plan"
	"github.com/transship/transship/cluster/resource"
)

// Restart replaces the Pods of workloads.
func Restart(ctx context.Context, c *api.Conn, workloads []*unstructured.Unstructured, namespace string, sink event.Sink) ([]*unstructured.Unstructured, error) {
	return each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		ref := resource.RefOf(o)
		if !resource.Restartable(ref.Kind) {
			sink.Warn("%s is not restarted: it runs to its end, and `up --force-recreate` runs it again", ref)
			return o, nil
		}
		sink.Tell(event.Changing{Ref: ref, Action: plan.Restart})
		return RestartPods(ctx, c, ref, namespace)
	})
}

// Scale sets how many Pods services have. Nothing is changed if one of them cannot have a number of Pods.
func Scale(ctx context.Context, c *api.Conn, workloads []*unstructured.Unstructured, wanted map[string]int, namespace string, sink event.Sink) ([]*unstructured.Unstructured, error) {
	for _, o := range workloads {
		if ref := resource.RefOf(o); ref.Kind != "Deployment" && ref.Kind != "StatefulSet" {
			return nil, fmt.Errorf("%s cannot be scaled: only a Deployment or StatefulSet has a number of replicas", ref)
		}
	}
	return each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		for _, service := range resource.SortedKeys(wanted) {
			if !resource.Stands(o, service) {
				continue
			}
			sink.Tell(event.Changing{Ref: resource.RefOf(o), Action: plan.Update})
			return c.Patch(ctx, resource.RefOf(o), namespace, map[string]any{
				"metadata": map[string]any{"annotations": map[string]any{resource.AnnotationStopped: nil}},
				"spec":     map[string]any{"replicas": wanted[service]},
			})
		}
		return o, nil
	})
}

func each(workloads []*unstructured.Unstructured, change func(*unstructured.Unstructured) (*unstructured.Unstructured, error)) ([]*unstructured.Unstructured, error) {
	out := make([]*unstructured.Unstructured, 0, len(workloads))
	for _, o := range workloads {
		changed, err := change(o)
		if err != nil {
			return out, err
		}
		out = append(out, changed)
	}
	return out, nil
}

// Stop ends the Pods of workloads and keeps everything else, so that Start or up brings them back. Kubernetes has no
// stopped state: a Deployment or StatefulSet is scaled to zero and remembers its replicas, a Job or CronJob is
// suspended, a DaemonSet asks for nodes that do not exist. As is what people are told that they are then.
func Stop(ctx context.Context, c *api.Conn, workloads []*unstructured.Unstructured, namespace string, as containers.State, sink event.Sink) ([]*unstructured.Unstructured, error) {
	var unable error // the others are stopped all the same
	out, err := each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		ref := resource.RefOf(o)
		hasEnded := ref.Kind == "Job" && (resource.IsTrue(o, "Complete") || resource.IsTrue(o, "Failed")) || ref.Kind == "Pod" && resource.HasPodEnded(o)
		if resource.IsStopped(o) || hasEnded {
			return o, nil
		}
		remembered, spec := "true", map[string]any{}
		switch ref.Kind {
		case "Deployment", "StatefulSet":
			remembered, spec["replicas"] = strconv.FormatInt(resource.Replicas(o), 10), 0
		case "Job", "CronJob":
			spec["suspend"] = true
		case "DaemonSet":
			spec["template"] = stoppedNodes("true")
		default:
			unable = errors.Join(unable, fmt.Errorf("%s cannot be stopped: a bare Pod only runs or is gone", ref))
			return o, nil
		}
		sink.Tell(event.Changing{Ref: ref, Action: plan.Update})
		return c.Patch(ctx, ref, namespace, map[string]any{
			"metadata": map[string]any{"annotations": map[string]any{
				resource.AnnotationStopped: remembered, resource.AnnotationStoppedAs: string(as),
			}}, "spec": spec,
		})
	})
	return out, errors.Join(err, unable)
}

// stoppedNodes is a change of a Pod template that asks for nodes with a label that none has, or no longer does.
func stoppedNodes(value any) map[string]any {
	return map[string]any{"spec": map[string]any{"nodeSelector": map[string]any{resource.AnnotationStopped: value}}}
}

// Start brings stopped workloads back.
func Start(ctx context.Context, c *api.Conn, workloads []*unstructured.Unstructured, namespace string, sink event.Sink) ([]*unstructured.Unstructured, error) {
	return each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		if !resource.IsStopped(o) {
			return o, nil
		}
		sink.Tell(event.Changing{Ref: resource.RefOf(o), Action: plan.Update})
		return Wake(ctx, c, o, namespace)
	})
}
