package streams

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// Exits tells each end of a container of a project as [event.Exited], once, until the context ends: those since a time, so
// that none is missed that ends before the watch begins. Containers of run commands are not the project's.
func Exits(ctx context.Context, c *api.Conn, project, namespace string, since time.Time, sink event.Sink) error {
	state, err := status.Watch(ctx, c, project, namespace)
	if err != nil {
		return err
	}
	since = since.Truncate(time.Second) // the cluster knows whole seconds only
	told := map[string]bool{}
	return state.Await(ctx, func() bool {
		pods := state.All("Pod")
		for _, name := range resource.SortedKeys(pods) {
			pod := pods[name]
			if resource.IsOneOff(pod) {
				continue
			}
			for _, report := range resource.Items(pod.Object, "status", "containerStatuses") {
				container, _ := report["name"].(string)
				for _, when := range []string{"lastState", "state"} {
					ended, found, _ := unstructured.NestedMap(report, when, "terminated")
					key := fmt.Sprint(pod.GetUID(), container, ended["containerID"], ended["finishedAt"])
					text, _ := ended["finishedAt"].(string)
					at, err := time.Parse(time.RFC3339, text)
					if !found || told[key] || err != nil || at.Before(since) {
						continue
					}
					told[key] = true
					code, _ := ended["exitCode"].(int64)
					sink.Tell(event.Exited{Service: state.ServiceOf(pod, container), Pod: name, Container: container, ExitCode: code})
				}
			}
		}
		return false
	})
}
