package cluster

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// annotationOneOff marks the Pod of a run command: it belongs to the project and is no orphan of it. The value is of this
// run alone.
const annotationOneOff = "transship/one-off"

func isOneOff(o *unstructured.Unstructured) bool { return o.GetAnnotations()[annotationOneOff] != "" }

// RunOptions say how a one-off container of a service differs from the service.
type RunOptions struct {
	Project     string
	Namespace   string
	Service     string
	Name        string   // of the Pod; empty makes one up
	Command     []string // replaces the arguments; empty keeps them
	Entrypoint  []string // replaces the entry point; empty keeps it
	Environment []string // NAME=value, added to those of the service
	WorkingDir  string
	User, Group *int64
	Stdin, TTY  bool
}

// RunOnce starts a Pod like those of a service, once: it takes no traffic of the service and is not restarted. The Pod
// is returned when its container has started or ended.
func (c *Client) RunOnce(ctx context.Context, o RunOptions, sink Sink) (pod, container string, err error) {
	workloads, err := c.Workloads(ctx, o.Project, o.Namespace, []string{o.Service})
	if err != nil {
		return "", "", err
	}
	object, container, err := oneOff(workloads[0], o)
	if err != nil {
		return "", "", err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := c.watch(watching, o.Project, o.Namespace)
	if err != nil {
		return "", "", err
	}
	if err := p.synced(ctx); err != nil {
		return "", "", err
	}
	created, err := c.createOneOff(ctx, object, o.Namespace)
	if err != nil {
		return "", "", err
	}
	t := &task{step: &Step{Ref: RefOf(created), Services: []string{o.Service}}, applied: make(chan struct{}), result: created}
	r := &run{client: c, options: UpOptions{Project: o.Project, Namespace: o.Namespace}, sink: oneAtATime(sink), picture: p}
	err = r.awaitTask(ctx, t, true, func(v verdict) bool { return v.started || v.doomed != nil && v.doomed.reason == "Failed" })
	return created.GetName(), container, err
}

// createOneOff creates the Pod of a one-off run, and never takes one that is there already, except its own whose answer
// got lost.
func (c *Client) createOneOff(ctx context.Context, pod *unstructured.Unstructured, namespace string) (*unstructured.Unstructured, error) {
	objects, err := c.objects(ctx, "v1", "Pod", namespace)
	if err != nil {
		return nil, err
	}
	var out *unstructured.Unstructured
	err = c.retry(ctx, func(ctx context.Context) error {
		out, err = objects.Create(ctx, pod, metav1.CreateOptions{FieldManager: fieldManager})
		return err
	})
	if !apierrors.IsAlreadyExists(err) {
		if err != nil {
			err = c.explain(err, fmt.Sprintf("create %s", RefOf(pod)))
		}
		return out, err
	}
	live, err := c.get(ctx, RefOf(pod), namespace)
	if err != nil {
		return nil, err
	}
	if live == nil || live.GetAnnotations()[annotationOneOff] != pod.GetAnnotations()[annotationOneOff] {
		return nil, fmt.Errorf("%s is there already in namespace %s: choose another name, or remove it", RefOf(pod), namespace)
	}
	return live, nil
}

// AwaitExit waits until the Pods of a service have ended and returns the exit code of the last one. A Pod that is gone
// has ended with 0, as far as anybody can tell.
func (c *Client) AwaitExit(ctx context.Context, project, namespace, service string) (int, error) {
	workloads, err := c.Workloads(ctx, project, namespace, []string{service})
	if err != nil {
		return 0, err
	}
	name := workloads[0].GetLabels()[labelName]
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := c.watch(watching, project, namespace)
	if err != nil {
		return 0, err
	}
	var code int64
	err = p.await(ctx, func() bool {
		for _, key := range sortedKeys(p.stores["Pod"].objects) {
			pod := p.stores["Pod"].objects[key]
			if pod.GetLabels()[labelName] != name {
				continue
			}
			if !hasPodEnded(pod) {
				return false
			}
			code = max(code, exitCodeOf(pod))
		}
		job := p.find(RefOf(workloads[0]))
		return workloads[0].GetKind() != "Job" || job == nil || isTrue(job, "Complete") || isTrue(job, "Failed")
	})
	return int(code), err
}

func exitCodeOf(pod *unstructured.Unstructured) int64 {
	var code int64
	for _, status := range items(pod.Object, "status", "containerStatuses") {
		ended, _, _ := unstructured.NestedMap(status, "state", "terminated")
		n, _ := ended["exitCode"].(int64)
		code = max(code, n)
	}
	return code
}

// RemovePod deletes a Pod and does not wait.
func (c *Client) RemovePod(ctx context.Context, namespace, pod string) error {
	live, err := c.get(ctx, Ref{"v1", "Pod", pod}, namespace)
	if err != nil || live == nil {
		return err
	}
	none := time.Duration(0)
	r := &removal{client: c, namespace: namespace, grace: &none}
	return r.removeOne(ctx, live)
}

// AwaitPodExit waits until a Pod has ended and returns its exit code.
func (c *Client) AwaitPodExit(ctx context.Context, project, namespace, name string) (int, error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := c.watch(watching, project, namespace)
	if err != nil {
		return 0, err
	}
	var code int64
	var failed error
	err = p.await(ctx, func() bool {
		pod := p.stores["Pod"].objects[name]
		if pod == nil {
			return true
		}
		code, failed = exitCodeOf(pod), startErrorOf(pod)
		return hasPodEnded(pod)
	})
	return int(code), cmp.Or(err, failed)
}

// startErrorOf says that a container of a Pod could not be started at all.
func startErrorOf(pod *unstructured.Unstructured) error {
	for _, status := range items(pod.Object, "status", "containerStatuses") {
		ended, _, _ := unstructured.NestedMap(status, "state", "terminated")
		if reason, _ := ended["reason"].(string); reason == "StartError" || reason == "ContainerCannotRun" {
			message, _ := ended["message"].(string)
			return cmp.Or(startError(message), fmt.Errorf("the container could not be started: %s", firstLine(message)))
		}
	}
	return nil
}

// CopyLog writes what a container has written; with follow, until it ends.
func (c *Client) CopyLog(ctx context.Context, namespace, pod, container string, follow bool, out io.Writer) error {
	query := url.Values{"container": {container}, "follow": {strconv.FormatBool(follow)}}
	body, err := c.stream(ctx, podPath(namespace, pod, "log"), query)
	if err != nil {
		return c.explain(err, "read logs of pod/"+pod)
	}
	defer body.Close()
	if _, err := io.Copy(out, body); err != nil {
		return c.explain(err, "read logs of pod/"+pod)
	}
	return nil
}
