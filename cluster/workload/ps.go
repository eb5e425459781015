package workload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/containers"
	"github.com/transship/transship/cluster/resource"
)

// ProjectInfo is one project on the cluster.
type ProjectInfo struct {
	Name      string `json:"Name"`
	Namespace string `json:"Namespace"`
	Status    string `json:"Status"`
}

// Projects lists the projects of all namespaces; of the given one only, if that is asked for or nothing else may be read.
func Projects(ctx context.Context, c *api.Conn, namespace string, only bool) ([]ProjectInfo, error) {
	within := ""
	if only {
		within = namespace
	}
	inventories, err := c.List(ctx, "v1", "ConfigMap", within, resource.LabelManagedBy+"="+resource.ManagedBy)
	denied := (*api.ForbiddenError)(nil)
	if errors.As(err, &denied) && namespace != "" && !only {
		inventories, err = c.List(ctx, "v1", "ConfigMap", namespace, resource.LabelManagedBy+"="+resource.ManagedBy)
	}
	if errors.As(err, &denied) && within == "" && namespace == "" {
		return nil, fmt.Errorf("%w; those of one namespace are listed with -n NAMESPACE", err)
	}
	if err != nil {
		return nil, err
	}
	var out []ProjectInfo
	for i := range inventories {
		o := &inventories[i]
		if !resource.IsInventory(o) {
			continue
		}
		info := ProjectInfo{Name: o.GetLabels()[resource.LabelInstance], Namespace: o.GetNamespace()}
		pods, err := c.List(ctx, "v1", "Pod", info.Namespace, resource.LabelInstance+"="+info.Name)
		if err != nil {
			return nil, err
		}
		if info.Status, err = states(pods); err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b ProjectInfo) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace))
	})
	return out, nil
}

// states counts the containers of Pods in docker compose's words: running(3), exited(1).
func states(pods []unstructured.Unstructured) (string, error) {
	counts := map[string]int{}
	for i := range pods {
		var pod corev1.Pod
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(pods[i].Object, &pod); err != nil {
			return "", fmt.Errorf("read %s: %w", resource.RefOf(&pods[i]), err)
		}
		for _, c := range containers.Of(&pod, containers.Member{}, time.Now()) {
			counts[string(c.State)]++
		}
	}
	var out []string
	for _, state := range resource.SortedKeys(counts) {
		out = append(out, fmt.Sprintf("%s(%d)", state, counts[state]))
	}
	return cmp.Or(strings.Join(out, ", "), "stopped"), nil
}
