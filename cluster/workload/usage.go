package workload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/cluster/api"
	labels "github.com/transship/transship/cluster/resource"
)

// Usage is what a container uses.
type Usage struct {
	Pod, Container string
	CPU            float64 // cores, over the last moments
	Memory         int64   // bytes
}

// ErrNoMetrics says that a cluster does not tell what Pods use.
var ErrNoMetrics = errors.New("this cluster has no metrics API: it tells what Pods use once metrics-server, or something like it, is installed")

// UsageOf asks the metrics API what the containers of a project use. Those that have only just started are not in it.
func UsageOf(ctx context.Context, c *api.Conn, project, namespace string) ([]Usage, error) {
	var list struct {
		Items []struct {
			Metadata   struct{ Name string }
			Containers []struct {
				Name  string
				Usage struct{ CPU, Memory string }
			}
		}
	}
	path := "/apis/metrics.k8s.io/v1beta1/namespaces/" + namespace + "/pods"
	var unavailable error // the server that measures, not the API server: waiting for it may be in vain
	err := c.Retry(ctx, func(ctx context.Context) error {
		body, err := c.Stream(ctx, path, url.Values{"labelSelector": {labels.LabelInstance + "=" + project}})
		if apierrors.IsServiceUnavailable(err) {
			unavailable = err
			return nil
		}
		if err != nil {
			return err
		}
		defer body.Close()
		return json.NewDecoder(body).Decode(&list)
	})
	if unavailable != nil {
		return nil, fmt.Errorf("the metrics API of this cluster does not answer (%w): `kubectl get apiservice v1beta1.metrics.k8s.io` says why", unavailable)
	}
	if apierrors.IsNotFound(err) {
		return nil, ErrNoMetrics
	}
	if err != nil {
		return nil, c.Explain(err, "ask what Pods use")
	}
	var out []Usage
	for _, pod := range list.Items {
		for _, container := range pod.Containers {
			u := Usage{Pod: pod.Metadata.Name, Container: container.Name}
			cpu, err := resource.ParseQuantity(container.Usage.CPU)
			if err != nil {
				return nil, fmt.Errorf("read what pod/%s uses: %w", u.Pod, err)
			}
			memory, err := resource.ParseQuantity(container.Usage.Memory)
			if err != nil {
				return nil, fmt.Errorf("read what pod/%s uses: %w", u.Pod, err)
			}
			u.CPU, u.Memory = cpu.AsApproximateFloat64(), memory.Value()
			out = append(out, u)
		}
	}
	return out, nil
}
