package workload

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// EndPods asks the Pods of workloads to end within a time, before whoever else ends them: kubelets give a Pod the time that
// the first one who asks says. Controllers replace the Pods as long as they want any, so the change that makes them want
// none has to follow at once.
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
