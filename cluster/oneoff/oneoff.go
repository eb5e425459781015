// Package oneoff runs a container of a service once, and waits for the end of what ends by itself.
package oneoff

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/apply"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// Options say how a one-off container of a service differs from the service.
type Options struct {
	Project   string
	Namespace string
	Service   string
	// Workload is what stands for the service, as the converter made it; nil takes the one on the cluster.
	Workload    *unstructured.Unstructured
	Name        string   // of the Pod; empty makes one up
	Command     []string // replaces the arguments; empty keeps them
	Entrypoint  []string // replaces the entry point; empty keeps it
	Environment []string // NAME=value, added to those of the service
	WorkingDir  string
	User, Group *int64
	Stdin, TTY  bool
}

// Run starts a Pod like those of a service, once: it takes no traffic of the service and is not restarted. The Pod
// is returned when its container has started or ended.
func Run(ctx context.Context, c *api.Conn, o Options, sink event.Sink) (pod, container string, err error) {
	if o.Workload == nil {
		workloads, err := find.Workloads(ctx, c, o.Project, o.Namespace, []string{o.Service})
		if err != nil {
			return "", "", err
		}
		o.Workload = workloads[0]
	}
	object, container, err := oneOff(o.Workload, o)
	if err != nil {
		return "", "", err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := status.Watch(watching, c, o.Project, o.Namespace)
	if err != nil {
		return "", "", err
	}
	if err := p.Synced(ctx); err != nil {
		return "", "", err
	}
	created, err := createOneOff(ctx, c, object, o.Namespace)
	if err != nil {
		return "", "", err
	}
	err = apply.AwaitStart(ctx, c, p, created, o.Service, event.OneAtATime(sink))
	return created.GetName(), container, err
}

// createOneOff creates the Pod of a one-off run, and never takes one that is there already, except its own whose answer
// got lost.
func createOneOff(ctx context.Context, c *api.Conn, pod *unstructured.Unstructured, namespace string) (*unstructured.Unstructured, error) {
	objects, err := c.Objects(ctx, "v1", "Pod", namespace)
	if err != nil {
		return nil, err
	}
	var out *unstructured.Unstructured
	err = c.Retry(ctx, func(ctx context.Context) error {
		out, err = objects.Create(ctx, pod, metav1.CreateOptions{FieldManager: resource.FieldManager})
		return err
	})
	if !apierrors.IsAlreadyExists(err) {
		if err != nil {
			err = c.Explain(err, fmt.Sprintf("create %s", resource.RefOf(pod)))
		}
		return out, err
	}
	live, err := c.Get(ctx, resource.RefOf(pod), namespace)
	if err != nil {
		return nil, err
	}
	if live == nil || live.GetAnnotations()[resource.AnnotationOneOff] != pod.GetAnnotations()[resource.AnnotationOneOff] {
		return nil, fmt.Errorf("%s is there already in namespace %s: choose another name, or remove it", resource.RefOf(pod), namespace)
	}
	return live, nil
}

// AwaitExit waits until the Pods of a service have ended and returns the exit code of the last one. A Pod that is gone
// has ended with 0, as far as anybody can tell.
func AwaitExit(ctx context.Context, c *api.Conn, project, namespace, service string) (int, error) {
	workloads, err := find.Workloads(ctx, c, project, namespace, []string{service})
	if err != nil {
		return 0, err
	}
	name := workloads[0].GetLabels()[resource.LabelName]
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := status.Watch(watching, c, project, namespace)
	if err != nil {
		return 0, err
	}
	var code int64
	err = p.Await(ctx, func() bool {
		for _, key := range resource.SortedKeys(p.All("Pod")) {
			pod := p.All("Pod")[key]
			if pod.GetLabels()[resource.LabelName] != name {
				continue
			}
			if !resource.HasPodEnded(pod) {
				return false
			}
			code = max(code, exitCodeOf(pod))
		}
		job := p.Find(resource.RefOf(workloads[0]))
		return workloads[0].GetKind() != "Job" || job == nil || resource.IsTrue(job, "Complete") || resource.IsTrue(job, "Failed")
	})
	return int(code), err
}

func exitCodeOf(pod *unstructured.Unstructured) int64 {
	var code int64
	for _, status := range resource.Items(pod.Object, "status", "containerStatuses") {
		ended, _, _ := unstructured.NestedMap(status, "state", "terminated")
		n, _ := ended["exitCode"].(int64)
		code = max(code, n)
	}
	return code
}

// AwaitPodExit waits until a Pod has ended and returns its exit code.
func AwaitPodExit(ctx context.Context, c *api.Conn, project, namespace, name string) (int, error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := status.Watch(watching, c, project, namespace)
	if err != nil {
		return 0, err
	}
	var code int64
	var failed error
	err = p.Await(ctx, func() bool {
		pod := p.All("Pod")[name]
		if pod == nil {
			return true
		}
		code, failed = exitCodeOf(pod), status.StartErrorOf(pod)
		return resource.HasPodEnded(pod)
	})
	return int(code), cmp.Or(err, failed)
}

// CopyLog writes what a container has written; with follow, until it ends.
func CopyLog(ctx context.Context, c *api.Conn, namespace, pod, container string, follow bool, out io.Writer) error {
	query := url.Values{"container": {container}, "follow": {strconv.FormatBool(follow)}}
	body, err := c.Stream(ctx, api.PodPath(namespace, pod, "log"), query)
	if err != nil {
		return c.Explain(err, "read logs of pod/"+pod)
	}
	defer body.Close()
	if _, err := io.Copy(out, body); err != nil {
		return c.Explain(err, "read logs of pod/"+pod)
	}
	return nil
}
