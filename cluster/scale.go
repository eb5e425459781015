package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Workloads returns the workloads of a project that stand for the given services; all of them if none is given. A
// service that the project does not have is an error.
func (c *Client) Workloads(ctx context.Context, project, namespace string, services []string) ([]*unstructured.Unstructured, error) {
	kinds := []Ref{
		{APIVersion: "apps/v1", Kind: "Deployment"},
		{APIVersion: "apps/v1", Kind: "StatefulSet"},
		{APIVersion: "apps/v1", Kind: "DaemonSet"},
		{APIVersion: "batch/v1", Kind: "Job"},
		{APIVersion: "batch/v1", Kind: "CronJob"},
		{APIVersion: "v1", Kind: "Pod"},
	}
	found, err := c.projectObjects(ctx, project, namespace, kinds)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, isOneOff)
	if len(found) == 0 {
		return nil, &NoProjectError{Project: project, Namespace: namespace}
	}
	if len(services) == 0 {
		return found, nil
	}
	var out []*unstructured.Unstructured
	for _, name := range services {
		known := false
		for _, o := range found {
			if !stands(o, name) {
				continue
			}
			known = true
			if !slices.Contains(out, o) { // services that share a Pod share a workload
				out = append(out, o)
			}
		}
		if !known {
			return nil, noService(project, namespace, name, found)
		}
	}
	return out, nil
}

// noService says that a project has no such service on the cluster, and which it has.
func noService(project, namespace, name string, workloads []*unstructured.Unstructured) error {
	return fmt.Errorf("project %s has no service %q in namespace %s, only %s; a service of a profile is there once `up` made it",
		project, name, namespace, someOf(Services(workloads)))
}

// NoProjectError says that there is nothing of a project.
type NoProjectError struct{ Project, Namespace string }

// Error implements error.
func (e *NoProjectError) Error() string {
	return fmt.Sprintf("nothing of project %s is in namespace %s (`transship ls` lists the projects)", e.Project, e.Namespace)
}

// stands reports whether a workload stands for a service, by its Compose name or by its name on the cluster.
func stands(o *unstructured.Unstructured, service string) bool {
	return slices.Contains(servicesOf(o), service) || o.GetLabels()[labelName] == service
}

// restartPods makes Kubernetes replace the Pods of a workload, under its own rules for doing so.
func (c *Client) restartPods(ctx context.Context, ref Ref, namespace string) (*unstructured.Unstructured, error) {
	stamp := map[string]any{annotationRestarted: time.Now().UTC().Format(time.RFC3339Nano)}
	return c.patch(ctx, ref, namespace, map[string]any{
		"spec": map[string]any{"template": map[string]any{"metadata": map[string]any{"annotations": stamp}}},
	})
}

// Restart replaces the Pods of workloads.
func (c *Client) Restart(ctx context.Context, workloads []*unstructured.Unstructured, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	return c.each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		ref := RefOf(o)
		if !restartable(ref.Kind) {
			sink.warn("%s is not restarted: it runs to its end, and `up --force-recreate` runs it again", ref)
			return o, nil
		}
		sink.tell(Changing{Ref: ref, Action: Restart})
		return c.restartPods(ctx, ref, namespace)
	})
}

// Scale sets how many Pods services have. Nothing is changed if one of them cannot have a number of Pods.
func (c *Client) Scale(ctx context.Context, workloads []*unstructured.Unstructured, wanted map[string]int, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	for _, o := range workloads {
		if ref := RefOf(o); ref.Kind != "Deployment" && ref.Kind != "StatefulSet" {
			return nil, fmt.Errorf("%s cannot be scaled: only a Deployment or StatefulSet has a number of replicas", ref)
		}
	}
	return c.each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		for _, service := range sortedKeys(wanted) {
			if !stands(o, service) {
				continue
			}
			sink.tell(Changing{Ref: RefOf(o), Action: Update})
			return c.patch(ctx, RefOf(o), namespace, map[string]any{
				"metadata": map[string]any{"annotations": map[string]any{annotationStopped: nil}},
				"spec":     map[string]any{"replicas": wanted[service]},
			})
		}
		return o, nil
	})
}

func (c *Client) each(workloads []*unstructured.Unstructured, change func(*unstructured.Unstructured) (*unstructured.Unstructured, error)) ([]*unstructured.Unstructured, error) {
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

func isStopped(o *unstructured.Unstructured) bool { return o.GetAnnotations()[annotationStopped] != "" }

// Stop ends the Pods of workloads and keeps everything else, so that Start or up brings them back. Kubernetes has no
// stopped state: a Deployment or StatefulSet is scaled to zero and remembers its replicas, a Job or CronJob is
// suspended, a DaemonSet asks for nodes that do not exist.
func (c *Client) Stop(ctx context.Context, workloads []*unstructured.Unstructured, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	var unable error // the others are stopped all the same
	out, err := c.each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		ref := RefOf(o)
		hasEnded := ref.Kind == "Job" && (isTrue(o, "Complete") || isTrue(o, "Failed")) || ref.Kind == "Pod" && hasPodEnded(o)
		if isStopped(o) || hasEnded {
			return o, nil
		}
		remembered, spec := "true", map[string]any{}
		switch ref.Kind {
		case "Deployment", "StatefulSet":
			remembered, spec["replicas"] = strconv.FormatInt(replicas(o), 10), 0
		case "Job", "CronJob":
			spec["suspend"] = true
		case "DaemonSet":
			spec["template"] = stoppedNodes("true")
		default:
			unable = errors.Join(unable, fmt.Errorf("%s cannot be stopped: a bare Pod only runs or is gone", ref))
			return o, nil
		}
		sink.tell(Changing{Ref: ref, Action: Update})
		return c.patch(ctx, ref, namespace, map[string]any{
			"metadata": map[string]any{"annotations": map[string]any{annotationStopped: remembered}}, "spec": spec,
		})
	})
	return out, errors.Join(err, unable)
}

func hasPodEnded(pod *unstructured.Unstructured) bool {
	phase := text(pod, "status", "phase")
	return phase == "Succeeded" || phase == "Failed"
}

// stoppedNodes is a change of a Pod template that asks for nodes with a label that none has, or no longer does.
func stoppedNodes(value any) map[string]any {
	return map[string]any{"spec": map[string]any{"nodeSelector": map[string]any{annotationStopped: value}}}
}

// Start brings stopped workloads back.
func (c *Client) Start(ctx context.Context, workloads []*unstructured.Unstructured, namespace string, sink Sink) ([]*unstructured.Unstructured, error) {
	return c.each(workloads, func(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		if !isStopped(o) {
			return o, nil
		}
		sink.tell(Changing{Ref: RefOf(o), Action: Update})
		return c.wake(ctx, o, namespace)
	})
}

// wake undoes what Stop did to one workload.
func (c *Client) wake(ctx context.Context, o *unstructured.Unstructured, namespace string) (*unstructured.Unstructured, error) {
	spec := map[string]any{}
	switch o.GetKind() {
	case "Deployment", "StatefulSet":
		remembered, err := strconv.Atoi(o.GetAnnotations()[annotationStopped])
		if err == nil && replicas(o) == 0 {
			spec["replicas"] = remembered
		}
	case "Job", "CronJob":
		spec["suspend"] = false
	case "DaemonSet":
		spec["template"] = stoppedNodes(nil)
	}
	return c.patch(ctx, RefOf(o), namespace, map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{annotationStopped: nil}}, "spec": spec,
	})
}

// AwaitReady waits until workloads are as they were last changed. Timeout 0 is no bound.
func (c *Client) AwaitReady(ctx context.Context, project, namespace string, workloads []*unstructured.Unstructured, timeout time.Duration, sink Sink) error {
	o := UpOptions{Project: project, Namespace: namespace, Wait: true, Timeout: timeout}
	if timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, timeout, errTimeUp)
		defer stop()
	}
	plan := &Plan{Project: project, Namespace: namespace}
	for _, w := range workloads {
		plan.Steps = append(plan.Steps, &Step{Ref: RefOf(w), Services: servicesOf(w), Action: Unchanged, Desired: w, Live: w})
	}
	r := &run{client: c, plan: plan, options: o, sink: oneAtATime(sink)}
	return r.do(ctx, func() error { return nil })
}
