// Package workload lists what runs of a project, and restarts, scales, stops and starts it.
package workload

import (
	"context"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// RestartPods makes Kubernetes replace the Pods of a workload, under its own rules for doing so.
func RestartPods(ctx context.Context, c *api.Conn, ref resource.Ref, namespace string) (*unstructured.Unstructured, error) {
	stamp := map[string]any{resource.AnnotationRestarted: time.Now().UTC().Format(time.RFC3339Nano)}
	return c.Patch(ctx, ref, namespace, map[string]any{
		"spec": map[string]any{"template": map[string]any{"metadata": map[string]any{"annotations": stamp}}},
	})
}

// Wake undoes what Stop did to one workload.
func Wake(ctx context.Context, c *api.Conn, o *unstructured.Unstructured, namespace string) (*unstructured.Unstructured, error) {
	spec := map[string]any{}
	switch o.GetKind() {
	case "Deployment", "StatefulSet":
		remembered, err := strconv.Atoi(o.GetAnnotations()[resource.AnnotationStopped])
		if err == nil && resource.Replicas(o) == 0 {
			spec["replicas"] = remembered
		}
	case "Job", "CronJob":
		spec["suspend"] = false
	case "DaemonSet":
		spec["template"] = stoppedNodes(nil)
	}
	return c.Patch(ctx, resource.RefOf(o), namespace, map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{resource.AnnotationStopped: nil}}, "spec": spec,
	})
}
