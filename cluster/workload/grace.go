package workload

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// EndPods asks the Pods of workloads to end within a time, before whoever else ends them: kubelets give a Pod the time that
// the first one who asks says. Controllers replace the Pods as long as they want any, so the change that makes them want
// none has to follow at once. What they made in between is for [Hurry].
func EndPods(ctx context.Context, c *api.Conn, workloads []*unstructured.Unstructured, namespace string, grace time.Duration) error {
	for _, o := range workloads {
		pods, err := c.List(ctx, "v1", "Pod", namespace, resource.LabelInstance+"="+o.GetLabels()[resource.LabelInstance]+","+resource.LabelName+"="+o.GetLabels()[resource.LabelName])
		if err != nil {
			return err
		}
		for i := range pods {
			if resource.HasPodEnded(&pods[i]) || pods[i].GetDeletionTimestamp() != nil {
				continue
			}
			if err := endPod(ctx, c, &pods[i], namespace, grace); err != nil {
				return err
			}
		}
	}
	return nil
}

func endPod(ctx context.Context, c *api.Conn, pod *unstructured.Unstructured, namespace string, grace time.Duration) error {
	seconds := int64(grace.Round(time.Second) / time.Second)
	return c.Remove(ctx, pod, namespace, metav1.DeletePropagationBackground, &seconds)
}

// Hurry gives Pods of workloads that controllers are ending no more than a time, until stop is called: controllers give
// them what their templates say. A kubelet that has begun to end a Pod is not hurried by that, so it is for Pods that are
// only just being made, to take the place of others that were ended. Nothing is done to Pods that nobody ends.
func Hurry(ctx context.Context, c *api.Conn, project, namespace string, workloads []*unstructured.Unstructured, grace time.Duration) (stop func()) {
	const glance, parting = 100 * time.Millisecond, 5 * time.Second
	names := map[string]bool{}
	for _, o := range workloads {
		names[o.GetLabels()[resource.LabelName]] = true
	}
	running, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	working.Go(func() {
		ticker := time.NewTicker(glance)
		defer ticker.Stop()
		for {
			hurryOnce(running, c, project, namespace, names, grace)
			select {
			case <-running.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return func() {
		cancel()
		working.Wait()
		last, done := context.WithTimeout(ctx, parting)
		defer done()
		hurryOnce(last, c, project, namespace, names, grace)
	}
}

func hurryOnce(ctx context.Context, c *api.Conn, project, namespace string, names map[string]bool, grace time.Duration) {
	pods, _ := c.List(ctx, "v1", "Pod", namespace, resource.LabelInstance+"="+project) // whoever waits for them tells what is wrong
	for i := range pods {
		left := pods[i].GetDeletionGracePeriodSeconds()
		if !names[pods[i].GetLabels()[resource.LabelName]] || left == nil || time.Duration(*left)*time.Second <= grace {
			continue
		}
		// One that cannot be hurried ends in its own time.
		_ = endPod(ctx, c, &pods[i], namespace, grace)
	}
}
